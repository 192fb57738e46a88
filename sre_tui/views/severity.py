"""How pressing a severity, a state or a log level is: its rank and its tone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from providers.alerting import AlertState
from providers.loki import Level
from widgets.cell import Tone

_SEVERITIES: Final[Mapping[str, tuple[int, Tone]]] = {
    "critical": (0, Tone.CRITICAL),
    "crit": (0, Tone.CRITICAL),
    "page": (0, Tone.CRITICAL),
    "emergency": (0, Tone.CRITICAL),
    "disaster": (0, Tone.CRITICAL),
    "error": (1, Tone.ERROR),
    "high": (1, Tone.ERROR),
    "major": (1, Tone.ERROR),
    "warning": (2, Tone.WARNING),
    "warn": (2, Tone.WARNING),
    "medium": (2, Tone.WARNING),
    "minor": (3, Tone.WARNING),
    "low": (3, Tone.INFO),
    "info": (4, Tone.INFO),
    "none": (5, Tone.MUTED),
}
_STATES: Final[Mapping[AlertState, tuple[int, Tone]]] = {
    AlertState.FIRING: (0, Tone.CRITICAL),
    AlertState.ERROR: (1, Tone.ERROR),
    AlertState.NO_DATA: (2, Tone.WARNING),
    AlertState.PENDING: (3, Tone.WARNING),
    AlertState.RECOVERING: (4, Tone.INFO),
    AlertState.INACTIVE: (90, Tone.OK),
}
_LEVELS: Final[Mapping[Level, tuple[int, Tone]]] = {
    "critical": (0, Tone.CRITICAL),
    "error": (1, Tone.ERROR),
    "warning": (2, Tone.WARNING),
    "info": (3, Tone.INFO),
    "debug": (4, Tone.MUTED),
    "trace": (5, Tone.MUTED),
    "unknown": (6, Tone.NEUTRAL),
}
UNKNOWN_RANK: Final = 3


def severity_rank(severity: str | None) -> int:
    """0 for critical, growing; what nobody knows comes between warning and info."""
    return _SEVERITIES.get((severity or "").casefold(), (UNKNOWN_RANK, Tone.NEUTRAL))[0]


def severity_tone(severity: str | None) -> Tone:
    """Tone of a severity label."""
    return _SEVERITIES.get((severity or "").casefold(), (UNKNOWN_RANK, Tone.NEUTRAL))[1]


def state_rank(state: AlertState) -> int:
    """0 for firing, growing; 90 for inactive."""
    return _STATES[state][0]


def state_tone(state: AlertState) -> Tone:
    """Tone of an alert's state."""
    return _STATES[state][1]


def level_rank(level: Level) -> int:
    """0 for critical, growing."""
    return _LEVELS[level][0]


def level_tone(level: Level) -> Tone:
    """Tone of a log level."""
    return _LEVELS[level][1]
