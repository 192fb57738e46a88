from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from providers.loki import LabelValue
from providers.reading import State
from providers.truenas import SystemInfo, SystemReport
from sre_tui.live.log_streams import StreamsFeed
from sre_tui.tools.loki_data import LabelValues
from sre_tui.tools.result import ToolResult
from sre_tui.tools.truenas_data import StatusListing
from tests.screens.homelab import NOW, status
from tests.screens.panes import TRUENAS, answered


class Labels:
    """A Loki with these labels, and a NAS of that name."""

    def __init__(self, values: Mapping[str, Sequence[str]], nas: str = "nas1") -> None:
        self._values = values
        self._nas = nas
        self.state = State.OK
        self.asked: list[str] = []

    async def ask(self, tool: str, arguments: Mapping[str, object]) -> ToolResult[Any]:
        if tool == "truenas_system_status":
            info = SystemInfo(source=TRUENAS, hostname=self._nas)
            report = SystemReport(source=TRUENAS, info=info)
            return self._answer(tool, StatusListing(systems=(report,)), TRUENAS)
        label = arguments.get("label")
        self.asked.append(str(label or ""))
        found = self._values if label is None else self._values[str(label)]
        items = tuple(
            LabelValue(source="loki:main", label=str(label or ""), value=each) for each in found
        )
        data = LabelValues(items=items, label=None, start=NOW, end=NOW)
        return self._answer(tool, data, "loki:main")

    def _answer(self, tool: str, data: Any, source: str) -> ToolResult[Any]:
        result = answered(tool, data, status(source, self.state)).result
        assert result is not None
        return result


async def _query(labels: Labels, *hosts: str, nas: str = "") -> str:
    answer = await StreamsFeed(labels.ask, hosts, nas).fetch()
    return str(answer.data.query)


@pytest.mark.parametrize(
    ("values", "host", "query"),
    [
        ({"hostname": ["media", "nas1"], "job": ["x"]}, "media", '{hostname="media"}'),
        ({"host": ["Media.lan"], "job": ["x"]}, "media", '{host="Media.lan"}'),
        ({"instance": ["media:9100", "mediaserver:9100"]}, "media", '{instance="media:9100"}'),
        ({"hostname": ["a"], "node": ["media"]}, "media", '{node="media"}'),
        ({"service_name": ["media", "db"]}, "media", '{service_name="media"}'),
        ({"hostname": ["10.0.20.5", "10.0.20.50"]}, "10.0.20.5", '{hostname="10.0.20.5"}'),
        ({"hostname": ['we"ird']}, 'we"ird', '{hostname="we\\"ird"}'),
        ({"host": ["db.lan", "db.dmz"]}, "db", '{host=~"db.dmz|db.lan"}'),
    ],
)
async def test_a_machine_by_whatever_label_and_spelling(
    values: Mapping[str, Sequence[str]], host: str, query: str
) -> None:
    assert await _query(Labels(values), host) == query


async def test_a_machine_that_writes_nothing_is_named() -> None:
    answer = await StreamsFeed(Labels({"hostname": ["nas1"]}).ask, ("media",)).fetch()
    assert answer.data.query == '{hostname="media"}'
    assert answer.data.note == "no stream of the last day is of media"


async def test_everything_and_nothing() -> None:
    assert await _query(Labels({"hostname": ["a"], "job": ["b"]})) == '{job=~".+"}'
    nothing = await StreamsFeed(Labels({}).ask, ("media",)).fetch()
    assert (nothing.data.query, nothing.data.note != "") == ("", True)


async def test_the_name_of_a_nas_is_asked_for() -> None:
    labels = Labels({"hostname": ["nas1", "media"]})
    assert await _query(labels, nas=TRUENAS) == '{hostname="nas1"}'


async def test_a_loki_that_is_away_is_told_as_it_is() -> None:
    labels = Labels({"hostname": ["media"]})
    labels.state = State.UNREACHABLE
    answer = await StreamsFeed(labels.ask, ("media",)).fetch()
    assert answer.state is State.UNREACHABLE
    assert labels.asked == [""]
