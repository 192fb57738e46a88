"""Measures search quality: ``make eval`` or ``python -m sre_tui.evals``, with ``--help`` for more.

A table for each file of questions goes to stdout, progress to stderr; exit 1 if a goal is missed.
The goals: recall@5 at least 0.97 and recall@1 at least 0.85 on alert-like and on plain questions
each, and both halves together never worse than the better of them alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pydantic import TypeAdapter

from index.builder import build
from index.search import Index
from sre_tui.environment import Environment
from sre_tui.evals.retrieval import METHODS, RetrievalReport, load_questions, measure
from sre_tui.settings import Settings
from sre_tui.tools.runbook_index import sources

FOLDER = Path("tests/evals")
RECALL_AT_1 = 0.85
RECALL_AT_5 = 0.97


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(prog="python -m sre_tui.evals", description=__doc__)
    parser.add_argument(
        "--questions",
        type=Path,
        action="append",
        metavar="FILE",
        help=f"may be given again; by default every {FOLDER}/runbook_questions*.yaml",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--misses", action="store_true", help="also list what was not found first")
    options = parser.parse_args()
    files = options.questions or sorted(FOLDER.glob("runbook_questions*.yaml"))
    missing = [path for path in files if not path.is_file()]
    if missing or not files:
        sys.stderr.write(
            f"{missing[0] if missing else FOLDER / 'runbook_questions.yaml'}: no such file\n"
        )
        return 2
    documents = sources(Settings())
    cache = Environment().folders.cache / "embedding-model"
    with tempfile.TemporaryDirectory() as folder:
        sys.stderr.write("building an index of the bundled runbooks ...\n")
        build(documents, folder, cache_dir=cache)
        index = Index.open(folder, sources=documents, cache_dir=cache)
        reports = [measure(index, path.stem, load_questions(path)) for path in files]
    if options.json:
        sys.stdout.write(TypeAdapter(list[RetrievalReport]).dump_json(reports, indent=2).decode())
        sys.stdout.write("\n")
    else:
        parts = [table(report) + (missed(report) if options.misses else "") for report in reports]
        sys.stdout.write("\n".join(parts))
    return 0 if all(reached(report) for report in reports) else 1


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


if __name__ == "__main__":
    sys.exit(main())
