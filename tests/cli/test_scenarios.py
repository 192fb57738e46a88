"""Every bundled scenario is visible with plain commands from every backend that would see it."""

from __future__ import annotations

import asyncio
import shlex
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.scenario import QUIET, Sight
from sre_tui.demo.scenario_load import list_scenarios
from sre_tui.settings.model import BACKENDS
from tests.cli.inside import run_inside
from tests.stubs.at_hand import start_at_hand
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SCENARIOS = {scenario.id: scenario for scenario in list_scenarios()}


def with_every_kind() -> list[str]:
    """Scenarios that play every kind of fault with few commands to run, and the quiet one."""
    tuning = [one for one in SCENARIOS.values() if one.half == "tuning"]
    kinds = {one.id: {fault.kind for fault in one.faults} for one in tuning}
    commands = {one.id: len({sight.run for sight in one.visible}) for one in tuning}
    left = set().union(*kinds.values())
    found = [QUIET.id]
    while left:
        # A homelab takes as long to start as two commands.
        found.append(max(kinds, key=lambda one: len(kinds[one] & left) / (2 + commands[one])))
        left -= kinds[found[-1]]
    return sorted(found)


ALWAYS = with_every_kind()


def shown(line: str, variables: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """The exit code of a command line, and the words it writes on both streams."""
    done = run_inside(shlex.split(line), folder, variables, now=NOW)
    return done.code, done.out + done.err


def words_of(text: str) -> str:
    """The text in one case, and without the spaces that align columns."""
    return " ".join(text.casefold().split())


def missed(sight: Sight, code: int, text: str) -> list[str]:
    """What a command should have shown and did not, or the other way round."""
    said = words_of(text)
    lacks = [word for word in sight.shows if words_of(word) not in said]
    has = [word for word in sight.hides if words_of(word) in said]
    wrong = [f"lacks {', '.join(lacks)}"] if lacks else []
    wrong += [f"has {', '.join(has)}"] if has else []
    wrong += [f"exits with {code}, not {sight.exit_code}"] if code != sight.exit_code else []
    return [f"{sight.backend}: sre {sight.run} {each}:\n{text}" for each in wrong]


def test_every_scenario_says_what_shows_it() -> None:
    assert [scenario.id for scenario in SCENARIOS.values() if not scenario.visible] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_several_backends_see_it(name: str) -> None:
    scenario = SCENARIOS[name]
    backends = {sight.backend for sight in scenario.visible}
    # That nothing is wrong, every backend has to say.
    assert len(backends) >= (len(BACKENDS) if name == "quiet" else 2)


def test_every_backend_shows_most_kinds_of_incident() -> None:
    shown_by = Counter(
        backend
        for scenario in SCENARIOS.values()
        for backend in {sight.backend for sight in scenario.visible}
    )
    assert set(shown_by) == set(BACKENDS)
    assert all(shown_by[backend] > len(SCENARIOS) / 2 for backend in ("prometheus", "grafana"))


def test_every_fault_kind_plays_in_a_scenario() -> None:
    played = {fault.kind for scenario in SCENARIOS.values() for fault in scenario.faults}
    assert played == set(FAULT_KINDS)


@pytest.mark.parametrize("name", slow_but(ALWAYS, SCENARIOS))
async def test_it_is_visible(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    seen: dict[str, tuple[int, str]] = {}
    spoken_of = " ".join(" ".join((sight.run, *sight.shows)) for sight in scenario.visible)
    guests = fewest_guests(name, spoken_of)
    async with start_at_hand(name, guests=guests, clock=NOW.timestamp) as demo:
        for sight in scenario.visible:
            if sight.run not in seen:
                seen[sight.run] = await asyncio.to_thread(
                    shown, sight.run, demo.environment, tmp_path
                )
    wrong = [each for sight in scenario.visible for each in missed(sight, *seen[sight.run])]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "names", [pytest.param(ALWAYS, id="some"), pytest.param([*SCENARIOS], marks=pytest.mark.slow)]
)
async def test_a_homelab_without_faults_shows_none_of_it(names: list[str], tmp_path: Path) -> None:
    seen: dict[str, tuple[int, str]] = {}
    alike = []
    async with start_at_hand("quiet", clock=NOW.timestamp) as demo:
        for scenario in map(SCENARIOS.__getitem__, names):
            # A control may show what a homelab shows on any day.
            for sight in () if scenario.is_control else scenario.visible:
                if sight.run not in seen:
                    seen[sight.run] = await asyncio.to_thread(
                        shown, sight.run, demo.environment, tmp_path
                    )
                if not missed(sight, *seen[sight.run]):
                    alike.append(f"{scenario.id}: sre {sight.run}")
    assert not alike, "\n".join(alike)
