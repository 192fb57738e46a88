"""What a backend said, and how far that can be trusted."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

T = TypeVar("T")


class State(StrEnum):
    """How an answer came about; every front shows it with its word."""

    OK = "ok"
    PARTIAL = "partial"
    STALE = "stale"
    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"
    BAD_RESPONSE = "bad_response"
    NOT_CONFIGURED = "not_configured"

    @property
    def has_data(self) -> bool:
        """Whether an answer in this state carries data, be it old or incomplete."""
        return self in (State.OK, State.PARTIAL, State.STALE)


class Reading(BaseModel, Generic[T]):
    """One answer of one backend instance.

    ``observed_at`` is when the data was true: now for a live answer, the time of the last good
    answer for a stale one, the time of the attempt where there is no data.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    """Backend and instance, for example ``prometheus:main``."""
    state: State
    observed_at: AwareDatetime
    data: T | None = None
    detail: str = ""
    """One line saying why the state is not ``ok``, and what to do about it."""
    warnings: tuple[str, ...] = ()
    """What the backend itself warned about, word for word."""


class SourceStatus(BaseModel):
    """A reading without its data: what a result says about each backend it asked."""

    model_config = ConfigDict(frozen=True)

    source: str
    state: State
    observed_at: AwareDatetime
    detail: str = ""
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading[T]) -> SourceStatus:
        """The status part of a reading."""
        return cls(
            source=reading.source,
            state=reading.state,
            observed_at=reading.observed_at,
            detail=reading.detail,
            warnings=reading.warnings,
        )
