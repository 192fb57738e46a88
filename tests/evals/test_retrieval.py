"""The runbook search finds the right page, and both halves together are worth having."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from index.builder import build
from index.search import Index
from index.sources import Folder
from sre_tui.evals.retrieval import (
    QuestionKind,
    RetrievalReport,
    load_questions,
    measure,
)

ROOT = Path(__file__).parents[2]
QUESTIONS = Path(__file__).with_name("runbook_questions.yaml")
KINDS: tuple[QuestionKind, ...] = ("alert", "plain")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RetrievalReport:
    sources = [Folder(path=ROOT / "runbooks", kind="runbook", label="runbooks")]
    path = tmp_path_factory.mktemp("runbook-index")
    cache = tmp_path_factory.getbasetemp() / "embedding-model"
    build(sources, path, cache_dir=cache)
    index = Index.open(path, sources=sources, cache_dir=cache)
    return measure(index, load_questions(QUESTIONS))


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_page_is_found(report: RetrievalReport, kind: QuestionKind) -> None:
    hybrid = report.of(kind, "hybrid")
    assert hybrid.questions >= 50
    assert hybrid.recall_at_5 >= 0.97, report.misses
    assert hybrid.recall_at_1 >= 0.85, report.misses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("figure", ["recall_at_1", "recall_at_5", "mrr"])
def test_together_they_are_no_worse_than_the_better_half(
    report: RetrievalReport, kind: QuestionKind, figure: str
) -> None:
    text, vector, hybrid = (
        getattr(report.of(kind, method), figure) for method in ("text", "vector", "hybrid")
    )
    assert hybrid >= max(text, vector)


def test_every_question_names_a_page_that_exists() -> None:
    pages = {path.stem for path in (ROOT / "runbooks").glob("*.md")}
    for question in load_questions(QUESTIONS):
        assert set(question.runbook) <= pages, question.ask


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
