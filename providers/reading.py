"""What a backend said, and how far that can be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

T = TypeVar("T")


OLD_DATA: Final = "; the last good data is "
"""Stands in the detail of a stale reading between why it is old and how old it is."""
_PATH: Final = re.compile(r"(\bhttps?://[^/\s;,]+)/(?:[^\s;,]*[^\s;,:])?")


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


class Obstacle(StrEnum):
    """What stands between a question and its answer, where it is known; what helps differs."""

    CREDENTIALS = "credentials"
    """They were judged, and are not accepted."""
    RIGHT = "right"
    """The credentials are known, and lack a right."""
    ADDRESS = "address"
    """This machine may not ask, whoever it says it is."""
    FRONT = "front"
    """Something in front of the backend refuses, before any credentials were sent."""
    CERTIFICATE = "certificate"
    """The server's certificate is not trusted."""


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
    obstacle: Obstacle | None = None
    """Why there is no data, where what helps depends on it."""


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


def joint_state(states: Sequence[State]) -> State:
    """The state of an answer made from several readings.

    ``ok`` only if all are; ``partial`` if something is missing but there is data; without any data
    the state of the first failure, a missing right before all others because it is the one that
    only the operator can mend.
    """
    if all(state is State.OK for state in states):
        return State.OK
    usable = [state for state in states if state.has_data]
    if not usable:
        return State.UNAUTHORIZED if State.UNAUTHORIZED in states else states[0]
    if len(usable) < len(states) or State.PARTIAL in usable:
        return State.PARTIAL
    return State.STALE


def without_paths(text: str) -> str:
    """The text with each address as host and port: what stands behind them nobody can mend."""
    return _PATH.sub(r"\1", text)


def _each_once(group: Sequence[Reading[Any]]) -> list[str]:
    """The details of one instance: what is said of several addresses or ages is said once."""
    told: dict[str, str] = {}
    for reading in sorted(group, key=lambda one: one.observed_at):
        said = without_paths(reading.detail)
        own = said.partition(OLD_DATA)[0]
        if reading.detail and own in told and told[own] != reading.detail:
            told[own] = without_paths(told[own])
        elif reading.detail:
            told[own] = reading.detail
    return list(told.values())


def by_source(readings: Sequence[Reading[Any]]) -> list[SourceStatus]:
    """One status of each instance, though it was asked several things."""
    groups: dict[str, list[Reading[Any]]] = {}
    for reading in readings:
        groups.setdefault(reading.source, []).append(reading)
    return [
        SourceStatus(
            source=source,
            state=joint_state([reading.state for reading in group]),
            observed_at=min(reading.observed_at for reading in group),
            detail="; ".join(_each_once(group)),
            warnings=tuple(dict.fromkeys(w for r in group for w in r.warnings)),
        )
        for source, group in groups.items()
    ]
