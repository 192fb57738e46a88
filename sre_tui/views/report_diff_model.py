"""What the comparison of two reports comes to."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.memory.report_sections import Heading

Way = Literal["new", "over", "changed"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Compared(_Model):
    """One of the two reports."""

    id: str
    made: AwareDatetime
    since: AwareDatetime
    until: AwareDatetime
    timezone: str = "UTC"


class Difference(_Model):
    """One thing that differs."""

    way: Way
    section: Heading
    subject: str
    text: str


class FigureChange(_Model):
    """A figure in both reports; None where it is not known."""

    section: Heading
    name: str
    before: float | None
    now: float | None
    good: Literal["less", "more", ""] = "less"
    """Which way is better; empty if neither is."""
    of_window: bool = False
    """Whether it was counted over the window, so that it grows with that."""


class ReportDiff(_Model):
    """Two reports compared, the older one first."""

    old: Compared
    new: Compared
    figures: tuple[FigureChange, ...] = ()
    differences: tuple[Difference, ...] = ()
    """New ones first, then what is over, then what changed; each in the order of the sections."""
    not_compared: tuple[str, ...] = ()
    """Sections that one of them knows nothing or not all of, one line each."""

    def of(self, way: Way) -> tuple[Difference, ...]:
        """Those of one kind."""
        return tuple(one for one in self.differences if one.way == way)
