"""Time limits of backends that a test must not reach, however busy the machine is."""

from __future__ import annotations

from collections.abc import Mapping

_SECONDS = 60
_BACKENDS = ("PROMETHEUS", "GRAFANA", "LOKI", "PROXMOX", "PBS", "TRUENAS")


def patient(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that lead to a homelab, and which wait for its answers for a minute."""
    return {**variables, **{f"{name}_TIMEOUT": str(_SECONDS) for name in _BACKENDS}}
