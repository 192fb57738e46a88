"""The report: about how many days, when, to whom, and how long it is kept."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from providers.smtp.address import mailbox
from sre_tui.nearest import nearest
from sre_tui.settings.cron import checked_cron

_MANY: Final = 100


class ReportSettings(BaseModel):
    """What a report is about, and who gets it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: tuple[str, ...] = Field(default=(), max_length=_MANY)
    """Who gets it by mail, each ``name@host`` or ``Somebody <name@host>``."""
    days: int = Field(default=7, ge=1, le=90)
    """Days it looks back."""
    schedule: str = "0 7 * * 1"
    """When `sre schedule run` makes one: minute hour day month weekday, 0 and 7 are Sunday."""
    timezone: str | None = None
    """The zone of its times and of the schedule, such as ``Europe/Berlin``; None for the
    machine's."""
    availability: float = Field(default=0.995, gt=0, lt=1)
    """The share of the time that things are to be there."""
    llm: bool = True
    """Whether the summary is by the configured model, where there is one."""
    keep: int = Field(default=104, ge=1, le=100_000)
    """Reports that stay in the archive; older ones are forgotten."""

    @field_validator("recipients", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("recipients")
    @classmethod
    def _mailboxes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for text in value:
            if text.strip():
                one = mailbox(text)
                # Nobody wants it twice.
                found.setdefault(one.address.casefold(), str(one))
        return tuple(found.values())

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        return checked_cron(value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return None if value is None else _checked_zone(value.strip())


def _checked_zone(name: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    # A folder of zones, such as Europe, is no file.
    except (KeyError, ValueError, OSError):
        close = nearest(name, available_timezones(), limit=1)
        hint = f"did you mean {close[0]}?" if close else "write it as Europe/Berlin"
        raise ValueError(f"there is no such time zone; {hint}") from None
    return name
