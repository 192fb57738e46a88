"""Answers what was updated and when, as far as images, packages and logs tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.changes import CHANGES
from sre_tui.agent.analyst.answers.told import told, unknown_name
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind, leftover
from sre_tui.agent.analyst.fact_questions import speaks_of_state
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import cited, clock_time, names, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.prometheus_data import InstantValues, SeriesListing
from sre_tui.tools.what_changed import LONGEST, SHORTEST, ChangeListing
from sre_tui.views.human import count

WEEK: Final = timedelta(weeks=1)
MONTH: Final = timedelta(days=30)
IMAGES: Final = 'container_start_time_seconds{image!="",name!=""}'
PENDING: Final = "apt_upgrades_pending"
MOST: Final = 2000
_DONE: Final = r"(?:updated|upgraded|patched|aktualisiert|geupdatet|geupdated|upgedatet)"
_UPDATES: Final = r"(?:updates?|upgrades?|aktualisierung(?:en)?)"
NO_SOFTWARE: Final = re.compile(
    r"\b(?:backups?(?! servers?)|replicat\w*|replikation\w*|cop(?:y|ies)|snapshots?|sync\w*|"
    r"mirrors?|datastores?|shares?|dashboards?|runbooks?|clocks?|time|certificates?|certs?|files?|"
    r"documents?|photos?|data|index|librar\w+|baselines?|sicherung\w*|kopien?|alerts?|logs?|"
    r"metrics?|reports?|definitions?|(?:block|play)lists?|dns|records?)\b"
)
"""What is brought up to date without being software."""
_ASKED: Final = re.compile(
    r"^(?:and |und |please )*(?:what|which|was|welche\w*|when|wann|did|do|does|has|have|is|were|"
    r"wurden?|hat|haben|any|anything|list|show|how long ago)\b.*\b" + _DONE + r"\b"
    r"|^(?!(?:is|are) there\b).*\b(?:last|latest|recent|letzte[rsn]?)\b (?:\w+ ){0,2}"
    + _UPDATES + r"\b"
    r"|^(?:were there|was there|have there been|gab es)\b.*\b" + _UPDATES + r"\b"
    r"|^(?:when|wann) (?:did|have|hab\w*) (?:i|we|ich|wir)\b.*\b(?:update|upgrade|" + _DONE + r")\b"
)  # fmt: skip
_SPOKEN: Final = re.compile(
    r"date|updat\w*|upgrad\w*|patch\w*|outdated|versions?|releases?|kernels?|packages?|apt|dpkg|"
    r"install\w*|zuletzt|veraltet|aktuell\w*|aktualisier\w*|stand|neue\w*|docker|images?|software|"
    r"operating|os|debian|linux|ubuntu|windows|pakete?|need|anstehend\w*|lately|recent\w*|"
    r"brauch\w*|bekomm\w*|benötig\w*|knoten|maschinen?|wurden?|welch\w*|gerade|aktuellen|am|run"
)
"""What questions about updates and versions speak of."""
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|wieso|how (?:do|can|to)|who|wer|should|can|could|after|nach|because|since "
    r"(?:the|my|an?|i|we)|restart\w*|reboot\w*|changed?|pending|available|waiting|until|next|"
    r"nächste\w*|to be|needs?|fault|blame|innocent|harmless)\b"
)
_CLOSED: Final = re.compile(
    r"^(?:did|has|have|is|were|was (?!wurde)|any|wurden?|hat|haben|gab)\b(?! (?:last|long)\b)"
)


@dataclass(frozen=True)
class _Update:
    """One update: of what, from what to what or in whose words, and who tells."""

    at: datetime
    who: str
    how: str
    cite: str

    def line(self, now: datetime, *, bold: bool = False) -> str:
        age = age_in_words((now - self.at).total_seconds())
        end = "**" if bold else ""
        when = f"{clock_time(self.at, now)} ({age} ago){end}"
        return f"{self.who} was updated at {when}: {self.how}{'.' if bold else ''}{self.cite}"


async def tell_updates(look: Look) -> Iterator[str] | None:
    """What was updated within a time, or when something was last; None if that is not asked."""
    folded = look.question.folded
    if not _ASKED.search(folded) or _OTHERWISE.search(folded) or NO_SOFTWARE.search(folded):
        return None
    if speaks_of_state(folded):
        return None
    await look.discover("identity", "targets")
    if await nothing_known(look):
        return not_known(look)
    if (strange := await strangers(look)) is not None:
        return strange
    scope = look.question.scope
    begin = max(scope.start, look.now - MONTH) if scope.said else look.now - WEEK
    end = scope.end if scope.said else look.now
    found = await _asked(look, begin, end)
    if not any(one.ok for one in found.values()):
        return None
    updates = [*_of_timeline(found["changes"], look), *_of_images(look, found)]
    updates = _once([*updates, *await _of_packages(look, found["fewer"], begin, end)])
    updates = [one for one in updates if begin <= one.at <= end]
    return _told(look, updates, begin, end, found)


_OF_KIND: Final = (
    ("proxmox|pve|nodes?|hypervisors?|cluster|knoten", "node"),
    ("truenas|nas", "nas"),
    ("pbs|backup servers?", "pbs"),
)


def hosts_of_kind(look: Look) -> set[str]:
    """The machines that a question means by their kind: the nodes, the NAS, the backup server."""
    inventory = look.inventory
    said = [kind for words, kind in _OF_KIND
            if re.search(rf"\b(?:{words})\b", look.question.folded)]  # fmt: skip
    meant: set[str] = set()
    if "node" in said:
        meant |= set(inventory.node_of.values())
    if "nas" in said:
        pools = {host for hosts in inventory.pools.values() for host in hosts}
        others = {host for hosts in inventory.datastores.values() for host in hosts}
        meant |= pools - others - set(inventory.node_of) - set(inventory.node_of.values())
    if "pbs" in said:
        meant |= {host for hosts in inventory.datastores.values() for host in hosts}
    return meant & set(inventory.hosts.values())


def _about(look: Look) -> list[str]:
    """What is named, else the machines of the kind that is."""
    named = [one.name for one in look.focus.entities
             if one.kind in (EntityKind.HOST, EntityKind.SERVICE)]  # fmt: skip
    return list(dict.fromkeys(named)) or sorted(hosts_of_kind(look))


async def strangers(look: Look) -> Iterator[str] | None:
    """Says that nothing is called what the question asks about; None if all of it is known."""
    spoken = leftover(look.question)
    words = (
        [] if look.focus.named else [one for one in spoken if not _SPOKEN.fullmatch(one.casefold())]
    )
    if not words:
        return None
    await look.discover("alerts", "logs")
    cites = "".join(look.cite(name) for name in ("identity", "targets", "logs"))
    # What could not be read may hold the name.
    read = look.found["identity"].ok and not look.focus.named
    return unknown_name(look, words[:3], (), cites) if read else None


def changes_window(begin: datetime, end: datetime, now: datetime) -> dict[str, object]:
    """Arguments with which ``what_changed`` looks at a window, or at its last days."""
    if now - end > timedelta(minutes=2):
        half = min(max((end - begin) / 2, SHORTEST), LONGEST)
        return {"all": True, "at": (end - half).isoformat(), "window": format_window(half)}
    length = min(max(now - begin, timedelta(minutes=5)), LONGEST)
    return {"all": True, "window": format_window(length)}


async def _asked(look: Look, begin: datetime, end: datetime) -> dict[str, Found]:
    window: dict[str, object] = {"limit": 1000, **changes_window(begin, end, look.now)}
    about = _about(look)
    if about:
        window["host"] = about
    span = format_window(max(end - begin, timedelta(minutes=5)))
    moment: dict[str, object] = {} if look.now - end < timedelta(minutes=2) else {
        "at": end.isoformat()
    }  # fmt: skip
    return await look.ask(
        changes=Call(CHANGES, window),
        images=Call(INSTANT, {"query": IMAGES, "limit": MOST, **moment}),
        before=Call(INSTANT, {"query": IMAGES, "limit": MOST, "at": begin.isoformat()}),
        fewer=Call(INSTANT, {"query": f"resets({PENDING}[{span}]) > 0", "limit": MOST, **moment}),
    )


def _of_timeline(found: Found, look: Look) -> Iterator[_Update]:
    data = found.data(ChangeListing)
    for event in data.items if data is not None else ():
        # A runner pulls images all day long; what is routine updates nothing that stays.
        if event.kind == "updated" and not event.routine:
            who = plain(str(event.subject), 80)
            yield _Update(event.at, who, plain(event.text, 160), found.cite)


def _of_images(look: Look, found: dict[str, Found]) -> Iterator[_Update]:
    now, before = found["images"].data(InstantValues), found["before"].data(InstantValues)
    if now is None or before is None:
        return
    earlier: dict[tuple[str, str], set[str]] = {}
    for sample in before.items:
        own = (look.inventory.host_of(sample.labels), sample.labels.get("name", ""))
        earlier.setdefault(own, set()).add(sample.labels.get("image", ""))
    cites = found["images"].cite + found["before"].cite.lstrip()
    for sample in now.items:
        host, name = look.inventory.host_of(sample.labels), sample.labels.get("name", "")
        image = sample.labels.get("image", "")
        had = earlier.get((host, name), set())
        if not had or image in had or sample.value is None or not _is_meant(look, host, name):
            continue
        old, new = version_of(min(had)), version_of(image)
        yield _Update(
            datetime.fromtimestamp(sample.value, UTC),
            f"{plain(name, 60)} on {plain(host, 60)}",
            f"from {plain(old, 60)} to {plain(new, 60)}",
            cites,
        )  # fmt: skip


async def _of_packages(
    look: Look, found: Found, begin: datetime, end: datetime
) -> list[_Update]:  # fmt: skip
    """Hosts for which fewer packages wait than before, and since when."""
    data = found.data(InstantValues)
    hosts = {
        sample.labels.get("instance", ""): look.inventory.host_of(sample.labels)
        for sample in (data.items if data is not None else ())
    }
    hosts = {instance: host for instance, host in hosts.items() if _is_meant(look, host, "")}
    if not hosts:
        return []
    matcher = "|".join(re.escape(one).replace("\\", "\\\\") for one in sorted(hosts))
    query = f'{PENDING}{{instance=~"{matcher}"}}'
    window = window_arguments(end - begin, end, look.now)
    told_by = (
        await look.ask(
            waiting=Call("prometheus_range_query", {"query": query, "limit": 1000, **window})
        )
    )["waiting"]
    series = told_by.data(SeriesListing)
    updates = []
    for one in series.items if series is not None else ():
        points = [(at, value) for at, value in one.points if value is not None]
        drops = [
            (at, before, value) for (_, before), (at, value) in pairwise(points) if value < before
        ]
        for at, before, value in drops[-3:]:
            who = plain(look.inventory.host_of(one.labels), 60)
            how = f"{count(int(before), 'package')} waited, then {int(value)}"
            updates.append(_Update(at, who, how, told_by.cite))
    return updates


def _is_meant(look: Look, host: str, name: str) -> bool:
    """Whether the question is about that container, or that machine, or about all of them."""
    kinds = (EntityKind.HOST, EntityKind.SERVICE)
    entities = [one for one in look.focus.entities if one.kind in kinds]
    if not entities:
        return host in (meant := hosts_of_kind(look)) or not meant
    hosts = {one.name for one in entities if one.kind is EntityKind.HOST}
    called = {one.name for one in entities if one.kind is EntityKind.SERVICE}
    return host in hosts or name in called or (not name and host in look.focus.hosts)


def version_of(image: str) -> str:
    """The tag of a container's image; its whole name where it has none."""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    return tag or image


