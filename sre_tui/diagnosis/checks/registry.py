"""Every check there is: the ``CHECKS`` of the modules of this package."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import sre_tui.diagnosis.checks as package
from sre_tui.diagnosis.checks.check import Check
from sre_tui.diagnosis.picture.picture import MetricQuery

_NO_CHECKS = frozenset(
    {"check", "combined", "metric", "overrides", "own", "registry", "run", "state"}
)


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by area and id; a module that declares ``CHECKS`` is found by itself."""
    found: list[Check] = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in _NO_CHECKS:
            found += getattr(import_module(f"{package.__name__}.{module.name}"), "CHECKS", ())
    return tuple(sorted(found, key=lambda one: (one.area, one.id)))


def all_queries() -> tuple[MetricQuery, ...]:
    """The values that the checks need over the window."""
    return tuple(query for check in all_checks() for query in check.queries)
