"""Checks of the clocks of the backends themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.views.human import duration


def _nas(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for reading in scene.picture.nas.readings:
        info = reading.data.info if reading.data is not None else None
        subject = Subject(kind=SubjectKind.NAS, name=names[reading.source])
        limits = scene.limits(check, subject)
        if info is None or info.clock is None or limits is None:
            continue
        off = (info.clock - reading.observed_at).total_seconds()
        if limits.beyond(abs(off)):
            word = "ahead" if off > 0 else "behind"
            text = f"the clock of the NAS is {duration(abs(off))} {word}"
            evidence = told(reading.source, text, "nas status", at=info.clock)
            yield check.finding(subject, text, evidence, value=off)


CHECKS: Final = (
    state_check(
        "nas-clock", "clock_skew", "clocks", _nas, "nas",
        title="a NAS whose clock is off", limits=Limits(30, unit="s", delay=0),
        why="logins, certificates and the order of events depend on it",
        advice="look at its time servers", runbook="clock-skew",
    ),
)  # fmt: skip
