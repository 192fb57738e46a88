from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.endpoint import Endpoint
from providers.errors import Unreachable
from providers.last_known_good import Kept
from providers.reading import State
from sre_tui.environment import Folders
from sre_tui.live.feed import NotConfigured, ToolFeed
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.grafana_alerts import grafana_get_alerts
from sre_tui.tools.result import ToolResult
from tests.screens.homelab import ALERTS, GRAFANA, NOW, snapshot, status

CONFIGURED = Settings(grafana=(Endpoint(url="http://127.0.0.1:1"),))


class Memory:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}

    def save(self, source: str, key: str, value: object, observed_at: Any) -> str | None:
        self.kept[source, key] = Kept(value, observed_at)
        return None

    def load(self, source: str, key: str) -> Kept | None:
        return self.kept.get((source, key))


def _feed(memory: Memory, tmp_path: Path, settings: Settings = CONFIGURED) -> ToolFeed:
    context = ToolContext(settings, Folders.under(tmp_path), lambda: NOW, kept=memory)
    return ToolFeed(context, "alerts", "grafana_get_alerts", {"limit": 1000}, 15.0)


def _answer_with(monkeypatch: pytest.MonkeyPatch, answer: ToolResult[Any]) -> None:
    async def run(*_: object) -> ToolResult[Any]:
        return answer

    monkeypatch.setattr(type(grafana_get_alerts), "run", run)


def _result(state: State = State.OK) -> ToolResult[Any]:
    made = snapshot(*ALERTS, sources=(status(GRAFANA, state, age_s=5),)).result
    assert made is not None
    return made


async def test_answer_is_recalled_as_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    _answer_with(monkeypatch, _result())
    assert await _feed(memory, tmp_path).recall() is None
    assert await _feed(memory, tmp_path).fetch() == _result()
    recalled = await _feed(memory, tmp_path).recall()
    assert recalled is not None
    assert recalled.state is State.STALE
    assert recalled.data.items == ALERTS
    assert recalled.observed_at == NOW - timedelta(seconds=5)
    assert [one.state for one in recalled.sources] == [State.STALE]


async def test_other_homelab_recalls_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    _answer_with(monkeypatch, _result())
    await _feed(memory, tmp_path).fetch()
    other = Settings(grafana=(Endpoint(url="http://127.0.0.1:2"),))
    assert await _feed(memory, tmp_path, other).recall() is None


async def test_stale_answer_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    _answer_with(monkeypatch, _result(State.STALE))
    await _feed(memory, tmp_path).fetch()
    assert memory.kept == {}


async def test_answer_of_another_version_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    _answer_with(monkeypatch, _result())
    await _feed(memory, tmp_path).fetch()
    memory.kept = {key: Kept({"schema_version": 0}, NOW) for key in memory.kept}
    assert await _feed(memory, tmp_path).recall() is None


async def test_without_a_backend_there_is_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured) as caught:
        await _feed(Memory(), tmp_path, Settings()).fetch()
    assert caught.value.backends == ("grafana", "prometheus")


@pytest.mark.parametrize("fails", [False, True])
async def test_a_feed_that_waits_for_the_first_round_of_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: bool
) -> None:
    first = _feed(Memory(), tmp_path)
    context = ToolContext(CONFIGURED, Folders.under(tmp_path), lambda: NOW, kept=Memory())
    later = ToolFeed(context, "later", "grafana_get_alerts", {}, 15.0, after=first)
    asked: list[dict[str, object]] = []

    async def run(_: object, __: object, arguments: dict[str, object]) -> ToolResult[Any]:
        asked.append(arguments)
        if fails and arguments:
            raise Unreachable("connection refused")
        return _result()

    monkeypatch.setattr(type(grafana_get_alerts), "run", run)
    waiting = asyncio.create_task(later.fetch())
    await asyncio.sleep(0)
    with pytest.raises(Unreachable) if fails else nullcontext():
        await first.fetch()
    await waiting
    await later.fetch()
    assert asked == [{"limit": 1000}, {}, {}]
