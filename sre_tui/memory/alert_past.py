"""How often and when an alert was recorded before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.memory.incident import folded

if TYPE_CHECKING:
    from sre_tui.memory.incidents import Incidents

_LOOKED_AT: Final = 1000
"""The latest incidents, among which those of an alert are counted."""


class AlertPast(BaseModel):
    """What the journal has of one alert."""

    model_config = ConfigDict(frozen=True)

    alert: str
    """Its name, as it is now."""
    times: int
    """Incidents of it that were recorded."""
    going_on: int
    """How many of them are open."""
    last: AwareDatetime
    """When the latest of them began."""
    incident: str
    """The id of the latest."""


def past_of(incidents: Incidents, names: Iterable[str]) -> tuple[AlertPast, ...]:
    """What the journal has of these alerts, in their order; nothing of one that is not in it.

    Raises:
        BackendError: if the memory cannot be read.
    """
    from sre_tui.memory.incidents import Wanted

    latest = [one for one in incidents.find(Wanted(limit=_LOOKED_AT)).items if one.alert]
    found: list[AlertPast] = []
    for name in dict.fromkeys(names):
        of_it = [one for one in latest if folded(one.alert) == folded(name)]
        if not of_it:
            continue
        last = max(of_it, key=lambda one: one.started)
        going_on = sum(one.ended is None for one in of_it)
        found.append(
            AlertPast(
                alert=name,
                times=len(of_it),
                going_on=going_on,
                last=last.started,
                incident=last.id,
            )
        )
    return tuple(found)
