"""What the log tools answer."""

from __future__ import annotations

from pydantic import AwareDatetime

from providers.loki import Change, LabelValue, LogEntry, LogPattern, StreamCount
from providers.series import Series
from providers.text import one_line
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing
from sre_tui.tools.series_gist import series_gist
from sre_tui.views.human import count


class LogListing(Listing[LogEntry]):
    """Log lines, the newest first."""

    query: str
    """As sent."""
    start: AwareDatetime
    end: AwareDatetime

    def gist(self) -> str:
        """How many lines, and the last of them."""
        if not self.items:
            return "no line"
        last = max(self.items, key=lambda entry: entry.time_ns)
        return f"{self.counted('line')}, the last: {one_line(last.line, 100)}"


class LogSeries(Listing[Series]):
    """A metric over logs."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between points."""

    def gist(self) -> str:
        """How many series, and the highest value among them."""
        return series_gist(self.counted("series", "series"), self.items)


class LabelValues(Listing[LabelValue]):
    """Values of a label, or the names of all labels if none was asked for."""

    label: str | None
    start: AwareDatetime
    end: AwareDatetime

    def gist(self) -> str:
        """How many values, and the first of them."""
        return with_first(self.counted("value"), [item.value for item in self.items])


class LogChanges(Listing[Change]):
    """What changed in the logs around a moment, in order of time."""

    around: AwareDatetime
    start: AwareDatetime
    end: AwareDatetime
    selector: str
    streams: tuple[StreamCount, ...] = ()
    """Line counts, the largest change of errors first."""

    def gist(self) -> str:
        """How many changes, and the first of them."""
        told = [f"{change.subject}: {one_line(change.text, 80)}" for change in self.items]
        return with_first(self.counted("change"), told, most=1)


class PatternListing(Listing[LogPattern]):
    """Templates of the lines in a window, the most frequent first."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    lines: int
    """Lines the templates were made from."""

    def gist(self) -> str:
        """How many lines in how many patterns, and the most frequent one."""
        if not self.items:
            return "no line"
        most = one_line(self.items[0].pattern, 100)
        return f"{count(self.lines, 'line')} in {self.counted('pattern')}, first: {most}"
