"""How pools, their members and datasets are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from providers.truenas import Dataset, Pool, Scan, Vdev
from sre_tui.views.cells import fill_cell, size_cell, source_column, state_cell, text_cell
from sre_tui.views.human import MISSING, ago, count, duration, percent, size
from sre_tui.views.several import told_apart
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

OVERDUE = 35 * 86400.0
"""Seconds after which a pool should have been scrubbed."""

_STATES: dict[str, tuple[float, Tone]] = {
    "SUSPENDED": (0, Tone.CRITICAL),
    "FAULTED": (0, Tone.CRITICAL),
    "UNAVAIL": (0, Tone.CRITICAL),
    "REMOVED": (1, Tone.CRITICAL),
    "DEGRADED": (1, Tone.ERROR),
    "OFFLINE": (2, Tone.WARNING),
    "ONLINE": (9, Tone.OK),
    "AVAIL": (9, Tone.OK),
    "INUSE": (8, Tone.INFO),
}


def layout_text(pool: Pool) -> str:
    """What it is built of: ``raidz2 of 6``, ``2 × mirror of 2``, with spares and caches."""
    groups = Counter((vdev.role, vdev.type, len(vdev.children)) for vdev in pool.vdevs)
    parts = []
    for (role, kind, width), number in groups.items():
        text = kind if not width else f"{kind} of {width}"
        text = text if number == 1 else f"{number} × {text}"
        parts.append(text if role == "data" else f"{text} as {role}")
    return ", ".join(parts) or "layout not reported"


def pool_rank(pool: Pool) -> float:
    """0 for a pool that is lost, growing; 9 for one without any trouble."""
    rank = _STATES.get(pool.state, (2, Tone.WARNING))[0]
    if rank < 9:
        return rank
    if not pool.healthy or pool.troubled() or (pool.scan is not None and pool.scan.errors):
        return 3
    return 4 if pool.warning or (pool.fill or 0) >= 0.8 else 9


@dataclass(frozen=True)
class PoolLine:
    """One line of the table: a pool, a member of one, or a dataset."""

    pool: Pool
    member: Vdev | None = None
    dataset: Dataset | None = None
    depth: int = 0
    path: str = ""
    """Of the member: the names of all it is part of."""

    @property
    def key(self) -> str:
        """Unique in the table."""
        if self.dataset is not None:
            return f"{self.pool.key}/dataset/{self.dataset.name}"
        if self.member is not None:
            return f"{self.pool.key}/vdev/{self.member.role}/{self.path}"
        return self.pool.key


def _lines(data: Any) -> Sequence[PoolLine]:
    return [line for pool in data.items for line in _of(pool, members=data.detailed)]


def _of(pool: Pool, *, members: bool) -> Iterator[PoolLine]:
    yield PoolLine(pool)
    if members:
        for vdev in pool.vdevs:
            yield from _members(pool, vdev, 1, vdev.name)
    for dataset in pool.datasets:
        yield PoolLine(pool, dataset=dataset, depth=1 + dataset.name.count("/"))


def _members(pool: Pool, vdev: Vdev, depth: int, path: str) -> Iterator[PoolLine]:
    yield PoolLine(pool, member=vdev, depth=depth, path=path)
    for child in vdev.children:
        yield from _members(pool, child, depth + 1, f"{path}/{child.name}")


def _name(line: PoolLine, _: Display) -> Cell:
    indent = "  " * line.depth
    if line.dataset is not None:
        return Cell(f"{indent}{line.dataset.name}", line.dataset.name)
    if line.member is not None:
        return Cell(f"{indent}{line.member.label}", line.member.label)
    return text_cell(line.pool.name)


def member_state(member: Vdev) -> Cell:
    """State of a member in ZFS's word; one that is not there, or counts errors, says so."""
    rank, tone = _STATES.get(member.state, (2.0, Tone.WARNING))
    word = f"{member.state}, missing" if member.missing else member.state
    if tone is Tone.OK and member.errors:
        rank, tone, word = 3.0, Tone.WARNING, f"{member.state}, errors"
    return state_cell(word.lower(), tone, rank)


