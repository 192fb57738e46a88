"""What kind of question a query is, and how much each half of the search counts for it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.words import QUESTION_WORDS, camel_case_names, split_camel_case


class QueryKind(StrEnum):
    """Decides how the halves are weighed."""

    ALERT = "alert"
    METRIC = "metric"
    ERROR = "error"
    PROSE = "prose"


@dataclass(frozen=True)
class Weights:
    """How much each half's score of a document counts.

    Cosines of documents lie close together and text scores far apart, so a text half that weighs
    less than the vector half still decides between documents of like meaning.
    """

    text: float
    vector: float


WEIGHTS = {
    QueryKind.ALERT: Weights(text=0.18, vector=0.82),
    QueryKind.METRIC: Weights(text=0.18, vector=0.82),
    QueryKind.ERROR: Weights(text=0.18, vector=0.82),
    QueryKind.PROSE: Weights(text=0.29, vector=0.71),
}

_METRIC = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+){2,}\b|\b[a-zA-Z_:]+\{[^}]*\}")
_MACHINE = re.compile(
    r"\w\[\d+\]|\w:(?:\s|$)|\w=\S|(?:^|\s|')/\w|\d+\.\d+\.\d+|\w_\w|\(\d+|\b0x[0-9a-fA-F]"
    r"|\bE[A-Z]{4,}\b|\b[A-Z]{6,}\b|\berrno\b|\bexit (?:code|status)\b|\b\w+(?:Exception|Error)\b"
)
_PERSON = re.compile(
    r"\?|\b(?:i|i'm|my|me|mine|we|our|us|you|your|how|why|what|when|which|who|where|should)\b",
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
        text=_subject(f"{question} {split}".strip()),
        embedded=split_camel_case(question),
        names=frozenset(names),
    )


def _subject(text: str) -> str:
    """The words of a question that tell what it is about, or all of them if none do."""
    words = [word for word in text.split() if word.lower().strip("?!.,;") not in QUESTION_WORDS]
    return " ".join(words) or text


def _kind(question: str, names: list[str]) -> QueryKind:
    # Products are written in CamelCase too (WireGuard), so two words alone do not make an alert.
    long_name = any(len(split_camel_case(name).split()) > 2 for name in names)
    if long_name or (names and (question.startswith(names[0]) or "alert" in question.lower())):
        return QueryKind.ALERT
    if _METRIC.search(question):
        return QueryKind.METRIC
    if _MACHINE.search(question) and not _PERSON.search(question):
        return QueryKind.ERROR
    return QueryKind.PROSE
