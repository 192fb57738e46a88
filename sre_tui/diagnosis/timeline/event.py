"""An event: something that changed at a moment."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject

EventKind = Literal[
    "alert_fired", "alert_resolved", "alert_pending", "log_burst", "log_new", "log_silence",
    "started", "stopped", "restarted", "crashed", "killed", "updated", "configured", "migrated",
    "task_failed", "task_done", "backup", "nas_alert", "nas_job", "level_shift", "finding_began",
    "finding_ended", "annotation", "rebooted",
]  # fmt: skip


class Event(BaseModel):
    """One change, with what says so."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    """When it happened, or began."""
    until: AwareDatetime | None = None
    """When it ended, for what lasts."""
    within: float = 0.0
    """Seconds by which ``at`` may be late: the step of a series; 0 for a time a backend logged."""
    kind: EventKind
    subject: Subject
    others: tuple[Subject, ...] = ()
    """Further subjects that the same happened to at the same time."""
    severity: Severity = Severity.NOTE
    text: str
    """One clause in words."""
    count: int = 1
    """How many events are joined in it: one for each subject, or one for each task of a night."""
    routine: bool = False
    """Whether it belongs to every day: a backup that went well, a snapshot, a scrub."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        """Tells events of one timeline apart."""
        return f"{self.at.isoformat()}/{self.kind}/{self.subject.key}/{self.text}"

    @property
    def sources(self) -> tuple[str, ...]:
        """Who says so, each once."""
        return tuple(dict.fromkeys(one.source for one in self.evidence))

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Everything it happened to."""
        return (self.subject, *self.others)
