"""Style rules, parsed once for all apps of a run; a style sheet by itself keeps only its own."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parse = Stylesheet._parse_rules
_PARSED: dict[tuple[int, str, CSSLocation, bool, int, str], list[RuleSet]] = {}
_NUMBERS: dict[tuple[tuple[str, str], ...], int] = {}
"""Of every set of variables there was: hashing hundreds of them for each source takes long."""
_NUMBER_OF: WeakKeyDictionary[Stylesheet, tuple[dict[str, str], int]] = WeakKeyDictionary()
"""The variables a style sheet has, which it gets as a new mapping, and their number."""


def parsed_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Stands in for the parsing of a style sheet: of the same text and variables come the same."""
    key = (_variables(sheet), css, read_from, is_default_rules, tie_breaker, scope)
    if key not in _PARSED:
        _PARSED[key] = _parse(sheet, css, read_from, is_default_rules, tie_breaker, scope)
    return _PARSED[key]


def _variables(sheet: Stylesheet) -> int:
    has, number = _NUMBER_OF.get(sheet, (None, 0))
    if has is not sheet._variables:
        number = _NUMBERS.setdefault(tuple(sheet._variables.items()), len(_NUMBERS))
        _NUMBER_OF[sheet] = sheet._variables, number
    return number
