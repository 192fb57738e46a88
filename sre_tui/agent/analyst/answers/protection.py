"""Answers whether snapshots and replication ran, and how many snapshots there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from providers.clock import age_in_words
from providers.truenas import Replication, SnapshotGroup
from sre_tui.agent.analyst.answers.copies import late, tell_copies
from sre_tui.agent.analyst.answers.told import read, told, with_runbook, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import capital, clock_time, code, names, plain
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from sre_tui.views.human import count, duration, size

MANY: Final = 512
"""Snapshots of one dataset from which on a TrueNAS warns."""
_REPLICATION: Final = re.compile(
    r"\b(replicat\w*|replikation\w*|copied|copies|copy|mirrored|repliziert|kopiert|kopien?|gespiegelt)\b"
)
_SIZE: Final = re.compile(r"\b(space|size|big|large\w*|hold|take|gb|tb|platz|groß)\b")
_SEVERAL: Final = re.compile(r"\b(most|many|how many|count|too many|pile\w*|meisten|viele)\b")
_HOW_MANY: Final = re.compile(r"^(?:how many|wie ?viele|count|number)\b")
_SNAPSHOTS: Final = re.compile(r"\bsnapshots?\b")
_OF_GUESTS: Final = re.compile(
    r"\b(guests?|(?<!/)vms?|lxcs?|containers?|virtual machines?|gäste)\b"
)
SHOWN: Final = 4
_OLDEST: Final = re.compile(
    r"^(?!.*\b(?:newest|latest|last|recent\w*|neueste\w*|letzte\w*|jüngste\w*)\b)"
    r".*\b(?:oldest|älteste\w*|how old|wie alt)\b"
)
_NO_NAMES: Final = frozenset({"", "to", "replica", "replication", "data", "fast", "is", "the"})
"""Parts of names that say nothing of which replication is meant."""


async def tell_protection(look: Look) -> Iterator[str] | None:
    """Snapshots by dataset, or how current replication is."""
    data, cite = await read(look, "snapshots", "truenas_snapshots", SnapshotListing)
    if data is None:
        return None
    if _OF_GUESTS.search(look.question.folded) and _SNAPSHOTS.search(look.question.folded):
        return _of_guests(look, data, cite)
    if _REPLICATION.search(look.question.folded):
        return await _replications(look, data, cite)
    named = mentioned(look.question, [one.dataset for one in data.items])
    groups = [one for one in data.items if not named or one.dataset in named]
    guests = [] if named or not _SIZE.search(look.question.folded) else await _guests(look)
    if guests:
        return _of_guests(look, data, cite, guests[0])
    if data.snapshots is None:
        return told(look, f"**The NAS does not tell of its snapshots.**{cite}")
    if not groups:
        return told(look, f"**There are no snapshots on the NAS.**{cite}")
    piled = [one for one in groups if one.count > MANY]
    if piled:
        await with_runbook(look, "snapshot_pileup")
    held = await _held(look, groups) if _SIZE.search(look.question.folded) else {}
    lead = _lead(look, groups, piled, data, cite, held)
    return told(
        look, lead,
        ("By dataset", [_line(one, look.now) + cite for one in _ordered(look, groups)]),
        ("Snapshot tasks", _tasks(data, look.now, cite)),
    )  # fmt: skip


async def _replications(look: Look, data: SnapshotListing, cite: str) -> Iterator[str]:
    every = data.replications
    spoken = _spoken_of(look, every)
    told_of = await tell_copies(look, data, cite, spoken=bool(spoken))
    if told_of is not None:
        return told_of
    named = mentioned(look.question, [one.name for one in every])
    chosen = [one for one in every if one.name in named] or spoken or list(every)
    if not chosen:
        return told(look, f"**The NAS has no replication task.**{cite}")
    behind = [one for one in chosen if late(one, look.now)]
    if behind:
        await with_runbook(look, "replication_failed")
    first = (behind or chosen)[0]
    head = yes_no(look, fine=not behind)
    if re.match(r"^(is|are|ist)\b.*\b(running|in progress|läuft)\b", look.question.folded):
        active = [one for one in chosen if one.state == "running"]
        first = (active or [first])[0]
        head = "Yes: " if active else "No: "
    said = f"replication {_replication(first, look.now)}**.{cite}"
    if len(chosen) > 1 and not behind and head:
        said = f"none of {count(len(chosen), 'replication')} is late**: {said.replace('**', '')}"
    lead = Opening(head, said)
    rest = [_replication(one, look.now) + cite for one in chosen if one is not first]
    return told(look, lead, ("The others", rest))


def _spoken_of(look: Look, every: Sequence[Replication]) -> list[Replication]:
    """The replications whose source or target has a name of which the question holds a word."""
    asked = {word.casefold().removesuffix("s") for word in look.question.text.split()}
    asked = {word.strip("?.,!:;\"'").removesuffix("s") for word in asked}

    def parts(task: Replication) -> set[str]:
        told_of = " ".join((task.name, task.target or "", *task.datasets)).casefold()
        return {part.removesuffix("s") for part in re.split(r"[\W_]+", told_of)}

    return [one for one in every if asked & (parts(one) - _NO_NAMES)]


def _replication(task: Replication, now: datetime) -> str:
    target = f" to {plain(task.target, 60)}" if task.target else ""
    what = f"{plain(task.name, 60)} ({names([plain(one, 60) for one in task.datasets], 3)}{target})"
    copy = "no copy is known"
    if task.last_snapshot_at is not None:
        age = age_in_words((now - task.last_snapshot_at).total_seconds())
        copy = f"its copy is of {clock_time(task.last_snapshot_at, now)} ({age} ago)"
    if not task.enabled:
        return f"{what} is switched off; {copy}"
    if task.state == "error" or task.error:
        error = f" with {plain(task.error, 160)}".rstrip(".") if task.error else ""
        return f"{what} failed{error}; {copy}"
    return f"{what} is {'late' if late(task, now) else task.state}; {copy}"


def _ordered(look: Look, groups: Sequence[SnapshotGroup]) -> list[SnapshotGroup]:
    if _OLDEST.search(look.question.folded):
        never = datetime.max.replace(tzinfo=UTC)
        return sorted(groups, key=lambda one: one.oldest or never)
    if _SIZE.search(look.question.folded):
        return sorted(groups, key=lambda one: -(one.used or 0))
    return sorted(groups, key=lambda one: -one.count)


def _lead(
    look: Look, groups: Sequence[SnapshotGroup], piled: Sequence[SnapshotGroup],
    data: SnapshotListing, cite: str, held: Mapping[str, int],
) -> str:  # fmt: skip
    folded = look.question.folded
    first = _ordered(look, groups)[0]
    if _OLDEST.search(folded) and first.oldest is not None:
        return _oldest(look, groups, first.oldest, cite)
    if piled or _SEVERAL.search(folded) or _SIZE.search(folded):
        total = sum(one.count for one in groups)
        if len(groups) == 1:
            return f"**{_line(first, look.now, held.get(first.dataset))}**.{cite}"
        if held and sum(held.values()):
            return _held_lead(groups, piled, held, cite + look.cite("datasets"))
        by = (
            f"{count(first.count - first.automatic, 'snapshot')} of it by no task"
            if piled and first.count > first.automatic
            else f"{count(first.count, 'snapshot')}, {size(first.used or 0)}"
        )
        if _HOW_MANY.search(folded):
            many = f"{count(total, 'snapshot')} of {count(len(groups), 'dataset')}"
            return f"**{many}**; {plain(first.dataset, 80)} has the most: {by}.{cite}"
        most = "holds the most" if _SIZE.search(folded) else "has the most"
        return (
            f"**{plain(first.dataset, 80)} {most}: {by}**; {count(total, 'snapshot')} of "
            f"{count(len(groups), 'dataset')} in all.{cite}"
        )
    failed = [one for one in data.tasks if one.enabled and (one.state == "error" or one.error)]
    newest = max((one.newest for one in groups if one.newest is not None), default=None)
    if failed:
        who = names([plain(one.dataset, 60) for one in failed])
        return Opening(yes_no(look, fine=False), f"the snapshot task of {who} failed**.{cite}")
    if newest is None:
        return Opening(yes_no(look, fine=False), f"no snapshot has a known time**.{cite}")
    age = age_in_words((look.now - newest).total_seconds())
    when = f"{clock_time(newest, look.now)} ({age} ago)"
    of = f" of {plain(groups[0].dataset, 80)}" if len(groups) == 1 else ""
    head, said = yes_no(look, fine=True), f"the newest snapshot{of} is of {when}**.{cite}"
    return Opening(head, said if head else capital(said))


def _oldest(look: Look, groups: Sequence[SnapshotGroup], at: datetime, cite: str) -> str:
    same = [one for one in groups if one.oldest == at]
    who = names([plain(one.dataset, 60) for one in same], 4)
    age = age_in_words((look.now - at).total_seconds())
    when = f"{clock_time(at, look.now)} ({age} ago)"
    have = "has" if len(same) == 1 else "have"
    return f"**{who} {have} the oldest snapshot{'s' if len(same) > 1 else ''}**: of {when}.{cite}"


async def _guests(look: Look) -> list[str]:
    """The guests that are named."""
    if not look.caller.offers("proxmox_list_guests"):
        return []
    data, _ = await read(look, "guests", "proxmox_list_guests", GuestListing)
    return mentioned(look.question, [one.name for one in (data.items if data else ()) if one.name])


async def _held(look: Look, groups: Sequence[SnapshotGroup]) -> dict[str, int]:
    """Bytes that only snapshots of each dataset hold, together with what several of them share."""
    pools, _ = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    told_of = {one.name: one.snapshots_used for pool in (pools.items if pools is not None else ())
               for one in pool.datasets}  # fmt: skip
    held = {one.dataset: told_of.get(one.dataset) for one in groups}
    own = {one.dataset: one.used for one in groups}
    every = {name: amount if amount is not None else own[name] for name, amount in held.items()}
    return {name: amount for name, amount in every.items() if amount is not None}


def _held_lead(
    groups: Sequence[SnapshotGroup], piled: Sequence[SnapshotGroup], held: Mapping[str, int],
    cite: str,
) -> str:  # fmt: skip
    total = sum(one.count for one in groups)
    ranked = sorted(held, key=lambda name: -held[name])[:SHOWN]
    most = names([f"{plain(name, 80)} {size(held[name])}" for name in ranked if held[name]])
    pools = names(sorted({plain(one.pool, 40) for one in groups}))
    many = f"{count(total, 'snapshot')} of {count(len(groups), 'dataset')}"
    pile = "; ".join(f"{plain(one.dataset, 80)} has {count(one.count - one.automatic, 'snapshot')} "
                     "by no task" for one in piled if one.count > one.automatic)  # fmt: skip
    said = f"**Snapshots hold {size(sum(held.values()))} on {pools}**, the most: {most}; {many}"
    return f"{said}{f'; {pile}' if pile else ''}.{cite}"


def _of_guests(look: Look, data: SnapshotListing, cite: str, guest: str = "") -> Iterator[str]:
    """That nobody tells the size of guests' snapshots, and what the NAS holds of its own."""
    whose = f"of {plain(guest, 60)}" if guest else "of guests"
    one = code(f"sre guests show {guest or '<guest>'}", 80)
    lead = (
        f"**Proxmox VE does not tell how much space the snapshots {whose} take**; {one} lists "
        f"those of {'it' if guest else 'one'}."
    )
    lines = [_line(one, look.now) + cite for one in _ordered(look, data.items)[:SHOWN]]
    return told(look, lead, ("Snapshots of datasets on the NAS", lines))


def _line(group: SnapshotGroup, now: datetime, together: int | None = None) -> str:
    used = group.used if together is None else together
    held = f" that hold {size(used)}" if used is not None else ""
    newest = f", the newest of {clock_time(group.newest, now)}" if group.newest is not None else ""
    oldest = f", the oldest of {clock_time(group.oldest, now)}" if group.oldest is not None else ""
    made = group.count - group.automatic
    other = f", {made} of them by no task" if made else ""
    shown = count(group.count, "snapshot")
    return f"{plain(group.dataset, 80)} has {shown}{held}{other}{newest}{oldest}"


def _tasks(data: SnapshotListing, now: datetime, cite: str) -> list[str]:
    lines = []
    for task in data.tasks:
        ran = f", last run {clock_time(task.ran_at, now)}" if task.ran_at is not None else ""
        keep = f", kept {duration(task.keep)}" if task.keep is not None else ""
        state = task.state if task.enabled else "switched off"
        error = f": {plain(task.error, 120)}" if task.error else ""
        lines.append(f"{plain(task.dataset, 80)}: {state}{error}{ran}{keep}{cite}")
    return lines


__all__ = ["MANY", "tell_protection"]
