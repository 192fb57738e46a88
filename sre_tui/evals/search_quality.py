"""How well the runbook search does on files of questions, and whether that is good enough."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from index.builder import build
from index.search import Index
from sre_tui.complaint import Complaint
from sre_tui.environment import Environment
from sre_tui.evals.retrieval import METHODS, RetrievalReport, load_questions, measure
from sre_tui.settings import Settings
from sre_tui.tools.runbook_index import sources

FOLDER: Final = Path("tests/evals")
RECALL_AT_1: Final = 0.85
RECALL_AT_5: Final = 0.97


class NoQuestions(Complaint):
    """There is no file of questions."""

    code = "questions"
    wrong_usage = True


def search_quality(files: Sequence[Path], tell: Callable[[str], None]) -> list[RetrievalReport]:
    """Ask the questions of every file.

    Args:
        files: YAML files; none means every ``tests/evals/runbook_questions*.yaml``.
        tell: takes a line of progress.

    Raises:
        NoQuestions: a file does not exist.
    """
    chosen = list(files) or sorted(FOLDER.glob("runbook_questions*.yaml"))
    missing = [path for path in chosen if not path.is_file()]
    if missing or not chosen:
        path = missing[0] if missing else FOLDER / "runbook_questions.yaml"
        raise NoQuestions(f"{path}: no such file")
    documents = sources(Settings())
    cache = Environment().folders.cache / "embedding-model"
    with tempfile.TemporaryDirectory() as folder:
        tell("building an index of the bundled runbooks ...")
        build(documents, folder, cache_dir=cache)
        index = Index.open(folder, sources=documents, cache_dir=cache)
        return [measure(index, path.stem, load_questions(path)) for path in chosen]


def table(report: RetrievalReport) -> str:
    """The figures, a line per kind of question and method."""
    lines = [report.name, "kind    method   questions  recall@1  recall@5    MRR"]
    lines += [
        f"{one.kind:<7} {one.method:<8} {one.questions:>9}  {one.recall_at_1:>8.3f}  "
        f"{one.recall_at_5:>8.3f}  {one.mrr:>5.3f}"
        for one in report.figures
    ]
    return "\n".join(lines) + "\n"


def missed(report: RetrievalReport) -> str:
    """The questions whose first document is not the right one."""
    return "".join(
        f"\n{one.kind}: {one.ask}\n  wanted {', '.join(one.expected)}, "
        f"found {', '.join(one.found[:3])}\n"
        for one in report.misses
    )


def reached(report: RetrievalReport) -> bool:
    """Whether every goal is met."""
    for kind in {one.kind for one in report.figures}:
        both = report.of(kind, "hybrid")
        halves = [report.of(kind, method) for method in METHODS if method != "hybrid"]
        if both.recall_at_1 < RECALL_AT_1 or both.recall_at_5 < RECALL_AT_5:
            return False
        if any(
            both.recall_at_1 < half.recall_at_1 or both.recall_at_5 < half.recall_at_5
            for half in halves
        ):
            return False
    return True