def _once(updates: Sequence[_Update]) -> list[_Update]:
    """Each update once, the newest first; who tells of versions tells more than a log line."""
    kept: list[_Update] = []
    for one in sorted(updates, key=lambda own: (not own.how.startswith("from "), own.at)):
        near = timedelta(hours=1)
        if not any(abs(one.at - own.at) < near and _same(one.who, own.who) for own in kept):
            kept.append(one)
    return sorted(kept, key=lambda own: own.at, reverse=True)


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def _told(
    look: Look,
    updates: Sequence[_Update],
    begin: datetime,
    end: datetime,
    found: dict[str, Found],
) -> Iterator[str]:
    folded, now = look.question.folded, look.now
    cites = cited(one.id for one in found.values())
    about = [plain(one, 60) for one in _about(look)]
    of = f" of {names(about)}" if about else ""
    since = f"since {clock_time(begin, now)}"
    if now - end > timedelta(minutes=2):
        since = f"between {clock_time(begin, now)} and {clock_time(end, now)}"
    closed = _CLOSED.match(folded) is not None
    blind = [name for name, one in found.items() if not one.ok]
    host = names([plain(one, 60) for one in look.focus.hosts[:1]] or about[:3]) or "each machine"
    notes = [f"what else was installed: `less /var/log/apt/history.log` on {host}"]
    if now - begin > LONGEST:
        notes.append(f"logs and annotations before {clock_time(now - LONGEST, now)}")
    if not updates and blind:
        known = "" if "changes" in blind else "; logs and annotations tell of no update"
        lead = f"**Cannot tell whether there was an update{of} {since}**{known}.{cites}"
        return told(look, lead, ("Not told here", notes))
    if not updates:
        what = "no container got another image, no count of waiting packages fell, no log tells"
        said = f"o update{of} is known {since}**: {what}.{cites}"
        lead = Opening("No: ", f"n{said}") if closed else Opening("", f"N{said}")
        return told(look, lead, ("Not told here", notes))
    first = updates[0]
    if len(updates) == 1:
        lead = Opening("Yes: " if closed else "", first.line(now, bold=True))
        return told(look, lead, ("Not told here", notes))
    listed = names(list(dict.fromkeys(one.who for one in updates)), 8)
    lead = Opening("Yes: " if closed else "", f"{count(len(updates), 'update')}{of} {since}: "
                   f"{listed}**, the last: {first.line(now)}.")  # fmt: skip
    lines = [one.line(now) for one in updates[1:]]
    return told(look, lead, ("Before that", lines), ("Not told here", notes))


__all__ = [
    "IMAGES",
    "MOST",
    "NO_SOFTWARE",
    "PENDING",
    "changes_window",
    "hosts_of_kind",
    "strangers",
    "tell_updates",
    "version_of",
]
