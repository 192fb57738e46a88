"""Answers which shares the NAS has, who may use them and who does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from providers.truenas import Share
from sre_tui.agent.analyst.answers.told import Section, read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.proxmox_data import StorageListing
from sre_tui.tools.truenas_data import ShareListing
from sre_tui.views.human import count

SHOWN: Final = 20
_KINDS: Final[Mapping[str, str]] = {
    "smb": r"\b(?:smb|samba|cifs|windows)\b", "nfs": r"\bnfs\b",
}  # fmt: skip
_READ_ONLY: Final = re.compile(r"\b(?:read[ -]?only|nur lesbar|schreibgeschützt)\b")
_POOL: Final = re.compile(r"\b(?:on|of|auf|von|in) (?:pool |the pool )?(?P<name>[\w.-]+)$")
_MOUNTS: Final = re.compile(
    r"\b(?:who|wer|clients?|mount\w*|uses?|using|connected|verbunden|nutzt|gemountet|sessions?)\b"
)
_WHICH: Final = re.compile(r"^(?:which|what|list|show|how many|welche\w*|wie ?viele)\b(?!.*\bof\b)")

_WHETHER: Final = re.compile(r"^(?:is|are|does|do|has|have|can|gibt|ist|hat|kann)\b")
_IS_THERE: Final = re.compile(r"^(?:is there|are there|do (?:i|we) have|gibt es|have (?:i|we))\b")


async def tell_shares(look: Look) -> Iterator[str] | None:
    """Shares with their paths, access, and the machines that mount them."""
    data, cite = await read(look, "shares", "truenas_list_shares", ShareListing)
    if data is None:
        return None
    await look.discover("identity")
    folded = look.question.folded
    kinds = [kind for kind, words in _KINDS.items() if re.search(words, folded)]
    of_kind = [one for one in data.items if not kinds or one.kind in kinds]
    pool = _POOL.search(folded)
    pools = {one.dataset.partition("/")[0] for one in of_kind}
    if pool is not None and pool["name"] in pools:
        of_kind = [one for one in of_kind if one.dataset.partition("/")[0] == pool["name"]]
    if _READ_ONLY.search(folded) and _WHICH.search(folded):
        of_kind = [one for one in of_kind if one.read_only]
    called = [name for one in of_kind for name in (one.name, one.dataset) if name]
    wanted = mentioned(look.question, called)
    chosen = [one for one in of_kind if not wanted or {one.name, one.dataset} & set(wanted)]
    sessions = "Connected over SMB", _sessions(data, cite) if kinds != ["nfs"] else []
    one_kind = f"{kinds[0].upper()} " if len(kinds) == 1 else ""
    if not chosen:
        such = " that is read only" if _READ_ONLY.search(folded) else ""
        return told(look, f"**The NAS has no {one_kind}share{such}.**{cite}")
    if _MOUNTS.search(folded) and kinds == ["smb"]:
        return told(look, _connected(data, cite), ("", sessions[1]), _lines(look, chosen, cite))
    if wanted and _WHETHER.match(folded) and not _MOUNTS.search(folded):
        there = "Yes: " if _IS_THERE.match(folded) else ""
        lead: str = Opening(there, f"{'; '.join(_line(look, one) for one in chosen)}**.{cite}")
        return told(look, lead, sessions)
    if wanted and not _WHICH.search(folded):
        told_of = "; ".join(_line(look, one) for one in chosen)
        who = names(sorted({client for one in chosen for client in _clients(look, one)}), 12)
        by = f"**{names([plain(one, 60) for one in wanted])} is mounted by {who}**" if who else (
            f"**no machine is seen to mount {names([plain(one, 60) for one in wanted])}**"
        )  # fmt: skip
        lead = f"{by}: {told_of}.{cite}{look.cite('identity')}"
        return told(look, lead, sessions)
    if _MOUNTS.search(folded):
        servers = {server for mounts in look.inventory.mounts.values() for server, _ in mounts}
        hosts = set(look.focus.hosts) - servers
        own = [one for one in chosen if hosts & set(_clients(look, one))]
        if hosts:
            who = names([plain(one, 60) for one in sorted(hosts)])
            said = names([_called(one) for one in own], SHOWN)
            lead = f"**{who} is not seen to mount a share of the NAS**"
            if own:
                lead = f"**{who} mounts {count(len(own), 'share')} of the NAS**: {said}"
            return told(look, f"{lead}.{cite}{look.cite('identity')}", _lines(look, own, cite))
        lead = _mounted(look, chosen, cite, one_kind)
        stores = "Storages of Proxmox VE on a share", await _storages(look, kinds)
        return told(look, lead, stores, _lines(look, chosen, cite), sessions)
    each = [f"{sum(one.kind == kind for one in chosen)} {kind.upper()}"
            for kind in dict.fromkeys(one.kind for one in chosen)]  # fmt: skip
    few = bool(one_kind) or len(of_kind) < len(data.items)
    said = names([_called(one) for one in chosen], SHOWN) if few else names(each)
    lead = f"**{count(len(chosen), f'{one_kind}share')}**: {said}.{cite}"
    return told(look, lead, _lines(look, chosen, cite), sessions)


async def _storages(look: Look, kinds: Sequence[str]) -> list[str]:
    """Storages that nodes mount, of which no metric tells the path."""
    if not look.caller.offers("proxmox_storage"):
        return []
    data, cite = await read(look, "storages", "proxmox_storage", StorageListing)
    types = {"nfs": "nfs", "smb": "cifs"}
    wanted = [types[kind] for kind in kinds] or list(types.values())
    return [
        f"{plain(one.name, 60)} ({one.type}) on {names([plain(node, 40) for node in one.nodes])}, "
        f"{one.status}{cite}"
        for one in (data.items if data is not None else ())
        if one.type in wanted
    ]


def _lines(look: Look, shares: Sequence[Share], cite: str) -> Section:
    return "", [_line(look, one) + cite for one in shares]


def _called(share: Share) -> str:
    notes = [note for note, so in (("read only", share.read_only), ("locked", share.locked),
                                   ("switched off", not share.enabled)) if so]  # fmt: skip
    return plain(share.name, 60) + (f" ({', '.join(notes)})" if notes else "")


def _mounted(look: Look, shares: Sequence[Share], cite: str, kind: str) -> str:
    """Which machines mount which of the shares; nobody sees who mounts one over SMB."""
    used = {plain(one.name, 60): clients for one in shares if (clients := _clients(look, one))}
    cites = cite + look.cite("identity")
    who = sorted({client for clients in used.values() for client in clients})
    if not who:
        return f"**No machine is seen to mount {'an' if kind else 'a'} {kind}share**.{cites}"
    each = "; ".join(f"{name} by {names(list(clients), 12)}" for name, clients in used.items())
    many = len(who) != 1
    lead = f"**{count(len(who), 'machine')} mount{'' if many else 's'} shares over NFS**: {each}"
    idle = [plain(one.name, 60) for one in shares if one.kind == "nfs" and not _clients(look, one)]
    return f"{lead}{f'; none is seen to mount {names(idle, SHOWN)}' if idle else ''}.{cites}"


def _connected(data: ShareListing, cite: str) -> str:
    if data.sessions is None:
        return f"**The NAS does not tell who is connected over SMB**.{cite}"
    if not data.sessions:
        return f"**Nobody is connected over SMB now**.{cite}"
    who = names([plain(one.user, 60) for one in data.sessions], SHOWN)
    are = "is" if len(data.sessions) == 1 else "are"
    return f"**{count(len(data.sessions), 'client')} {are} connected over SMB now**: {who}.{cite}"


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
