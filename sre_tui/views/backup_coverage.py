"""How the backup coverage of guests is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from sre_tui.views.backups import verified_cell
from sre_tui.views.cells import source_column, state_cell, text_cell, time_cell
from sre_tui.views.human import MISSING, count
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

VERDICTS: dict[str, tuple[str, float, Tone]] = {
    "never": ("no backup", 0, Tone.CRITICAL),
    "not_covered": ("not covered", 1, Tone.ERROR),
    "damaged": ("damaged", 2, Tone.ERROR),
    "stale": ("stale", 3, Tone.WARNING),
    "unknown": ("unknown", 4, Tone.STALE),
    "pending": ("pending", 5, Tone.INFO),
    "ok_in_part": ("ok in part", 6, Tone.OK),
    "ok": ("ok", 7, Tone.OK),
    "excluded": ("left out", 8, Tone.MUTED),
    "template": ("template", 9, Tone.MUTED),
}
"""Word, rank (0 the most pressing) and tone of each verdict."""

_SYSTEM_ERROR: Final = re.compile(r"\bE[A-Z]{3,}: .+$")
_AGE: Final = re.compile(r"; (?:the newest good one|its newest backup) is ")


class Copy(Protocol):
    """What is shown of one backup; what finds it stands above the views."""

    @property
    def place(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def size(self) -> int | None: ...
    @property
    def verified(self) -> Literal["ok", "failed"] | None: ...


class Covering(Protocol):
    """What is shown of a backup job."""

    @property
    def id(self) -> str: ...
    @property
    def schedule(self) -> str: ...
    @property
    def storage(self) -> str: ...


class Coverage(Protocol):
    """What is shown of a guest's coverage."""

    @property
    def key(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def vmid(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def node(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def newest(self) -> Copy | None: ...
    @property
    def damaged(self) -> Copy | None: ...
    @property
    def jobs(self) -> Sequence[Covering]: ...
    @property
    def copies(self) -> int: ...
    @property
    def error(self) -> str: ...
    @property
    def running(self) -> bool: ...
    @property
    def counted_as(self) -> str: ...
    @property
    def without(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def former_names(self) -> Sequence[str]: ...


def verdict_cell(row: Coverage) -> Cell:
    """Whether the guest could be restored, in a word."""
    return state_cell(verdict_word(row), *_standing(row))


def verdict_word(row: Coverage) -> str:
    """The same without its sign."""
    return VERDICTS[row.counted_as][0] if row.counted_as in VERDICTS else row.verdict


def _standing(row: Coverage) -> tuple[Tone, float]:
    _, rank, tone = VERDICTS.get(row.counted_as, ("", 4.5, Tone.WARNING))
    return tone, rank


def short_error(error: str) -> str:
    """The system's own word at the end of an error, such as ``ENOSPC: …``; else all of it."""
    found = _SYSTEM_ERROR.search(error)
    return found[0] if found else error


def _cause(row: Coverage) -> str:
    """The reason in few words: how old the newest backup is stands in a column of its own."""
    if row.verdict in ("stale", "never") and row.error:
        return short_error(row.error)
    if row.verdict == "damaged" and row.damaged is not None:
        return f"fails verification: {row.damaged.at:%Y-%m-%d %H:%M} UTC"
    return _AGE.split(row.reason)[0] if row.newest else row.reason


def remark(row: Coverage) -> str:
    """Why, and what else is worth knowing."""
    parts = [_cause(row)] if row.reason else []
    if row.running:
        parts.append("a backup runs now")
    if row.without:
        parts.append(row.without)
    if row.former_names:
        was = ", ".join(row.former_names)
        told = {"renamed": f"was called {was}", "recreated": f"the id was {was}'s before"}
        parts.append(told.get(row.identity, f"older backups are called {was}"))
    return "; ".join(parts)


def _newest(row: Coverage, display: Display) -> Cell:
    return time_cell(row.newest.at if row.newest else None, display)


def _jobs(row: Coverage) -> str:
    return ", ".join(f"{job.schedule or 'by hand'} to {job.storage}" for job in row.jobs)


def _coverage_title(data: Any) -> str:
    counts: dict[str, int] = data.counts
    told = [f"{counts[v]} {word}" for v, (word, _, _) in VERDICTS.items() if counts.get(v)]
    lines = [f"{count(sum(counts.values()), 'guest')}: {', '.join(told)}"] if told else []
    return ". ".join([*lines, *data.shared])


def _coverage_notes(data: Any) -> Sequence[str]:
    gone = [
        f"orphaned: {orphan.type} {orphan.vmid}{f' ({orphan.name})' if orphan.name else ''}, "
        f"{count(orphan.copies, 'backup')} in {', '.join(orphan.places)}: {orphan.reason}"
        for orphan in data.orphans
    ]
    return (*gone, *data.hints)


COVERAGE: TableView[Coverage] = TableView(
    columns=(
        Column("verdict", "Backup", lambda row, _: verdict_cell(row), 13),
        Column("vmid", "Id", lambda row, _: Cell(str(row.vmid), float(row.vmid)), 6, 2, "right"),
        Column("name", "Guest", lambda row, _: text_cell(row.name or MISSING), 16),
        Column("newest", "Newest good", _newest, 14),
        Column(
            "verified", "Verified",
            lambda row, _: verified_cell(row.newest.verified) if row.newest else Cell("", None),
            9, 2,
        ),
        Column("copies", "Copies", lambda row, _: Cell(str(row.copies), float(row.copies)), 6, 3,
               "right"),
        Column("reason", "Remark", lambda row, _: text_cell(remark(row)), 30, 1, "left", True),
        Column("jobs", "Jobs", lambda row, _: text_cell(_jobs(row)), 36, 4),
        Column("place", "Where", lambda row, _: text_cell(row.newest.place if row.newest else ""),
               22, 5),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8, 6),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No guests.",
    title=_coverage_title,
    notes=_coverage_notes,
    made_from={"place": "newest.place", "verified": "newest.verified"},
)  # fmt: skip
