"""What a check-up finds."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from providers.reading import Reading, State


class Verdict(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(BaseModel):
    """One thing that was checked."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """What was checked: ``prometheus:main``, ``model``, ``index`` ..."""
    aspect: str
    """What about it: ``reachable``, ``rights``, ``clock`` ..."""
    verdict: Verdict
    detail: str
    fix: str = ""
    """What to do; empty if nothing needs doing."""
    state: State = State.OK
    """For a backend that failed: how, so that the exit code can tell."""


def good(subject: str, aspect: str, detail: str) -> Finding:
    """A finding that all is well."""
    return Finding(subject=subject, aspect=aspect, verdict=Verdict.OK, detail=detail)


def noted(subject: str, aspect: str, detail: str, fix: str) -> Finding:
    """A finding that all is well without something, with how to have that as well."""
    return Finding(subject=subject, aspect=aspect, verdict=Verdict.OK, detail=detail, fix=fix)


def doubtful(subject: str, aspect: str, detail: str, fix: str = "") -> Finding:
    """A finding that works but should be looked at."""
    return Finding(subject=subject, aspect=aspect, verdict=Verdict.WARNING, detail=detail, fix=fix)


def broken(
    subject: str, aspect: str, detail: str, fix: str = "", state: State = State.OK
) -> Finding:
    """A finding that something does not work."""
    return Finding(
        subject=subject,
        aspect=aspect,
        verdict=Verdict.FAILED,
        detail=detail,
        fix=fix,
        state=state,
    )


def failed_reading(reading: Reading[Any], aspect: str, fix: str = "") -> Finding:
    """The finding for a reading that brought nothing."""
    return broken(reading.source, aspect, reading.detail, fix, reading.state)
