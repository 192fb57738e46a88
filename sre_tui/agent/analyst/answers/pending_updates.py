"""Answers whether updates wait to be installed, and where that has to be looked up by hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.answers.updates import (
    IMAGES,
    MOST,
    NO_SOFTWARE,
    PENDING,
    hosts_of_kind,
    strangers,
    version_of,
)
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import capital, code, names, plain
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.truenas_data import AppListing, StatusListing
from sre_tui.views.human import count

BY_HAND: Final = "apt update && apt list --upgradable"
NAMED: Final = 5
"""Machines that the first sentence names."""
_UPDATES: Final = (
    r"(?:updates?|upgrades?|patches|aktualisierung(?:en)?|(?:new|newer|neue\w*) versions?)"
)
_ASKED: Final = re.compile(
    r"^(?:are there|is there|any|do|does|have|has|gibt es|gibts|haben|hat|brauch\w*|stehen|sind)\b"
    r".*\b" + _UPDATES + r"\b"
    r"|^(?:is|are|ist|sind|which|what|welche\w*)\b.*\b(?:up ?to ?date|outdated|out of date|"
    r"veraltet|aktuell|auf dem (?:neuesten|neusten|aktuellen) stand)\b"
    r"|^(?:which|what|welche\w*)\b.*\b" + _UPDATES + r"\b.*\b(?:pending|available|waiting|"
    r"outstanding|verfügbar|ausstehend\w*|are there|gibt es)\b"
    r"|^(?:do|does|should|must|muss|soll\w*)\b.*\b(?:need (?:updating|to be updated|an? update)|"
    r"aktualisier\w*)\b"
    r"|^(?:list|show)(?: me)?(?: all| the| my)* " + _UPDATES + r"$"
    r"|^(?:pending|available|outstanding) " + _UPDATES + r"\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|how|wie|who|most|fewest|meisten|last|letzte\w*|yesterday|today|tonight|night|"
    r"week|heute|gestern|since|after|install\w*|fail\w*|broke\w*|break\w*|cause\w*|wrong|problems?|"
    r"running|time machine|laptops?|macbooks?|phones?)\b"
)
_NODES: Final = re.compile(r"\b(?:proxmox|pve|nodes?|hypervisors?|cluster|knoten)\b")
_NAS: Final = re.compile(r"\b(?:nas|truenas)\b")
_PROGRAM: Final = re.compile(
    r"\b(?:docker|containers?|images?|(?:new|newer|neue\w*) versions?)\b"
    r"(?!.*\b(?:proxmox|pve|nodes?)\b)"
)
_CURRENT: Final = re.compile(r"\b(?:up ?to ?date|aktuell|stand)\b")
_WHICH: Final = re.compile(r"^(?:which|what|list|show|welche\w*|pending|available|outstanding)\b")


@dataclass(frozen=True)
class _Row:
    """A machine or program, what waits for it, and who tells."""

    who: str
    said: str
    waits: bool
    cite: str

    def line(self) -> str:
        return f"{self.who}: {self.said}{self.cite}"


async def tell_pending_updates(look: Look) -> Iterator[str] | None:
    """Whether updates wait on what is named, or on all; None if that is not asked."""
    folded = look.question.folded
    if not _ASKED.search(folded) or _OTHERWISE.search(folded) or NO_SOFTWARE.search(folded):
        return None
    await look.discover("identity", "targets")
    if await nothing_known(look):
        return not_known(look)
    if (strange := await strangers(look)) is not None:
        return strange
    await look.ask(
        waiting=Call(INSTANT, {"query": PENDING, "limit": MOST}),
        guests=Call("proxmox_list_guests", {}),
        systems=Call("truenas_system_status", {}),
        apps=Call("truenas_apps", {}),
    )
    services = [one.name for one in look.focus.of(EntityKind.SERVICE)]
    hosts = {one.name for one in look.focus.of(EntityKind.HOST)}
    if _PROGRAM.search(folded) or (services and not hosts):
        return await _of_containers(look, services, hosts)
    hosts = hosts or {one for one in hosts_of_kind(look) if not _NAS.search(folded)}
    if not hosts and _NAS.search(folded) and (nas := _of_nas(look)):
        return _of_the_nas(look, nas)
    nodes = _nodes(look)
    if not hosts and _NODES.search(folded):
        hosts = nodes
    rows = [one for one in _waiting(look) if not hosts or one.who in hosts]
    unseen = sorted(hosts - {one.who for one in rows}) or ([] if rows else sorted(nodes))
    return _told(look, [*rows, *([] if hosts else _of_nas(look))], unseen)


def _waiting(look: Look) -> list[_Row]:
    """Packages that wait, by machine, most first; those of several origins add up."""
    data = look.found["waiting"].data(InstantValues)
    numbers: dict[str, int] = {}
    for sample in data.items if data is not None else ():
        host = look.inventory.host_of(sample.labels)
        if host and sample.value is not None:
            numbers[host] = numbers.get(host, 0) + int(sample.value)
    return [_Row(host, count(number, "package"), number > 0, look.cite("waiting"))
            for host, number in sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
            ]  # fmt: skip


def _nodes(look: Look) -> set[str]:
    data = look.found["guests"].data(GuestListing)
    told_of = {one.node for one in (data.items if data is not None else ()) if one.node}
    return told_of or set(look.inventory.node_of.values())


def _of_nas(look: Look) -> list[_Row]:
    """What TrueNAS says of its own version and of its apps."""
    rows = []
    data = look.found["systems"].data(StatusListing)
    for item in data.items if data is not None else ():
        if item.section == "update":
            more = f", {plain(item.detail, 120)}" if item.detail else ""
            waits = item.state not in ("up to date", "unknown")
            rows.append(_Row("TrueNAS", plain(item.state, 80) + more, waits, look.cite("systems")))
    apps = look.found["apps"].data(AppListing)
    for app in apps.items if apps is not None else ():
        if app.upgrade_available:
            said = f"{plain(app.version, 40)}, {plain(app.latest_version, 40)} is available"
            who = f"its app {plain(app.name, 60)}"
            rows.append(_Row(who, said, True, look.cite("apps")))
    return rows


def _of_the_nas(look: Look, rows: Sequence[_Row]) -> Iterator[str]:
    """Its own version first; an app that waits does not make the NAS out of date."""
    first, *apps = rows
    verb = " is " if first.said == "up to date" else ": "
    said = f"{first.who}{verb}{first.said}**"
    waiting = f"; updates wait for {names([one.who for one in apps])}" if apps else ""
    head = _head(look, waits=first.waits)
    lines = [one.line() for one in apps]
    return told(look, Opening(head, f"{said}{waiting}.{first.cite}"), ("Apps", lines))


def _head(look: Look, *, waits: bool) -> str:
    if _WHICH.match(look.question.folded):
        return ""
    current = _CURRENT.search(look.question.folded) is not None
    return "Yes: " if waits is not current else "No: "


def _told(look: Look, rows: Sequence[_Row], unseen: Sequence[str]) -> Iterator[str]:
    """What waits, what does not, and of whom nobody tells."""
    by_hand = ("To be looked up there", [f"{plain(one, 60)}: {code(_by_hand(look, one), 120)}"
                                         for one in unseen])  # fmt: skip
    waiting = [one for one in rows if one.waits]
    current = [one for one in rows if not one.waits]
    if not rows:
        who = names([plain(one, 60) for one in unseen], 4) or "this"
        lead = f"**No backend tells whether updates wait for {who}**: on Proxmox VE and Debian "
        return told(look, f"{lead}`{BY_HAND}` lists them.{look.cite('waiting')}", by_hand)
    head = _head(look, waits=bool(waiting))
    but = ""
    if unseen:
        but = f"; of {names([plain(one, 60) for one in unseen], 4)} no backend tells"
    if not waiting:
        what = f"updates wait for none of {names([one.who for one in current], 8)}**{but}"
        said = what if head else capital(what)
        return told(look, Opening(head, f"{said}.{current[0].cite}"), by_hand)
    listed = names([f"{one.who} ({one.said})" for one in waiting], NAMED)
    share = f"{len(waiting)} of {len(rows)}: " if len(waiting) > NAMED else ""
    what = f"updates wait for {share}{listed}**{but}"
    lead = Opening(head, f"{what if head else capital(what)}.{waiting[0].cite}")
    more = [one.line() for one in waiting] if len(waiting) > NAMED else []
    return told(look, lead, ("Updates wait", more), ("None wait", [one.line() for one in current]),
                by_hand)  # fmt: skip


def _by_hand(look: Look, host: str) -> str:
    """The command that lists the updates of a machine: on the node of a container, or there."""
    data = look.found["guests"].data(GuestListing)
    guest = next((one for one in (data.items if data is not None else ())
                  if one.name == host and one.type == "lxc"), None)  # fmt: skip
    if guest is not None:
        return f"pct exec {guest.vmid} -- sh -c '{BY_HAND}'"
    return f"ssh {host if stays_one_word(host) else '<host>'} '{BY_HAND}'"


async def _of_containers(
    look: Look, called: Sequence[str], hosts: Collection[str]
) -> Iterator[str]:
    """The versions that run: whether there are newer images, only the registry knows."""
    images = (await look.ask(images=Call(INSTANT, {"query": IMAGES, "limit": MOST})))["images"]
    data = images.data(InstantValues)
    rows = []
    for sample in data.items if data is not None else ():
        host, name = look.inventory.host_of(sample.labels), sample.labels.get("name", "")
        if name in called or host in hosts or not (called or hosts):
            version = plain(version_of(sample.labels.get("image", "")), 80)
            rows.append(f"{plain(name, 60)} on {plain(host, 60)} runs {version}{images.cite}")
    who = names([plain(one, 60) for one in (*called, *sorted(hosts))], 4) or "containers"
    if not rows and (on := look.focus.hosts):
        # What no container runs was installed on its machine.
        waiting = [f"{one.who}: {one.said}" for one in _waiting(look) if one.who in on]
        lead = f"**No backend tells whether there is a newer version of {who}**: on "
        lead += f"{names([plain(one, 60) for one in on], 3)} `{BY_HAND}` lists what waits"
        return told(
            look,
            f"{lead}.{images.cite}",
            ("Updates that wait there", [f"{one}{look.cite('waiting')}" for one in waiting]),
        )
    lead = f"**No backend tells whether there is a newer version of {who}**: "
    hint = "`docker compose pull` on its machine fetches one, if there is one"
    return told(look, f"{lead}{hint}.{images.cite}", ("What runs", sorted(rows)))


__all__ = ["tell_pending_updates"]
