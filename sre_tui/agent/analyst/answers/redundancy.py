"""Answers whether data is lost, and how many disks of a pool may still fail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.truenas import Pool
from providers.truenas.storage_models import CALM, Vdev
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.views.human import count

_KEEPS_DATA: Final = ("data", "special", "dedup")
"""Roles of groups without which a pool is lost."""


def spare_disks(pool: Pool) -> int | None:
    """How many more disks may fail, whichever they are; None if the layout does not tell."""
    left = [_left(group) for group in pool.vdevs if group.role in _KEEPS_DATA]
    known = [one for one in left if one is not None]
    return min(known) if known and len(known) == len(left) else None


def _left(group: Vdev) -> int | None:
    if group.type == "disk" or (not group.children and group.disk):
        return 0
    raid = re.match(r"d?raidz?(\d?)", group.type)
    if raid is not None:
        bearable = int(raid[1] or 1)
    elif group.type == "mirror" and group.children:
        bearable = len(group.children) - 1
    else:
        return None
    gone = sum(one.state not in (*CALM, "DEGRADED") or one.missing for one in group.children)
    return max(0, bearable - gone)


def unharmed(pool: Pool) -> bool:
    """Whether no file of a pool is known to be damaged, and all of it can be read."""
    groups = [each for vdev in pool.vdevs for each in _groups(vdev)]
    errors = any(one.errors for one in groups) or bool(pool.scan and pool.scan.errors)
    corrupt = "CORRUPT" in pool.status_code.upper()
    return pool.state.casefold() in ("online", "degraded") and not errors and not corrupt


def _groups(vdev: Vdev) -> Iterator[Vdev]:
    """Groups of disks: errors they count themselves are such as nothing could mend."""
    if vdev.children:
        yield vdev
        for child in vdev.children:
            yield from _groups(child)


def redundancy(pools: Sequence[Pool]) -> str:
    """How many disks of each pool may still fail, in words; empty if that is not known."""
    said = []
    for pool in pools:
        spare = spare_disks(pool)
        if spare is None:
            continue
        layout = names(list(dict.fromkeys(one.type for one in pool.vdevs if one.role == "data")))
        more = count(spare, "more disk") if spare else "no further disk"
        said.append(f"{more} of {plain(pool.name, 40)} ({plain(layout, 60)})")
    return f"{names(said)} can fail without loss of data" if said else ""


__all__ = ["redundancy", "spare_disks", "unharmed"]
