"""What is told of a series that moves with another."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.series import Labels
from sre_tui.diagnosis.subject import Subject


class Shift(BaseModel):
    """A level that changed."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    before: float
    after: float


class Companion(BaseModel):
    """A series that moves with the one that was asked about."""

    model_config = ConfigDict(frozen=True)

    what: str
    """What it measures: ``waiting for storage``."""
    subject: Subject
    strength: float
    """Rank correlation of the changes from step to step, -1..1, at the best shift in time."""
    lag: float
    """Seconds by which it follows; negative if it goes before."""
    chance: float
    """How likely so much is by chance in any of the series that were compared, 0..1."""
    shift: Shift | None = None
    """Where its level changed together with the other's, if both did."""
    pairs: int
    """Steps on which both were known; 0 if one of them hardly ever changes."""
    unit: str = ""
    """Of the levels of its shift: ``ratio``, ``s``, ``B/s``, ``°C`` or empty for a count."""
    source: str
    labels: Labels
    query: str
    """PromQL of it and its like."""

    @property
    def key(self) -> str:
        """Unique among the series that move with one."""
        told = ",".join(f"{name}={value}" for name, value in sorted(self.labels.items()))
        return f"{self.source}/{self.what}/{told}"
