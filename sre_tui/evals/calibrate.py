"""Fits the weights of confidence: ``python -m sre_tui.evals.calibrate [--write]``.

Learns from the hypotheses about the questions of the tuning half alone, and says how well weights
do on scenarios they were not learned from.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sre_tui.diagnosis.causes
from providers.reading import State
from sre_tui.demo.scenario import Question
from sre_tui.diagnosis.asked import find_asked
from sre_tui.diagnosis.causes.confidence import features
from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.rank import rank
from sre_tui.diagnosis.investigate import Insight, Knowledge
from sre_tui.diagnosis.signs.alerts import active_alerts
from sre_tui.evals.cases import exams
from sre_tui.evals.fitting import Fit, Row, assess, confidences, fit, left_out
from sre_tui.evals.measures import is_true
from sre_tui.evals.stage import play
from sre_tui.evals.unknown import Claims

FILE: Final = Path(sre_tui.diagnosis.causes.__path__[0]) / "weights.json"
STRENGTHS: Final = (0.01, 0.03, 0.1, 0.3, 1.0)


def main() -> int:
    """Fit, print how well it does, and write the weights if that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m sre_tui.evals.calibrate", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())
    rows, cases, claims = asyncio.run(_collect())
    current: dict[str, float] = json.loads(FILE.read_text(encoding="utf-8"))["weights"]
    out = sys.stdout.write
    out(f"{len(rows)} hypotheses of {len(cases)} questions with a true cause, and of controls\n")
    out(f"as it is told, {claims.text}")
    out(_line("current weights", assess(rows, confidences(rows, current), cases)))
    tried = {strength: assess(rows, left_out(rows, strength), cases) for strength in STRENGTHS}
    for strength, found in tried.items():
        out(_line(f"left out, strength {strength:g}", found))
    best = min(tried, key=lambda strength: tried[strength].loss)
    weights = {name: round(weight, 2) for name, weight in fit(rows, best).items()}
    out(_line(f"fitted, strength {best:g}", assess(rows, confidences(rows, weights), cases)))
    for name, weight in weights.items():
        out(f"  {name:<10} {weight:>6.2f}  (now {current.get(name, 0.0):.2f})\n")
    if options.write:
        FILE.write_text(json.dumps({"weights": weights}, indent=2) + "\n", encoding="utf-8")
        out(f"wrote {FILE.name}\n")
    return 0


def _line(name: str, found: Fit) -> str:
    return (
        f"{name:<24} rank 1: {found.rank_1}/{found.questions}  "
        f"top 3: {found.top_3}/{found.questions}  false on controls: {found.false_on_controls}  "
        f"calibration error: {found.calibration_error:.3f}  loss: {found.loss:.3f}\n"
    )


async def _collect() -> tuple[list[Row], list[str], Claims]:
    """Hypotheses about every question, the questions that have a true cause, and what is told."""
    knowledge = Knowledge()
    rows: list[Row] = []
    cases: list[str] = []
    claims = Claims()
    chosen = exams("tuning")
    for number, exam in enumerate(chosen, start=1):
        scenario = exam.scenario
        sys.stderr.write(f"{number}/{len(chosen)} {scenario.id}\n")
        async with play(scenario) as stage:
            insight = await stage.look(knowledge)
        for place, question in exam.questions:
            case = f"{scenario.id}/{place}"
            if question.truth.causes:
                cases.append(case)
                claims.add(insight, question, knowledge)
            if question.truth.causes or question.truth.no_cause:
                rows += rows_of(scenario.id, case, question, insight, knowledge)
    return rows, cases, claims


def rows_of(
    scenario: str, case: str, question: Question, insight: Insight, knowledge: Knowledge
) -> tuple[Row, ...]:
    """What can be the cause of what a question is about, and what that explains, with features."""
    return tuple(_rows(scenario, case, question, insight, knowledge))


def _rows(
    scenario: str, case: str, question: Question, insight: Insight, knowledge: Knowledge
) -> Iterator[Row]:
    picture, topology, patterns = insight.picture, insight.topology, knowledge.patterns
    asked = find_asked(question.ask, topology, active_alerts(picture), patterns)
    focus = Focus.on(
        asked.subjects,
        topology,
        kinds=asked.kinds(patterns),
        named_kinds=asked.named_kinds(patterns),
        topics=asked.topics,
        manner=asked.manner,
        said=question.ask.casefold().split(),
    )
    away = {one.source.partition(":")[0] for one in picture.sources() if one.state is not State.OK}
    ranking = rank(insight.findings, topology, focus, patterns, away=away)
    told = [one.hypothesis for one in ranking.causes]
    known = {id(one) for one in told}
    explained = {id(each): each for one in told for each in one.effects if id(each) not in known}
    for one in (*told, *explained.values()):
        if one.pattern.symptom or not focus.concerns(one):
            continue
        yield Row(
            scenario=scenario,
            case=case,
            features=features(one, focus, away=away),
            right=is_true(one.pattern.id, one.subject, question.truth, patterns),
            told=id(one) in known,
            control=question.truth.no_cause,
            direct=focus.means(one),
        )


if __name__ == "__main__":
    sys.exit(main())
