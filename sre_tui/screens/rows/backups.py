"""Backups as rows: the datastores, and how well each guest is covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.text import Text

from providers.pbs import Datastore
from providers.text import one_line
from sre_tui.live.homelab import COVERAGE, DATASTORES
from sre_tui.screens.page_text import headline, pairs
from sre_tui.screens.rows.backup_age import newest_good
from sre_tui.screens.rows.kind import Known, Origin, RowKind
from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from sre_tui.views.backup_coverage import COVERAGE as COVERAGE_VIEW
from sre_tui.views.backup_coverage import remark, verdict_cell
from sre_tui.views.backups import verified_cell
from sre_tui.views.datastores import DATASTORES as STORES_VIEW
from sre_tui.views.datastores import store_state
from sre_tui.views.human import MISSING, size
from widgets.blocks import percent
from widgets.cell import Cell, Column, Display, Tone, marked, unmarked
from widgets.text import duration, plain_lines

if TYPE_CHECKING:
    from sre_tui.diagnosis.coverage.model import GuestCoverage
    from sre_tui.screens.about.tab import DetailTab

_STORE: Final = {column.key: column for column in STORES_VIEW.columns}
_CALM: Final = 5.0
"""Rank of a state from which on it needs no look."""
_TOLD: Final = {"never": "without backup", "not_covered": "not covered"}
_BAD: Final = ("never", "not_covered", "damaged", "stale", "unknown")
_SIGN: Final = "≡ "
"""Tells a datastore from a guest of that name."""


@dataclass(frozen=True)
class BackupRow:
    """A guest's coverage, or a datastore: one of both."""

    guest: GuestCoverage | None = None
    store: Datastore | None = None

    @property
    def key(self) -> str:
        """Unique in the pane."""
        if self.store is not None:
            return f"datastore {self.store.key}"
        return f"guest {self.guest.key}" if self.guest is not None else ""

    @property
    def name(self) -> str:
        """What it is called."""
        if self.store is not None:
            return self.store.name
        return self.guest.label if self.guest is not None else ""

    @property
    def state(self) -> Cell:
        """How it is, in a word."""
        if self.store is not None:
            return store_state(self.store)
        return verdict_cell(self.guest) if self.guest is not None else Cell("", None)


def _rows(known: Known) -> Sequence[BackupRow]:
    """What needs a look first; of either, datastores before guests."""
    stores, coverage = known.get(DATASTORES), known.get(COVERAGE)
    rows = [BackupRow(store=store) for store in (() if stores is None else stores.items)]
    rows += [BackupRow(guest=guest) for guest in (() if coverage is None else coverage.items)]
    return sorted(rows, key=_is_calm)


def _is_calm(row: BackupRow) -> bool:
    rank = row.state.sort
    return isinstance(rank, int | float) and rank >= _CALM


def _state(row: BackupRow, _: Display) -> Cell:
    return row.state


def _name(row: BackupRow, _: Display) -> Cell:
    if row.store is not None:
        return Cell(f"{_SIGN}{row.store.name}", row.store.name)
    name = MISSING if row.guest is None or row.guest.name is None else row.guest.name
    return Cell(name, name)


def _vmid(row: BackupRow, _: Display) -> Cell:
    return Cell("", None) if row.guest is None else Cell(str(row.guest.vmid), row.guest.vmid)


def _newest(row: BackupRow, display: Display) -> Cell:
    if row.guest is None:
        return Cell("", None)
    cell = newest_good(row.guest, display)
    # The verdict stands in a column of its own.
    return replace(cell, text=unmarked(cell), tone=Tone.NEUTRAL)


def _verified(row: BackupRow, _: Display) -> Cell:
    if row.guest is None or row.guest.newest is None:
        return Cell("", None)
    return verified_cell(row.guest.newest.verified)


def _remark(row: BackupRow, display: Display) -> Cell:
    if row.guest is not None:
        said = remark(row.guest)
        return Cell(said, said or None)
    store = row.store
    if store is None or store.ratio is None:
        return Cell("" if store is None else store.error or store.comment, None, Tone.MUTED)
    fill = _STORE["ratio"].cell(store, display)
    full = _STORE["full_at"].cell(store, display)
    said = percent(store.ratio)
    if store.full_at or store.trend == "full":
        said += f", full {full.text}"
    parts = [said]
    if store.gc is not None and store.gc.last_run is not None:
        tone = _STORE["gc"].cell(store, display).tone
        ago = duration((display.now - store.gc.last_run).total_seconds())
        parts.append(f"GC {marked(tone, ago)}")
    parts.append(f"of {size(store.total or 0)}")
    tones = [cell.tone for cell in (fill, full) if cell.tone in (Tone.ERROR, Tone.WARNING)]
    worst = Tone.ERROR if Tone.ERROR in tones else next(iter(tones), Tone.NEUTRAL)
    return Cell(marked(worst, " · ".join(parts)), store.ratio, worst)


