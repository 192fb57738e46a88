"""The query language of the middleware: filters and options over a list of objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

Row = dict[str, Any]


class QueryError(Exception):
    """A filter or option the middleware refuses; ``number`` is its errno."""

    def __init__(self, message: str, number: int = 22) -> None:
        super().__init__(message)
        self.number = number


def _listed(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: value is not None and test(value, wanted)


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    ">": _listed(lambda value, wanted: value > wanted),
    ">=": _listed(lambda value, wanted: value >= wanted),
    "<": _listed(lambda value, wanted: value < wanted),
    "<=": _listed(lambda value, wanted: value <= wanted),
    "~": _listed(lambda value, wanted: re.match(wanted, value) is not None),
    "^": _listed(lambda value, wanted: str(value).startswith(wanted)),
    "$": _listed(lambda value, wanted: str(value).endswith(wanted)),
    "in": lambda value, wanted: value in wanted,
    "nin": lambda value, wanted: value not in wanted,
    "rin": _listed(lambda value, wanted: wanted in value),
    "rnin": _listed(lambda value, wanted: wanted not in value),
}


def query(rows: Sequence[Row], filters: Any = (), options: Any = None) -> Any:
    """What a ``x.query`` method answers; raises ``QueryError``."""
    if not isinstance(filters, list | tuple):
        raise QueryError("filters must be a list")
    chosen: Mapping[str, Any] = options if isinstance(options, Mapping) else {}
    found = [row for row in rows if all(_passes(row, each) for each in filters)]
    for order in reversed(chosen.get("order_by") or []):
        found.sort(key=partial(_sortable, str(order).lstrip("-")), reverse=order[:1] == "-")
    if chosen.get("count"):
        return len(found)
    found = found[int(chosen.get("offset") or 0) :]
    if limit := int(chosen.get("limit") or 0):
        found = found[:limit]
    if chosen.get("select"):
        found = [_selected(row, chosen["select"]) for row in found]
    if chosen.get("get"):
        if not found:
            raise QueryError("None", 2)
        return found[0]
    return found


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """The value at ``a.b``; None where there is none."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _passes(row: Row, test: Any) -> bool:
    if isinstance(test, list) and len(test) == 2 and test[0] == "OR":
        return any(_passes(row, each) for each in test[1])
    if not isinstance(test, list) or len(test) != 3 or test[1] not in _OPERATORS:
        raise QueryError(f"Invalid filter {test!r}")
    return _OPERATORS[test[1]](value_at(row, str(test[0])), test[2])


def _selected(row: Row, names: Sequence[str]) -> Row:
    found: Row = {}
    for name in names:
        *parents, last = name.split(".")
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        value = value_at(row, name)
        if value is not None or name in row:
            place[last] = value
    return found


def _sortable(name: str, row: Row) -> tuple[bool, Any]:
    value = value_at(row, name)
    return value is not None, value if value is not None else 0
