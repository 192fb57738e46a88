"""Answers whether snapshots and replication ran, and how many snapshots there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from providers.truenas import Replication, SnapshotGroup
from sre_tui.agent.analyst.answers.told import read, told, with_runbook, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.truenas_data import SnapshotListing
from sre_tui.views.human import count, duration, size

MANY: Final = 512
"""Snapshots of one dataset from which on a TrueNAS warns."""
_REPLICATION: Final = re.compile(
    r"\b(replicat\w*|replikation\w*|copied|copies|copy|mirrored|kopiert|kopien?|gespiegelt)\b"
)
_SIZE: Final = re.compile(r"\b(space|size|big|large\w*|hold|take|gb|tb|platz|groß)\b")
_SEVERAL: Final = re.compile(r"\b(most|many|how many|count|too many|pile\w*|meisten|viele)\b")
_OLDEST: Final = re.compile(r"\b(oldest|älteste\w*|how old|wie alt)\b")
_NO_NAMES: Final = frozenset({"", "to", "replica", "replication", "data", "fast", "is", "the"})
"""Parts of names that say nothing of which replication is meant."""
_SLACK: Final = 2.5
"""How many intervals a copy may be old before it is late."""


async def tell_protection(look: Look) -> Iterator[str] | None:
    """Snapshots by dataset, or how current replication is."""
    data, cite = await read(look, "snapshots", "truenas_snapshots", SnapshotListing)
    if data is None:
        return None
    if _REPLICATION.search(look.question.folded):
        return await _replications(look, data, cite)
    named = mentioned(look.question, [one.dataset for one in data.items])
    groups = [one for one in data.items if not named or one.dataset in named]
    if data.snapshots is None:
        return told(look, f"**The NAS does not tell of its snapshots.**{cite}")
    if not groups:
        return told(look, f"**There are no snapshots on the NAS.**{cite}")
    piled = [one for one in groups if one.count > MANY]
    if piled:
        await with_runbook(look, "snapshot_pileup")
    lead = _lead(look, groups, piled, data, cite)
    return told(
        look, lead,
        ("By dataset", [_line(one, look.now) + cite for one in _ordered(look, groups)]),
        ("Snapshot tasks", _tasks(data, look.now, cite)),
    )  # fmt: skip


def late(task: Replication, now: datetime) -> bool:
    """Whether a replication failed, or its copy is older than its rhythm explains."""
    if not task.enabled:
        return False
    if task.state == "error" or task.error:
        return True
    if task.interval is None or task.last_snapshot_at is None:
        return False
    slack = max(_SLACK * task.interval, timedelta(hours=1).total_seconds())
    return (now - task.last_snapshot_at).total_seconds() > slack


async def _replications(look: Look, data: SnapshotListing, cite: str) -> Iterator[str]:
    every = data.replications
    named = mentioned(look.question, [one.name for one in every])
    chosen = [one for one in every if one.name in named] or _spoken_of(look, every) or list(every)
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
    data: SnapshotListing, cite: str,
) -> str:  # fmt: skip
    folded = look.question.folded
    first = _ordered(look, groups)[0]
    if _OLDEST.search(folded) and first.oldest is not None:
        return _oldest(look, groups, first.oldest, cite)
    if piled or _SEVERAL.search(folded) or _SIZE.search(folded):
        total = sum(one.count for one in groups)
        if len(groups) == 1:
            return f"**{_line(first, look.now)}**.{cite}"
        by = (
            f"{count(first.count - first.automatic, 'snapshot')} of it by no task"
            if piled and first.count > first.automatic
            else f"{count(first.count, 'snapshot')}, {size(first.used or 0)}"
        )
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
    return Opening(yes_no(look, fine=True), f"the newest snapshot is of {when}**.{cite}")


def _oldest(look: Look, groups: Sequence[SnapshotGroup], at: datetime, cite: str) -> str:
    same = [one for one in groups if one.oldest == at]
    who = names([plain(one.dataset, 60) for one in same], 4)
    age = age_in_words((look.now - at).total_seconds())
    when = f"{clock_time(at, look.now)} ({age} ago)"
    have = "has" if len(same) == 1 else "have"
    return f"**{who} {have} the oldest snapshot{'s' if len(same) > 1 else ''}**: of {when}.{cite}"


def _line(group: SnapshotGroup, now: datetime) -> str:
    held = f" that hold {size(group.used)}" if group.used is not None else ""
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


__all__ = ["MANY", "late", "tell_protection"]
