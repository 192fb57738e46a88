"""Answers how full a dataset or share of the NAS is: by its quota, or by what its pool has left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.truenas.storage_models import Dataset
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import leftover, mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import quantity_of
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.wording import code, names, plain
from sre_tui.diagnosis.language.aliases import meant_by
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import percent, size

POOLS: Final = "truenas_pool_status"
FULL: Final = 0.995
"""Fill from which on nothing more is taken, rounded as it is told."""
NEAR: Final = 0.9
_SPACE: Final = frozenset({"space", "growth"})
_QUOTA: Final = re.compile(r"\b(?:ref)?quotas?\b")
_SO_CALLED: Final = re.compile(r"\b(?:data ?sets?|shares?|quotas?|exports?|freigabe)\b")
_NO_FILL: Final = frozenset(
    {Intent.WHY, Intent.RUNBOOK, Intent.ACT, Intent.HELP, Intent.CHANGES, Intent.LOGS,
     Intent.RULES, Intent.EXPLAIN_ALERT, Intent.DASHBOARDS, Intent.RANK, Intent.BACKUP,
     Intent.HELD_BACKUPS, Intent.PROTECTION, Intent.DATASTORES, Intent.GUEST_CONFIG}
)  # fmt: skip
_OF_OTHERS: Final = re.compile(r"\b(?:memory|ram|swap|snapshots?|encrypt\w*|backups?|vm|guest)\b")
_WHETHER: Final = re.compile(
    r"^(?:is|are|does|do|has|have|will|ist|hat)\b.*\b(?:full|enough|voll)\b"
)
_ROOM: Final = re.compile(r"\b(?:enough|genug|room|platz für)\b")
_WHEN: Final = re.compile(r"\b(?:when|how long|how soon|wann|wie lange)\b")


async def tell_dataset_space(look: Look) -> Iterator[str] | None:
    """How full the datasets are that the question names; None if it names none or asks another."""
    question = look.question
    folded = question.folded
    quantity = quantity_of(folded)
    asks = _QUOTA.search(folded) or (quantity is not None and quantity.id in _SPACE)
    spoken = [said for said in meant_by(question.text) if " " in said]
    rest = folded
    for said in spoken:
        # "the backup of the mac" is a share and no backup of a guest.
        rest = rest.replace(said, " ")
    if not asks or question.intent in _NO_FILL or _OF_OTHERS.search(rest):
        return None
    paths = [word for word in question.candidates if "/" in word.strip("/")]
    if not (paths or spoken or leftover(question)) or not look.caller.offers(POOLS):
        return None
    if not paths and not _SO_CALLED.search(folded):
        await look.discover("identity", "targets")
        if look.focus.named:
            return None
    data, cite = await read(look, "datasets", POOLS, PoolListing, datasets=True)
    if data is None:
        return None
    every = [one for pool in data.items for one in pool.datasets if "/" in one.name]
    named = set(mentioned(question, [one.name for one in every]))
    chosen = [one for one in every if one.name in named and one.used is not None]
    chosen = _exact(chosen, paths) or chosen
    if chosen:
        return _told(look, chosen, cite)
    return _no_such(look, every, paths, cite)


def _exact(chosen: Sequence[Dataset], paths: Sequence[str]) -> list[Dataset]:
    wanted = {path.strip("/").removeprefix("mnt/").casefold() for path in paths}
    return [one for one in chosen if one.name.casefold() in wanted]


def _told(look: Look, chosen: Sequence[Dataset], cite: str) -> Iterator[str]:
    folded = look.question.folded
    lines = [dataset_line(one) for one in chosen]
    worst = max(one.fill or 0.0 for one in chosen)
    word = ""
    if _WHETHER.match(folded):
        good = bool(_ROOM.search(folded))
        word = "Yes: " if (worst >= NEAR) is not good else "No: "
    first, *rest = lines
    behind = ""
    if _WHEN.search(folded):
        behind = " Nobody recorded how fast it grows." if worst < FULL else " It is full already."
    lead = Opening(word, f"{first}**.{cite}{behind}")
    return told(look, lead, ("", [line + cite for line in rest]))


def dataset_line(one: Dataset) -> str:
    """How full a dataset is: by its quota, or by what its pool has left."""
    name, used = plain(one.name, 80), one.used or 0
    held = f", {size(one.snapshots_used)} of it only in snapshots" if one.snapshots_used else ""
    if one.quota:
        fill = percent(used / one.quota)
        left = size(max(0, min(one.quota - used, one.available or one.quota)))
        return (
            f"{name} has used {fill} of its quota: {size(used)} of {size(one.quota)}, {left} is "
            f"left{held}"
        )
    if one.refquota:
        return f"{name} uses {size(used)}{held}; it may hold {size(one.refquota)} without snapshots"
    left = f"; it has no quota, and {size(one.available)} is left in its pool" if (
        one.available is not None
    ) else ""  # fmt: skip
    return f"{name} uses {size(used)}{held}{left}"


def _no_such(
    look: Look, every: Sequence[Dataset], paths: Sequence[str], cite: str
) -> Iterator[str] | None:
    """That a dataset written as a path does not exist; other words may name something else."""
    pools = {one.pool for one in every}
    wrong = [path for path in paths if path.strip("/").removeprefix("mnt/").split("/")[0] in pools]
    if not wrong:
        return None
    pool = wrong[0].strip("/").removeprefix("mnt/").split("/")[0]
    there = [plain(one.name, 60) for one in every if one.pool == pool]
    said = names([code(one, 80) for one in wrong])
    lead = f"**The NAS has no dataset {said}**, so there is nothing to say about it.{cite}"
    return told(look, lead, (f"In {plain(pool, 40)} there are", [f"{names(there, 12)}{cite}"]))


__all__ = ["NEAR", "dataset_line", "tell_dataset_space"]
