"""A made-up Loki that answers the app's questions, and Prometheus beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from providers.errors import InvalidQuery
from providers.loki import LabelValue, LogEntry
from providers.loki.levels import at_least
from providers.loki.models import Level
from providers.loki.patterns import mine
from providers.reading import State
from providers.truenas import SystemInfo, SystemReport
from sre_tui.live.feed import NotConfigured
from sre_tui.tools.arguments import parse_window
from sre_tui.tools.loki_data import LabelValues, LogListing, PatternListing
from sre_tui.tools.result import ToolResult
from sre_tui.tools.truenas_data import StatusListing
from tests.screens.homelab import NOW, status
from tests.screens.panes import TRUENAS, answered

LOKI: Final = "loki:main"
LEVELS: Final[tuple[Level, ...]] = ("info", "error", "warning", "unknown", "critical", "debug")
LINES: Final = (
    "request completed in {n} ms",
    "transcode stalled: read timeout on /mnt/tank/media/{n}.mkv",
    "slow query took {n} ms",
    "connection from 10.0.20.{n}",
    "out of memory: killed process {n}",
    "cache hit for key {n}",
)

DETAILS: Final = {
    State.STALE: "no answer within 10 s",
    State.UNREACHABLE: "nothing listens at https://loki:3100",
    State.UNAUTHORIZED: "https://loki:3100 refused the token",
}


def entry(number: int, line: str = "", level: Level | None = None, **labels: str) -> LogEntry:
    """One line each five seconds, the last of a hundred five seconds ago."""
    at = NOW - timedelta(seconds=500 - 5 * number)
    known = {"hostname": "media", "service_name": "jellyfin"} | labels
    return LogEntry(
        source=LOKI,
        at=at,
        time_ns=round(at.timestamp()) * 1_000_000_000 + number,
        line=line or LINES[number % len(LINES)].format(n=number),
        level=level or LEVELS[number % len(LEVELS)],
        labels=known,
        host=known["hostname"],
        service=known["service_name"],
    )


class Loki:
    """Holds lines; `outcome` is how it answers, and `{` without an end is a mistake."""

    def __init__(self, lines: Sequence[LogEntry] | None = None) -> None:
        self.lines = [entry(number) for number in range(100)] if lines is None else list(lines)
        self.hosts: Sequence[str] = ("media", "nas1")
        self.now = NOW
        self.state = State.OK
        self.hints: tuple[str, ...] = ()
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    async def ask(self, tool: str, arguments: Mapping[str, object]) -> ToolResult[Any]:
        self.asked.append((tool, arguments))
        if self.state is State.NOT_CONFIGURED:
            raise NotConfigured(("loki",))
        if tool == "loki_list_label_values":
            label = arguments.get("label")
            found = self.hosts if label == "hostname" else ("hostname", "service_name")
            items = tuple(LabelValue(source=LOKI, label=str(label), value=one) for one in found)
            return self._answer(tool, LabelValues(items=items, label=None, start=NOW, end=NOW))
        if tool == "truenas_system_status":
            info = SystemInfo(source=TRUENAS, hostname="nas1")
            report = SystemReport(source=TRUENAS, info=info)
            return self._answer(tool, StatusListing(systems=(report,)))
        query, since = str(arguments["query"]), parse_window(str(arguments["since"]))
        if query.count("{") != query.count("}"):
            raise InvalidQuery(query, "syntax error: unexpected end of input", len(query))
        kept = [one for one in self.lines if self.now - since <= one.at]
        if level := arguments.get("level"):
            kept = [one for one in kept if one.level in at_least(level)]  # type: ignore[arg-type]
        if tool == "loki_patterns":
            found_ones = mine(kept)
            return self._answer(tool, PatternListing(
                items=found_ones, total=len(found_ones), query=query, start=self.now - since,
                end=self.now, lines=len(kept)))  # fmt: skip
        return self._answer(tool, LogListing(
            items=tuple(reversed(kept)), query=query, start=self.now - since, end=self.now,
            hints=() if kept else self.hints))  # fmt: skip

    def _answer(self, tool: str, data: Any) -> ToolResult[Any]:
        age = 372.0 if self.state is State.STALE else 0.0
        detail = DETAILS.get(self.state, "")
        result = answered(tool, data, status(LOKI, self.state, detail, age_s=age)).result
        assert result is not None
        return result

    @property
    def queries(self) -> list[str]:
        """What was asked for lines, without repetitions."""
        said = [str(how["query"]) for tool, how in self.asked if tool == "loki_query_logs"]
        return list(dict.fromkeys(said))

    def feed(self, tool: str, arguments: Mapping[str, object]) -> AskedFeed:
        """A feed of a tool with these arguments."""
        return AskedFeed(self, tool, arguments)


class AskedFeed:
    """Asks once; again when it is told to."""

    interval = 3600.0

    def __init__(self, loki: Loki, name: str, arguments: Mapping[str, object]) -> None:
        self.name = name
        self._loki = loki
        self._arguments = arguments

    async def recall(self) -> None:
        """Nothing was kept."""

    async def fetch(self) -> ToolResult[Any]:
        return await self._loki.ask(self.name, self._arguments)
