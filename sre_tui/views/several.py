"""Tables of several systems that may use the same names: where each row is, is never dropped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from sre_tui.views.table import TableView

RowT = TypeVar("RowT")


def told_apart(view: TableView[RowT], column: str = "source") -> TableView[RowT]:
    """The view; where rows differ in a column, that column stands second and stays on any width.

    Args:
        view: of a listing whose items have the column's key as an attribute.
        column: key of the column that says where a row is.
    """
    first, *others = view.columns
    where = next(each for each in others if each.key == column)
    rest = [each for each in others if each is not where]
    apart = replace(view, columns=(first, replace(where, priority=0), *rest))

    def instead(data: Any) -> TableView[Any] | None:
        return apart if len({getattr(item, column) for item in data.items}) > 1 else None

    return replace(view, instead=instead)
