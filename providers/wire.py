"""Checks a decoded answer against the shape its API promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    SkipValidation,
    TypeAdapter,
    ValidationError,
)

from providers.errors import BadResponse
from providers.text import one_line

T = TypeVar("T")


class Wire(BaseModel):
    """Base of the shapes on the wire: what is not named is ignored, newer versions add fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


Decoded = SkipValidation[JsonValue]
"""A part that is checked later: it is JSON already, and checking it twice costs time."""


def _empty_as_none(value: object) -> object:
    return None if value == "" else value


def _utc(value: datetime | None) -> datetime | None:
    # Go programs write year 1 for a time that never was.
    if value is None or value.year <= 1:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


WireTime = Annotated[datetime | None, BeforeValidator(_empty_as_none), AfterValidator(_utc)]
"""An RFC 3339 or Unix time; None where it is missing or stands for never."""


def parsed(shape: TypeAdapter[T], value: JsonValue, what: str) -> T:
    """The value in the given shape.

    Args:
        shape: what the API promises.
        value: decoded JSON.
        what: names the answer in the error, for example ``/api/v1/targets``.

    Raises:
        BadResponse: with the first place where it does not fit.
    """
    try:
        return shape.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise BadResponse(
            f"{what} answered in an unexpected shape: {one_line(place, 80)}: {first['msg']}"
        ) from error


def utc_time(seconds: float) -> datetime:
    """The aware UTC time of Unix seconds.

    Raises:
        BadResponse: if no calendar reaches that far.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadResponse(f"{seconds!r} is no time") from error
