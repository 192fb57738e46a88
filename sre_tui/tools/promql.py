"""What can be read off a PromQL expression without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_ORDERED = frozenset({"sort", "sort_desc", "sort_by_label", "sort_by_label_desc"})
_RANKED = frozenset({"topk", "bottomk"})
_COMPARISONS = frozenset({">", "<", ">=", "<=", "==", "!="})
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


class LabelMatch(NamedTuple):
    """One matcher on a label."""

    label: str
    operator: str
    value: str

    def accepts(self, value: str) -> bool:
        """Whether a label value passes; what is no expression for Python passes."""
        try:
            fits = (
                re.fullmatch(self.value, value) is not None
                if "~" in self.operator
                else self.value == value
            )
        except re.error:
            return True
        return fits != self.operator.startswith("!")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{escaped}"'


class MetricSelector(NamedTuple):
    """One selector of an expression."""

    metric: str
    """Empty if it selects by label only."""
    matches: tuple[LabelMatch, ...]

    def __str__(self) -> str:
        inside = ", ".join(str(match) for match in self.matches)
        return f"{self.metric}{{{inside}}}" if inside or not self.metric else self.metric


def metric_selectors(query: str) -> tuple[MetricSelector, ...]:
    """The distinct selectors of an expression; none if it cannot be read."""
    root = _parsed(query)
    if root is None:
        return ()
    return tuple(dict.fromkeys(_selector(node) for node in _nodes(root) if _is_selector(node)))


def without_condition(query: str) -> str | None:
    """The expression without the comparison that filters it; None if there is none."""
    root = _parsed(query)
    while root is not None and type(root).__name__ == "ParenExpr":
        root = root.expr
    if type(root).__name__ != "BinaryExpr" or str(root.op) not in _COMPARISONS:
        return None
    if root.modifier is not None and getattr(root.modifier, "return_bool", False):
        return None
    return str(root.lhs)


def measured(query: str) -> str | None:
    """What a condition compares: the expression without comparisons and without ``and …``.

    None if it cannot be read, or is no more than a number.
    """
    root = _parsed(query)
    while root is not None:
        kind = type(root).__name__
        if kind == "ParenExpr":
            root = root.expr
        elif kind == "BinaryExpr" and str(root.op) in {*_COMPARISONS, "and", "unless"}:
            root = root.rhs if _is_number(root.lhs) else root.lhs
        else:
            break
    return None if root is None or _is_number(root) else str(root)


def _is_number(node: Any) -> bool:
    while type(node).__name__ in ("ParenExpr", "UnaryExpr"):
        node = node.expr
    return type(node).__name__ in ("NumberLiteral", "StringLiteral")


def is_ordered(query: str) -> bool:
    """Whether the answer's order is part of it: ``sort(…)``, ``topk(…)``."""
    root = _parsed(query)
    kind = type(root).__name__
    if kind == "Call":
        return root.func.name in _ORDERED
    return kind == "AggregateExpr" and str(root.op) in _RANKED


def _parsed(query: str) -> Any:
    import promql_parser

    try:
        return promql_parser.parse(query)
    except (ValueError, RecursionError):
        return None


def _is_selector(node: Any) -> bool:
    return type(node).__name__ == "VectorSelector"


def _selector(node: Any) -> MetricSelector:
    matches = tuple(
        LabelMatch(each.name, _OPERATORS[str(each.op).rpartition(".")[2]], each.value)
        for each in node.matchers.matchers
    )
    name = node.name or next(
        (each.value for each in matches if each.label == "__name__" and each.operator == "="), ""
    )
    return MetricSelector(name, tuple(each for each in matches if each.label != "__name__"))


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for name in ("lhs", "rhs", "expr", "vector_selector", "args", "param"):
        below = getattr(node, name, None)
        for child in below if isinstance(below, list) else [below]:
            if child is not None and not isinstance(child, str):
                yield from _nodes(child)
