"""Measures search quality: ``sre eval --retrieval`` or ``python -m sre_tui.evals``.

A table for each file of questions goes to stdout, progress to stderr; exit 1 if a goal is missed.
The goals: recall@5 at least 0.97 and recall@1 at least 0.85 on alert-like and on plain questions
each, and both halves together never worse than the better of them alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pydantic import TypeAdapter

from sre_tui.evals.retrieval import RetrievalReport
from sre_tui.evals.search_quality import (
    FOLDER,
    NoQuestions,
    missed,
    reached,
    search_quality,
    table,
)


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
    try:
        reports = search_quality(
            options.questions or (),
            lambda line: print(line, file=sys.stderr),  # noqa: T201
        )
    except NoQuestions as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.json:
        sys.stdout.write(TypeAdapter(list[RetrievalReport]).dump_json(reports, indent=2).decode())
        sys.stdout.write("\n")
    else:
        parts = [table(report) + (missed(report) if options.misses else "") for report in reports]
        sys.stdout.write("\n".join(parts))
    return 0 if all(reached(report) for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
