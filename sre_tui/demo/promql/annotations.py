"""The hints that Prometheus 3 adds to an answer."""

from __future__ import annotations

from sre_tui.demo.promql import nodes
from sre_tui.demo.promql.dialect import Dialect
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.promql.tokens import place

_COUNTER_FUNCTIONS = frozenset({"rate", "irate", "increase"})
_COUNTER_SUFFIXES = ("_total", "_sum", "_count", "_bucket")


def infos(query: str, dialect: Dialect) -> list[str]:
    """Hints on a query, such as a rate of something that is not named like a counter.

    Raises:
        ParseError: the text is not PromQL of this dialect.
    """
    if dialect.version != "3.x":
        return []
    found: list[str] = []
    _collect(parse(query, dialect), query, found)
    return sorted(set(found))


def _collect(expr: nodes.Expr, query: str, found: list[str]) -> None:
    if isinstance(expr, nodes.Call) and expr.name in _COUNTER_FUNCTIONS:
        for argument in expr.args:
            if isinstance(argument, nodes.RangeSelector):
                name = _name(argument.selector)
                if name and not name.endswith(_COUNTER_SUFFIXES):
                    line, column = place(query, max(0, query.find(name)))
                    found.append(
                        "PromQL info: metric might not be a counter, name does not end in"
                        f' _total/_sum/_count/_bucket: "{name}" ({line}:{column})'
                    )
    for child in nodes.children(expr):
        _collect(child, query, found)


def _name(selector: nodes.Selector) -> str:
    for matcher in selector.matchers:
        if matcher.name == "__name__" and matcher.op == "=":
            return matcher.value
    return ""
