"""Checks of guests, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "guest-up", "guest_down", "guests",
        'pve_up{id=~"(qemu|lxc)/.+",$S} and on (id) (pve_onboot_status == 1)',
        "==", 0,
        "Proxmox shows {id} as stopped although it starts on boot (pve_up = {value})",
        delay=0, severity=Severity.CRITICAL,
    ),
)  # fmt: skip
