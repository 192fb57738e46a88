"""How a query that was rejected is shown."""

from __future__ import annotations

from providers.errors import InvalidQuery


def caret(error: InvalidQuery) -> str:
    """The backend's message, with the query and a caret under the position it complains of."""
    if error.offset is None:
        return error.message
    before = error.query[: error.offset]
    line_start = before.rfind("\n") + 1
    line_end = error.query.find("\n", error.offset)
    line = error.query[line_start : None if line_end < 0 else line_end]
    column = error.offset - line_start
    shift = max(0, column - 60)
    shown = ("…" if shift else "") + line[shift : shift + 100]
    padding = " " * (column - shift + (1 if shift else 0))
    return f"{error.message}\n  {shown}\n  {padding}^"
