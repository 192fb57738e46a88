"""The timeline over the simulated homelab: every source at once, over real sockets."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from sre_tui.demo.servers import loki
from sre_tui.demo.servers.loki_requests import Limits
from sre_tui.tools.arguments import Moment
from sre_tui.tools.context import ToolContext
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.tools.what_changed import ChangeListing, what_changed
from tests.evals.analyst_lab import NOW, Lab, Labs, lab_of, shared_labs

GUESTS = 32


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as shared:
        yield shared


pytestmark = pytest.mark.asyncio(loop_scope="module")


ANSWERS: dict[tuple[str, float], ToolResult[ChangeListing]] = {}
"""What shared homelabs have told: their clocks stand still, and nothing in them changes."""


async def changes(lab: Lab, window: float = 2.0, **arguments: object) -> ToolResult[ChangeListing]:
    """What changed within so many hours."""
    context: ToolContext = lab.agent._context
    return await what_changed.body(context, window=timedelta(hours=window), **arguments)


async def known_changes(
    labs: Labs, scenario: str, window: float = 2.0
) -> ToolResult[ChangeListing]:
    """What changed in a shared homelab, which is asked only once for the same."""
    asked = scenario, window
    if asked not in ANSWERS:
        ANSWERS[asked] = await changes(await labs.of(scenario, GUESTS), window)
    return ANSWERS[asked]


def told(answer: ToolResult[ChangeListing]) -> list[tuple[str, str, str]]:
    return [(f"{one.at:%H:%M:%S}", one.kind, str(one.subject)) for one in answer.data.items]


async def test_three_independent_troubles_are_all_there(labs: Labs) -> None:
    answer = await known_changes(labs, "several-at-once")
    assert answer.state == "ok"
    found = told(answer)
    assert ("13:24:20", "finding_began", "sdh on nas1") in found
    assert ("13:25:02", "finding_began", "fast on nas1") in found
    assert ("14:24:59", "killed", "ci-runner") in found
    link = next(one for one in answer.data.items if one.at.second == 20)
    assert "SATA link down" in link.text
    said = " ".join(each.says for each in link.evidence)
    assert "sdh is removed" in said
    assert {"loki:main", "truenas:main"} <= set(link.sources)
    assert link.until is None
    pool = next(one for one in answer.data.items if str(one.subject) == "fast on nas1")
    assert set(pool.sources) == {"grafana:main", "loki:main", "prometheus:main", "truenas:main"}


@pytest.mark.slow
async def test_an_update_comes_before_the_loop_it_began(labs: Labs) -> None:
    answer = await known_changes(labs, "container-restart-loop-after-update")
    sonarr = [one for one in answer.data.items if str(one.subject) == "sonarr on docker1"]
    assert [one.kind for one in sonarr[:3]] == ["updated", "stopped", "restarted"]
    update, _, loop = sonarr[:3]
    assert f"{update.at:%H:%M:%S}" == "14:05:00"
    assert {"grafana:main", "loki:main"} <= set(update.sources)
    assert {"grafana:main", "loki:main", "prometheus:main"} <= set(loop.sources)
    assert loop.until is None


async def test_a_stopped_guest_is_one_event_of_five_sources(labs: Labs) -> None:
    answer = await known_changes(labs, "guest-stopped")
    stops = [one for one in answer.data.items if str(one.subject) == "vaultwarden"]
    assert [one.kind for one in stops] == ["stopped"]
    assert stops[0].text == "anna@pve stopped vaultwarden (vzshutdown)"
    assert f"{stops[0].at:%H:%M:%S}" == "14:09:51"
    assert {"proxmox:main", "loki:main", "grafana:main"} <= set(stops[0].sources)
    assert any(one.command.startswith("tasks ") for one in stops[0].evidence)


@pytest.mark.slow
async def test_a_dead_node_is_told_once_and_its_sites_together(labs: Labs) -> None:
    answer = await known_changes(labs, "node-offline")
    assert answer.state == "partial"
    node = [one for one in answer.data.items if one.subject.kind == "node"]
    assert [(str(one.subject), f"{one.at:%H:%M}") for one in node] == [("pve3", "14:36")]
    assert {"prometheus:main", "grafana:main"} <= set(node[0].sources)
    sites = [one for one in answer.data.items if one.subject.kind == "site"]
    assert len(sites) == 1
    assert sites[0].count == len(sites[0].subjects) > 3
    assert len(answer.data.items) < 12


async def test_a_failing_disk_is_there_with_what_it_does(labs: Labs) -> None:
    answer = await known_changes(labs, "nas-disk-failing", 4.0)
    subjects = [str(one.subject) for one in answer.data.items]
    assert "sdc on nas1" in subjects
    assert "tank on nas1" in subjects
    early = [one for one in answer.data.items if str(one.subject) == "sdc on nas1"]
    assert early[0].at < NOW - timedelta(hours=2, minutes=45)


@pytest.mark.slow
async def test_a_quiet_day_holds_nothing_but_routine(labs: Labs) -> None:
    lab = await labs.of("quiet", GUESTS)
    answer = await changes(lab, 24.0)
    assert answer.data.items == ()
    assert answer.data.routine > 5
    every = await changes(lab, 24.0, all=True)
    assert all(one.routine for one in every.data.items)
    nightly = [one for one in every.data.items if one.kind == "backup" and one.count > 20]
    assert len(nightly) == 1


async def test_a_shift_of_a_level_is_evidence_of_what_it_begins_or_an_event(labs: Labs) -> None:
    answer = await known_changes(labs, "nas-disk-failing", 4.0)
    disk = next(one for one in answer.data.items if "a read from sdc takes" in one.text)
    assert str(disk.subject) == "sdc on nas1"
    assert "time of a disk operation of sdc rose from 5." in str(disk.evidence)
    waiting = next(one for one in answer.data.items if "wait for storage" in one.text)
    assert waiting.count > 5
    assert "waiting for storage rose from 0." in str(waiting.evidence)


@pytest.mark.slow
async def test_a_moment_in_the_past_has_both_sides(labs: Labs) -> None:
    lab = await labs.of("guest-stopped", GUESTS)
    moment = Moment(at=NOW - timedelta(minutes=50))
    answer = await changes(lab, 0.25, at=moment)
    assert (answer.data.start, answer.data.end) == (
        NOW - timedelta(minutes=65),
        NOW - timedelta(minutes=35),
    )
    assert "vaultwarden" in [str(one.subject) for one in answer.data.items]
    before = await changes(lab, 0.25, at=Moment(at=NOW - timedelta(minutes=70)))
    assert before.data.items == ()


@pytest.mark.slow
async def test_the_same_window_seen_later_tells_the_same_beginnings(labs: Labs) -> None:
    short = await known_changes(labs, "several-at-once")
    long = await known_changes(labs, "several-at-once", 3.0)
    # A longer window has another measure of what is usual, so that shifts are not the same.
    seen = [row for row in told(short) if row[1] != "level_shift"]
    exact = [row for row in seen if row[1] == "killed" or "nas1" in row[2]]
    assert exact
    assert set(exact) <= set(told(long))


async def test_only_what_is_asked_about(labs: Labs) -> None:
    lab = await labs.of("several-at-once", GUESTS)
    answer = await changes(lab, host=("ci-runner",))
    hosts = {one.subject.host for one in answer.data.items}
    # Its disk lies on its node's own pool: the NAS and the database have nothing to do with it.
    assert hosts == {"ci-runner"}
    assert "db" in {
        one.subject.host for one in (await known_changes(labs, "several-at-once")).data.items
    }
    assert answer.data.about == ("ci-runner",)
    with pytest.raises(ArgumentError, match="other thing 'ci-runer'; did you mean ci-runner"):
        await changes(lab, host=("ci-runer",))


async def test_a_model_sees_it_within_its_budget(labs: Labs) -> None:
    answer = await known_changes(labs, "nas-disk-failing", 4.0)
    text = what_changed.render(answer, ModelView(now=NOW, budget=600))
    assert estimate_tokens(text) <= 600
    assert "sdc" in text
    assert "left out" in text
    whole = what_changed.render(answer, ModelView(now=NOW))
    assert estimate_tokens(whole) <= 1200
    assert "What changed from 2026-11-22 11:00:00 UTC" in whole
    cable = await known_changes(labs, "several-at-once")
    assert "sdh is removed" in what_changed.render(cable, ModelView(now=NOW))


async def test_a_dead_source_is_named_and_the_others_still_tell(tmp_path: Path) -> None:
    async with lab_of("several-at-once", tmp_path, guests=GUESTS) as lab:
        await lab.break_backend("loki", "refuse")
        answer = await changes(lab)
        assert answer.state == "partial"
        assert any("loki:main unreachable" in line for line in answer.warnings)
        assert "fast on nas1" in [str(one.subject) for one in answer.data.items]


@pytest.mark.slow
async def test_of_too_many_programs_for_one_answer_the_loudest_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loki, "Limits", partial(Limits, max_series=100))
    async with lab_of("several-at-once", tmp_path, guests=60) as lab:
        answer = await changes(lab, all=True)
        (logs,) = (one for one in answer.sources if one.source == "loki:main")
        assert logs.state == "ok"
        assert any("only the 30 that write most" in line for line in logs.warnings)
        assert ("13:24:20", "finding_began", "sdh on nas1") in told(answer)
        assert any(one.kind == "updated" for one in answer.data.items)
