"""Which view shows which tool's result; the module of a view is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from sre_tui.views.table import TableView

VIEWS: Final[Mapping[str, tuple[str, str]]] = {
    "runbook_search": ("runbooks", "PASSAGES"),
}
"""Tool name to the module in this package and the name of its view there."""


def table_view(tool_name: str) -> TableView[Any]:
    """The view of a tool's result."""
    module, attribute = VIEWS[tool_name]
    view: TableView[Any] = getattr(import_module(f"sre_tui.views.{module}"), attribute)
    return view
