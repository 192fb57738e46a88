"""Answers which datasets of a pool there are, and which is the largest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import count, size

SHOWN: Final = 8
_DATASETS: Final = re.compile(r"\b(?:data ?sets?|zvols?|datensätze)\b")
_ASKED: Final = re.compile(
    r"^(?!.*\b(?:snapshots?|replicat\w*|backups?|damaged|corrupt\w*|lost|fail\w*|encrypt\w*|why|"
    r"how (?:do|can|to|should)|grow\w*|mount\w*|share\w*)\b)"
    r".*(?:\b(?:biggest|largest|smallest|fullest|most|größte\w*|kleinste\w*|list|show|which|what|"
    r"how (?:many|big|large|much|full)|welche\w*|wie ?(?:viele|groß|voll))\b)"
)
_SMALLEST: Final = re.compile(r"\b(?:smallest|least|kleinste\w*)\b")


async def tell_datasets(look: Look) -> Iterator[str] | None:
    """The datasets by size, of the pools named if any are; None if that is not asked or told."""
    folded = look.question.folded
    if not _DATASETS.search(folded) or not _ASKED.search(folded):
        return None
    if not look.caller.offers("truenas_pool_status"):
        return None
    data, cite = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    if data is None:
        return None
    pools = mentioned(look.question, [pool.name for pool in data.items])
    every = [one for pool in data.items if not pools or pool.name in pools
             for one in pool.datasets if one.used is not None and "/" in one.name]  # fmt: skip
    named = mentioned(look.question, [one.name for one in every])
    named = [one for one in named if "/" in one]
    every = [one for one in every if not named or one.name in named]
    if not every:
        return None
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
    return told(look, f"{lead}{held}, with all below it.{cite}",
                ("After it", [line + cite for line in lines[1:SHOWN]]))  # fmt: skip


__all__ = ["tell_datasets"]