def _state(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        locked = line.dataset.locked
        return state_cell("locked", Tone.WARNING, 3) if locked else Cell("", None)
    if line.member is not None:
        return member_state(line.member)
    word = line.pool.state
    rank, tone = _STATES.get(word, (2.0, Tone.WARNING))
    if tone is Tone.OK:
        rank = pool_rank(line.pool)
        tone = Tone.OK if rank == 9 else Tone.WARNING
    return state_cell(word.lower(), tone, rank)


def _fill(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        return fill_cell(line.dataset.fill)
    return Cell("", None) if line.member is not None else fill_cell(line.pool.fill)


def _used(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        return size_cell(line.dataset.used)
    if line.member is not None:
        return Cell("", None)
    pool = line.pool
    return _raw(pool.used) if pool.usable_used is None else size_cell(pool.usable_used)


def _free(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        return size_cell(line.dataset.available)
    if line.member is not None:
        return Cell("", None)
    pool = line.pool
    if pool.usable is not None and pool.usable_used is not None:
        return size_cell(pool.usable - pool.usable_used)
    return _raw(pool.free)


def _raw(amount: int | None) -> Cell:
    """Bytes with redundancy counted in, where what files can take is not reported."""
    return size_cell(None) if amount is None else Cell(f"{size(amount)} raw", float(amount))


def _size(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        return Cell("", None)
    if line.member is not None:
        return size_cell(line.member.size) if not line.member.children else Cell("", None)
    pool = line.pool
    return size_cell(pool.usable) if pool.usable is not None else _raw(pool.size)


def _snapshots(line: PoolLine, _: Display) -> Cell:
    return size_cell(line.dataset.snapshots_used) if line.dataset is not None else Cell("", None)


def _quota(line: PoolLine, _: Display) -> Cell:
    quota = None
    if line.dataset is not None:
        quota = line.dataset.quota or line.dataset.refquota
    return Cell("", None) if quota is None else size_cell(quota)


def _layout(line: PoolLine, _: Display) -> Cell:
    if line.member is not None:
        # A disk is found by the serial number on its label, so that is cut last.
        known = [line.member.serial]
        known += [line.member.type if line.member.children else line.member.model]
        return text_cell(" ".join(text for text in known if text))
    return text_cell("" if line.dataset is not None else layout_text(line.pool))


def _scan(line: PoolLine, display: Display) -> Cell:
    if line.member is not None or line.dataset is not None:
        return Cell("", None)
    return scan_cell(line.pool.scan, display)


def scan_cell(scan: Scan | None, display: Display) -> Cell:
    """A scrub or resilver with its progress, or how long ago the last one was."""
    if scan is None:
        return Cell(MISSING, None, Tone.MUTED)
    if scan.state in ("running", "paused"):
        paused = scan.state == "paused"
        text = scan.function + (" paused" if paused else "")
        if scan.progress is not None:
            text += f" {percent(scan.progress)}"
        if scan.left is not None and not paused:
            text += f", {duration(scan.left)} left"
        if scan.errors:
            text += f", {count(scan.errors, 'error')}"
        tone = Tone.WARNING if scan.function == "resilver" or paused else Tone.INFO
        tone = Tone.ERROR if scan.errors else tone
        return Cell(f"{tone.glyph} {text}", scan.started, tone)
    at = scan.ended or scan.started
    text = f"{scan.function} {ago(at, display.now)}" if at else f"{scan.function} {scan.state}"
    if scan.state == "canceled":
        text = f"{scan.function} canceled" + (f" {ago(at, display.now)}" if at else "")
        if not scan.errors:
            return Cell(f"{Tone.WARNING.glyph} {text}", at, Tone.WARNING)
    if scan.errors:
        return Cell(f"{Tone.ERROR.glyph} {text}, {count(scan.errors, 'error')}", at, Tone.ERROR)
    late = at is not None and (display.now - at).total_seconds() > OVERDUE
    return Cell(text, at, Tone.WARNING if late else Tone.NEUTRAL)


def pool_troubles(pool: Pool) -> list[str]:
    """What is wrong with its members, and what the last scan found."""
    troubles = [f"{each.label} {_trouble(each)}" for each in pool.troubled()]
    if pool.scan is not None and pool.scan.errors:
        troubles.append(f"{pool.scan.function} found {count(pool.scan.errors, 'error')}")
    return troubles


def _errors(line: PoolLine, _: Display) -> Cell:
    if line.dataset is not None:
        return Cell("", None)
    if line.member is not None:
        counts = (line.member.read_errors, line.member.write_errors, line.member.checksum_errors)
        total = line.member.errors
        text = "/".join("?" if each is None else str(each) for each in counts)
        return Cell(text, float(total), Tone.ERROR if total else Tone.NEUTRAL)
    if not line.pool.vdevs:
        return Cell(MISSING, None, Tone.MUTED)
    troubles = pool_troubles(line.pool)
    total = sum(each.errors for each in line.pool.members())
    tone = Tone.ERROR if troubles else Tone.MUTED
    return Cell(", ".join(troubles) or "none", float(total), tone)


def _trouble(member: Vdev) -> str:
    return member.state.lower() if member.state != "ONLINE" else count(member.errors, "error")


def _with_disks(data: Any) -> TableView[PoolLine] | None:
    if data.detailed:
        return DISKS_TOO
    return DATASETS_TOO if any(pool.datasets for pool in data.items) else _SEVERAL.instead(data)


def _standing(data: Any) -> str:
    """How full the pools are, and what a scan of them does: that gives way to the disks."""
    told = []
    for pool in data.items:
        parts = [] if pool.fill is None else [f"{percent(pool.fill)} full"]
        scan = pool.scan
        if scan is not None and scan.state in ("running", "paused") and scan.progress is not None:
            parts.append(f"{scan.function} {percent(scan.progress)} done")
        told.append(f"{pool.name}: {', '.join([layout_text(pool), *parts])}")
    return "; ".join(told)


_SEVERAL: TableView[PoolLine] = told_apart(TableView(
    columns=(
        Column("name", "Pool", _name, 14),
        Column("state", "State", _state, 18),
        Column("fill", "Fill", _fill, 15),
        Column("used", "Used", _used, 13, priority=3, align="right"),
        Column("free", "Free", _free, 13, priority=2, align="right"),
        Column("size", "Size", _size, 13, priority=5, align="right"),
        Column("scan", "Scrub", _scan, 32, priority=1),
        Column("errors", "Errors", _errors, 24, flexible=True),
        Column("snapshots", "Snapshots", _snapshots, 10, priority=3, align="right"),
        Column("quota", "Quota", _quota, 10, priority=4, align="right"),
        Column("layout", "Layout", _layout, 20, priority=3),
        source_column(lambda row: row.pool.source),
    ),
    rows=_lines,
    key=lambda line: line.key,
    nothing="No pools.",
    made_from={
        "fill": "used",
        "size": "usable",
        "errors": "vdevs",
        "layout": "vdevs",
        "snapshots": "datasets",
        "quota": "datasets",
    },
))  # fmt: skip
POOLS: TableView[PoolLine] = replace(_SEVERAL, instead=_with_disks)
_WIDTHS = {"name": 12, "state": 16, "size": 9, "errors": 14, "layout": 21}
_PRIORITIES = {
    "size": 1, "used": 2, "fill": 4, "scan": 5, "free": 6, "snapshots": 7, "quota": 8, "source": 9,
    "layout": 0,
}  # fmt: skip
DISKS_TOO: TableView[PoolLine] = replace(
    _SEVERAL,
    columns=tuple(
        replace(
            each, priority=_PRIORITIES.get(each.key, 0), width=_WIDTHS.get(each.key, each.width)
        )
        for each in _SEVERAL.columns
    ),
    title=_standing,
)
"""Pools with their disks: serial numbers and errors stay on any width."""
_DATASETS_FIRST = {"quota": 0, "used": 0, "state": 1, "free": 2, "snapshots": 3, "source": 4}
DATASETS_TOO: TableView[PoolLine] = replace(
    _SEVERAL,
    columns=tuple(
        replace(
            each,
            priority=0 if each.key in ("name", "fill") else _DATASETS_FIRST.get(each.key, 6),
            width={"name": 30, "state": 12, "used": 9, "free": 9, "quota": 8}.get(
                each.key, each.width
            ),
        )
        for each in _SEVERAL.columns
    ),
)
"""Pools with their datasets: whole names and quotas stay on any width."""
