"""What one round of asking brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from providers.reading import SourceStatus, State

if TYPE_CHECKING:
    from providers.errors import InvalidQuery
    from sre_tui.complaint import Complaint
    from sre_tui.tools.result import ToolResult


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer of a feed, never changed after it was made.

    Attributes:
        feed: name of the feed, for example ``alerts``.
        taken_at: when it came, aware UTC.
        result: the tool's answer; None if there is none at all.
        trouble: why there is none.
        mistake: the query that was rejected, if that is why.
        complaint: what the user can mend in what was asked or declared, if that is why.
    """

    feed: str
    taken_at: datetime
    result: ToolResult[Any] | None = None
    trouble: SourceStatus | None = None
    mistake: InvalidQuery | None = None
    complaint: Complaint | None = None

    @property
    def state(self) -> State:
        """How far it can be trusted."""
        if self.result is not None:
            return self.result.state
        return State.BAD_RESPONSE if self.trouble is None else self.trouble.state

    @property
    def sources(self) -> tuple[SourceStatus, ...]:
        """Every source that was asked."""
        return () if self.result is None else self.result.sources

    @property
    def troubles(self) -> tuple[SourceStatus, ...]:
        """The sources that are not fine."""
        if self.trouble is not None:
            return (self.trouble,)
        return tuple(source for source in self.sources if source.state is not State.OK)
