"""Whether something is a cron expression: five fields, as crontab(5) has them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()


_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _DAYS),
)
_PART: Final = re.compile(
    r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[0-9]+))?", re.ASCII
)


def checked_cron(text: str) -> str:
    """A cron expression with one blank between its fields, in lower case.

    Raises:
        ValueError: if it is none; one line that names the field.
    """
    fields = text.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            "a cron expression has five fields, minute hour day month weekday, such as 0 7 * * 1"
        )
    for written, field in zip(fields, _FIELDS, strict=True):
        for part in written.split(","):
            _check(part, field)
    return " ".join(fields)


def _check(part: str, field: _Field) -> None:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is no {field.name} of a cron expression")
    first, last, step = found["first"], found["last"], found["step"]
    numbers = [_number(each, field) for each in (first, last) if each is not None]
    if len(numbers) > 1 and numbers[0] > numbers[1]:
        raise ValueError(f"{part!r} is no {field.name} of a cron expression: it runs backwards")
    if step is not None and int(step) == 0:
        raise ValueError(f"{part!r} is no {field.name} of a cron expression: a step is 1 or more")
    if step is not None and first is not None and last is None:
        raise ValueError(
            f"{part!r} is no {field.name} of a cron expression: a step wants a range or *"
        )


def _number(text: str, field: _Field) -> int:
    if text in field.words:
        return field.words.index(text) + field.least
    number = int(text) if text.isdigit() else -1
    if not field.least <= number <= field.most:
        raise ValueError(
            f"{text!r} is no {field.name} of a cron expression: it is {field.least} to {field.most}"
        )
    return number
