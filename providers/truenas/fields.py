"""Reads fields of the middleware's answers, which differ between versions and may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from pydantic import JsonValue

from providers.coercion import amount, epoch, text
from providers.errors import BadResponse
from providers.text import clean, one_line

_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div|p|li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

Row = Mapping[str, Any]


def rows(value: JsonValue, method: str) -> Iterator[Row]:
    """The objects of a list; what is none of it is left out.

    Raises:
        BadResponse: if it is no list.
    """
    if value is None:
        return
    if not isinstance(value, list):
        raise BadResponse(f"{method} answered no list")
    for item in value:
        if isinstance(item, dict):
            yield item


def row(value: JsonValue, method: str) -> Row:
    """The object itself.

    Raises:
        BadResponse: if it is none.
    """
    if not isinstance(value, dict):
        raise BadResponse(f"{method} answered no object")
    return value


def part(value: Row, *names: str) -> Row:
    """An object inside, by its path; empty where it is missing."""
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, Mapping) else {}
    return value


def parts(value: Row, name: str) -> list[Row]:
    """The objects of a list inside; empty where it is missing."""
    found = value.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(text(item) for item in value if text(item)) if isinstance(value, list) else ()


def ratio(percent: object) -> float | None:
    """A percentage as 0..1."""
    number = amount(percent)
    return None if number is None else number / 100


def prop(value: Row, name: str) -> object:
    """A ZFS property's plain value: of ``{parsed, rawvalue}``, ``{value, raw}``, or as it is."""
    found = value.get(name)
    if not isinstance(found, Mapping):
        return found
    parsed = found.get("parsed")
    if parsed is None or isinstance(parsed, Mapping | list):
        parsed = found.get("rawvalue", found.get("raw"))
    return found.get("value") if parsed is None else parsed


def bytes_of(value: Row, name: str) -> int | None:
    """A ZFS property as bytes; None where it is not reported."""
    number = amount(prop(value, name))
    return None if number is None else int(number)


def limit_of(value: Row, name: str) -> int | None:
    """A quota in bytes; None where there is none, which ZFS writes as 0."""
    return bytes_of(value, name) or None


def when(value: Row, *names: str) -> datetime | None:
    """The first of these that is a time."""
    for name in names:
        found = epoch(value.get(name)) or _written(value.get(name))
        if found is not None:
            return found
    return None


def _written(value: object) -> datetime | None:
    """A time as text, which programs below the middleware give; without a zone it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else found.astimezone(UTC)


def prose(markup: object) -> str:
    """HTML of an alert as one line of text; what is no tag stays."""
    plain = _TAG.sub("", _BREAK.sub(" ", text(markup)))
    return one_line(unescape(plain), 600)


def said(value: object, limit: int = 300) -> str:
    """A text of the NAS on one line; of an error object its reason."""
    if isinstance(value, Mapping):
        value = value.get("reason") or value.get("error") or value.get("message")
    return one_line(clean(text(value)), limit)
