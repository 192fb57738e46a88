"""How a value and what is usual are told in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.diagnosis.signals.baseline_check import check_of
from sre_tui.diagnosis.signals.measures import MEASURES
from sre_tui.memory.baseline import Baseline
from sre_tui.views.baselines import check_sentence

NOW = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)
NETWORK = next(one for one in MEASURES if one.name == "network")


def kept(spread: float, days: int) -> Baseline:
    """Between 74 and 122 bytes a second, around 100."""
    since = NOW - timedelta(days=days)
    return Baseline(
        metric="network", host="nas1", hour=-1, median=100, spread=spread, p95=115, least=74,
        most=122, samples=100, since=since, until=NOW, computed=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "baseline", "ends"),
    [
        # Of one day little is known, so that much passes for usual that was never seen.
        (150, kept(8, 1), "usual is 16–184 B/s at any hour; 74 B/s to 122 B/s were seen in 1 day"),
        (150, kept(15, 28), "usual is 43.8–156 B/s at any hour; 74 B/s to 122 B/s were seen in"),
        (101, kept(8, 28), "at any hour"),
        (400, kept(8, 1), "and the most in 1 day was 122 B/s"),
    ],
)
def test_where_the_usual_is_far_wider_than_what_was_seen_that_is_told(
    value: float, baseline: Baseline, ends: str
) -> None:
    said = check_sentence(check_of(NETWORK, baseline, value, NOW))
    assert ends in said
    assert ("were seen" in said) == ("were seen" in ends)
