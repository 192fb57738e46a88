"""The runbook search finds the right page, and both halves together are worth having."""

import re
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from pydantic import ValidationError

from index.search import Index
from sre_tui.evals.retrieval import (
    DEPTH,
    Question,
    QuestionKind,
    RetrievalReport,
    load_questions,
    measure,
)
from tests.embedded import KeptQuestions, runbook_index
from tests.stubs.slow import slow_but

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
KINDS: tuple[QuestionKind, ...] = ("alert", "plain")

GOAL = (0.85, 0.97)
FLOORS: dict[str, dict[QuestionKind, tuple[float, float]]] = {
    "runbook_questions": {"alert": GOAL, "plain": GOAL},
    "runbook_questions_tuning": {"alert": GOAL, "plain": GOAL},
    "runbook_questions_validation": {"alert": GOAL, "plain": GOAL},
    "runbook_questions_held_out": {"alert": GOAL, "plain": GOAL},
}
"""Recall@1 and recall@5 by file: the goals, or what was reached where that is less."""

NAMES = [name for name in FLOORS if (FOLDER / f"{name}.yaml").is_file()]
ALWAYS = ("runbook_questions",)


@cache
def questions(name: str) -> list[Question]:
    return load_questions(FOLDER / f"{name}.yaml")


@cache
def sayings() -> list[set[str]]:
    """The words of everything that pages say people say."""
    return [
        _words(said)
        for page in (ROOT / "runbooks").glob("*.md")
        for said in yaml.load(page.read_text().split("\n---\n")[0], Loader=yaml.CSafeLoader)[
            "people_say"
        ]
    ]


@pytest.fixture(scope="module")
def index(model_cache: Path) -> Index:
    return runbook_index(model_cache)


@pytest.fixture(scope="module", params=slow_but(ALWAYS, NAMES))
def report(request: pytest.FixtureRequest, model_cache: Path, index: Index) -> RetrievalReport:
    kept = KeptQuestions.of(model_cache, index)
    with patch.object(index._ready(), "_encoder", kept):
        return measure(index, request.param, questions(request.param))


def test_every_file_of_questions_has_floors() -> None:
    assert {path.stem for path in FOLDER.glob("runbook_questions*.yaml")} <= set(FLOORS)
    assert "runbook_questions" in NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_page_is_found(report: RetrievalReport, kind: QuestionKind) -> None:
    hybrid = report.of(kind, "hybrid")
    first, among_five = FLOORS[report.name][kind]
    assert hybrid.questions >= 20
    assert hybrid.recall_at_5 >= among_five, report.misses
    assert hybrid.recall_at_1 >= first, report.misses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("figure", ["recall_at_1", "recall_at_5"])
def test_together_they_are_no_worse_than_the_better_half(
    report: RetrievalReport, kind: QuestionKind, figure: str
) -> None:
    text, vector, hybrid = (
        getattr(report.of(kind, method), figure) for method in ("text", "vector", "hybrid")
    )
    assert hybrid >= max(text, vector)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_names_a_page_that_exists(name: str) -> None:
    pages = {path.stem for path in (ROOT / "runbooks").glob("*.md")}
    for question in questions(name):
        assert set(question.runbook) <= pages, question.ask


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("held_out")])
def test_what_people_say_is_not_copied_from_the_questions(name: str) -> None:
    """A search that knows its questions by heart measures nothing."""
    for question in questions(name):
        if question.kind == "alert":
            continue  # messages of programs are quoted verbatim on both sides
        asked = _words(question.ask)
        for said in sayings():
            assert len(asked & said) <= 0.7 * len(asked | said), question.ask


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def test_it_measures_what_a_search_finds(index: Index) -> None:
    asked = questions("runbook_questions")[::10]
    for question in asked:
        hits = index.search(question.ask, limit=DEPTH, per_document=1).hits
        stems = tuple(Path(hit.source).stem for hit in hits)
        rank = next((at for at, stem in enumerate(stems, 1) if stem in question.runbook), None)
        report = measure(index, "one", [question])
        assert report.of(question.kind, "hybrid").mrr == (1 / rank if rank else 0)
        assert [miss.found for miss in report.misses] == ([] if rank == 1 else [stems])


def test_misses_are_told(report: RetrievalReport) -> None:
    wrong = sum(
        round(f.questions * (1 - f.recall_at_1)) for f in report.figures if f.method == "hybrid"
    )
    assert len(report.misses) == wrong
    for miss in report.misses:
        assert miss.rank is None or miss.found[miss.rank - 1] in miss.expected


def test_a_question_of_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text("questions:\n  - {kind: odd, ask: x, runbook: [y]}\n")
    with pytest.raises(ValidationError, match="alert"):
        load_questions(path)
