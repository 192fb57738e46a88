"""An incident: what was wrong, since when, why, and what helped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from unicodedata import normalize

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    computed_field,
    model_validator,
)

from providers.clock import Clock
from providers.text import clean, one_line
from sre_tui.complaint import Complaint

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 20_000
_ID: Final = re.compile(r"[0-9a-z]{4,40}")


def _text(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


def _line(value: object) -> object:
    return one_line(value, LONGEST_TITLE) if isinstance(value, str) else value


def _lines(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    # Several may be given as one, with commas between them.
    parts = [part for each in value for part in str(each).split(",")]
    return tuple(dict.fromkeys(line for part in parts if (line := one_line(part, LONGEST_TITLE))))


Text = Annotated[str, BeforeValidator(_text)]
"""Text of any length, without what terminals obey."""
Line = Annotated[str, BeforeValidator(_line)]
"""The same on one line, at most 200 characters long."""


class IncidentError(Complaint):
    """An incident cannot be as it was given."""

    code = "usage"
    wrong_usage = True


class Incident(BaseModel):
    """What is kept of an incident; whoever wrote it, its text is safe to show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Line
    """Eight letters and digits, the same wherever it is imported."""
    title: Line
    description: Text = ""
    alert: Line = ""
    """The name of the alert that told of it; empty if none did."""
    subject: Line = ""
    """What it was about, such as ``nas1/tank``."""
    services: Annotated[tuple[str, ...], BeforeValidator(_lines)] = ()
    """What it affected."""
    severity: Line = ""
    cause: Text = ""
    resolution: Text = ""
    started: AwareDatetime
    ended: AwareDatetime | None = None
    """None as long as it is open."""
    recorded: AwareDatetime
    updated: AwareDatetime
    session: Line = ""
    """The conversation it came out of."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def state(self) -> Literal["open", "closed"]:
        """Whether it goes on."""
        return "open" if self.ended is None else "closed"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def lasted(self) -> float | None:
        """Seconds from its begin to its end; None as long as it is open."""
        return None if self.ended is None else (self.ended - self.started).total_seconds()

    @property
    def helped(self) -> str:
        """What ended it; empty as long as it is open, be it again."""
        return "" if self.ended is None else self.resolution

    @property
    def tried(self) -> str:
        """What was to end it, which goes on all the same."""
        return self.resolution if self.ended is None else ""

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, value: object) -> object:
        # They follow from the times, and are in every document that is read back.
        if isinstance(value, dict):
            return {n: each for n, each in value.items() if n not in ("state", "lasted")}
        return value

    def changed(self, changes: Mapping[str, Any], clock: Clock) -> Incident:
        """The incident with other values.

        Raises:
            IncidentError: if that makes no sense, or is in the future.
        """
        now = clock()
        try:
            changed = Incident.model_validate({**self.model_dump(), **changes, "updated": now})
        except ValidationError as error:
            raise IncidentError(first_mistake(error)) from error
        # What it had may be of a clock that goes ahead of this one.
        check_is_past(
            changed.started if "started" in changes else None,
            changed.ended if "ended" in changes else None,
            now,
        )
        return checked(changed)


def is_id(text: str) -> bool:
    """Whether it can be the id of an incident."""
    return _ID.fullmatch(text) is not None


def checked(incident: Incident) -> Incident:
    """The incident, if it can be kept.

    Raises:
        IncidentError: if it has no title or no proper id, or ended before it began.
    """
    if not is_id(incident.id):
        raise IncidentError(f"{incident.id!r} is no id: it has 4 to 40 small letters and digits")
    if not incident.title:
        raise IncidentError("an incident needs a title")
    if incident.ended is not None and incident.ended < incident.started:
        raise IncidentError("it cannot have ended before it began")
    return incident


def check_is_past(started: datetime | None, ended: datetime | None, now: datetime) -> None:
    """Refuse that something began or ended later than now.

    Raises:
        IncidentError: if so.
    """
    for verb, at in (("begun", started), ("ended", ended)):
        if at is not None and at > now:
            raise IncidentError(f"it cannot have {verb} in the future, at {at:%Y-%m-%d %H:%M:%SZ}")


def folded(name: str) -> str:
    """A name in the form in which it is the same in any case of any alphabet."""
    return normalize("NFC", one_line(name)).casefold()


def folded_text(text: str) -> str:
    """A whole text in the form in which :func:`is_said` looks for names."""
    return normalize("NFC", " ".join(clean(text).split())).casefold()


def is_said(name: str, told: str) -> bool:
    """Whether a text says a name, and not only as a part of another one.

    ``db`` is not in ``feedback``, and neither ``nas1`` nor ``sdc`` is ``nas1/sdc``.

    Args:
        name: in any case.
        told: the text, as :func:`folded_text` gives it.
    """
    wanted = folded(name)
    if not wanted or wanted not in told:
        return False
    whole = rf"(?<![\w/-])(?<!\w\.){re.escape(wanted)}(?![\w/-])(?!\.\w)"
    return re.search(whole, told) is not None


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong with an incident, and where."""
    first = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(step) for step in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{name}: {said}" if name else said


def searched_text(incident: Incident) -> str:
    """All that an incident is found by; the title twice, since it says the most."""
    parts: Iterable[str] = (
        incident.title,
        incident.title,
        incident.alert,
        incident.subject,
        " ".join(incident.services),
        incident.cause,
        incident.resolution,
        incident.description,
    )
    return "\n".join(parts)
