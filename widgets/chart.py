"""A chart of one time series that fills its box."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.plot import THRESHOLD_DASH, Series, heading, plot_lines
from widgets.text import truncate


class Chart(Widget):
    """Line chart with a heading that states current value, range and limit; assign `series`."""

    COMPONENT_CLASSES = {"chart--heading", "chart--limit"}  # noqa: RUF012 - as in Textual

    DEFAULT_CSS = """
    Chart {
        height: 1fr;
        min-height: 6;
        color: $text-primary;
        & > .chart--heading { color: $foreground; text-style: bold; }
        & > .chart--limit { color: $text-warning; }
        &.-over > .chart--heading { color: $text-error; text-style: bold; }
    }
    """

    series: reactive[Series | None] = reactive(None)

    def __init__(
        self,
        series: Series | None = None,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A chart of `series`, or of nothing yet."""
        super().__init__(id=id, classes=classes)
        self.series = series

    @property
    def over_limit(self) -> bool:
        """Whether the last known value is on the wrong side of the limit."""
        if self.series is None or self.series.threshold is None or not self.series.known:
            return False
        last, limit = self.series.known[-1], self.series.threshold
        return {"above": last > limit, "below": last < limit}.get(self.series.bad, False)

    def watch_series(self) -> None:
        """Let the limit drive the class."""
        self.set_class(self.over_limit, "-over")

    def render(self) -> Text:
        """Heading and chart in the room there is."""
        if self.series is None:
            return Text("no series chosen")
        width, height = self.size
        words = heading(self.series)
        if self.over_limit:
            words += " · ▲ above" if self.series.bad == "above" else " · ▼ below"
        title = Text(
            truncate(words, width),
            style=self.get_component_rich_style("chart--heading", partial=True),
        )
        body = Text("\n".join(plot_lines(self.series, width, max(0, height - 1))))
        limit = self.get_component_rich_style("chart--limit", partial=True)
        body.highlight_regex(f"{THRESHOLD_DASH}+", limit)
        return Text("\n", no_wrap=True, end="").join([title, body])
