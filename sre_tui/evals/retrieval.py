"""How well the runbook search finds the right page: each half alone, and both together."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from index.fusion import rank_passages
from index.query import understand
from index.ranking import by_text, by_vector, ranked
from index.search import Index

QuestionKind = Literal["alert", "plain"]
Method = Literal["text", "vector", "hybrid"]

METHODS: tuple[Method, ...] = ("text", "vector", "hybrid")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEPTH = 10
"""Ranks looked at; an answer below does not count for the mean reciprocal rank."""


class Question(BaseModel):
    """A question and the runbooks that answer it, by file stem; any of them counts."""

    model_config = ConfigDict(frozen=True)

    kind: QuestionKind
    ask: str
    runbook: tuple[str, ...] = Field(min_length=1)


class Figures(BaseModel):
    """One method on one kind of question.

    Attributes:
        questions: How many were asked.
        recall_at_1: Ratio of questions answered by the first document.
        recall_at_5: Ratio of questions answered by one of the first five.
        mrr: Mean of 1/rank of the first document that answers.
    """

    model_config = ConfigDict(frozen=True)

    kind: QuestionKind
    method: Method
    questions: int
    recall_at_1: float
    recall_at_5: float
    mrr: float


class Miss(BaseModel):
    """A question whose first document is not the right one; `rank` is None beyond DEPTH."""

    model_config = ConfigDict(frozen=True)

    kind: QuestionKind
    ask: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    rank: int | None


class RetrievalReport(BaseModel):
    """Figures of every method on every kind, and what the hybrid search got wrong.

    Attributes:
        name: What the questions are called: the stem of their file.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    figures: tuple[Figures, ...]
    misses: tuple[Miss, ...]

    def of(self, kind: QuestionKind, method: Method) -> Figures:
        """The figures of one method on one kind of question."""
        return next(f for f in self.figures if (f.kind, f.method) == (kind, method))


def load_questions(path: Path) -> list[Question]:
    """Reads `questions:` from YAML.

    Raises:
        pydantic.ValidationError: A question has no known kind or no runbook.
    """
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return TypeAdapter(list[Question]).validate_python(content["questions"])


def measure(index: Index, name: str, questions: Sequence[Question]) -> RetrievalReport:
    """Asks every question of each half and of both together.

    Raises:
        index.errors.DocumentIndexError: The index cannot be used.
    """
    ranks: dict[tuple[QuestionKind, Method], list[int | None]] = {}
    misses: list[Miss] = []
    for question in questions:
        text_rows, vector_rows = index.halves(question.ask)
        # What a search does with the halves; asking it would embed every question twice.
        query = understand(question.ask)
        both = rank_passages(query, text_rows, vector_rows, limit=DEPTH, per_document=1)
        found: dict[Method, list[str]] = {
            "text": _stems(ranked(by_text(text_rows))),
            "vector": _stems(ranked(by_vector(vector_rows))),
            "hybrid": _stems(one.match.source for one in both),
        }
        for method in METHODS:
            rank = _rank(found[method], question.runbook)
            ranks.setdefault((question.kind, method), []).append(rank)
            if method == "hybrid" and rank != 1:
                misses.append(
                    Miss(
                        kind=question.kind,
                        ask=question.ask,
                        expected=question.runbook,
                        found=tuple(found[method]),
                        rank=rank,
                    )
                )
    figures = tuple(_figures(kind, method, found) for (kind, method), found in ranks.items())
    return RetrievalReport(name=name, figures=figures, misses=tuple(misses))


def _stems(sources: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(PurePosixPath(source).stem for source in sources))[:DEPTH]


def _rank(found: Sequence[str], expected: Sequence[str]) -> int | None:
    return next((rank for rank, stem in enumerate(found, start=1) if stem in expected), None)


def _figures(kind: QuestionKind, method: Method, ranks: Sequence[int | None]) -> Figures:
    def share(limit: int) -> float:
        return sum(rank is not None and rank <= limit for rank in ranks) / len(ranks)

    return Figures(
        kind=kind,
        method=method,
        questions=len(ranks),
        recall_at_1=share(1),
        recall_at_5=share(5),
        mrr=sum(1 / rank for rank in ranks if rank) / len(ranks),
    )
