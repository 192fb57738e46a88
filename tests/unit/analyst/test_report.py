"""How an answer reads: its order, what it rests on, what is left out, and what was not checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from providers.reading import SourceStatus, State
from sre_tui.agent.runner import Ran
from sre_tui.tools.loki_data import LogChanges
from sre_tui.tools.result import result
from sre_tui.tools.tool import Tool
from tests.unit.analyst.constructed import (
    NOW,
    HandedOut,
    World,
    ago,
    alert,
    answer_now,
    passage,
    pattern,
    said,
    sample,
    series,
)

REFUSED = "nothing listens at http://10.0.0.9:3100 (connection refused): is it running?"
DISK = World(
    breaches=(
        series("unreadable_sectors", ago(hours=3), 24.0, device="sdc", instance="nas1:9633",
               attribute_name="Current_Pending_Sector"),
        series("io_wait", ago(hours=2.5), 0.4, instance="media:9100"),
        series("web_time", ago(hours=2.5), 2.2, instance="https://jellyfin.home.example",
               job="blackbox-http"),
    ),
    alerts=(
        alert("SmartPendingSectors", ago(hours=2), hostname="nas1", device="sdc"),
        alert("WebSlow", ago(hours=2), instance="https://unknown.home.example"),
    ),
    patterns=(pattern("I/O error, dev sdc, sector 44513", ago(hours=2.9), "nas1", "kernel"),),
    passages=(
        passage("Disk wear", "Fix", "1. Look:\n\n   ```sh\n   zpool status -v tank\n   ```\n"),
    ),
    other={"loki_correlate_changes": LogChanges(around=NOW, start=NOW, end=NOW, selector="{}")},
)  # fmt: skip


class Faulty(HandedOut):
    """A runner of which some backends are in another state."""

    def __init__(self, world: World, states: Mapping[str, State], detail: str = REFUSED) -> None:
        super().__init__(world.answer)
        self._world, self._states, self._detail = world, states, detail

    def _run(self, tool: Tool[Any], arguments: Mapping[str, object]) -> Ran[Any]:
        ran = super()._run(tool, arguments)
        backend = tool.name.partition("_")[0]
        state = self._states.get(backend, State.OK)
        data: BaseModel | None = self._world.answer(tool.name, arguments)
        if state is State.OK or data is None:
            return ran
        at = NOW - timedelta(hours=2) if state is State.STALE else NOW
        status = SourceStatus(
            source=f"{backend}:main", state=state, observed_at=at, detail=self._detail
        )
        answer = result(data, [status], now=NOW)
        return Ran(ran.evidence.model_copy(update={"state": state}), answer)


def answer_with(world: World, question: str = "Why is Jellyfin buffering?", **states: State) -> str:
    return asyncio.run(said(question, Faulty(world, states)))


def not_checked(text: str) -> list[str]:
    told = text.partition("**Not checked**\n")[2].partition("\n\n")[0]
    return told.splitlines()


def test_the_order_is_that_of_reading() -> None:
    text = answer_with(DISK, loki=State.UNREACHABLE)
    order = [
        "**Likely cause", " since ", "it explains why jellyfin on media answers slowly", "**Why**",
        "**What it brings about**", "**Affects**", "**What to do next**", "**Not checked**",
    ]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_commands_of_the_runbook_are_told_as_code_and_as_examples() -> None:
    text = answer_with(DISK)
    assert "1. Look: `zpool status -v tank`\n" in text
    assert "names in its commands are examples" in text


@pytest.mark.parametrize(
    ("state", "word"), [(State.UNREACHABLE, "unreachable"), (State.UNAUTHORIZED, "unauthorized")]
)
def test_a_source_that_failed_is_named_once_in_words(state: State, word: str) -> None:
    lines = not_checked(answer_with(DISK, loki=state))
    assert len(lines) == 1
    assert lines[0].startswith(f"- Loki ({word}: connection refused) [E")


def test_no_tool_is_named_in_what_was_not_checked() -> None:
    every = dict.fromkeys(("prometheus", "grafana", "loki"), State.UNREACHABLE)
    for question in ("Why is Jellyfin buffering?", "which alerts are there?", "anything wrong?"):
        told = "\n".join(not_checked(asyncio.run(said(question, Faulty(DISK, every)))))
        assert told
        assert "_" not in told


def test_old_data_is_said_to_be_old_and_not_to_be_missing() -> None:
    text = answer_with(DISK, loki=State.STALE)
    assert (
        "**Old data**: the data of Loki is 2 h old (connection refused). "
        "What happened since is not in this answer."
    ) in text
    assert not_checked(text) == []


def test_what_is_not_configured_is_named_with_its_setting() -> None:
    tools = ("prometheus_instant_query", "prometheus_range_query", "prometheus_targets")
    runner = HandedOut(DISK.answer, tools=tools)
    text = asyncio.run(said("anything wrong?", runner, "", "prometheus"))
    assert not_checked(text) == [
        "- Grafana is not configured: set GRAFANA_URL",
        "- Loki is not configured: set LOKI_URL",
    ]


def test_many_gaps_are_bounded() -> None:
    text = answer_with(
        DISK, "is nas1 short of memory, cpu or disk?", prometheus=State.UNREACHABLE,
        loki=State.UNREACHABLE, grafana=State.UNREACHABLE,
    )  # fmt: skip
    assert 0 < len(not_checked(text)) <= 4


def test_addresses_are_not_told_as_what_is_affected() -> None:
    world = World(
        alerts=(
            alert("SmartPendingSectors", ago(hours=2), hostname="nas1", device="sdc"),
            alert("HttpSlow", ago(hours=1.9), instance="https://jellyfin.home.example"),
            alert("HttpSlow", ago(hours=1.9), instance="https://unknown.home.example"),
            alert("HttpSlow", ago(hours=1.9), instance="10.0.0.7:9100"),
        )
    )
    text = answer_with(world, "anything wrong?", prometheus=State.UNREACHABLE)
    affected = text.partition("**Affects**: ")[2].partition("\n")[0]
    assert "://" not in affected
    assert "10.0.0.7" not in affected


def test_nothing_wrong_with_a_dead_source_is_no_all_clear() -> None:
    text = answer_with(World(), "is everything ok?", loki=State.UNREACHABLE)
    assert text.startswith(
        "**Nothing is visibly wrong in what could be checked.** "
        "That is no all-clear: Loki gave no answer."
    )


def test_a_runbook_alone_is_no_look_at_the_homelab() -> None:
    every = dict.fromkeys(("prometheus", "grafana", "loki"), State.UNREACHABLE)
    text = asyncio.run(said("why is the DNS so slow?", Faulty(World(), every)))
    assert text.startswith(
        "**Nothing could be checked**: Prometheus, Grafana and Loki gave no answer."
    )
    assert "`sre doctor`" in text


def test_the_time_that_is_left_is_part_of_the_answer() -> None:
    power = sample(960.0, "network_ups_tools_battery_runtime", ups="ups1")

    class Battery(World):
        def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
            found = super().answer(tool, arguments)
            if str(arguments.get("query")).startswith('{__name__=~"network_ups'):
                assert found is not None
                return found.model_copy(update={"items": (power,)})
            return found

    world = Battery(
        breaches=(series("ups_on_battery", ago(minutes=8), 1.0, ups="ups1", flag="OB"),)
    )
    first = answer_now("the lights went out, how long will it last?", world).splitlines()[0]
    assert "The battery lasts another 16 min [E" in first
