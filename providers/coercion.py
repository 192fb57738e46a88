"""Fields of APIs that write one value in several ways: ``5``, ``"5"``, ``5.0``, ``null``.

A value that cannot be read is None, as if it had not been reported: one odd figure must not cost
the row it stands in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, TypeVar

from pydantic import BeforeValidator

T = TypeVar("T")

_YES = frozenset({"1", "true", "yes", "on"})


def amount(value: object) -> float | None:
    """A finite number; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def whole(value: object) -> int | None:
    """An integer, digits kept where it is given as one; None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = amount(value)
    return None if number is None else int(number)


def flag(value: object) -> bool:
    """Whether a switch is on; missing is off."""
    if isinstance(value, bool) or value is None:
        return value is True
    return str(value).strip().casefold() in _YES


def maybe_flag(value: object) -> bool | None:
    """As :func:`flag`, but None where nothing is said."""
    return None if value is None or value == "" else flag(value)


def text(value: object) -> str:
    """A text; numbers as they are written, anything else and missing as the empty one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def epoch(value: object) -> datetime | None:
    """The aware UTC time of Unix seconds; None for zero, which stands for never."""
    seconds = value if type(value) is int else amount(value)
    if not seconds or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _object(value: object) -> object:
    return value if isinstance(value, dict) else None


def _objects(value: object) -> object:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


Amount = Annotated[float | None, BeforeValidator(amount)]
Whole = Annotated[int | None, BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(flag)]
MaybeFlag = Annotated[bool | None, BeforeValidator(maybe_flag)]
Text = Annotated[str, BeforeValidator(text)]
Epoch = Annotated[datetime | None, BeforeValidator(epoch)]
Maybe = Annotated[T | None, BeforeValidator(_object)]
"""An object; None where there is none."""
Objects = Annotated[tuple[T, ...], BeforeValidator(_objects)]
"""The objects of a list; what is none of it is left out."""
