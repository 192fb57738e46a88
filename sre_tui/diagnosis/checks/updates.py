"""Checks of updates that wait, and of the apps of a NAS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Limits, Scene
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.views.human import count


def _system(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, report in scene.picture.nas.with_source():
        update = report.update
        if update is None or not (update.available or update.reboot_required):
            continue
        if update.reboot_required:
            text = "an update of the NAS is installed and waits for a restart"
        else:
            text = f"version {one_line(update.version, 40) or 'of a newer date'} is available"
        subject = Subject(kind=SubjectKind.NAS, name=names[source])
        yield check.finding(subject, text, told(source, text, "nas status"))


def _apps(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, apps in scene.picture.apps.with_source():
        waiting = [one_line(app.name, 40) for app in apps if app.upgrade_available]
        subject = Subject(kind=SubjectKind.NAS, name=names[source])
        limits = scene.limits(check, subject)
        if limits is not None and limits.beyond(len(waiting)):
            shown = ", ".join(waiting[:4]) + (" and more" if len(waiting) > 4 else "")
            text = f"updates of {count(len(waiting), 'app')} wait: {shown}"
            yield check.finding(
                subject, text, told(source, text, "nas apps"), value=float(len(waiting))
            )


def _crashed(scene: Scene, check: Check) -> Iterator[Finding]:
    names = nas_names(scene.picture)
    for source, apps in scene.picture.apps.with_source():
        for app in apps:
            if app.state == "crashed":
                text = f"app {one_line(app.name, 40)} of the NAS has crashed"
                subject = Subject(
                    kind=SubjectKind.CONTAINER, name=f"{names[source]}/{one_line(app.name, 60)}"
                )
                yield check.finding(subject, text, told(source, text, "nas apps"))


CHECKS: Final = (
    state_check(
        "nas-update", "update_available", "updates", _system, "nas",
        title="an update of the NAS", severity=Severity.NOTE,
        why="updates mend known faults and holes", advice="read its notes, and plan a quiet hour",
    ),
    state_check(
        "app-updates", "update_available", "updates", _apps, "apps",
        title="several updates of apps that wait", severity=Severity.NOTE,
        limits=Limits(2, delay=0),
        why="updates mend known faults and holes", advice="take a snapshot, then update one by one",
    ),
    state_check(
        "nas-apps", "container_down", "containers", _crashed, "apps",
        title="an app of the NAS that crashed", why="what it offers is not there",
        advice="read its log", runbook="container-restart-loop",
    ),
)  # fmt: skip
