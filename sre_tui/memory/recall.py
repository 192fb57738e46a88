"""What the journal has of a matter: what goes on, and what was alike before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sre_tui.memory.incident import Incident, folded, folded_text, is_said

if TYPE_CHECKING:
    from sre_tui.memory.incidents import Incidents

MOST_OPEN: Final = 5
MOST_ALIKE: Final = 3
_LOOKED_AT: Final = 500
"""The latest incidents, among which those that are alike by name are looked for."""
_SHORTEST: Final = 3
"""Characters of a name that is looked for in a text, where shorter ones are words."""


@dataclass(frozen=True)
class Matter:
    """What something is about.

    Attributes:
        alerts: names of alerts.
        names: names of things, as an incident's subject or service is written.
        text: words of a person, in which names may be.
    """

    alerts: Collection[str] = ()
    names: Collection[str] = ()
    text: str = ""


@dataclass(frozen=True)
class Recalled:
    """Incidents of the journal.

    Attributes:
        going_on: open ones, the latest first.
        alike: closed ones about the same, those of the same alert first, then the latest.
    """

    going_on: tuple[Incident, ...] = ()
    alike: tuple[Incident, ...] = ()

    @property
    def all(self) -> tuple[Incident, ...]:
        """Both."""
        return (*self.going_on, *self.alike)


def recall(incidents: Incidents, matter: Matter) -> Recalled:
    """What is open, and what was like a matter.

    Raises:
        BackendError: if the memory cannot be read.
    """
    from sre_tui.memory.incidents import Wanted

    latest = incidents.find(Wanted(limit=_LOOKED_AT)).items
    going_on = [each for each in latest if each.ended is None]
    alerts = {folded(each) for each in matter.alerts}
    names = {folded(each) for each in matter.names}
    told = folded_text(matter.text)
    closed = [each for each in latest if each.ended is not None]
    of_alert = [each for each in closed if alerts & {folded(each.alert)} - {""}
                or _says(told, each.alert)]  # fmt: skip
    of_name = [each for each in closed if names & set(_names(each))
               or any(_says(told, part) for part in _parts(each))]  # fmt: skip
    alike = {each.id: each for each in (*of_alert, *of_name)}
    return Recalled(tuple(going_on[:MOST_OPEN]), tuple(alike.values())[:MOST_ALIKE])


def _says(told: str, name: str) -> bool:
    return len(name) >= _SHORTEST and is_said(name, told)


def _names(incident: Incident) -> Iterator[str]:
    yield from (folded(each) for each in (incident.subject, *incident.services) if each)


def _parts(incident: Incident) -> Iterator[str]:
    for name in _names(incident):
        yield name
        yield from (part for part in name.split("/") if len(part) >= _SHORTEST)
