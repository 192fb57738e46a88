"""How sure a hypothesis is: features, weighed so that 0.8 is right in about 8 of 10 cases.

The weights are those of a logistic regression over the hypotheses of the tuning scenarios;
``python -m sre_tui.evals.calibrate`` makes them anew and says how well they fit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from math import exp, log
from typing import Final

from sre_tui.diagnosis.causes.focus import Focus
from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.causes.sight import would_tell
from sre_tui.diagnosis.finding import Severity


def features(one: Hypothesis, focus: Focus, *, away: Collection[str] = ()) -> Mapping[str, float]:
    """What counts, each 0..1.

    Args:
        one: the hypothesis, linked with all others.
        focus: what is asked about.
        away: kinds of backends that could not be read.
    """
    blind = would_tell(one, away)
    own = frozenset(each for each in one.witnesses if each != "alert")
    felt = [each for each in one.effects if each.pattern.symptom or focus.touches(each)]
    known = [each.since for each in one.effects if each.since is not None]
    first = min(known, default=None)
    asked = not one.pattern.circumstantial and not focus.everything and focus.touches(one)
    return {
        "root": one.pattern.root,
        "witnesses": min(3, len(own)) / 3,
        "alert": float("alert" in one.witnesses),
        "critical": float(one.severity is Severity.CRITICAL),
        # What is asked for by its own word need not be grave.
        "note": float(one.severity is Severity.NOTE and one.pattern.id not in focus.named_kinds),
        "effects": min(4, len(one.effects)) / 4,
        "felt": float(bool(felt)),
        "first": float(one.since is not None and first is not None and one.since <= first),
        "active": float(one.active),
        "outdone": float(one.outdone),
        "hearsay": float(one.hearsay),
        "refuted": float(one.refuted),
        "over": float(not one.active and not any(each.active for each in one.effects)),
        # Who asks whether the update broke it has named what was updated: that is no sign.
        "asked": float(asked),
        "named": float(asked and one.subject in focus.subjects),
        "explained": float(any(focus.concerns(each) for each in one.explained_by)),
        "blind": float(blind),
        # What would confirm or deny the only source of it may be what does not answer.
        "unchecked": float(blind and len(own) <= 1 and not one.stated),
    }


def confidence(found: Mapping[str, float]) -> float:
    """Probability that the hypothesis is the cause."""
    weights = _weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1.0 / (1.0 + exp(-total))


STATED: Final = 0.95
"""How sure at least is what a backend says of itself, whatever is asked."""


SHOWN: Final = 0.85
"""How sure at least is what its own subject plainly suffers from: an expired certificate of what
could not renew it, and damage that it tells of itself. Whatever is asked, the same is told."""


def certainty(one: Hypothesis, probability: float) -> float:
    """How sure it is that a hypothesis holds, be it the cause of what is asked or not.

    Args:
        one: the hypothesis.
        probability: how likely it is the cause of what is asked.
    """
    if one.stated:
        return max(probability, STATED)
    return max(probability, SHOWN) if one.shown or one.lasting else probability


UNRIVALLED: Final = 1.6
"""Logarithm of the odds of the likeliest cause of one thing, when it is no surer than not."""


def doubted(probability: float, doubt: float) -> float:
    """The probability once the logarithm of its odds is smaller by ``doubt``."""
    return 1.0 / (1.0 + exp(doubt - _log_odds(probability)))


def unrivalled(probability: float) -> float:
    """The probability of what is the likeliest cause of what is asked, and sure by itself."""
    return max(probability, 1.0 / (1.0 + exp(-UNRIVALLED - _log_odds(probability) / 2.0)))


def _log_odds(probability: float) -> float:
    sure = min(max(probability, 1e-6), 1.0 - 1e-6)
    return log(sure / (1.0 - sure))


@cache
def _weights() -> Mapping[str, float]:
    text = (resources.files("sre_tui.diagnosis.causes") / "weights.json").read_text("utf-8")
    loaded: dict[str, float] = json.loads(text)["weights"]
    return loaded
