"""Checks of the backups of guests: what jobs, archives and backup servers say together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.checks.check import Check, Scene
from sre_tui.diagnosis.checks.combined import without_part
from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.checks.state import state_check, told
from sre_tui.diagnosis.coverage.logic import OPT_OUT_TAGS, judge
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.views.human import duration

if TYPE_CHECKING:
    from sre_tui.diagnosis.coverage.model import GuestCoverage, Verdict

_KINDS: Final[dict[Verdict, str]] = {
    "not_covered": "backup_uncovered",
    "damaged": "backup_unverified",
    "stale": "backup_missing",
    "never": "backup_missing",
}
"""What each verdict is a sign of."""
MEANT: Final = f'template!="1",tags!~"(.*;)?({"|".join(sorted(OPT_OUT_TAGS))})(;.*)?"'
"""Labels of guests that are neither templates nor tagged to be left out."""
_WORDS: Final[dict[Verdict, str]] = {
    "not_covered": "is in no backup job",
    "damaged": "has newer backups that fail their verification",
    "stale": "lacks the backup of its last run",
    "never": "has no backup at all",
}


def _covered(scene: Scene, check: Check) -> Iterator[Finding]:
    for source, gathered in scene.picture.coverage.with_source():
        for item in judge(gathered.evidence):
            if item.problem:
                yield _finding(check, source, item)


def _finding(check: Check, source: str, item: GuestCoverage) -> Finding:
    kind = _KINDS[item.verdict]
    text = f"guest {item.label} {_WORDS[item.verdict]}"
    if item.newest is not None and item.age is not None:
        text += f", its newest good backup is {duration(item.age)} old"
    if item.error:
        kind = "backup_failed" if item.verdict in ("stale", "never") else kind
        text += f": {one_line(item.error, 140)}"
    # By its name, as the patterns ask for it, so that one command is not told twice.
    called = item.name if item.name and stays_one_word(item.name) else item.vmid
    at = item.newest.at if item.newest is not None else None
    return check.finding(
        Subject(kind=SubjectKind.GUEST, name=item.name or str(item.vmid)),
        text,
        told(source, text, f"backups coverage {called}", at=at),
        since=item.due if item.verdict in ("stale", "never") else None,
        kind=kind,
        value=item.age,
    ).model_copy(update={"unit": "s"})


def _runs(scene: Scene, check: Check) -> Iterator[Finding]:
    """Failed runs of the last hours, also of guests that a later run has covered."""
    names = {
        guest.vmid: guest.name or str(guest.vmid)
        for inventory in scene.picture.inventory
        for guest in inventory.guests
    }
    for source, page in scene.picture.backup_tasks.with_source():
        for task in page.tasks:
            number = task.group.rpartition("/")[2]
            if task.state != "error" or task.type != "backup" or not number.isdigit():
                continue
            name = names.get(int(number), number)
            text = f"the backup of {name} failed: {one_line(task.status, 140)}"
            yield check.finding(
                Subject(kind=SubjectKind.GUEST, name=name),
                text,
                told(source, text, "backups tasks --errors", at=task.started, kind="task"),
                since=task.started,
                event=True,
            )


CHECKS: Final = (
    state_check(
        "guest-backups", "backup_missing", "backups", _covered, "coverage",
        title="guests without the backup they should have",
        why="such a guest cannot be restored as its jobs promise",
        advice="see which job should have made it, and how its last run ended",
        runbook="backup-failed",
    ),
    state_check(
        "backup-runs", "backup_failed", "backups", _runs, "backup_tasks",
        title="backup runs that failed within the last hours",
        why="one failed run is one day that cannot be gone back to",
        advice="read the log of the run", runbook="backup-failed",
    ),
    without_part(
        "coverage",
        metric_check(
            "backup-age", "backup_missing", "backups",
            "time() - pbs_snapshot_vm_last_timestamp{$S}",
            ">", timedelta(hours=36).total_seconds(),
            "the newest backup of {vm_name} is {value} old",
            unit="s", delay=0,
            title="old backups, where Proxmox VE is not configured",
            why="what was written since cannot be restored",
            advice="see whether the jobs that select it still run", runbook="backup-failed",
        ),
    ),
    without_part(
        "coverage",
        metric_check(
            "not-backed-up", "backup_uncovered", "backups",
            f"(pve_not_backed_up_info{{$S}} and on (id) pve_guest_info{{{MEANT}}})",
            ">", 0,
            "guest {subject} is in no backup job",
            delay=0, subject=SubjectKind.GUEST,
            title="guests in no backup job, where Proxmox VE does not tell",
            why="no job makes backups of it",
            advice="see which job should select it", runbook="backup-failed",
        ),
    ),
    without_part(
        "coverage",
        metric_check(
            "backup-verification", "backup_unverified", "backups",
            "pbs_snapshot_vm_last_verify{$S}",
            "==", 0,
            "the newest backup of {vm_name} is not verified (verify state {value})",
            delay=0, severity=Severity.NOTE,
            title="backups not verified, where Proxmox VE is not configured",
            why="only a verified backup is known to be readable",
            advice="look at the verify job of its datastore", runbook="backup-failed",
        ),
    ),
)  # fmt: skip
