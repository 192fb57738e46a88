"""What the analyst measures: tables of signals, and sweeps that ask for many of them at once."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.signals import host, services, storage
from sre_tui.agent.analyst.signals.signal import Signal, Unit

SIGNALS: Final[tuple[Signal, ...]] = (*host.SIGNALS, *storage.SIGNALS, *services.SIGNALS)
BY_ID: Final = {signal.id: signal for signal in SIGNALS}

__all__ = ["BY_ID", "SIGNALS", "Signal", "Unit"]
