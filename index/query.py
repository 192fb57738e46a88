"""What kind of question a query is, and how much each half of the search counts for it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.words import camel_case_names, split_camel_case


class QueryKind(StrEnum):
    """Decides how the halves are weighed."""

    ALERT = "alert"
    METRIC = "metric"
    ERROR = "error"
    PROSE = "prose"


@dataclass(frozen=True)
class Weights:
    """How much a rank in each half counts."""

    text: float
    vector: float


WEIGHTS = {
    QueryKind.ALERT: Weights(text=0.7, vector=0.3),
    QueryKind.METRIC: Weights(text=0.7, vector=0.3),
    QueryKind.ERROR: Weights(text=0.6, vector=0.4),
    QueryKind.PROSE: Weights(text=0.35, vector=0.65),
}

_METRIC = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+){2,}\b|\b[a-zA-Z_:]+\{[^}]*\}")
_ERROR = re.compile(
    r"\b(?:E[A-Z]{4,}|0x[0-9a-fA-F]+|errno|exit (?:code|status)|level=\w+|panic:|fatal:"
    r"|exception|traceback|segfault)\b|\b[Ee]rror:|[\w/]+\.\w+:\d+|\w+=\"",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Query:
    """A question as both halves want it.

    Attributes:
        kind: What it looks like.
        text: Names whole and split, for the text half.
        embedded: Names split, for the encoder.
        names: The CamelCase names in it, as written.
    """

    kind: QueryKind
    text: str
    embedded: str
    names: frozenset[str]

    @property
    def weights(self) -> Weights:
        """How much each half counts."""
        return WEIGHTS[self.kind]


def understand(question: str) -> Query:
    """Reads a question; control characters and line breaks count as spaces."""
    question = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", question).split())
    names = camel_case_names(question)
    split = " ".join(split_camel_case(name) for name in names)
    return Query(
        kind=_kind(question, names),
        text=f"{question} {split}".strip(),
        embedded=split_camel_case(question),
        names=frozenset(names),
    )


def _kind(question: str, names: list[str]) -> QueryKind:
    if any(len(split_camel_case(name).split()) > 1 for name in names):
        return QueryKind.ALERT
    if _METRIC.search(question):
        return QueryKind.METRIC
    if _ERROR.search(question):
        return QueryKind.ERROR
    return QueryKind.PROSE
