"""How large a simulated homelab has to be."""

from __future__ import annotations

from functools import cache

from sre_tui.demo.scenario_load import ScenarioError, load_scenario

_SIZES = (10, 16, 32, 40)


@cache
def fewest_guests(scenario: str) -> int:
    """The smallest of a few sizes that has all a bundled scenario speaks of.

    What is read and computed grows with the guests, and with it the time a test takes.
    """
    for guests in _SIZES[:-1]:
        try:
            load_scenario(scenario, guests=guests)
        except ScenarioError:
            continue
        return guests
    return _SIZES[-1]