def _copies(row: BackupRow, _: Display) -> Cell:
    return Cell("", None) if row.guest is None else Cell(str(row.guest.copies), row.guest.copies)


def _jobs(row: BackupRow, display: Display) -> Cell:
    return Cell("", None) if row.guest is None else _COVERAGE["jobs"].cell(row.guest, display)


def _where(row: BackupRow, display: Display) -> Cell:
    return Cell("", None) if row.guest is None else _COVERAGE["place"].cell(row.guest, display)


_COVERAGE: Final = {column.key: column for column in COVERAGE_VIEW.columns}


def _summary(rows: Sequence[BackupRow]) -> str:
    counts: Counter[str] = Counter(row.guest.verdict for row in rows if row.guest is not None)
    told = [f"{counts['ok']} ok"] if counts["ok"] else []
    told += [f"{counts[word]} {_TOLD.get(word, word)}" for word in _BAD if counts[word]]
    stores = sum(row.store is not None and not _is_calm(row) for row in rows)
    told += [f"{stores} datastore{'s' if stores > 1 else ''} in trouble"] if stores else []
    return ", ".join(told)


def _explain(row: BackupRow) -> str:
    name = one_line(row.name, 120)
    if row.store is not None:
        return f"how is the datastore {name}?"
    if row.guest is not None and row.guest.problem:
        return f"why has the guest {name} no good backup?"
    return f"is the guest {name} backed up?"


def _changes(row: BackupRow, now: datetime) -> str:
    if row.store is not None:
        return f"what changed on the datastore {one_line(row.store.name, 60)} in the last 24 hours?"
    name = "" if row.guest is None else row.guest.name or str(row.guest.vmid)
    return f"what changed on {one_line(name, 60)} in the last 24 hours?"


def _origin(row: BackupRow) -> Origin:
    if row.store is not None:
        name = one_line(row.store.name, 60)
        return Origin(f"datastore {name}", name)
    name = "" if row.guest is None else one_line(row.guest.name or str(row.guest.vmid), 60)
    return Origin(f"backup of {name}", name)


def _page(row: BackupRow, display: Display) -> Text:
    state = row.state
    page = headline(state.tone, unmarked(state), row.name)
    if row.guest is not None and row.guest.reason:
        page.append(f"{plain_lines(row.guest.reason)}\n")
    page.append("\n")
    columns, shown = (STORES_VIEW.columns, row.store) if row.store else (
        COVERAGE_VIEW.columns, row.guest
    )  # fmt: skip
    known: dict[str, str | Cell] = {}
    for column in columns:
        if column.key in ("name", "state", "verdict"):
            continue
        cell = column.cell(shown, display)  # type: ignore[arg-type]  # of its own view's rows
        if cell.text.strip():
            known[column.title.lower()] = cell
    if row.guest is not None and row.guest.error:
        known["last error"] = Cell(row.guest.error, None, Tone.ERROR)
    if row.store is not None and row.store.error:
        known["error"] = Cell(row.store.error, None, Tone.ERROR)
    pairs(page, known)
    return page


def _copied(row: BackupRow, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _tabs(row: BackupRow) -> Sequence[DetailTab]:
    if row.store is not None:
        from sre_tui.screens.about.datastore import datastore_tabs

        return datastore_tabs(row.store)
    from sre_tui.screens.about.backup import guest_backup_tabs

    return () if row.guest is None else guest_backup_tabs(row.guest)


def _logs(row: BackupRow) -> LogsOf | None:
    if row.guest is None or row.guest.name is None:
        return None
    return LogsOf(row.guest.label, (row.guest.name,))


def _charts(row: BackupRow) -> ChartsOf | None:
    from sre_tui.screens.rows.charts import datastore_charts, guest_charts

    if row.store is not None:
        return datastore_charts(row.store.name)
    guest = row.guest
    if guest is None:
        return None
    return guest_charts(guest.label, f"{guest.type}/{guest.vmid}", None, _logs(row))


KIND: Final = RowKind(
    noun="backup",
    columns=(
        Column("state", "State", _state, 13),
        Column("name", "Name", _name, 11, flexible=True),
        Column("vmid", "Id", _vmid, 4, 2, "right"),
        Column("newest", "Newest", _newest, 7, 0, "right"),
        Column("verified", "Verified", _verified, 14, 4),
        Column("remark", "Remark", _remark, 18, 1, "left", True),
        Column("copies", "Copies", _copies, 6, 4, "right"),
        Column("jobs", "Jobs", _jobs, 36, 5),
        Column("place", "Where", _where, 18, 6),
    ),
    rows=_rows,
    key=lambda row: row.key,
    name=lambda row: row.name,
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    tabs=_tabs,
    backups=lambda row, _: row.key,
    node=lambda row: None if row.guest is None else row.guest.node,
    logs=_logs,
    charts=_charts,
)
