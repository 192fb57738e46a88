"""What can be written into the journal: a new incident, another word on one, or its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from providers.text import one_line
from sre_tui.live.recording import Changer, Recorder, check_changes
from sre_tui.memory.incident import Incident
from sre_tui.screens.record import Form
from sre_tui.tools.tool import ArgumentError

_ALL: Final = (
    "title", "description", "subject", "alert", "services", "severity", "cause", "resolution",
    "started", "ended",
)  # fmt: skip
_OF_END: Final = ("ended", "resolution", "cause")


@dataclass(frozen=True)
class Entry:
    """Something that a person is asked to agree to.

    Attributes:
        name: what it is known by as long as the app runs.
        values: what the form begins with.
        form: how it is asked.
        keep: writes it.
        verb: what is done to an incident, in a sentence.
        done: said in front of the id of the incident.
    """

    name: str
    values: Mapping[str, str]
    form: Form
    keep: Callable[[Mapping[str, str]], Awaitable[Incident]]
    verb: str = "recorded"
    done: str = "Recorded as"

    @property
    def under_way(self) -> str:
        """Said to who asks for it once more."""
        return f"It is being {self.verb}"

    @property
    def next(self) -> str:
        """Said to whom it was refused."""
        again = "record it again" if self.verb == "recorded" else "try again"
        return f"what you typed is kept: mend that, then {again}"


def new_entry(now: datetime, record: Recorder) -> Entry:
    """A new incident that begins now."""
    values = {"started": _moment(now)}
    return Entry("", values, Form("Record an incident", _ALL), record)


def edit_entry(incident: Incident, change: Changer) -> Entry:
    """Other values for an incident; without an end it goes on after all."""
    before = values_of(incident)
    return _entry_on(incident, change, before, before, _ALL, "change")


def closing_entry(incident: Incident, now: datetime, change: Changer) -> Entry:
    """The end of an incident: now, unless another is said."""
    before = values_of(incident)
    proposed = {**before, "ended": before["ended"] or _moment(now)}
    return _entry_on(incident, change, before, proposed, _OF_END, "close")


def _entry_on(
    incident: Incident,
    change: Changer,
    before: Mapping[str, str],
    proposed: Mapping[str, str],
    edited: tuple[str, ...],
    verb: Literal["change", "close"],
) -> Entry:
    """Another word on an incident that is in the journal.

    Args:
        incident: it.
        change: writes it.
        before: its values.
        proposed: those that the form begins with.
        edited: what may be said anew.
        verb: what is done to it.
    """

    async def keep(values: Mapping[str, str]) -> Incident:
        said = changes(before, values, edited)
        return await change(incident.id, said, closing=verb == "close")

    done = f"{verb}d"
    form = Form(
        f"{verb.capitalize()} {incident.id}: {one_line(incident.title, 60)}",
        edited,
        "Nothing was changed",
        f"Being {done}…",
        lambda values: _check(changes(before, values, edited)),
    )
    name = f"{verb} {incident.id}"
    return Entry(name, proposed, form, keep, done, done.capitalize())


def values_of(incident: Incident) -> dict[str, str]:
    """An incident as its form shows it."""
    return {
        "title": incident.title,
        "description": incident.description,
        "subject": incident.subject,
        "alert": incident.alert,
        "services": ",".join(incident.services),
        "severity": incident.severity,
        "cause": incident.cause,
        "resolution": incident.resolution,
        "started": _moment(incident.started),
        "ended": "" if incident.ended is None else _moment(incident.ended),
    }


def changes(
    before: Mapping[str, str], values: Mapping[str, str], names: tuple[str, ...]
) -> dict[str, str]:
    """What is not as it was; empty where something is to go."""
    said = {name: values.get(name, "") for name in names}
    return {name: value for name, value in said.items() if value != before[name]}


def _check(changed: Mapping[str, str]) -> None:
    if not changed:
        raise ArgumentError("nothing is different yet")
    check_changes(changed)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%FT%H:%M:%SZ}"
