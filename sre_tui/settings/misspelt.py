"""Variables that are set, stand for nothing, and look like one that does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sre_tui.nearest import nearest
from sre_tui.settings.layers import Layer
from sre_tui.settings.variables import VARIABLES

_PREFIX: Final = re.compile(
    r"(PROMETHEUS|GRAFANA|LOKI|PROXMOX|PBS|TRUENAS|LLM|SRE|MEMORY_DB|SMTP|REPORT)_"
)
_OF_OTHERS: Final = re.compile(
    r".*_(?:SERVICE_(?:HOST|PORT)\w*|PORT(?:_\d+_(?:TCP|UDP)\w*)?)|GRAFANA_ADMIN_\w+"
)
"""What container runtimes set for a service of that name, and compose files for the server."""
_LIKE: Final = 66.0
"""Similarity of what stands behind the prefix, 0 to 100: other programs use the prefixes too."""


def misspelt(layers: Sequence[Layer]) -> tuple[str, ...]:
    """One line for each variable that is probably a mistake, with the name that was meant."""
    lines: list[str] = []
    for layer in layers:
        for name in layer.variables:
            meant = _meant(name)
            if meant:
                where = "" if layer.file is None else f" in {layer.file}"
                lines.append(f"{name}{where} stands for no setting; did you mean {meant}?")
    return tuple(lines)


def _meant(name: str) -> str:
    """The variable that is called nearly so; empty if it is one, or none is near."""
    plain, pointer = (name.removesuffix("_FILE"), "_FILE") if name.endswith("_FILE") else (name, "")
    prefix = _PREFIX.match(name.upper())
    if prefix is None or plain in VARIABLES or name == "SRE_CONFIG" or _OF_OTHERS.fullmatch(name):
        return ""
    start = prefix.group()
    suffixes = [each.removeprefix(start) for each in VARIABLES if each.startswith(start)]
    close = nearest(plain.upper().removeprefix(start), suffixes, limit=1, least=_LIKE)
    return f"{start}{close[0]}{pointer}" if close else ""
