"""One chart in a box that says how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult

from widgets.chart import Chart
from widgets.pane import Pane, PaneState
from widgets.plot import Series


@dataclass(frozen=True, slots=True)
class BoxContent:
    """What a box shows.

    Attributes:
        key: which box; the same from answer to answer.
        title: in the frame.
        state: of the answer.
        curve: what is drawn; None if there is nothing.
    """

    key: str
    title: str
    state: PaneState
    curve: Series | None = None


class ChartBox(Pane):
    """Call `present` with what came."""

    def __init__(self, content: BoxContent) -> None:
        """A box that begins with this."""
        super().__init__(content.title, state=content.state)
        self._first = content

    def compose(self) -> ComposeResult:
        """The chart."""
        yield from super().compose()
        yield Chart(self._first.curve)

    def present(self, content: BoxContent) -> None:
        """Show what came."""
        self.title = content.title
        self.state = content.state
        chart = self.query_one(Chart)
        if content.curve is not None and content.curve != chart.series:
            chart.series = content.curve
