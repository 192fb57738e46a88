"""Fits how much each feature of a hypothesis counts: a logistic regression with bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sre_tui.diagnosis.causes.model import CONFIRMED
from sre_tui.diagnosis.investigate import MOST_CAUSES
from sre_tui.evals.calibration import expected_error, reliability

BIAS: Final = "bias"
NEVER_AGAINST: Final = frozenset({"root", "witnesses", "effects"})
"""What can only speak for a hypothesis, whatever few scenarios make it look like."""
NEVER_FOR: Final = frozenset({"explained", "blind", "unchecked"})
STEPS: Final = 2000
_TOLD: Final = 0.15
"""Confidence below which nothing is told."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A hypothesis about one question.

    Attributes:
        scenario: where it is from; scenarios count alike, however many hypotheses they bring.
        case: the question.
        features: what counts, each 0..1.
        right: whether it is a true cause.
        told: whether it would be named, as nothing else explains it.
        control: whether no cause can be known.
        direct: whether it is the very thing that is asked about, which puts it first if certain.
    """

    scenario: str
    case: str
    features: Mapping[str, float]
    right: bool
    told: bool
    control: bool = False
    direct: bool = False


@dataclass(frozen=True)
class Fit:
    """How well weights tell causes from other hypotheses.

    Attributes:
        questions: those with a true cause, whether anything was found or not.
        rank_1: how many of them have a true cause first.
        top_3: how many have one among the first three.
        false_on_controls: hypotheses named as certain where no cause can be known.
        calibration_error: mean distance of confidence and truth over what would be told.
        loss: mean negative log likelihood, scenarios alike.
    """

    questions: int
    rank_1: int
    top_3: int
    false_on_controls: int
    calibration_error: float
    loss: float


def fit(rows: Sequence[Row], strength: float) -> dict[str, float]:
    """Weights that make the rows most likely.

    Args:
        rows: what to learn from.
        strength: how strongly large weights are held back; the bias is not.
    """
    names = [BIAS, *sorted({name for row in rows for name in row.features})]
    inputs, labels = _matrix(rows, names), np.array([float(row.right) for row in rows])
    counts = _counts(rows)
    low = np.array([0.0 if name in NEVER_AGAINST else -np.inf for name in names])
    high = np.array([0.0 if name in NEVER_FOR else np.inf for name in names])
    held = np.array([0.0 if name == BIAS else strength for name in names])
    # The curvature of the loss is nowhere greater, so no step overshoots.
    pace = 1.0 / (0.25 * np.linalg.norm(inputs * counts[:, None] ** 0.5, 2) ** 2 + strength)
    weights = ahead = np.zeros(len(names))
    for step in range(STEPS):
        error = counts * (_probability(inputs @ ahead) - labels)
        moved = np.clip(ahead - pace * (inputs.T @ error + held * ahead), low, high)
        ahead, weights = moved + step / (step + 3) * (moved - weights), moved
    return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def confidences(rows: Sequence[Row], weights: Mapping[str, float]) -> list[float]:
    """Confidence of every row under these weights."""
    names = list(weights)
    values = np.array([weights[name] for name in names])
    return [float(one) for one in _probability(_matrix(rows, names) @ values)]


def left_out(rows: Sequence[Row], strength: float) -> list[float]:
    """Confidence of every row under weights learned from all other scenarios."""
    found = [0.0] * len(rows)
    for scenario in dict.fromkeys(row.scenario for row in rows):
        weights = fit([row for row in rows if row.scenario != scenario], strength)
        own = [place for place, row in enumerate(rows) if row.scenario == scenario]
        said = confidences([rows[place] for place in own], weights)
        for place, confidence in zip(own, said, strict=True):
            found[place] = confidence
    return found


def assess(rows: Sequence[Row], said: Sequence[float], cases: Collection[str]) -> Fit:
    """Hold confidences against the truth.

    Args:
        rows: hypotheses.
        said: their confidence.
        cases: questions that have a true cause, whether it was found or not.
    """
    by_case: dict[str, list[tuple[float, Row]]] = {}
    for confidence, row in zip(said, rows, strict=True):
        if row.told and confidence >= _TOLD:
            by_case.setdefault(row.case, []).append((confidence, row))
    named = {case: sorted(found, key=_order)[:MOST_CAUSES] for case, found in by_case.items()}
    told = [pair for found in named.values() for pair in found]
    ranked = [[row.right for _, row in named.get(case, ())] for case in cases]
    counts, labels = _counts(rows), np.array([float(row.right) for row in rows])
    sure = np.clip(np.array(said), 1e-9, 1 - 1e-9)
    each = -(labels * np.log(sure) + (1 - labels) * np.log(1 - sure))
    error = expected_error(reliability([(one, row.right) for one, row in told]))
    return Fit(
        questions=len(cases),
        rank_1=sum(found[:1] == [True] for found in ranked),
        top_3=sum(True in found[:3] for found in ranked),
        false_on_controls=sum(row.control and one >= CONFIRMED for one, row in told),
        calibration_error=0.0 if error is None else error,
        loss=float(np.sum(counts * each) / np.sum(counts)),
    )


def _order(pair: tuple[float, Row]) -> tuple[bool, float]:
    confidence, row = pair
    return not (row.direct and confidence >= CONFIRMED), -confidence


def _matrix(rows: Iterable[Row], names: Sequence[str]) -> Array:
    return np.array(
        [[1.0 if name == BIAS else row.features.get(name, 0.0) for name in names] for row in rows]
    )


def _counts(rows: Sequence[Row]) -> Array:
    """How much each row counts, so that every scenario counts as one."""
    size: dict[str, int] = {}
    for row in rows:
        size[row.scenario] = size.get(row.scenario, 0) + 1
    return np.array([1.0 / size[row.scenario] for row in rows])


def _probability(score: Array) -> Array:
    found: Array = 1.0 / (1.0 + np.exp(-np.clip(score, -40.0, 40.0)))
    return found
