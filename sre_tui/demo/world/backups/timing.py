"""When the nightly backup of each guest runs and how long it takes; logs, metrics and APIs agree.

All times are Unix seconds.
"""

from __future__ import annotations

from math import floor

from sre_tui.demo.world import dice
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.plant import DAY, Plant

DURATION = 150.0
"""Seconds after which a nightly backup of one guest is over; a run takes 80 % of them or more."""
_START = 1.5 * 3600
KEPT = 21
"""Nightly snapshots kept of every guest."""


def schedule(plant: Plant, guest: str) -> float:
    """Second of the day (UTC) at which the nightly backup of a guest starts."""
    row = plant["backup.failing"].row[guest]
    span = min(170.0, 4 * 3600 / len(plant["backup.failing"].row))
    return _START + row * span


def night_of(plant: Plant, guest: str, now: float) -> int:
    """Number of the last night, counted in days since 1970, in which a guest's backup began."""
    return floor((now - schedule(plant, guest)) / DAY)


def source_of(node: str, *, failed: bool = False) -> Source:
    """The stream a node's backups are logged on."""
    return Source(node, "vzdump", "error" if failed else "info")


def took(plant: Plant, guest: str, night: int, *, failed: bool = False) -> float:
    """Seconds one run took: the first thing that its voice in the log draws."""
    node = plant.homelab.guest_by_name[guest].node
    labels = source_of(node, failed=failed).labels.values()
    voice = dice.key("voice", plant.seed, f"backup {guest}", *labels)
    return DURATION * dice.generator(voice, night).uniform(0.8, 1.0)
