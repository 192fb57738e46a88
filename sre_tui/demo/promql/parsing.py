"""Parse PromQL with promql-parser into the engine's own typed syntax tree."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

import promql_parser

from sre_tui.demo.promql import nodes
from sre_tui.demo.promql.complaints import complain, find_strictness_problem
from sre_tui.demo.promql.dialect import Dialect
from sre_tui.demo.promql.errors import NotSupportedError, ParseError
from sre_tui.demo.telemetry import Matcher, MatchOp

_MILLISECOND = timedelta(milliseconds=1)
_NEW_AGGREGATIONS = {"limitk", "limit_ratio"}
_RE2_ONLY = re.compile(r"\[\[:|\\[pPzQC]")

promql_parser.register_extra_functions(
    [
        promql_parser.Function(
            "holt_winters",
            [
                promql_parser.ValueType.Matrix,
                promql_parser.ValueType.Scalar,
                promql_parser.ValueType.Scalar,
            ],
            promql_parser.ValueType.Vector,
        )
    ]
)


@lru_cache(maxsize=1024)
def parse(query: str, dialect: Dialect) -> nodes.Expr:
    """The syntax tree of a query.

    Raises:
        ParseError: the text is not PromQL of this dialect.
        NotSupportedError: it is, but the demo cannot evaluate it.
    """
    try:
        tree = promql_parser.parse(query)
    except ValueError as error:
        raise complain(query, str(error)) from error
    except BaseException as error:
        # The binding panics, and a panic is no Exception, on a duration too long to hold.
        if type(error).__name__ != "PanicException":
            raise
        raise ParseError("duration out of range") from error
    problem = find_strictness_problem(query, dialect)
    if problem is not None:
        raise problem
    return _convert(tree, query, dialect)


def _convert(node: Any, query: str, dialect: Dialect) -> nodes.Expr:
    match node:
        case promql_parser.NumberLiteral():
            return nodes.Number(float(node.val))
        case promql_parser.StringLiteral():
            return nodes.Text(str(node.val))
        case promql_parser.VectorSelector():
            return _selector(node)
        case promql_parser.MatrixSelector():
            return nodes.RangeSelector(_selector(node.vector_selector), _milliseconds(node.range))
        case promql_parser.SubqueryExpr():
            return nodes.Subquery(
                _convert(node.expr, query, dialect),
                _milliseconds(node.range),
                None if node.step is None else _milliseconds(node.step),
                _milliseconds(node.offset),
                _at(node),
            )
        case promql_parser.ParenExpr():
            return nodes.Paren(_convert(node.expr, query, dialect))
        case promql_parser.UnaryExpr():
            return nodes.Negation(_convert(node.expr, query, dialect))
        case promql_parser.Call():
            name = _known(node.func.name, query, dialect)
            return nodes.Call(name, tuple(_convert(arg, query, dialect) for arg in node.args))
        case promql_parser.AggregateExpr():
            return _aggregate(node, query, dialect)
        case promql_parser.BinaryExpr():
            return _binary(node, query, dialect)
        case _:
            raise NotSupportedError(type(node).__name__)


def _known(name: str, query: str, dialect: Dialect) -> str:
    absent = dialect.functions is not None and name not in dialect.functions
    if absent or name in dialect.unknown:
        raise complain(query, f"unknown function with name '{name}'")
    return name


def _milliseconds(duration: timedelta | None) -> int:
    return 0 if duration is None else round(duration / _MILLISECOND)


def _at(node: Any) -> nodes.At:
    modifier = node.at
    if modifier is None:
        return None
    if modifier.type == promql_parser.AtModifierType.Start:
        return "start"
    if modifier.type == promql_parser.AtModifierType.End:
        return "end"
    # The binding aborts on a time before 1970 and prints every such time as zero.
    if "@ 0.000" in str(node):
        raise NotSupportedError("@ with a time before 1970")
    return round(modifier.at.timestamp() * 1000)


def _match_op(op: Any) -> MatchOp:
    if op == promql_parser.MatchOp.Equal:
        return "="
    if op == promql_parser.MatchOp.NotEqual:
        return "!="
    return "=~" if op == promql_parser.MatchOp.Re else "!~"


def _matcher(name: str, op: MatchOp, value: str) -> Matcher:
    if op in {"=~", "!~"}:
        # The parser has accepted it, but matching is done by Python's engine.
        readable = _RE2_ONLY.search(value) is None
        try:
            re.compile(value if readable else "")
        except re.error:
            readable = False
        if not readable:
            raise NotSupportedError(f"the regular expression {value}")
    return Matcher(name, op, value)


def _selector(node: Any) -> nodes.Selector:
    if node.matchers.or_matchers:
        raise NotSupportedError("'or' between label matchers")
    matchers = [
        _matcher(matcher.name, _match_op(matcher.op), matcher.value)
        for matcher in node.matchers.matchers
    ]
    if node.name:
        matchers.insert(0, Matcher("__name__", "=", node.name))
    return nodes.Selector(tuple(matchers), _milliseconds(node.offset), _at(node))


def _aggregate(node: Any, query: str, dialect: Dialect) -> nodes.Aggregate:
    op = str(node.op)
    if op in _NEW_AGGREGATIONS:
        if not dialect.lenient:
            raise complain(query, f"unknown function with name '{op}'")
        raise NotSupportedError(op)
    by = True
    labels: tuple[str, ...] = ()
    if node.modifier is not None:
        by = node.modifier.type == promql_parser.AggModifierType.By
        labels = tuple(node.modifier.labels)
    param = None if node.param is None else _convert(node.param, query, dialect)
    return nodes.Aggregate(op, _convert(node.expr, query, dialect), param, by, labels)


def _binary(node: Any, query: str, dialect: Dialect) -> nodes.Binary:
    op = str(node.op)
    matching = nodes.Matching(
        "many-to-many" if op in {"and", "or", "unless"} else "one-to-one", False, (), ()
    )
    return_bool = False
    if node.modifier is not None:
        return_bool = bool(node.modifier.return_bool)
        fill = node.modifier.fill_values
        if fill is not None and (fill.lhs is not None or fill.rhs is not None):
            raise NotSupportedError("fill")
        matching = _matching(node.modifier, matching.cardinality)
    return nodes.Binary(
        op,
        _convert(node.lhs, query, dialect),
        _convert(node.rhs, query, dialect),
        return_bool,
        matching,
    )


def _matching(modifier: Any, default: nodes.Cardinality) -> nodes.Matching:
    on = False
    labels: tuple[str, ...] = ()
    if modifier.matching is not None:
        on = modifier.matching.type == promql_parser.LabelModifierType.Include
        labels = tuple(modifier.matching.labels)
    cardinality: nodes.Cardinality = default
    if modifier.card == promql_parser.VectorMatchCardinality.ManyToOne:
        cardinality = "many-to-one"
    elif modifier.card == promql_parser.VectorMatchCardinality.OneToMany:
        cardinality = "one-to-many"
    return nodes.Matching(cardinality, on, labels, tuple(modifier.group_labels or ()))
