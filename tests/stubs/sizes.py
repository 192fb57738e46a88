"""How large a simulated homelab has to be."""

from __future__ import annotations

from functools import cache

from sre_tui.demo.scenario_load import ScenarioError, load_scenario
from sre_tui.demo.world.build import build_homelab

_SIZES = (10, 16, 32, 40)


@cache
def fewest_guests(scenario: str, shown: str = "") -> int:
    """The smallest of a few sizes that has all a bundled scenario speaks of.

    What is read and computed grows with the guests, and with it the time a test takes.

    Args:
        scenario: its id.
        shown: commands and what they say; the guests named there have to be there too.
    """
    names = [guest.name for guest in build_homelab(_SIZES[-1], 1).guests]
    for guests in _SIZES[:-1]:
        if any(name in shown for name in names[guests:]):
            continue
        try:
            load_scenario(scenario, guests=guests)
        except ScenarioError:
            continue
        return guests
    return _SIZES[-1]
