"""Which measure an expression asks for, though it asks for part of its series or in per cent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from sre_tui.diagnosis.signals.measures import MEASURES, Measure, own_measure

_CHOOSING: Final = frozenset({"topk", "bottomk", "limitk"})
_SORTING: Final = frozenset({"sort", "sort_desc", "sort_by_label", "sort_by_label_desc"})
_COMPARISONS: Final = frozenset({">", "<", ">=", "<=", "==", "!="})
_LONGEST: Final = 2000
"""Characters of an expression that is looked at."""


class Known(NamedTuple):
    """A measure, and by what its values are larger in the answer."""

    measure: Measure
    factor: float


def known_measure(query: str, own: Iterable[str] = ()) -> Known | None:
    """The measure whose values an expression gives, each series with all its labels that tell.

    Args:
        query: PromQL.
        own: expressions that the operator named.
    """
    asked = _parsed(query) if len(query) <= _LONGEST else None
    if asked is None:
        return None
    chosen = _whole(asked)
    # What the operator named is meant before what everybody has.
    tried = [*((own_measure(text, None), text, 1.0) for text in own), *_catalogue()]
    for measure, text, factor in tried:
        known = _tree(text)
        if known is None:
            continue
        if _fits(known, chosen):
            return Known(measure, factor)
        for inner, times in _scaled(chosen):
            if factor == 1.0 and _fits(known, _whole(inner)):
                return Known(measure, times)
    return None


@cache
def _catalogue() -> tuple[tuple[Measure, str, float], ...]:
    return tuple(
        (one, text, factor)
        for one in MEASURES
        for text, factor in ((one.gauge.value, 1.0), *one.also)
    )


def _parsed(query: str) -> Any:
    import promql_parser

    try:
        return promql_parser.parse(query)
    except (ValueError, RecursionError):
        return None


@cache
def _tree(text: str) -> Any:
    found = _parsed(text)
    return None if found is None else _bare(found)


def _bare(node: Any) -> Any:
    while _kind(node) == "ParenExpr":
        node = node.expr
    return node


def _kind(node: Any) -> str:
    return type(node).__name__


def _whole(node: Any) -> Any:
    """What is left without what only chooses among the series, or orders them."""
    while True:
        node = _bare(node)
        kind = _kind(node)
        if kind == "AggregateExpr" and str(node.op) in _CHOOSING and node.modifier is None:
            node = node.expr
        elif kind == "Call" and node.func.name in _SORTING:
            node = node.args[0]
        elif kind == "BinaryExpr" and str(node.op) in _COMPARISONS and _is_number(node.rhs):
            if getattr(node.modifier, "return_bool", False):
                return node
            node = node.lhs
        else:
            return node


def _is_number(node: Any) -> bool:
    return _kind(_bare(node)) == "NumberLiteral"


def _scaled(node: Any) -> Iterator[tuple[Any, float]]:
    """A product with a number as what is multiplied, and the number."""
    if _kind(node) != "BinaryExpr" or str(node.op) != "*":
        return
    for value, number in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        if _is_number(number) and not _is_number(value) and _bare(number).val > 0:
            yield value, float(_bare(number).val)


def _fits(known: Any, asked: Any, by: frozenset[str] | None = None) -> bool:
    """Whether every series that is asked for is one of those that are known, with the same values.

    Args:
        known: part of the known expression.
        asked: part of the one that is asked.
        by: labels that are left of a series where it is summed up; None where all are.
    """
    known, asked = _bare(known), _bare(asked)
    kind = _kind(known)
    if kind != _kind(asked):
        return False
    match kind:
        case "NumberLiteral":
            return bool(known.val == asked.val)
        case "StringLiteral":
            return bool(known.val == asked.val)
        case "VectorSelector":
            return _selects_part(known, asked, by)
        case "MatrixSelector":
            same = known.range == asked.range
            return same and _fits(known.vector_selector, asked.vector_selector, by)
        case "Call":
            return known.func.name == asked.func.name and _all_fit(known.args, asked.args, by)
        case "UnaryExpr":
            return _fits(known.expr, asked.expr, by)
        case "AggregateExpr":
            kept, told = _labels(known), _labels(asked)
            if str(known.op) != str(asked.op) or kept is None or told is None:
                return False
            # A machine is told by its address alone as well.
            if told != kept and not (told <= kept and kept - told <= {"hostname"}):
                return False
            if (known.param is None) != (asked.param is None):
                return False
            if known.param is not None and not _fits(known.param, asked.param, by):
                return False
            return _fits(known.expr, asked.expr, kept if by is None else by & kept)
        case "BinaryExpr":
            same = str(known.op) == str(asked.op)
            modified = str(known.modifier) if known.modifier is not None else None
            told_so = str(asked.modifier) if asked.modifier is not None else None
            if not same or (modified is None) != (told_so is None) or modified is not None:
                return str(known) == str(asked)
            return _all_fit([known.lhs, known.rhs], [asked.lhs, asked.rhs], by)
        case _:
            # What is not taken apart has to be the very same.
            return str(known) == str(asked)


def _all_fit(known: Any, asked: Any, by: frozenset[str] | None) -> bool:
    return len(known) == len(asked) and all(
        _fits(one, other, by) for one, other in zip(known, asked, strict=True)
    )


def _labels(node: Any) -> frozenset[str] | None:
    """The labels that an aggregation keeps; None if it names those that it drops."""
    modifier = node.modifier
    if modifier is None:
        return frozenset()
    if "By" not in str(modifier.type):
        return None
    return frozenset(modifier.labels)


def _selects_part(known: Any, asked: Any, by: frozenset[str] | None) -> bool:
    if known.name != asked.name or asked.offset is not None or asked.at is not None:
        return False
    needed, given = _matchers(known), _matchers(asked)
    more = given - needed
    return needed <= given and (by is None or all(label in by for label, _, _ in more))


def _matchers(node: Any) -> frozenset[tuple[str, str, str]]:
    return frozenset((one.name, str(one.op), one.value) for one in node.matchers.matchers)
