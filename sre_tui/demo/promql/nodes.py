"""The syntax tree that the engine evaluates: durations and times are whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sre_tui.demo.telemetry import Matcher

Cardinality = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]
At = int | Literal["start", "end"] | None


@dataclass(frozen=True)
class Number:
    """A number literal."""

    value: float


@dataclass(frozen=True)
class Text:
    """A string literal."""

    value: str


@dataclass(frozen=True)
class Selector:
    """An instant selector; the metric's name is a matcher on ``__name__``."""

    matchers: tuple[Matcher, ...]
    offset: int = 0
    at: At = None


@dataclass(frozen=True)
class RangeSelector:
    """A selector with a window, as in ``node_load1[5m]``."""

    selector: Selector
    window: int


@dataclass(frozen=True)
class Subquery:
    """An expression evaluated on a grid inside a window; no step means the default interval."""

    expr: Expr
    window: int
    step: int | None
    offset: int = 0
    at: At = None


@dataclass(frozen=True)
class Call:
    """A function call."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Aggregate:
    """An aggregation; ``by`` is true for ``by``, false for ``without``."""

    op: str
    expr: Expr
    param: Expr | None
    by: bool
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """How the vectors of a binary operation are paired."""

    cardinality: Cardinality
    on: bool
    labels: tuple[str, ...]
    include: tuple[str, ...]


@dataclass(frozen=True)
class Binary:
    """A binary operation; ``matching`` counts only between two vectors."""

    op: str
    left: Expr
    right: Expr
    return_bool: bool
    matching: Matching


@dataclass(frozen=True)
class Negation:
    """Unary minus."""

    expr: Expr


@dataclass(frozen=True)
class Paren:
    """An expression in parentheses, kept because some functions look at their argument's form."""

    expr: Expr


Expr = (
    Number
    | Text
    | Selector
    | RangeSelector
    | Subquery
    | Call
    | Aggregate
    | Binary
    | Negation
    | Paren
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions of a node."""
    match expr:
        case RangeSelector(selector=selector):
            return (selector,)
        case Subquery(expr=inner) | Negation(expr=inner) | Paren(expr=inner):
            return (inner,)
        case Call(args=args):
            return args
        case Aggregate(expr=inner, param=param):
            return (inner,) if param is None else (param, inner)
        case Binary(left=left, right=right):
            return (left, right)
        case _:
            return ()


def selectors(expr: Expr) -> list[Selector]:
    """Every selector in an expression, in the order of the text."""
    found = [expr] if isinstance(expr, Selector) else []
    for child in children(expr):
        found.extend(selectors(child))
    return found
