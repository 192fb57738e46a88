"""Answers whether data is lost, and how many disks of a pool may still fail."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from providers.truenas import Pool
from providers.truenas.storage_models import CALM, Vdev
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.views.human import count

_KEEPS_DATA: Final = ("data", "special", "dedup")
"""Roles of groups without which a pool is lost."""


def spare_disks(pool: Pool, failing: Collection[str] = ()) -> int | None:
    """How many more disks may fail, whichever they are; None if the layout does not tell.

    A disk with errors counts as gone, for it is the next to go; so does one that is being filled.

    Args:
        pool: the pool.
        failing: names of disks that say of themselves that they are failing.
    """
    groups = [group for group in pool.vdevs if group.role in _KEEPS_DATA]
    left = [_left(group, failing) for group in groups]
    known = [one for one in left if one is not None]
    if not known or len(known) != len(left):
        return None
    whole = not any(_gone(child, failing) for group in groups for child in group.children)
    return max(0, min(known) - (whole and _resilvers(pool)))


def _left(group: Vdev, failing: Collection[str]) -> int | None:
    if group.type == "disk" or (not group.children and group.disk):
        return 0
    raid = re.match(r"d?raidz?(\d?)", group.type)
    if raid is not None:
        bearable = int(raid[1] or 1)
    elif group.type == "mirror" and group.children:
        bearable = len(group.children) - 1
    else:
        return None
    return max(0, bearable - sum(_gone(one, failing) for one in group.children))


def _gone(part: Vdev, failing: Collection[str]) -> bool:
    return any(
        one.state not in CALM or one.missing or one.errors or one.label in failing
        for one in part.members()
    )  # fmt: skip


def _resilvers(pool: Pool) -> bool:
    scan = pool.scan
    return scan is not None and scan.function == "resilver" and scan.state == "running"


def counted_as_gone(pool: Pool, failing: Collection[str]) -> list[str]:
    """Disks that still answer, and are counted as gone all the same."""
    every = [one for group in pool.vdevs for one in group.members()]
    calm = [one for one in every if one.state in CALM and not one.missing]
    return [one.label for one in calm if one.errors or one.label in failing]


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


def redundancy(pools: Sequence[Pool], failing: Collection[str] = ()) -> str:
    """How many disks of each pool may still fail, in words; empty if that is not known.

    Args:
        pools: the pools.
        failing: names of disks that say of themselves that they are failing.
    """
    said, gone, until = [], [], []
    for pool in pools:
        spare = spare_disks(pool, failing)
        if spare is None:
            continue
        layout = names(list(dict.fromkeys(one.type for one in pool.vdevs if one.role == "data")))
        more = count(spare, "more disk") if spare else "no further disk"
        said.append(f"{more} of {plain(pool.name, 40)} ({plain(layout, 60)})")
        gone += [plain(one, 40) for one in counted_as_gone(pool, failing)]
        until += [plain(pool.name, 40)] if _resilvers(pool) else []
    if not said:
        return ""
    but = f"; {names(gone)} {'is' if len(gone) == 1 else 'are'} counted as gone" if gone else ""
    until_then = f", until the resilver of {names(until)} is done" if until else ""
    return f"{names(said)} can fail without loss of data{until_then}{but}"


__all__ = ["redundancy", "spare_disks", "unharmed"]
