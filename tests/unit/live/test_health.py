from __future__ import annotations

import pytest

from providers.alerting import AlertState
from providers.reading import SourceStatus, State
from sre_tui.live.health import health_of
from sre_tui.live.homelab import HEALTH
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.health import Verdict
from sre_tui.tools.health_overview import HealthOverview
from tests.screens.homelab import (
    ALERTS,
    GRAFANA,
    NOW,
    PROMETHEUS,
    alert,
    snapshot,
    status,
    trouble,
)
from tests.screens.panes import answered
from widgets.cell import Tone

AWAY = status(PROMETHEUS, State.UNREACHABLE, "refused")
CASES: list[tuple[Snapshot | None, str, Tone]] = [
    (None, "Asking how things are…", Tone.INFO),
    (snapshot(), "No alert is firing", Tone.OK),
    (
        snapshot(*ALERTS),
        "3 alerts firing, 1 critical: SmartDiskFailing on nas1 for 3 h · 1 pending · 1 silenced",
        Tone.CRITICAL,
    ),
    (snapshot(ALERTS[1]), "1 alert firing: HighReadLatency on media for 42 min", Tone.ERROR),
    (snapshot(ALERTS[3]), "No alert is firing · 1 pending", Tone.WARNING),
    (snapshot(ALERTS[4]), "No alert is firing · 1 silenced", Tone.OK),
    (
        snapshot(alert("Gone", state=AlertState.NO_DATA)),
        "No alert is firing · 1 rule without data",
        Tone.WARNING,
    ),
    (
        snapshot(alert("Lone", None, active_at=None)),
        "1 alert firing: Lone",
        Tone.ERROR,
    ),
    (snapshot(alert("Quiet", inhibited=True)), "No alert is firing", Tone.OK),
    (
        snapshot(sources=(status(GRAFANA), AWAY)),
        "No alert is firing · without prometheus:main",
        Tone.WARNING,
    ),
    (
        snapshot(ALERTS[0], sources=(status(GRAFANA), AWAY)),
        "1 alert firing, 1 critical: SmartDiskFailing on nas1 for 3 h · without prometheus:main",
        Tone.CRITICAL,
    ),
    (
        snapshot(sources=(status(GRAFANA, State.STALE, age_s=90),)),
        "1 min ago: No alert is firing",
        Tone.STALE,
    ),
    (snapshot(sources=(AWAY,)), "Nothing is known: no answer from prometheus:main", Tone.ERROR),
    (trouble(State.NOT_CONFIGURED, "no"), "No source of alerts is set up", Tone.MUTED),
    (
        trouble(State.BAD_RESPONSE, "KeyError", "alerts"),
        "Nothing is known: no answer from alerts",
        Tone.ERROR,
    ),
]


@pytest.mark.parametrize(("given", "sentence", "tone"), CASES)
def test_sentence(given: Snapshot | None, sentence: str, tone: Tone) -> None:
    health = health_of(None, given, NOW)
    assert (health.sentence, health.tone) == (sentence, tone)


def _checks(verdict: Verdict, sentence: str, *sources: SourceStatus) -> Snapshot:
    data = HealthOverview(verdict=verdict, sentence=sentence)
    return answered(HEALTH, data, *(sources or (status(GRAFANA),)))


FIRING = snapshot(ALERTS[1])
OLD = status(GRAFANA, State.STALE, age_s=90)


@pytest.mark.parametrize(
    ("checks", "alerts", "sentence", "tone"),
    [
        (_checks("ok", "All is well: 105 checks ran"), FIRING, "All is well", Tone.OK),
        (_checks("note", "1 note: x"), None, "1 note: x", Tone.OK),
        (_checks("warning", "1 warning: x"), None, "1 warning: x", Tone.WARNING),
        (_checks("critical", "2 critical: x"), None, "2 critical: x", Tone.CRITICAL),
        (_checks("unknown", "Nothing is known"), None, "Nothing is known", Tone.STALE),
        (_checks("ok", "fine", status(GRAFANA), AWAY), None, "fine · without prom", Tone.WARNING),
        (_checks("ok", "All is well", OLD), None, "1 min ago: All is well", Tone.STALE),
        (_checks("ok", "All is well", OLD), FIRING, "1 alert firing: HighRead", Tone.ERROR),
        (
            _checks("ok", "All is well", status(PROMETHEUS), OLD),
            FIRING,
            "All is well · grafana:main as last seen",
            Tone.WARNING,
        ),
        (_checks("ok", "", AWAY), FIRING, "1 alert firing: HighRead", Tone.ERROR),
    ],
)
def test_the_checks_tell_if_they_can(
    checks: Snapshot, alerts: Snapshot | None, sentence: str, tone: Tone
) -> None:
    health = health_of(checks, alerts, NOW)
    assert health.sentence.startswith(sentence)
    assert health.tone is tone


def test_name_of_many_lines_stays_one_line() -> None:
    health = health_of(None, snapshot(alert("a\n\x1b[31mb" + "c" * 500)), NOW)
    assert "\n" not in health.sentence
    assert "\x1b" not in health.sentence
    assert len(health.sentence) < 150
