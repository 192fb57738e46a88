"""How one node is shown: what it has, how busy it is, its disks with their heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from providers.proxmox import NodeReport
from sre_tui.views.human import size
from sre_tui.views.node_disks import DISKS
from sre_tui.views.nodes import NODES
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets.cell import Cell, Display, Tone, marked

_SHOWN: Final = (
    "cpu", "wait", "load", "pressure", "memory", "swap", "root", "guests", "uptime", "version",
    "kernel", "source",
)  # fmt: skip
_HOT: Final[Mapping[str, float]] = {"hdd": 50.0, "nvme": 70.0}
"""°C from which a disk of that kind is too warm to last."""


def node_facts(report: NodeReport, display: Display) -> dict[str, str | Cell]:
    """Names and values of what a node has and does; what is not reported is left out."""
    columns = {column.key: column for column in NODES.columns}
    facts: dict[str, str | Cell] = {"state": columns["status"].cell(report, display)}
    for key in _SHOWN:
        cell = columns[key].cell(report, display)
        if cell.text.strip():
            facts[columns[key].title.lower()] = cell
    if report.status is not None:
        status = report.status
        for title, space in (("memory", status.memory), ("swap", status.swap),
                             ("root", status.root)):  # fmt: skip
            known = facts.get(title)
            if isinstance(known, Cell) and space.size:
                said = f"{known.text}  of {size(space.size)}"
                facts[title] = Cell(said, known.sort, known.tone)
        if status.cpu_model:
            facts["processor"] = f"{status.cpus or '?'} × {status.cpu_model}"
    return facts


def disks_of(data: Any) -> list[Any]:
    """The disks of the nodes that were asked for."""
    return list(data.disks.disks) if data.disks is not None else []


NODE_DISKS: TableView[Any] = TableView(
    columns=tuple(column for column in DISKS.columns if column.key not in ("node", "source")),
    rows=disks_of,
    key=DISKS.key,
    nothing="No disk is reported",
)


def disk_heat(data: Any) -> list[tuple[str, Cell]]:
    """Each disk with its temperature, the warmest first."""
    known = {
        sample.labels.get("device", ""): sample.value
        for sample in data.items
        if sample.value is not None
    }
    found = []
    for device, heat in sorted(known.items(), key=lambda item: -item[1]):
        kind = "nvme" if device.startswith("nvme") else "hdd"
        tone = Tone.WARNING if heat >= _HOT[kind] else Tone.NEUTRAL
        found.append((device or "?", Cell(marked(tone, with_unit(heat, "°C")), heat, tone)))
    return found
