"""A finding: one thing that is wrong, where, since when, and what says so."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.subject import Subject


class Severity(StrEnum):
    """How much a finding matters."""

    CRITICAL = "critical"
    """An outage, or a loss of data is near."""
    WARNING = "warning"
    """A problem that wants to be dealt with."""
    NOTE = "note"
    """Worth knowing; by itself no problem."""

    @property
    def rank(self) -> int:
        """0 for critical, growing."""
        return list(Severity).index(self)


class Finding(BaseModel):
    """One thing that is wrong with one subject."""

    model_config = ConfigDict(frozen=True)

    check: str
    """Id of the check that found it."""
    kind: str
    """Kind of trouble, an id among the failure patterns."""
    subject: Subject
    severity: Severity
    text: str
    """One clause in words, with its figures: ``pool tank is degraded: sdc is faulted``."""
    text_then: str = ""
    """The clause with the figure it had when it began, then today's; empty if it is the same."""
    value: float | None = None
    """What was compared, in base units."""
    unit: str = ""
    """``ratio``, ``s``, ``bytes``, ``celsius`` or empty for a count."""
    threshold: float | None = None
    """From where on it is wrong."""
    since: AwareDatetime | None = None
    """When it began; None if that is not known."""
    open_start: bool = False
    """Whether it was so already when the window that was looked at began."""
    active: bool = True
    """Whether it still is so."""
    until: AwareDatetime | None = None
    """When it was last so, if it is over."""
    event: bool = False
    """Whether it happened at a moment instead of lasting: a kill, a restart."""
    diagnostic: bool = False
    """Whether it only helps to find a cause and is no problem to be told by itself."""
    count: int = 1
    """How often it was seen."""
    writers: tuple[str, ...] = ()
    """Programs that wrote the lines it stands in."""
    part: str = ""
    """What of a machine it is about, where the subject is the machine: an interface, a mount."""
    hearsay: bool = False
    """Whether its kind is but told by what somebody wrote, such as the summary of an alert."""
    lasting: bool = False
    """Whether it does not pass by itself, so that what was told of it once is so still."""
    refuted: bool = False
    """Whether what is measured now does not show it."""
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """Why it matters, in one sentence."""
    advice: str = ""
    """What to do first, in one sentence; nothing that is done without the operator."""
    runbook: str = ""
    """Id of the runbook that helps."""

    @property
    def key(self) -> str:
        """Unique among the findings of one picture."""
        return f"{self.check}/{self.kind}/{self.subject.key}"

    @property
    def order(self) -> tuple[int, bool, float, str]:
        """Sorts what needs attention first: the gravest, what still lasts, the newest."""
        began = self.since.timestamp() if self.since is not None else 0.0
        return self.severity.rank, not self.active, -began, self.key
