"""Answers whether a dataset is copied: by a replication of it, or of one above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from providers.truenas import Replication
from sre_tui.agent.analyst.answers.told import (
    Section,
    read,
    told,
    unknown_name,
    with_runbook,
    yes_no,
)
from sre_tui.agent.analyst.entities import leftover, mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.diagnosis.language.aliases import meant_by
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from sre_tui.views.human import count

SHOWN: Final = 8
_PATH: Final = re.compile(r"(?<![\w/])[\w.-]+(?:/[\w.-]+)+")
_EVERYTHING: Final = re.compile(
    r"\b(?:data|everything|all (?:the |my )?data ?sets|daten|alles|nas)\b|"
    r"^(?:which|what|welche\w*|how many|wie ?viele) data ?sets?\b"
)
_NO_NAME: Final = re.compile(r"data ?sets?$|shares?$|pools?$|folders?$|ordner$")
_NOT_COPIED: Final = re.compile(r"\b(?:not|nicht|no|un(?:copied|replicated)|without|ohne)\b")
_OF_TASKS: Final = re.compile(r"\b(?:replications?|replikation\w*|copies|kopien)\b")
_TARGET: Final = re.compile(r"\b(?:to|nach|auf|zu) (?:the )?(\S+)")
_SLACK: Final = 2.5
"""How many intervals a copy may be old before it is late."""
_FINE: Final = frozenset({"finished", "pending", "waiting", "running"})


@dataclass(frozen=True)
class _Copy:
    """How one dataset is copied.

    Attributes:
        dataset: its name.
        task: the best of the replications that copy it; None if none does.
        below: datasets under it that are copied, where it is not.
        well: whether that copy is fresh; None if that cannot be told.
    """

    dataset: str
    task: Replication | None
    below: tuple[str, ...]
    well: bool | None

    def sentence(self, now: datetime) -> str:
        """What is said of it."""
        name, task = plain(self.dataset, 80), self.task
        if task is None:
            if self.below:
                held = names([plain(one, 60) for one in self.below], SHOWN)
                return f"no replication copies {name} as a whole, only {held} below it"
            return f"no replication copies {name}"
        to = f" to {plain(task.target, 60)}" if task.target else ""
        how = f"{name} is copied{to} by {plain(task.name, 60)}"
        if not task.enabled:
            how = f"{plain(task.name, 60)}, which copies {name}{to}, is switched off"
        elif task.state == "error" or task.error:
            why = f": {plain(task.error, 160)}".rstrip(".") if task.error else ""
            how = f"{plain(task.name, 60)}, which copies {name}{to}, failed{why}"
        elif self.well is False:
            how = f"the copy of {name}{to} by {plain(task.name, 60)} is late"
        at = task.last_snapshot_at
        if at is None:
            return f"{how}; no copy is known"
        age = age_in_words((now - at).total_seconds())
        return f"{how}; its copy is of {clock_time(at, now)} ({age} ago)"


async def tell_copies(
    look: Look, data: SnapshotListing, cite: str, *, spoken: bool
) -> Iterator[str] | None:
    """Whether the datasets named are copied; None if none is named and not everything is meant.

    Args:
        look: the question.
        data: what the NAS tells of snapshots and replications.
        cite: its citation.
        spoken: whether the question has words of a replication.
    """
    pools, own = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    every = {one.dataset for one in data.items} | {
        one for task in data.replications for one in task.datasets
    }
    every |= {one.name for pool in (pools.items if pools is not None else ())
              for one in pool.datasets}  # fmt: skip
    strange = [path for path in _PATH.findall(look.question.text) if path not in every]
    if strange:
        near = [one for one in sorted(every) if one.startswith(strange[0].split("/")[0])]
        return unknown_name(look, strange[:2], near[:3], cite + own)
    targets = {task.target for task in data.replications}
    asked = _wanted(look, [one for one in sorted(every) if one not in targets])
    chosen = [_copy(one, data.replications, look.now) for one in asked]
    if not chosen:
        words = [*meant_by(look.question.text), *leftover(look.question)]
        said = [word for word in words if not _NO_NAME.match(word.casefold())]
        if said and not spoken and not _OF_TASKS.search(look.question.folded):
            return _not_told_apart(look, said, data, cite)
        if not _EVERYTHING.search(look.question.folded):
            return None
        return _everything(look, sorted(every - targets), data, cite)
    bad = [one for one in chosen if one.well is not True]
    if any(one.task is not None and one.well is False for one in bad):
        await with_runbook(look, "replication_failed")
    unsure = any(one.well is None for one in chosen) and all(one.well is not False for one in bad)
    head = "" if unsure else yes_no(look, fine=not bad)
    first, *rest = [one.sentence(look.now) for one in (*bad, *(c for c in chosen if c not in bad))]
    begin, mark, end = first.partition("; ")
    lead = Opening(head, f"{begin}**{mark}{end}.{cite}", well=not bad)
    return told(look, lead, ("", [line + cite for line in rest]), _others(data, chosen, cite))


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


def _wanted(look: Look, known: Sequence[str]) -> list[str]:
    """The datasets that are spoken of; where a copy goes is not asked about."""
    paths = [path for path in _PATH.findall(look.question.text) if path in known]
    targets = frozenset(_TARGET.findall(look.question.folded))
    found = paths or mentioned(look.question, known)
    return [one for one in found if targets.isdisjoint((one, one.rpartition("/")[2]))]


def _copy(dataset: str, tasks: Sequence[Replication], now: datetime) -> _Copy:
    own = [one for one in tasks if covers(one, dataset)]
    own.sort(key=lambda one: (not one.enabled, late(one, now), one.last_snapshot_at is None))
    task = next(iter(own), None)
    below = tuple(sorted({held for one in tasks for held in one.datasets
                          if held.startswith(f"{dataset}/")}))  # fmt: skip
    if task is None:
        return _Copy(dataset, None, below, well=False)
    if not task.enabled or late(task, now) or task.state not in _FINE:
        return _Copy(dataset, task, below, well=False)
    # Without a rhythm nobody can say whether a copy is fresh.
    fresh = None if task.interval is None or task.last_snapshot_at is None else True
    return _Copy(dataset, task, below, well=fresh)


def covers(task: Replication, dataset: str) -> bool:
    """Whether a replication copies that dataset, as one of its own or as one below them."""
    if dataset in task.datasets:
        return True
    left_out = any(dataset == one or dataset.startswith(f"{one}/") for one in task.excluded)
    above = any(dataset.startswith(f"{one}/") for one in task.datasets)
    return above and task.recursive is True and not left_out


def _everything(
    look: Look, every: Sequence[str], data: SnapshotListing, cite: str
) -> Iterator[str]:
    """Which datasets are copied and which are not; a pool's own root counts for nothing."""
    copies = [_copy(one, data.replications, look.now) for one in every if "/" in one]
    held = [one for one in copies if one.task is not None]
    bare = [one for one in copies if one.task is None]
    bad = [one for one in held if one.well is not True]
    if not held:
        return told(look, Opening("No: ", f"no dataset of the NAS is copied**.{cite}"))
    if _NOT_COPIED.search(look.question.folded) and bare:
        share = f"{len(bare)} of {count(len(copies), 'dataset')} are in no replication"
        who = names([plain(one.dataset, 60) for one in bare], 20)
        lead = Opening("", f"{share}**: {who}.{cite}")
    elif bad:
        lead = Opening("No: ", f"{bad[0].sentence(look.now).replace('; ', '**; ', 1)}.{cite}")
    else:
        share = f"{len(held)} of {count(len(copies), 'dataset')} are copied, none of them late"
        who = names([plain(one.dataset, 60) for one in held], SHOWN)
        word = yes_no(look, fine=True) if not bare else ""
        lead = Opening(word, f"{share}**: {who}.{cite}", well=not bare)
    rest = [plain(one.dataset, 60) for one in bare]
    lines = [f"{names(rest, 20)}{cite}"] if rest else []
    return told(look, lead, ("", [one.sentence(look.now) + cite for one in held]),
                ("In no replication", lines))  # fmt: skip


def _not_told_apart(
    look: Look, said: Sequence[str], data: SnapshotListing, cite: str
) -> Iterator[str]:
    """That no dataset is called so: a yes about the others would be taken for one about it."""
    held = [plain(one, 60) for task in data.replications for one in task.datasets]
    lead = (
        f"**Which dataset holds {code(said[0], 60)} is not known**, so whether it is copied is not "
    )
    copied = f"; replications copy {names(held, 20)}" if held else "; nothing is replicated"
    return told(look, f"{lead}either{copied}.{cite}")


def _others(data: SnapshotListing, chosen: Sequence[_Copy], cite: str) -> Section:
    """What is copied besides, where something asked about is not."""
    if all(one.task is not None for one in chosen):
        return "", []
    held = [plain(one, 60) for task in data.replications for one in task.datasets]
    return "What is copied", [f"{names(held, 20)}{cite}"] if held else []


__all__ = ["covers", "late", "tell_copies"]
