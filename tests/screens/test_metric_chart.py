"""The screen of charts: what it asks for, ranges, gaps, limits, any PromQL, every state."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from providers.alerting import AlertRule
from providers.errors import InvalidQuery
from providers.reading import State
from providers.series import Series, SeriesStats
from sre_tui.live.feed import NotConfigured
from sre_tui.screens.chart_box import ChartBox
from sre_tui.screens.logs import LogsScreen
from sre_tui.screens.metric_chart import ChartsScreen
from sre_tui.screens.subject_queries import ChartOf, ChartsOf
from sre_tui.screens.wanted import ChartsWanted
from sre_tui.tools.arguments import parse_window
from sre_tui.tools.grafana_data import RuleListing
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.tools.result import ToolResult
from tests.screens.homelab import ALERTS, NOW, alert, status
from tests.screens.homelab import snapshot as snapshot_of
from tests.screens.panes import answered, everything
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from tests.unit.widgets.hostile import EXAMPLES
from widgets.text import plain_line

PROMETHEUS: Final = "prometheus:main"
DETAILS: Final = {
    State.STALE: "no answer within 10 s",
    State.UNREACHABLE: "nothing listens at https://prometheus:9090",
    State.UNAUTHORIZED: "https://prometheus:9090 refused the login",
}


class Prometheus:
    """Answers a query with one curve that has a gap, or with what it is told."""

    interval = 3600.0

    def __init__(self) -> None:
        self.state = State.OK
        self.hints: tuple[str, ...] = ()
        self.names: Sequence[Mapping[str, str]] = ({"id": "lxc/101"},)
        self.rule: AlertRule | None = None
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    def feed(self, tool: str, arguments: Mapping[str, object]) -> Asked:
        self.asked.append((tool, arguments))
        return Asked(self, tool, arguments)

    def answer(self, tool: str, arguments: Mapping[str, object]) -> ToolResult[Any]:
        if self.state is State.NOT_CONFIGURED:
            raise NotConfigured(("prometheus",))
        if tool == "grafana_get_alert_rules":
            found_rules = () if self.rule is None else (self.rule,)
            return self._result(tool, RuleListing(items=found_rules))
        query, since = str(arguments["query"]), parse_window(str(arguments["since"]))
        if query.count("{") != query.count("}"):
            raise InvalidQuery(query, "unexpected end of input inside braces", len(query))
        step = since / 60
        points = tuple((NOW - since + at * step, 0.1 + at / 200) for at in range(61)
                       if not 20 < at < 30)  # fmt: skip
        found = tuple(
            Series(source=PROMETHEUS, labels=dict(names), points=points,
                   stats=SeriesStats(points=len(points)))
            for names in self.names
        )  # fmt: skip
        limit = int(str(arguments["limit"]))
        return self._result(tool, SeriesListing(
            items=found[:limit], total=len(found), hints=self.hints, query=query,
            start=NOW - since, end=NOW, step=step.total_seconds()))  # fmt: skip

    def _result(self, tool: str, data: Any) -> ToolResult[Any]:
        age = 372.0 if self.state is State.STALE else 0.0
        told = status(PROMETHEUS, self.state, DETAILS.get(self.state, ""), age_s=age)
        result = answered(tool, data, told).result
        assert result is not None
        return result


class Asked:
    """Asks once; again when it is told to."""

    interval = 3600.0

    def __init__(self, of: Prometheus, name: str, arguments: Mapping[str, object]) -> None:
        self.name = name
        self._of = of
        self._arguments = arguments

    async def recall(self) -> None:
        """Nothing was kept."""

    async def fetch(self) -> ToolResult[Any]:
        return self._of.answer(self.name, self._arguments)


def _boxes(scene: Scene) -> list[str]:
    """What each chart says; of those out of sight only the title."""
    size = scene.app.size.region
    return [
        scene.framed(box) if size.contains_region(box.region) else plain_line(box.title)
        for box in scene.app.screen.query(ChartBox)
    ]


def _badge(scene: Scene) -> str:
    return scene.app.screen.query(ChartBox).first().badge


async def _open(scene: Scene, of: ChartsOf | None) -> None:
    scene.app.post_message(ChartsWanted(of))
    await scene.settle(lambda: isinstance(scene.app.screen, ChartsScreen))


STATES: Final = {
    State.OK: ("· empty", "Nothing was measured in the last 1 h", "no metric pve_cpu"),
    State.UNREACHABLE: ("✗ error", "nothing listens at https://prometheus:9090", "sre doctor"),
    State.UNAUTHORIZED: ("✗ no access", "refused the login", "Missing right:"),
    State.NOT_CONFIGURED: ("· not set up", "Setting: PROMETHEUS_URL"),
    State.STALE: ("◌ stale · 6 min old", "no answer within 10 s", "now 40 %"),
}


@pytest.mark.parametrize("size", SIZES)
async def test_charts_of_a_guest_and_every_state(size: str, snapshot: SnapshotAssertion) -> None:
    backend = Prometheus()
    async with on_stage(size=SIZES[size], feed_of=backend.feed) as scene:
        await scene.arrive(*everything())
        await scene.press("2", "j", "m")
        await scene.settle(lambda: "limit 8.0 GiB" in scene.text)
        assert scene.text.splitlines()[0].strip() == "attic › media (101) › Metrics, last 1 h"
        assert {how["query"] for _, how in backend.asked} >= {
            'pve_cpu_usage_ratio{id="lxc/101"}', 'pve_memory_usage_bytes{id="lxc/101"}',
        }  # fmt: skip
        assert len(_boxes(scene)) == 6
        assert "CPU" in _boxes(scene)[0]
        assert "now 40 % · 10 % to 40 % · 60 min" in _boxes(scene)[0]
        assert scene.says("limit 8.0 GiB", "13:02", "14:02")
        await scene.settle()
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("escape")
        assert scene.main.rows_pane("guests").has_focus_within
        backend.hints = ("no metric pve_cpu_usage_ratio; close to it: node_load1",)
        backend.names = ()
        await _open(scene, ChartsOf("media", (ChartOf("CPU", "pve_cpu_usage_ratio", "ratio"),)))
        for state, words in STATES.items():
            backend.state = state
            backend.names = ({"id": "lxc/101"},) if state is State.STALE else ()
            await scene.press("ctrl+r")
            await scene.settle(lambda wanted=words: wanted[0] in _badge(scene))  # type: ignore[misc]
            await scene.settle()
            shown = _boxes(scene)[0]
            assert all(word in shown for word in words), shown
            assert scene.svg == snapshot(extension_class=SvgSnapshot, name=state.value)


async def test_the_charts_under_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Prometheus()
    copied: list[str] = []
    monkeypatch.setattr("sre_tui.screens.metric_chart.MOST_SERIES", 4)
    async with on_stage(size=(80, 24), feed_of=backend.feed) as scene:
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await scene.arrive(snapshot_of(alert("Load", "nas1", query="rate(x[5m]) > 0.2")))
        await scene.press("m")
        await scene.settle(lambda: "▲ above" in scene.text)
        first = _boxes(scene)[0]
        assert "Load" in first
        assert "╌ limit 0.2 /s · ▲ above" in first
        assert backend.asked[0][1]["query"] == "rate(x{}[5m])"
        for key, spans in (("d", {"24h"}), ("w", {"7d"}), ("right_square_bracket", {"30d"}),
                           ("h", {"1h"}), ("left_square_bracket", {"15m"})):  # fmt: skip
            backend.asked.clear()
            await scene.press(key)
            assert {how["since"] for _, how in backend.asked} == spans
        await scene.press("left_square_bracket")
        assert scene.says("15 min is the shortest")
        await scene.press("w")
        long = [how["query"] for _, how in backend.asked if how["since"] == "7d"]
        assert long[0] == "rate(x{}[2520s])"
        await scene.settle(lambda: "· 7 d" in _boxes(scene)[0])
        await scene.press("y")
        assert copied[0].startswith(
            "Load: rate(x{}[2520s])\n  Load: now 0.4 /s · 0.1 /s to 0.4 /s · 7 d"
        )
        await _any_query(scene, backend)
        await scene.press("escape")
        await scene.settle(lambda: "Load" in _boxes(scene)[0])
        await scene.press("l")
        await scene.settle(lambda: isinstance(scene.app.screen, LogsScreen))
        await scene.press("escape", "escape")
        assert scene.app.screen is scene.main
        await scene.press("M")
        await scene.settle(lambda: scene.says("There is nothing to chart yet"))
        assert isinstance(scene.app.focused, Input)


async def _any_query(scene: Scene, backend: Prometheus) -> None:
    await scene.press("i")
    field = scene.app.screen.query_one("#query Input", Input)
    assert field.has_focus
    field.value = "up{"
    await scene.press("enter")
    await scene.settle(lambda: scene.says("✗ unexpected end of input inside braces"))
    lines = scene.text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.rstrip().endswith("^"))
    assert lines[at - 1].index("up{") + 3 == lines[at].index("^")
    await scene.settle(lambda: scene.says("Prometheus rejects this query"))
    await scene.settle(lambda: field.has_focus)
    await scene.press("escape")
    await scene.settle(lambda: "Load" in _boxes(scene)[0] and "unexpected" not in scene.text)
    backend.names = [{"job": "node", "instance": text} for text in EXAMPLES]
    await scene.press("i")
    field.value = "node_memory_MemFree_bytes"
    await scene.press("enter")
    await scene.settle(lambda: len(_boxes(scene)) == 4)
    assert "unexpected end" not in scene.text
    assert "job=node" not in scene.text
    titles = [plain_line(box.title) for box in scene.app.screen.query(ChartBox)]
    assert "instance=x [/] y" in " ".join(titles)
    assert titles[-1].endswith(f"{len(EXAMPLES) - 4} more series")
    assert not {unicodedata.category(char) for char in scene.text.replace("\n", "")} & {"Cc", "Cs"}
    await scene.pilot.resize_terminal(61, 17)
    await scene.pilot.resize_terminal(80, 24)
    backend.names = ({"id": "lxc/101"},)


async def test_the_series_and_the_limit_of_an_alert() -> None:
    backend = Prometheus()
    one = {"alertname": "SmartDiskFailing", "hostname": "nas1", "device": "sdc"}
    backend.names = [{"device": "sda"}, {"device": "sdc", "job": "smart"}]
    backend.rule = AlertRule(
        source="grafana:main", name="SmartDiskFailing", query="smart_value", threshold="C: A < 0.5"
    )
    plain = ALERTS[0].model_copy(update={"query": "smart_value", "labels": one, "host": None})
    async with on_stage(size=(80, 24), feed_of=backend.feed) as scene:
        await scene.arrive(snapshot_of(plain))
        await scene.press("m")
        await scene.settle(lambda: "▼ below" in scene.text)
        assert len(_boxes(scene)) == 1
        assert "╌ limit 0.5" in _boxes(scene)[0]
        assert scene.app.broken is None


@pytest.mark.parametrize("size", list(SIZES))
async def test_a_long_query_leaves_its_room_to_what_it_found(size: str) -> None:
    backend = Prometheus()
    backend.names = [{"device": f"eth{at}", "instance": "nas1:9100"} for at in range(3)]
    query = "sum by (device, instance) (" + " + ".join(f"traffic_{at}" for at in range(40)) + ")"
    async with on_stage(size=SIZES[size], feed_of=backend.feed) as scene:
        await scene.press("M")
        field = scene.app.screen.query_one("#query Input", Input)
        field.value = query
        await scene.press("enter")
        await scene.settle(lambda: len(_boxes(scene)) == 3)
        titles = [str(box.border_title) for box in scene.app.screen.query(ChartBox)]
        assert [one for at, one in enumerate(titles) if f"eth{at}" not in one] == []
        assert scene.says("╭─ device=eth0")
        line = scene.text.splitlines()[1].rstrip()
        assert line.startswith(" PromQL sum by (device, instance) (traffic_0 + ")
        assert line.endswith("…")
        await scene.press("y")
        assert scene.app.clipboard.splitlines()[0] == query
        # Where it is edited one goes on at its end.
        await scene.press("i", *"+1")
        assert field.value == f"{query}+1"
        assert scene.text.splitlines()[1].rstrip().endswith("traffic_39)+1")
        await scene.press("escape")
        assert scene.text.splitlines()[1].rstrip() == line
