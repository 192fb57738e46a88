"""The syntax tree of a LogQL query. Durations are seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sre_tui.demo.telemetry import Matcher

LineOp = Literal["|=", "!=", "|~", "!~", "|>", "!>"]
CompareOp = Literal["==", "!=", ">", ">=", "<", "<="]


@dataclass(frozen=True)
class LineFilter:
    """Keeps lines by content; ``alternatives`` are joined by ``or``."""

    op: LineOp
    alternatives: tuple[str, ...]
    is_ip: bool = False


@dataclass(frozen=True)
class Parser:
    """``| json``, ``| logfmt``, ``| regexp``, ``| pattern`` or ``| unpack``.

    ``extract`` maps labels to expressions; ``argument`` is the expression of regexp and pattern.
    """

    kind: Literal["json", "logfmt", "regexp", "pattern", "unpack"]
    argument: str = ""
    extract: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    keep_empty: bool = False


@dataclass(frozen=True)
class StringFilter:
    """A label compared as text."""

    matcher: Matcher


@dataclass(frozen=True)
class QuantityFilter:
    """A label compared as number, duration (seconds) or size (bytes)."""

    name: str
    op: CompareOp
    value: float
    unit: Literal["number", "duration", "bytes"]


@dataclass(frozen=True)
class IPFilter:
    """A label compared with an address, a range or a CIDR."""

    name: str
    equal: bool
    network: str


@dataclass(frozen=True)
class BothFilter:
    """``and`` or ``or`` of two label filters."""

    op: Literal["and", "or"]
    left: LabelFilter
    right: LabelFilter


LabelFilter: TypeAlias = StringFilter | QuantityFilter | IPFilter | BothFilter


@dataclass(frozen=True)
class LineFormat:
    """``| line_format "template"``."""

    template: str


@dataclass(frozen=True)
class LabelAssignment:
    """``target=source`` (a rename) or ``target="template"``."""

    target: str
    value: str
    is_template: bool


@dataclass(frozen=True)
class LabelFormat:
    """``| label_format a=b, c="{{.d}}"``."""

    assignments: tuple[LabelAssignment, ...]


@dataclass(frozen=True)
class Decolorize:
    """``| decolorize``."""


@dataclass(frozen=True)
class LabelSelection:
    """``| drop a, b="c"`` or ``| keep a``; a matcher narrows it to labels with that value."""

    keep: bool
    labels: tuple[tuple[str, Matcher | None], ...]


Stage: TypeAlias = (
    LineFilter
    | Parser
    | StringFilter
    | QuantityFilter
    | IPFilter
    | BothFilter
    | LineFormat
    | LabelFormat
    | Decolorize
    | LabelSelection
)


@dataclass(frozen=True)
class LogQuery:
    """A stream selector with its pipeline."""

    matchers: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Unwrap:
    """``| unwrap label`` with what follows it."""

    label: str
    conversion: Literal["", "bytes", "duration", "duration_seconds"] = ""
    filters: tuple[LabelFilter, ...] = ()


@dataclass(frozen=True)
class Grouping:
    """``by (…)`` or ``without (…)``."""

    labels: tuple[str, ...]
    without: bool = False


@dataclass(frozen=True)
class RangeAggregation:
    """A function over a range of log lines, such as ``rate({…}[5m])``."""

    function: str
    query: LogQuery
    range: float
    offset: float = 0.0
    unwrap: Unwrap | None = None
    grouping: Grouping | None = None
    parameter: float | None = None


@dataclass(frozen=True)
class VectorAggregation:
    """``sum by (x) (…)`` and its relatives; ``parameter`` is the k of topk and bottomk."""

    function: str
    operand: MetricQuery
    grouping: Grouping | None = None
    parameter: int = 0


@dataclass(frozen=True)
class VectorMatching:
    """How two vectors find each other; ``many`` is the side that may have several."""

    on: bool = False
    labels: tuple[str, ...] = ()
    many: Literal["", "left", "right"] = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True)
class BinaryOperation:
    """An operator between two metric queries."""

    op: str
    left: MetricQuery
    right: MetricQuery
    returns_bool: bool = False
    matching: VectorMatching = field(default_factory=VectorMatching)


@dataclass(frozen=True)
class NumberLiteral:
    """A number."""

    value: float


@dataclass(frozen=True)
class VectorLiteral:
    """``vector(1)``: one sample without labels."""

    value: float


@dataclass(frozen=True)
class LabelReplace:
    """``label_replace(v, "dst", "$1", "src", "(.*)")``."""

    operand: MetricQuery
    target: str
    replacement: str
    source: str
    expression: str


MetricQuery: TypeAlias = (
    RangeAggregation
    | VectorAggregation
    | BinaryOperation
    | NumberLiteral
    | VectorLiteral
    | LabelReplace
)
Query: TypeAlias = LogQuery | MetricQuery
