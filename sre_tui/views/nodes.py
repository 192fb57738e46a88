"""How nodes of Proxmox VE are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from providers.proxmox import NodeReport
from sre_tui.views.cells import fill_cell, source_column, span_cell, state_cell, text_cell
from sre_tui.views.human import percent
from sre_tui.views.load_history import history_views
from sre_tui.views.node_disks import DISKS, POOLS
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone, marked

_STATES: Final[Mapping[str, tuple[int, Tone]]] = {
    "offline": (0, Tone.CRITICAL),
    "unknown": (1, Tone.WARNING),
    "online": (2, Tone.OK),
}
_NONE: Final = Cell("", None)


def node_state(row: NodeReport, _: Display) -> Cell:
    """State in words; a node that is online and does not answer is a warning."""
    rank, tone = _STATES[row.node.status]
    word: str = row.node.status
    if row.status is None and row.node.status != "offline":
        word, tone = f"{word}, no answer", Tone.WARNING
    return state_cell(word, tone, float(rank))


def _cpu(row: NodeReport, _: Display) -> Cell:
    ratio = row.status.cpu if row.status else None
    return _NONE if ratio is None else fill_cell(ratio, warn_at=0.8, fail_at=0.95)


def _load(row: NodeReport, _: Display) -> Cell:
    status = row.status
    if status is None or status.load is None:
        return _NONE
    text = " ".join(f"{figure:.2f}" for figure in status.load)
    busy = bool(status.cpus) and status.load[1] > (status.cpus or 0)
    tone = Tone.WARNING if busy else Tone.NEUTRAL
    return Cell(marked(tone, text), status.load[0], tone)


def _wait(row: NodeReport, _: Display) -> Cell:
    wait = row.status.wait if row.status else None
    if wait is None:
        return _NONE
    tone = Tone.WARNING if wait > 0.2 else Tone.NEUTRAL
    return Cell(marked(tone, percent(wait)), wait, tone)


def _space(ratio: float | None, warn_at: float, fail_at: float) -> Cell:
    return _NONE if ratio is None else fill_cell(ratio, warn_at=warn_at, fail_at=fail_at)


def _memory(row: NodeReport, _: Display) -> Cell:
    return _space(row.status.memory.ratio if row.status else None, 0.85, 0.95)


def _swap(row: NodeReport, _: Display) -> Cell:
    return _space(row.status.swap.ratio if row.status else None, 0.5, 0.9)


def _root(row: NodeReport, _: Display) -> Cell:
    return _space(row.status.root.ratio if row.status else None, 0.8, 0.9)


def _pressure(row: NodeReport, _: Display) -> Cell:
    pressure = row.status.pressure if row.status else None
    if pressure is None:
        return _NONE
    kinds = {"cpu": pressure.cpu, "io": pressure.io, "mem": pressure.memory}
    told = [f"{kind} {percent(share)}" for kind, share in kinds.items() if share is not None]
    worst = max((share for share in kinds.values() if share is not None), default=0.0)
    tone = Tone.WARNING if worst > 0.25 else Tone.NEUTRAL
    return Cell(marked(tone, " ".join(told)), worst, tone)


def _guests(row: NodeReport, _: Display) -> Cell:
    if row.node.status != "online":
        return Cell(f"? of {row.guests}", None, Tone.MUTED)
    return Cell(f"{row.guests_running} of {row.guests}", row.guests_running)


def _uptime(row: NodeReport, _: Display) -> Cell:
    return span_cell(row.status.uptime if row.status else None)


def _version(row: NodeReport, _: Display) -> Cell:
    return text_cell(row.status.version if row.status else "")


def _kernel(row: NodeReport, _: Display) -> Cell:
    return text_cell(row.status.kernel if row.status else "")


def _title(data: Any) -> str:
    told = []
    for cluster in data.clusters:
        if cluster.name is None:
            continue
        online = sum(node.online for node in cluster.nodes)
        word = "quorate" if cluster.quorate else "NOT quorate"
        told.append(f"{cluster.name}: {word}, {online} of {len(cluster.nodes)} nodes online")
    return "; ".join(told)


def _notes(data: Any) -> tuple[str, ...]:
    return (*data.hints, *_services(data), *_replications(data))


def _services(data: Any) -> Iterator[str]:
    for row in data.ha:
        if row.kind == "service":
            yield f"HA {row.id}: {row.state} on {row.node}"


def _replications(data: Any) -> Iterator[str]:
    for row in data.replications:
        if row.failures:
            yield f"replication {row.id} to {row.target} failed {row.failures} times: {row.error}"


NODES: TableView[NodeReport] = TableView(
    columns=(
        Column("status", "State", node_state, 10),
        Column("node", "Node", lambda row, _: text_cell(row.node.name), 10, 0, "left", True),
        Column("cpu", "CPU", _cpu, 15),
        Column("wait", "IO wait", _wait, 8, 0, "right"),
        Column("load", "Load", _load, 16, priority=2),
        Column("memory", "Memory", _memory, 15),
        Column("swap", "Swap", _swap, 15, priority=4),
        Column("root", "Root", _root, 15, priority=1),
        Column("guests", "Guests", _guests, 8, priority=2),
        Column("uptime", "Up", _uptime, 10, 3, "right"),
        Column("pressure", "Pressure", _pressure, 24, priority=4),
        Column("version", "Version", _version, 8, priority=3),
        Column("kernel", "Kernel", _kernel, 18, priority=5),
        source_column(lambda row: row.node.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No nodes.",
    title=_title,
    notes=_notes,
    below=lambda data: [
        *(view for view in (DISKS, POOLS) if data.disks is not None and view.rows(data)),
        *history_views(data.histories),
    ],
    made_from={
        "status": "node.status",
        "node": "node.name",
        "cpu": "status.cpu",
        "wait": "status.wait",
        "load": "status.load",
        "memory": "status.memory",
        "swap": "status.swap",
        "root": "status.root",
        "uptime": "status.uptime",
        "pressure": "status.pressure",
        "version": "status.version",
        "kernel": "status.kernel",
        "source": "node.source",
    },
)
