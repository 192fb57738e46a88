"""Weights of confidence are learned from hypotheses, and only in ways that make sense."""

import json
from itertools import chain

import pytest

from sre_tui.diagnosis.causes.confidence import STATED, doubted, unrivalled
from sre_tui.diagnosis.causes.rank import DEEPER, RIVALLED
from sre_tui.diagnosis.investigate import Insight, Knowledge, investigate
from sre_tui.evals.calibrate import FILE, rows_of
from sre_tui.evals.cases import Exam, exams
from sre_tui.evals.fitting import Row, assess, confidences, fit, left_out
from sre_tui.evals.stage import play
from sre_tui.evals.unknown import Claims, claims, without_truth
from tests.stubs.at_hand import played_at_hand


def row(scenario: int, right: bool, *, told: bool = True, **features: float) -> Row:
    return Row(
        scenario=f"s{scenario}",
        case=f"s{scenario}/1",
        features={"root": 0.5, **features},
        right=right,
        told=told,
    )


def rows() -> list[Row]:
    """Causes are mostly critical; what is blind is right by chance; explained is never right."""
    made: list[Row] = []
    for number in range(12):
        odd = number % 4 == 0
        made += [
            row(number, True, root=0.9, critical=0.0 if odd else 1.0, blind=1.0, explained=0.0),
            row(number, False, root=0.3, critical=1.0 if odd else 0.0, blind=0.0, explained=0.0),
            row(number, False, told=False, root=0.9, critical=1.0, blind=0.0, explained=1.0),
        ]
    return made


def test_what_speaks_for_a_cause_gets_a_positive_weight() -> None:
    weights = fit(rows(), 0.03)
    assert weights["root"] > 0.5
    assert weights["critical"] > 0.1
    assert weights["explained"] < -0.5


def test_bounds_hold_whatever_the_rows_say() -> None:
    upside_down = [row(n, n % 2 == 0, root=float(n % 2), blind=float(n % 2 == 0)) for n in range(8)]
    weights = fit(upside_down, 0.01)
    assert weights["root"] == 0.0
    assert weights["blind"] == 0.0


def test_a_stronger_hold_makes_smaller_weights() -> None:
    loose, tight = fit(rows(), 0.01), fit(rows(), 3.0)
    assert abs(tight["critical"]) < abs(loose["critical"])


def test_the_fit_is_where_nothing_gets_better() -> None:
    """Without bounds in the way, mean confidence of the rows is the share that is right."""
    plain = [row(n, n % 4 == 0, root=0.0) for n in range(16)]
    weights = fit(plain, 0.1)
    assert confidences(plain, weights)[0] == pytest.approx(0.25, abs=1e-3)


def test_scenarios_count_alike_however_many_hypotheses_they_bring() -> None:
    many = [row(0, False, root=0.0) for _ in range(30)] + [row(1, True, root=0.0)]
    assert confidences(many, fit(many, 0.1))[0] == pytest.approx(0.5, abs=1e-3)


def test_a_scenario_is_judged_by_what_others_taught() -> None:
    lonely = [*rows(), row(99, True, root=0.0, critical=0.0, blind=0.0, explained=1.0)]
    own = confidences(lonely, fit(lonely, 0.01))[-1]
    others = left_out(lonely, 0.01)[-1]
    assert others < own


def test_ranks_count_only_what_would_be_told() -> None:
    made = [
        row(1, True, told=False),
        row(1, False),
        row(1, True),
        row(2, True),
        row(2, False),
        Row("c", "c/1", {"root": 0.5}, right=False, told=True, control=True),
    ]
    found = assess(made, [0.99, 0.9, 0.6, 0.7, 0.1, 0.6], ["s1/1", "s2/1", "s3/1"])
    assert (found.questions, found.rank_1, found.top_3) == (3, 1, 2)
    assert found.false_on_controls == 1
    # 0.9 was wrong, 0.6 right once and wrong once, 0.7 right.
    assert found.calibration_error == pytest.approx((0.9 + 2 * 0.1 + 0.3) / 4)


async def seen(exam: Exam, knowledge: Knowledge) -> Insight:
    with played_at_hand("calibration"):
        async with play(exam.scenario) as stage:
            return await stage.look(knowledge)


async def test_rows_are_what_an_investigation_weighs() -> None:
    knowledge = Knowledge()
    weights: dict[str, float] = json.loads(FILE.read_text())["weights"]
    (exam,) = exams("tuning", ["several-at-once"])
    insight = await seen(exam, knowledge)
    for place, question in exam.questions:
        found = investigate(insight, question.ask, knowledge).causes
        rows = rows_of("several-at-once", str(place), question, insight, knowledge)
        said = zip(rows, confidences(rows, weights), strict=True)
        told = [(row, one) for row, one in said if row.told and one >= 0.15]
        # Held against each other, the first gains and the others lose; facts stay what they are.
        held = [(row, each) for row, one in told
                for each in (one, unrivalled(one), doubted(one, RIVALLED))]  # fmt: skip
        # What mostly has a cause of its own is told with doubt.
        compared = [(each, doubted(each, DEEPER * (1 - row.features["root"])), STATED)
                    for row, each in held]  # fmt: skip
        for cause in found:
            assert any(cause.confidence == pytest.approx(each, abs=0.01)
                       for each in chain(*compared))  # fmt: skip
        assert 1 <= len(found) <= min(5, len(told))


async def test_where_the_true_cause_is_taken_away_whatever_is_named_is_wrong() -> None:
    knowledge = Knowledge()
    (exam,) = exams("tuning", ["several-at-once/2"])
    insight = await seen(exam, knowledge)
    ((_, question),) = exam.questions
    known = claims(insight, question, knowledge)
    assert known[0][1], "the kill comes first"
    less = without_truth(insight, question, knowledge)
    assert 0 < len(less.findings) < len(insight.findings)
    assert not any(right for _, right in claims(less, question, knowledge))
    both = Claims()
    both.add(insight, question, knowledge)
    assert both.known == known
    assert "of 1 such questions" in both.text
