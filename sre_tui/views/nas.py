"""How shares, snapshots, replication, the NAS itself, its apps and disks are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from providers.truenas import App, Replication, Share, SmbSession, SnapshotGroup
from sre_tui.views.cells import size_cell, source_column, state_cell, text_cell, time_cell
from sre_tui.views.human import MISSING
from sre_tui.views.protection import REPLICATIONS, SNAPSHOT_TASKS
from sre_tui.views.several import told_apart
from sre_tui.views.severity import severity_tone
from sre_tui.views.table import TableView
from widgets.blocks import percent as whole_percent
from widgets.cell import Cell, Column, Display, Tone

MANY_SNAPSHOTS = 512
"""Per dataset, from which on TrueNAS itself warns."""


def share_access(share: Share) -> str:
    """What its users may do, in words."""
    if share.locked:
        return "locked"
    if not share.enabled:
        return "disabled"
    if share.read_only is None:
        return "access not reported"
    return "read only" if share.read_only else "read and write"


def _access(share: Share, _: Display) -> Cell:
    word = share_access(share)
    tone = Tone.WARNING if word in ("locked", "disabled") else Tone.NEUTRAL
    return Cell(f"{tone.glyph} {word}" if tone is Tone.WARNING else word, word, tone)


def _encrypted(session: SmbSession) -> str:
    return {True: "yes", False: "no", None: ""}[session.encrypted]


SESSIONS: TableView[SmbSession] = TableView(
    columns=(
        Column("user", "Connected", lambda row, _: text_cell(row.user), 14),
        Column("client", "From", lambda row, _: text_cell(row.client), 16),
        Column("since", "Since", lambda row, display: time_cell(row.since, display), 16),
        Column("dialect", "Dialect", lambda row, _: text_cell(row.dialect), 8, priority=2),
        Column("encrypted", "Encrypted", lambda row, _: text_cell(_encrypted(row)), 9, priority=2),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.sessions or (),
    key=lambda row: f"{row.source}/{row.user}/{row.client}/{row.since}",
)

SHARES: TableView[Share] = told_apart(TableView(
    columns=(
        Column("name", "Share", lambda row, _: text_cell(row.name), 14),
        Column("kind", "Kind", lambda row, _: text_cell(row.kind), 4),
        Column("path", "Path", lambda row, _: text_cell(row.path), 24, flexible=True),
        Column("access", "Access", _access, 16),
        Column("allowed", "For", lambda row, _: text_cell(", ".join(row.allowed) or "everybody"),
               24, priority=1),
        Column("comment", "Comment", lambda row, _: text_cell(row.comment), 20, priority=3),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No shares.",
    below=lambda data: [SESSIONS] if data.sessions else [],
    made_from={"access": "read_only"},
))  # fmt: skip


def _amount(group: SnapshotGroup, _: Display) -> Cell:
    tone = Tone.WARNING if group.count > MANY_SNAPSHOTS else Tone.NEUTRAL
    sign = f"{tone.glyph} " if tone is Tone.WARNING else ""
    return Cell(f"{sign}{group.count:,}", float(group.count), tone)


def _notes(data: Any) -> Sequence[str]:
    copies = [
        f"replication {task.name} ({', '.join(task.datasets)} to {task.target}): {word}"
        + (f", {task.error}" if task.error else "")
        for task in data.replications
        if (word := _trouble(task, late=task.key in data.late))
    ]
    failed = [
        f"snapshot task of {task.dataset}: failed{f', {task.error}' if task.error else ''}"
        for task in data.tasks
        if task.enabled and (task.state == "error" or task.error)
    ]
    return (*data.hints, *failed, *copies)


def _trouble(task: Replication, *, late: bool) -> str:
    if not task.enabled:
        return ""
    if task.state == "error":
        return "failed"
    return "late" if late else "on hold" if task.state == "hold" else ""


def _with_source(view: TableView[Any]) -> TableView[Any]:
    return replace(view, columns=(*view.columns, source_column(lambda row: row.source)))


_BELOW_SNAPSHOTS: Final = (_with_source(SNAPSHOT_TASKS), _with_source(REPLICATIONS))


SNAPSHOTS: TableView[SnapshotGroup] = told_apart(TableView(
    columns=(
        Column("dataset", "Dataset", lambda row, _: text_cell(row.dataset), 20, flexible=True),
        Column("count", "Snapshots", _amount, 10, align="right"),
        Column("used", "Held", lambda row, _: size_cell(row.used), 10, align="right"),
        Column("newest", "Newest", lambda row, display: time_cell(row.newest, display), 18),
        Column("oldest", "Oldest", lambda row, display: time_cell(row.oldest, display), 18,
               priority=1),
        Column("automatic", "By tasks",
               lambda row, _: Cell(f"{row.automatic:,}", float(row.automatic)), 9, priority=2,
               align="right"),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No snapshots.",
    notes=_notes,
    below=lambda data: [view for view in _BELOW_SNAPSHOTS if view.rows(data)],
))  # fmt: skip

_RANK = {"critical": 0.0, "error": 1.0, "warning": 2.0, "info": 3.0, "ok": 9.0}


def _status(row: Any, _: Display) -> Cell:
    tone = Tone.OK if row.severity == "ok" else severity_tone(row.severity)
    return state_cell(row.state, tone, _RANK[row.severity])


STATUS: TableView[Any] = told_apart(TableView(
    columns=(
        Column("section", "Part", lambda row, _: text_cell(row.section), 8),
        Column("name", "Name", lambda row, _: text_cell(row.name), 22),
        Column("state", "State", _status, 20),
        Column("since", "Since", lambda row, display: time_cell(row.since, display), 16,
               priority=1),
        Column("detail", "Detail", lambda row, _: text_cell(row.detail), 30, flexible=True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: str(row.key),
    nothing="Nothing to report.",
    folded=("name", "detail"),
))  # fmt: skip

_APP_TONES = {
    "running": (9.0, Tone.OK),
    "crashed": (0.0, Tone.ERROR),
    "stopped": (3.0, Tone.MUTED),
    "deploying": (2.0, Tone.INFO),
    "stopping": (2.0, Tone.INFO),
}


def _app_state(row: App, _: Display) -> Cell:
    rank, tone = _APP_TONES.get(row.state, (1.0, Tone.WARNING))
    return state_cell(row.state, tone, rank)


def _app_update(row: App, _: Display) -> Cell:
    if row.upgrade_available:
        return text_cell(row.latest_version or "available")
    return text_cell("newer images" if row.image_updates else "")


APPS: TableView[App] = told_apart(TableView(
    columns=(
        Column("name", "App", lambda row, _: text_cell(row.name), 16),
        Column("state", "State", _app_state, 12),
        Column("version", "Version", lambda row, _: text_cell(row.version), 12),
        Column("update", "Update", _app_update, 12),
        Column("containers", "Containers",
               lambda row, _: text_cell(", ".join(f"{c.name} {c.state}" for c in row.containers)),
               24, priority=1, flexible=True),
        Column("ports", "Ports", lambda row, _: text_cell(", ".join(map(str, row.ports))), 10,
               priority=2),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No apps.",
    made_from={"update": "upgrade_available"},
))  # fmt: skip

_POWER_TONES = {
    "active": (0.0, Tone.INFO),
    "idle": (1.0, Tone.NEUTRAL),
    "standby": (3.0, Tone.OK),
    "not reported": (2.0, Tone.WARNING),
}


def _power(row: Any, _: Display) -> Cell:
    rank, tone = _POWER_TONES.get(row.state, (2.0, Tone.NEUTRAL))
    return state_cell(row.state, tone, rank)


def _share(state: str) -> Callable[[Any, Display], Cell]:
    def cell(row: Any, _: Display) -> Cell:
        share = row.shares.get(state)
        if share is None:
            return Cell("" if row.changes is None else "0%", None if row.changes is None else 0.0)
        return Cell(whole_percent(share), share)

    return cell


def _changes(row: Any, _: Display) -> Cell:
    if row.changes is None:
        return Cell(MISSING, None, Tone.MUTED)
    return Cell(f"{row.changes:,}", float(row.changes))


def _heat(row: Any, _: Display) -> Cell:
    if row.temperature is None:
        return Cell("", None)
    limit = 50 if row.type == "hdd" else 65
    tone = Tone.WARNING if row.temperature >= limit else Tone.NEUTRAL
    sign = f"{tone.glyph} " if tone is Tone.WARNING else ""
    return Cell(f"{sign}{row.temperature:g} °C", row.temperature, tone)


DISKS: TableView[Any] = told_apart(TableView(
    columns=(
        Column("name", "Disk", lambda row, _: text_cell(row.name), 8),
        Column("pool", "Pool", lambda row, _: text_cell(row.pool or ""), 8),
        Column("state", "State", _power, 14),
        Column("since", "Since", lambda row, display: time_cell(row.since, display), 16,
               priority=1),
        Column("standby", "Standby", _share("standby"), 7, align="right"),
        Column("idle", "Idle", _share("idle"), 5, align="right"),
        Column("active", "Active", _share("active"), 6, align="right"),
        Column("not_reported", "No data", _share("not reported"), 7, priority=2, align="right"),
        Column("changes", "Changes", _changes, 8, align="right"),
        Column("transition", "Last change", lambda row, _: text_cell(row.transition), 18,
               priority=2),
        Column("temperature", "Temp", _heat, 7, priority=1, align="right"),
        Column("type", "Type", lambda row, _: text_cell(row.type), 4, priority=2),
        Column("size", "Size", lambda row, _: size_cell(row.size), 9, priority=2, align="right"),
        Column("model", "Model", lambda row, _: text_cell(row.model), 18, priority=3,
               flexible=True),
        Column("serial", "Serial", lambda row, _: text_cell(row.serial), 14, priority=1),
        source_column(lambda row: row.host, "host", "Host"),
    ),
    rows=lambda data: data.items,
    key=lambda row: str(row.key),
    nothing="No disks.",
    made_from={
        **{state: f"shares.{state}" for state in ("standby", "idle", "active")},
        "not_reported": "shares.not reported",
    },
), "host")  # fmt: skip
