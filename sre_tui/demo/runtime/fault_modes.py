"""The ways in which a simulated backend can be made to fail."""

from __future__ import annotations

from typing import Final, Literal, get_args

FaultMode = Literal[
    "timeout",
    "slow",
    "401",
    "403",
    "500",
    "503",
    "html",
    "cut",
    "garbage",
    "redirect",
    "refuse",
    "tls",
]
FAULT_MODES: Final[tuple[FaultMode, ...]] = get_args(FaultMode)
