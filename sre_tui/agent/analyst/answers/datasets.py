"""Answers which datasets of a pool there are, and which is the largest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.truenas import Pool
from providers.truenas.storage_models import Dataset
from sre_tui.agent.analyst.answers.dataset_space import NEAR, dataset_line
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import count, percent, size

SHOWN: Final = 8
_DATASETS: Final = re.compile(r"\b(?:data ?sets?|zvols?|datensätze)\b")
_USED_BY: Final = re.compile(
    r"^(?:who|whos|what|whats|wer|was)\b.*\b(?:us(?:es|ing)|eat(?:s|ing)|hog(?:s|ging)|tak(?:es|ing)|"
    r"fill(?:s|ing)|frisst|belegt|braucht)\b.*\b(?:space|storage|disks?|nas|platz|speicherplatz)\b"
)
"""Asks where all the space went, of no place in particular."""
_ASKED: Final = re.compile(
    r"^(?!.*\b(?:snapshots?|repli[ckz]\w*|copied|kopiert|mirrored|backups?|damaged|corrupt\w*|"
    r"lost|fail\w*|encrypt\w*|why|how (?:do|can|to|should)|grow\w*|mount\w*|share\w*)\b)"
    r".*(?:\b(?:biggest|largest|smallest|fullest|most|größte\w*|kleinste\w*|list|show|which|what|"
    r"how (?:many|big|large|much|full)|welche\w*|wie ?(?:viele|groß|voll))\b)"
)
_FULL: Final = re.compile(
    r"\b(?:full|fullest|voll|vollste\w*|(?:over|at|near) (?:its |the )?quota)\b"
)
_SMALLEST: Final = re.compile(r"\b(?:smallest|least|kleinste\w*)\b")


async def tell_datasets(look: Look) -> Iterator[str] | None:
    """The datasets by size, of the pools named if any are; None if that is not asked or told."""
    folded = look.question.folded
    used_by = _USED_BY.search(folded) is not None and not re.search(r"\bswap|memory\b", folded)
    if not used_by and not (_DATASETS.search(folded) and _ASKED.search(folded)):
        return None
    if not look.caller.offers("truenas_pool_status"):
        return None
    data, cite = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    if data is None:
        return None
    pools = mentioned(look.question, [pool.name for pool in data.items])
    every = [one for pool in data.items if not pools or pool.name in pools
             for one in pool.datasets if one.used is not None and "/" in one.name]  # fmt: skip
    if used_by and not pools:
        await look.discover("identity", "targets")
        if look.focus.hosts:
            return None
    named = mentioned(look.question, [one.name for one in every])
    named = [one for one in named if "/" in one]
    every = [one for one in every if not named or one.name in named]
    if not every:
        return None
    if _FULL.search(folded):
        return _by_fill(look, every, cite)
    smallest = _SMALLEST.search(folded) is not None
    every.sort(key=lambda one: one.used or 0, reverse=not smallest)
    first = every[0]
    of = f" of {names([plain(one, 40) for one in pools])}" if pools else ""
    lines = [f"{plain(one.name, 80)} uses {size(one.used or 0)}"
             + (f", {size(one.snapshots_used)} of it only in snapshots" if one.snapshots_used
                else "") for one in every]  # fmt: skip
    if re.search(r"\bhow many\b|\bwie ?viele\b|^(?:list|show)\b", folded) and not named:
        lead = f"**{count(len(every), 'dataset')}{of}**, the largest first.{cite}"
        return told(look, lead, ("", [line + cite for line in lines]))
    if named:
        return told(look, f"**{lines[0]}**.{cite}", ("", [one + cite for one in lines[1:]]))
    word = "smallest" if smallest else "biggest"
    more = first.snapshots_used
    held = f", {size(more)} of it only in snapshots" if more else ""
    lead = f"**{plain(first.name, 80)} is the {word} dataset{of}**: it uses {size(first.used or 0)}"
    pools_full = [_pool_line(one) + cite for one in data.items
                  if used_by and one.usable and (not pools or one.name in pools)]  # fmt: skip
    return told(look, f"{lead}{held}, with all below it.{cite}",
                ("After it", [line + cite for line in lines[1:SHOWN]]),
                ("Pools", pools_full))  # fmt: skip


def _by_fill(look: Look, every: Sequence[Dataset], cite: str) -> Iterator[str]:
    """The datasets by how much of their quota they used, or of what their pool has left."""
    ordered = sorted(every, key=lambda one: one.fill or 0.0, reverse=True)
    lines = [dataset_line(one) + cite for one in ordered]
    full = [one for one in ordered if (one.fill or 0.0) >= NEAR]
    if full:
        return told(look, f"**{dataset_line(full[0])}**.{cite}", ("After it", lines[1:SHOWN]))
    lead = f"**No dataset is full**: nearest to it, {lines[0]}."
    return told(look, lead, ("After it", lines[1:SHOWN]))


def _pool_line(pool: Pool) -> str:
    used, whole = pool.usable_used or 0, pool.usable or 0
    share = percent(used / whole) if whole else "0 %"
    return f"{plain(pool.name, 60)} is {share} full, {size(whole - used)} of {size(whole)} is left"


__all__ = ["tell_datasets"]
