"""Checks of the alerting itself: alerts that flap, and alerts that nobody deals with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from providers.alerting import AlertState
from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.signs.alerts import MEANT_TO_FIRE, active_alerts
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.views.human import count, duration

_BAD: Final = frozenset({"alerting", "pending", "firing"})


def _subject(name: str) -> Subject:
    return Subject(kind=SubjectKind.ALERT, name=one_line(name, 120))


def _flapping(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, marks in scene.picture.annotations.with_source():
        # Many instances that fire once each are one outage and no noise.
        turns: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for one in marks:
            was_bad = (one.old_state or "").casefold().partition(" ")[0] in _BAD
            if one.kind == "alert" and one.alert_name and was_bad:
                turns[one.alert_name, _instance(one.text)].append(one.at)
        for name, times in _noisiest(turns).items():
            limits = scene.limits(check, _subject(name))
            if limits is not None and limits.beyond(len(times)):
                changed = count(len(times), "time")
                within = duration((scene.now - scene.picture.start).total_seconds())
                text = f"alert {one_line(name, 80)} changed its state {changed} within {within}"
                yield check.finding(
                    _subject(name), text,
                    told(source, text, f"alerts show {one_line(name, 80)}", kind="annotation"),
                    since=min(times), value=float(len(times)),
                )  # fmt: skip


def _instance(text: str) -> str:
    """The labels in a mark's text, ``HostDown {instance=media} - Normal``; empty if it has none."""
    return text[text.find("{") : text.rfind("}") + 1] if "{" in text else ""


def _noisiest(
    turns: Mapping[tuple[str, str], list[datetime]],
) -> dict[str, list[datetime]]:
    """Of each alert the turns of the instance that has most of them."""
    found: dict[str, list[datetime]] = {}
    for (name, _), times in turns.items():
        if len(times) > len(found.get(name, ())):
            found[name] = times
    return found


def _lingering(scene: Scene, check: Check) -> Iterator[Finding]:
    for alert in active_alerts(scene.picture):
        limits = scene.limits(check, _subject(alert.name))
        if limits is None or alert.state is not AlertState.FIRING or alert.active_at is None:
            continue
        if MEANT_TO_FIRE.search(alert.name):
            continue
        age = (scene.now - alert.active_at).total_seconds()
        if limits.beyond(age):
            name = one_line(alert.name, 80)
            text = f"alert {name} has been firing for {duration(age)}"
            yield check.finding(
                _subject(alert.name), text,
                told(alert.source, text, f"alerts show {name}", kind="alert"),
                since=alert.active_at, value=age,
            )  # fmt: skip


CHECKS: Final = (
    state_check(
        "alert-flapping", "alert_noise", "alerts", _flapping, "annotations",
        title="an alert that comes and goes", severity=Severity.NOTE,
        limits=Limits(11, delay=0),
        why="nobody looks at what cries all the time",
        advice="give its rule a longer delay, or mend what swings",
    ),
    state_check(
        "alert-lingering", "alert_noise", "alerts", _lingering, "alerts",
        title="an alert that has been firing for days", severity=Severity.NOTE,
        limits=Limits(timedelta(days=7).total_seconds(), unit="s", delay=0),
        why="an alert that nobody deals with hides the next one",
        advice="mend it, silence it or change its rule",
    ),
)  # fmt: skip
