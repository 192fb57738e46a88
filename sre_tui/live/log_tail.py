"""The lines of a query as they are written: the whole window once, then only what may be new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.clock import Clock
from providers.reading import State
from sre_tui.live.feed import AskTool
from sre_tui.live.line_buffer import MOST_LINES

if TYPE_CHECKING:
    from providers.loki.models import Level
    from sre_tui.tools.result import ToolResult

WINDOWS: Final = {
    "5 min": timedelta(minutes=5),
    "15 min": timedelta(minutes=15),
    "1 h": timedelta(hours=1),
    "6 h": timedelta(hours=6),
    "24 h": timedelta(days=1),
    "7 d": timedelta(days=7),
}
"""How far back lines are asked for."""
LEVELS: Final[tuple[Level | None, ...]] = (None, "info", "warning", "error", "critical")
"""The least pressing level that is shown; None for all."""
POLL_EVERY: Final = 2.0
"""Seconds between two looks."""
OVERLAP: Final = timedelta(seconds=10)
"""How far a look reaches back behind the last one: lines are not stored in the second they are
written."""
LOOKS: Final = (timedelta(seconds=30), timedelta(minutes=5))
"""Lengths of a look; few, because every length is a question of its own where answers are kept."""
SWEEP_EVERY: Final = 15
"""Looks after which one is a long one, for lines of machines that send late."""


class LogTail:
    """A feed of log lines.

    Args:
        ask: asks a tool.
        query: LogQL that lists lines.
        window: how far back it begins.
        level: only lines of this level or worse; None for all.
        clock: tells the time.
    """

    name = "loki"
    interval = POLL_EVERY

    def __init__(
        self, ask: AskTool, query: str, window: timedelta, level: Level | None, clock: Clock
    ) -> None:
        self._ask = ask
        self._query = query
        self._window = window
        self._level = level
        self._clock = clock
        self._complete_at: datetime | None = None
        self._lacking_since: datetime | None = None
        self._looks = 0

    async def recall(self) -> None:
        """Old lines are of no use."""

    async def fetch(self) -> ToolResult[Any]:
        """Ask for what may be new.

        Raises:
            NotConfigured: there is no Loki.
            InvalidQuery: Loki rejects the query.
            BackendError: Loki gave no answer.
        """
        now = self._clock()
        arguments: Mapping[str, object] = {
            "query": self._query,
            "since": f"{self.length(now).total_seconds():g}s",
            "limit": MOST_LINES,
            **({"level": self._level} if self._level else {}),
        }
        answer = await self._ask("loki_query_logs", arguments)
        self._looks += 1
        if answer.state is State.OK:
            # One of several Lokis that was away has lines from before its return as well.
            self._complete_at, self._lacking_since = self._lacking_since or now, None
        elif answer.state is State.PARTIAL:
            self._lacking_since = self._lacking_since or self._complete_at or now - self._window
            self._complete_at = now
        return answer

    def length(self, now: datetime) -> timedelta:
        """How far back the next look reaches."""
        if self._complete_at is None:
            return self._window
        missed = now - self._complete_at + OVERLAP
        least = LOOKS[-1] if self._looks % SWEEP_EVERY == 0 else LOOKS[0]
        wanted = max(missed, least)
        return next((each for each in LOOKS if wanted <= each <= self._window), self._window)
