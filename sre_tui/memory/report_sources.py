"""Which backends the sections of a report are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sre_tui.memory.report_sections import Heading
from sre_tui.settings import BACKENDS
from sre_tui.settings.model import Backend

ASKED: Final[Mapping[Heading, tuple[Backend, ...]]] = {
    "health": BACKENDS,
    "alerts": ("grafana", "prometheus"),
    "objectives": ("prometheus", "proxmox", "pbs"),
    "capacity": ("prometheus", "truenas", "pbs", "proxmox"),
    "backups": ("proxmox", "pbs"),
    "logs": ("loki",),
    "changes": ("prometheus", "grafana", "loki", "proxmox", "truenas"),
}
"""Those not listed are made from the memory of this program alone."""
