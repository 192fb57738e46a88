"""Accuracy does not fall below what was reached once."""

import json
from pathlib import Path

import pytest

from sre_tui.evals.baseline import (
    BUNDLED,
    Answers,
    Baseline,
    BaselineError,
    Conclusions,
    Level,
    levels_of,
    load_baseline,
    losses,
)
from sre_tui.evals.cases import exams
from sre_tui.evals.goals import HALF
from sre_tui.evals.outcome import Asked, CauseOutcome, Half, Named
from sre_tui.evals.run import Outcomes, Plan, run
from tests.stubs.at_hand import played_at_hand

LEVEL = Level(
    causes=Conclusions(
        questions=10,
        rank_1=0.9,
        top_3=1.0,
        controls=2,
        false_on_controls=0,
        calibration_error=0.05,
    ),
    analyst=Answers(
        passed=0.8, cause_named=0.9, mention=0.9, tools=1.0, unsupported=0, citations_right=1.0
    ),
)


def level(**causes: float) -> Level:
    return LEVEL.model_copy(update={"causes": LEVEL.causes.model_copy(update=causes)})


def made(**ranks: tuple[Half, int]) -> Outcomes:
    def one(name: str, half: Half, rank: int) -> CauseOutcome:
        named = tuple(
            Named(kind="k", subject="s", confidence=0.9, confirmed=True, right=place == rank)
            for place in range(1, 4)
        )
        asked = Asked(
            case=f"{name}/1", half=half, situation="one fault", ask="why?", wanted=("k@s",)
        )
        return CauseOutcome(asked=asked, named=named, verdict="cause", elapsed=0.0)

    return Outcomes(causes=[one(name, half, rank) for name, (half, rank) in ranks.items()])


def test_the_same_or_better_is_no_loss() -> None:
    assert list(losses("tuning", LEVEL, LEVEL)) == []
    assert list(losses("tuning", LEVEL, level(rank_1=1.0, calibration_error=0.01))) == []
    assert list(losses("tuning", LEVEL, level(calibration_error=0.06))) == []


@pytest.mark.parametrize(
    ("worse", "told"),
    [
        ({"rank_1": 0.8}, "tuning: rank_1 fell from 0.9 to 0.8"),
        ({"top_3": 0.99}, "tuning: top_3 fell from 1 to 0.99"),
        ({"false_on_controls": 1}, "tuning: false_on_controls rose from 0 to 1"),
        ({"calibration_error": 0.08}, "tuning: calibration_error rose from 0.05 to 0.08"),
    ],
)
def test_what_got_worse_is_told(worse: dict[str, float], told: str) -> None:
    assert list(losses("tuning", LEVEL, level(**worse))) == [told]


def test_answers_count_too() -> None:
    assert LEVEL.analyst is not None
    fewer = LEVEL.analyst.model_copy(update={"mention": 0.5, "unsupported": 3})
    now = LEVEL.model_copy(update={"analyst": fewer})
    assert list(losses("tuning", LEVEL, now)) == [
        "tuning, analyst: mention fell from 0.9 to 0.5",
        "tuning, analyst: unsupported rose from 0 to 3",
    ]
    assert list(losses("tuning", LEVEL, LEVEL.model_copy(update={"analyst": None}))) == []


def test_other_questions_are_no_comparison() -> None:
    (told,) = losses("tuning", LEVEL, level(questions=11, rank_1=0.1))
    assert "renew it with --update-baseline" in told


def test_levels_are_of_whole_halves_and_of_the_subset() -> None:
    found = made(a=("tuning", 1), b=("tuning", 2), c=("reporting", 3))
    levels = levels_of(found, ["a"], whole=True)
    assert {name: one.causes.rank_1 for name, one in levels.items()} == {
        "tuning": 0.5,
        "reporting": 0.0,
        "subset": 1.0,
    }
    assert set(levels_of(found, ["a", "z"], whole=False)) == set()
    assert set(levels_of(found, ["a"], whole=False)) == {"subset"}


def test_a_broken_baseline_is_told(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(BaselineError, match="cannot be read"):
        load_baseline(path)
    path.write_text('{"subset": [], "levels": {"tuning": {"causes": {}}}}')
    with pytest.raises(BaselineError, match=r"levels\.tuning\.causes\.\w+: Field required"):
        load_baseline(path)


def test_the_bundled_baseline_is_of_all_questions_there_are() -> None:
    stored = load_baseline(BUNDLED)
    assert set(stored.levels) == {"tuning", HALF, "subset"}
    for half in ("tuning", "reporting"):
        questions = [one for exam in exams(half) for _, one in exam.questions]
        causes = stored.levels[half].causes
        assert causes.questions == sum(bool(one.truth.causes) for one in questions)
        assert causes.controls == sum(one.truth.no_cause for one in questions)
        assert stored.levels[half].analyst is not None
    assert len(stored.subset) >= 8


def test_the_document_states_the_figures_of_the_baseline() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for half in ("tuning", "reporting"):
        causes = load_baseline(BUNDLED).levels[half].causes
        accuracy = f"{100 * causes.rank_1:.1f} % | {100 * causes.top_3:.1f} %"
        assert f"| {half} | all | {causes.questions} | {accuracy} |" in text


@pytest.mark.slow
async def test_the_diagnosis_is_no_worse_than_it_was() -> None:
    """A part of the tuning half; ``make eval`` asks everything."""
    stored = load_baseline(BUNDLED)
    chosen = exams("tuning", stored.subset)
    with played_at_hand():
        outcomes = await run(chosen, Plan(analyst=False))
    found = levels_of(outcomes, stored.subset, whole=False)
    assert list(losses("subset", stored.levels["subset"], found["subset"])) == []


def test_a_baseline_is_written_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline = Baseline(subset=("a",), levels={"tuning": LEVEL})
    path.write_text(baseline.model_dump_json())
    assert load_baseline(path) == baseline
    assert json.loads(path.read_text())["levels"]["tuning"]["causes"]["rank_1"] == 0.9
