"""Answers which shares the NAS has, who may use them and who does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from providers.truenas import Share
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.truenas_data import ShareListing
from sre_tui.views.human import count


async def tell_shares(look: Look) -> Iterator[str] | None:
    """Shares with their paths, access, and the machines that mount them."""
    data, cite = await read(look, "shares", "truenas_list_shares", ShareListing)
    if data is None:
        return None
    await look.discover("identity")
    called = [name for one in data.items for name in (one.name, one.dataset) if name]
    wanted = mentioned(look.question, called)
    chosen = [one for one in data.items if not wanted or {one.name, one.dataset} & set(wanted)]
    if not chosen:
        return told(look, f"**The NAS has no share.**{cite}")
    if wanted:
        told_of = "; ".join(_line(look, one) for one in chosen)
        who = names(sorted({client for one in chosen for client in _clients(look, one)}), 12)
        by = f"**{names([plain(one, 60) for one in wanted])} is mounted by {who}**" if who else (
            f"**no machine is seen to mount {names([plain(one, 60) for one in wanted])}**"
        )  # fmt: skip
        lead = f"{by}: {told_of}.{cite}{look.cite('identity')}"
        return told(look, lead, ("Connected over SMB", _sessions(data, cite)))
    kinds = [f"{sum(one.kind == kind for one in chosen)} {kind.upper()}"
             for kind in dict.fromkeys(one.kind for one in chosen)]  # fmt: skip
    lead = f"**{count(len(chosen), 'share')}**: {names(kinds)}.{cite}"
    return told(look, lead, ("", [_line(look, one) + cite for one in chosen]),
                ("Connected over SMB", _sessions(data, cite)))  # fmt: skip


def _clients(look: Look, share: Share) -> Sequence[str]:
    if share.kind != "nfs":
        return ()
    path = share.path.rstrip("/")
    return [
        plain(client, 60)
        for client, mounts in look.inventory.mounts.items()
        if any(f"/{own.strip('/')}".rstrip("/").endswith(path) for _, own in mounts)
    ]


def _line(look: Look, share: Share) -> str:
    access = "read only" if share.read_only else "read and write"
    whom = names([plain(one, 60) for one in share.allowed], 8) or "everybody"
    state = "" if share.enabled else ", switched off"
    locked = ", locked" if share.locked else ""
    clients = _clients(look, share)
    used = f", mounted by {names(list(clients), 12)}" if clients else ""
    what = f"{share.kind.upper()} {plain(share.name, 60)} ({plain(share.path, 80)})"
    return f"{what}: {access} for {whom}{used}{state}{locked}"


def _sessions(data: ShareListing, cite: str) -> list[str]:
    return [
        f"{plain(one.user, 60)} from {plain(one.client, 60)}{cite}" for one in data.sessions or ()
    ]


__all__ = ["tell_shares"]
