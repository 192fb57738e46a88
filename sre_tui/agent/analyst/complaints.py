"""Tells complaints from questions: what does not work is looked into, whatever else is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sre_tui.agent.analyst.data import table

_DATA: Final[Mapping[str, Any]] = table("complaints")
_ASKS: Final = re.compile(str(_DATA["asks"]).replace("| ", "|"))
_COMPLAINTS: Final = tuple(re.compile(one) for one in _DATA["complaints"])
_ACCUSED: Final = tuple(re.compile(one) for one in _DATA["accused"])
_CLAUSE: Final = re.compile(r"[.?!;,:]+(?=\s|$)| and | but | und | aber |\s[-–]\s")
SHORTEST: Final = 2
"""Words of a clause that can be a complaint."""


def complains(text: str) -> bool:
    """Whether somebody says that something is not as it should be.

    Args:
        text: the question in lower case.
    """
    clauses = [" ".join(one.split()) for one in _CLAUSE.split(text)]
    return any(
        any(rule.search(clause) for rule in _ACCUSED)
        or (not _ASKS.match(clause) and any(rule.search(clause) for rule in _COMPLAINTS))
        for clause in clauses
        if len(clause.split()) >= SHORTEST
    )


__all__ = ["complains"]
