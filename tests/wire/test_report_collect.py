"""What a report collects of simulated homelabs, over real sockets where anything is broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
import stamina

from providers.errors import BackendError
from providers.loki import LokiClient
from providers.reading import Reading
from sre_tui.demo.runtime.demo import RunningDemo
from sre_tui.diagnosis.picture.part import refilled
from sre_tui.environment import Environment, Folders
from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.place import place_of
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Health, Logs, Section
from sre_tui.memory.store import open_store
from sre_tui.report import collect as collecting
from sre_tui.report.collect import collect_report
from sre_tui.report.collectors import health, logs
from sre_tui.report.scope import Scope, scope_of
from sre_tui.report.standing import Collected
from sre_tui.report.summary_words import summary_words
from sre_tui.settings import BACKENDS, Settings, load_settings
from sre_tui.tools.context import ToolContext
from tests.stubs.at_hand import forget, start_at_hand
from tests.stubs.homelab_tools import context_in
from tests.stubs.slow import slow_but

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""A Sunday afternoon."""
DAY = timedelta(days=1)
ASKED = {
    "health": BACKENDS,
    "alerts": ("grafana", "prometheus"),
    "objectives": ("prometheus", "proxmox", "pbs"),
    "capacity": ("prometheus", "proxmox", "pbs", "truenas"),
    "backups": ("proxmox", "pbs"),
    "logs": ("loki",),
    "changes": ("prometheus", "grafana", "loki", "proxmox", "truenas"),
    "incidents": (),
    "usage": (),
}
"""By section, the backends it asks."""


@pytest.fixture(autouse=True, scope="module")
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@asynccontextmanager
async def homelab(
    folder: Path, scenario: str, guests: int
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    async with start_at_hand(scenario, guests=guests, clock=NOW.timestamp) as demo:
        environment = Environment(
            variables={**demo.environment, "MEMORY_DB_URL": "", "MEMORY_USAGE": "true"},
            folders=Folders.under(folder),
            working_folder=folder,
            clock=lambda: NOW,
        )
        settings = load_settings(environment)
        async with ToolContext(settings, environment.folders, environment.clock) as context:
            yield demo, context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quiet(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    async with homelab(tmp_path_factory.mktemp("quiet"), "quiet", 10) as both:
        yield both


async def report_of(folder: Path, scenario: str, guests: int) -> Report:
    async with homelab(folder, scenario, guests) as (_, context):
        return await collect_report(context, DAY * 2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def failing_disk(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return await report_of(tmp_path_factory.mktemp("disk"), "nas-disk-failing", 16)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def full_datastore(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("full")
    return await report_of(folder, "backups-failing-datastore-full", 10)


pytestmark = pytest.mark.asyncio(loop_scope="module")


def states(report: Report) -> dict[str, str]:
    return {str(name): section.state for name, section in report.sections()}


async def test_a_quiet_homelab_is_told_whole_and_without_trouble(
    quiet: tuple[RunningDemo, ToolContext],
) -> None:
    told: list[tuple[str, str]] = []
    report = await collect_report(
        quiet[1], DAY * 2, told=lambda name, state: told.append((name, state))
    )
    assert states(report) == dict.fromkeys(ASKED, "ok")
    assert dict(told) == states(report)
    assert report.missing == ()
    assert [one.source for one in report.sources] == [f"{name}:main" for name in BACKENDS]
    assert {one.state for one in report.sources} == {"ok"}
    assert (report.since, report.until) == (NOW - DAY * 2, NOW)
    assert report.health.verdict == "ok"
    assert report.health.sentence.startswith("All is well")
    assert (report.alerts.fired, report.alerts.fired_before, report.alerts.firing) == (0, 0, 0)
    assert [each.day.day for each in report.alerts.days] == [20, 21, 22]
    assert {row.verdict for row in report.objectives.objectives} == {"pass"}
    assert {row.kind for row in report.objectives.objectives} == {
        "target", "probe", "node", "backups",
    }  # fmt: skip
    assert report.backups.guests is not None
    assert report.backups.covered == report.backups.guests > 5
    assert report.backups.runs == sum(each.ok for each in report.backups.days) > 10
    assert report.backups.failed_runs == 0
    assert (report.logs.errors, report.logs.errors_before) == (0, 0)
    assert report.usage.cost is None
    assert Report.model_validate_json(report.model_dump_json()) == report


async def test_causes_that_take_too_long_cost_no_finding(
    quiet: tuple[RunningDemo, ToolContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CAUSES_LIMIT", 0.0)
    monkeypatch.setattr(health, "_is_grave", lambda found: True)
    found = await health.collect(scope_of(quiet[1], DAY))
    assert isinstance(found.section, Health)
    assert found.section.state == "partial"
    assert found.section.verdict == "ok"
    assert any("not looked for to the end" in line for line in found.section.reasons)


async def test_a_mistake_in_the_search_for_causes_costs_no_finding(
    quiet: tuple[RunningDemo, ToolContext],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails(*_: object) -> None:
        raise TypeError("no such topic")

    monkeypatch.setattr("sre_tui.report.collectors.health.investigate", SimpleNamespace(run=fails))
    monkeypatch.setattr(health, "_is_grave", lambda found: True)
    found = await health.collect(scope_of(quiet[1], DAY))
    assert isinstance(found.section, Health)
    assert (found.section.state, found.section.verdict) == ("partial", "ok")
    assert found.section.sentence.startswith("All is well")
    assert found.section.reasons == (
        "what is behind it could not be looked for (TypeError; the log has details)",
    )
    assert "no such topic" in caplog.text


async def test_pools_and_datastores_have_a_past_and_a_future(failing_disk: Report) -> None:
    report = failing_disk
    rows = [row for row in report.capacity.rows if row.kind in ("pool", "datastore")]
    assert {"tank on nas1", "main"} <= {row.name for row in rows}
    assert report.capacity.left_out > 5
    (tank,) = (row for row in rows if row.name == "tank on nas1")
    assert 20 <= len(tank.points) <= 60
    assert tank.ratio == pytest.approx(tank.points[-1].value, abs=0.02)
    assert tank.foreseen[0].value == pytest.approx(tank.ratio)
    assert all(earlier.at < later.at for earlier, later in pairwise(tank.points))


async def test_a_failing_disk_is_in_every_section_that_can_tell(failing_disk: Report) -> None:
    report = failing_disk
    assert set(states(report).values()) == {"ok"}
    assert report.health.verdict == "critical"
    assert report.health.troubles[0].subject == "sdc on nas1"
    cause = report.health.causes[0]
    assert cause.claim == "disk sdc on nas1 is failing"
    assert cause.effects > 3
    assert cause.steps
    assert (report.health.critical or 0) + (report.health.warnings or 0) > 3
    fired = {row.name: row for row in report.alerts.alerts}
    assert {"SmartPendingSectors", "DiskLatencyHigh"} <= fired.keys()
    smart = fired["SmartPendingSectors"]
    # Grafana and Prometheus both have this rule, and both tell of it.
    assert (smart.times, smart.firing, smart.subjects) == (1, 1, ("sdc on nas1",))
    assert smart.first is not None
    assert NOW - timedelta(hours=4) < smart.first < NOW
    assert smart.seconds == pytest.approx((NOW - smart.first).total_seconds(), abs=1.0)
    assert report.alerts.fired == sum(row.times for row in report.alerts.alerts)
    assert report.alerts.fired == sum(d.critical + d.warning + d.other for d in report.alerts.days)
    assert report.alerts.within == report.alerts.fired
    assert report.alerts.within_before == 0
    assert report.alerts.firing == sum(row.firing for row in report.alerts.alerts)
    assert report.alerts.fired_before == 0
    kernel = next(one for one in report.logs.services if one.service == "kernel")
    assert kernel.count > 20
    assert kernel.before == 0
    assert any("sdc" in line for line in kernel.samples)
    assert report.logs.errors == sum(one.count for one in report.logs.services)
    told = [one for one in report.changes.changes if one.subject == "sdc on nas1"]
    assert told
    assert not any(one.kind.startswith("alert") for one in report.changes.changes)


async def test_failed_backups_are_counted_with_their_errors(full_datastore: Report) -> None:
    backups = full_datastore.backups
    assert backups.state == "ok"
    assert backups.covered == 0
    assert backups.verdicts["stale"] == backups.guests == len(backups.uncovered)
    assert backups.runs is not None
    assert backups.failed_runs is not None
    assert backups.runs > backups.failed_runs > 5
    assert backups.failed_runs == sum(each.failed for each in backups.days)
    first = backups.failures[0]
    assert "No space left" in first.error
    assert first.what.startswith("backup of ")
    assert "guest" not in first.what
    assert all(a.at >= b.at for a, b in pairwise(backups.failures))
    (main,) = (one for one in backups.datastores if one.name == "main")
    assert main.problem == "full"
    assert {one.name for one in backups.datastores if not one.plugged_in} == {"usb"}
    worst = full_datastore.objectives.objectives[0]
    assert (worst.name, worst.verdict) == ("backup runs", "fail")
    assert worst.measured == pytest.approx(1 - backups.failed_runs / backups.runs)
    assert full_datastore.objectives.failed == 1
    assert full_datastore.capacity.rows[0].name == "main"
    assert full_datastore.capacity.rows[0].presses
    below = {row.name: row.space_of for row in full_datastore.capacity.rows if row.presses}
    assert below == {"main": "", "backup on pbs": "main"}


@pytest.mark.parametrize("backend", slow_but(("grafana", "pbs"), BACKENDS))
async def test_a_backend_that_is_away_costs_only_what_it_tells(
    quiet: tuple[RunningDemo, ToolContext], backend: str
) -> None:
    demo, context = quiet
    await demo.break_backend(backend, "refuse")
    forget(demo, backend)
    try:
        report = await collect_report(context, DAY * 2)
    finally:
        await demo.mend_backend(backend)
    for name, section in report.sections():
        expected = {"ok"}
        if backend in ASKED[name]:
            expected = {"missing"} if ASKED[name] == (backend,) else {"partial"}
        assert section.state in expected, (name, section.reasons)
        said = [line for line in section.reasons if line.startswith(f"{backend}:main unreachable")]
        assert bool(said) == (backend in ASKED[name])
        assert all("\n" not in line for line in section.reasons)
    away = {one.source for one in report.sources if not one.state.has_data}
    assert away == {f"{backend}:main"}
    # What nobody told is not known, and not none.
    told = report.backups.guests, report.backups.covered, report.backups.unverified
    assert (told == (None,) * 3) == (backend == "proxmox")
    assert report.backups.runs is not None
    assert (report.logs.errors is None) == (backend == "loki")
    if backend == "loki":
        assert report.logs.errors_before is None
    if backend in ("prometheus", "grafana"):
        assert report.alerts.fired_before is None
    if backend == "prometheus":
        assert [row.name for row in report.objectives.objectives] == ["backup runs"]


async def test_with_nothing_configured_everything_says_which_setting_helps(
    tmp_path: Path,
) -> None:
    report = await collect_report(context_in(tmp_path), DAY * 7, baselines=True)
    told = states(report)
    assert {told.pop("incidents"), told.pop("usage")} == {"ok"}
    assert set(told.values()) == {"not_configured"}
    assert "PROMETHEUS_URL" in report.health.reasons[0]
    assert report.logs.reasons == ("Loki is not configured: set LOKI_URL",)
    assert report.sources == ()
    assert report.missing == ()


async def test_a_backup_server_alone_tells_of_backups_and_of_nothing_it_cannot_know(
    quiet: tuple[RunningDemo, ToolContext],
) -> None:
    _, context = quiet
    alone = Settings().model_copy(update={"pbs": context.settings.pbs})
    async with ToolContext(alone, context.folders, context.clock) as own:
        report = await collect_report(own, DAY * 2)
    told = states(report)
    assert {told[name] for name in ("alerts", "logs", "changes")} == {"not_configured"}
    assert "missing" not in told.values()
    assert (report.backups.guests, report.backups.covered) == (None, None)
    assert (report.backups.runs or 0) > 5
    assert (report.backups.kept or 0) > 5
    assert report.backups.unverified == 0
    assert all(section.reasons for _, section in report.sections() if section.state != "ok")
    # What cannot be is not missing.
    assert report.missing == ()
    lines = summary_words(report)
    assert "not set up" not in lines
    assert "Not known" not in lines
    assert f"backups of {report.backups.kept} guests and hosts are kept" in lines.casefold()


async def test_logs_that_begin_within_the_window_are_told(
    quiet: tuple[RunningDemo, ToolContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = LokiClient.label_names

    async def of_a_day(
        client: LokiClient, start: datetime, end: datetime
    ) -> Reading[tuple[str, ...]]:
        reading = await whole(client, start, end)
        return reading if end > NOW - DAY else refilled(reading, ())

    monkeypatch.setattr(LokiClient, "label_names", of_a_day)
    scope = scope_of(quiet[1], DAY * 2)
    async with scope.context:
        found = await logs.collect(scope)
    assert isinstance(found.section, Logs)
    assert found.section.state == "partial"
    assert found.section.reasons == ("loki:main: it keeps nothing of the beginning of the window",)
    assert (found.section.errors, found.section.errors_before) == (0, None)


async def test_incidents_of_the_window_and_the_open_ones_are_told(tmp_path: Path) -> None:
    context = context_in(tmp_path)
    now = context.clock()

    def incident(id_: str, began: int, ended: int | None) -> Incident:
        return Incident(
            id=id_, title=f"of {began} days ago", started=now - DAY * began,
            ended=None if ended is None else now - DAY * ended, recorded=now, updated=now,
        )  # fmt: skip

    with open_store(place_of(context.settings, context.folders)) as store:
        for one in (
            incident("within22", 3, 2), incident("older222", 30, 20),
            incident("stillon2", 40, None), incident("endedin2", 20, 1),
        ):  # fmt: skip
            Incidents(store).add(one)
    report = await collect_report(context, DAY * 7)
    assert [one.id for one in report.incidents.incidents] == ["stillon2", "within22", "endedin2"]
    assert report.incidents.open == 1


async def test_a_memory_that_cannot_be_opened_costs_its_own_sections(tmp_path: Path) -> None:
    folder = tmp_path / "folder.db"
    folder.mkdir()
    settings = Settings.model_validate({"memory": {"path": str(folder)}})
    report = await collect_report(context_in(tmp_path, settings), DAY * 7)
    assert (report.incidents.state, report.usage.state) == ("missing", "missing")
    assert all(len(one.reasons) == 1 for one in (report.incidents, report.usage))
    assert report.health.state == "not_configured"


async def test_usage_that_is_not_counted_is_no_error(tmp_path: Path) -> None:
    settings = Settings.model_validate({"memory": {"usage": False}})
    report = await collect_report(context_in(tmp_path, settings), DAY * 7)
    assert report.usage.state == "not_configured"
    assert "MEMORY_USAGE" in report.usage.reasons[0]


async def test_what_fails_or_hangs_costs_its_own_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def hangs(scope: Scope) -> Collected:
        del scope
        raise TimeoutError

    async def fails(scope: Scope) -> Collected:
        raise ZeroDivisionError(str(scope.until))

    async def refuses(scope: Scope) -> Collected:
        del scope
        raise BackendError("it is\nnot there")

    every = collecting.collectors()
    every |= {"health": hangs, "alerts": fails, "capacity": refuses}
    monkeypatch.setattr(collecting, "collectors", lambda: every)
    report = await collect_report(context_in(tmp_path), DAY * 7)
    assert report.health.reasons == ("it took longer than 150 s",)
    assert report.alerts.reasons == (
        "it could not be made (ZeroDivisionError; the log has details)",
    )
    assert report.capacity.reasons == ("it is not there",)
    assert {one.state for one in (report.health, report.alerts, report.capacity)} == {"missing"}
    assert report.logs.state == "not_configured"
    assert "the section alerts of a report could not be made" in caplog.text


async def test_baselines_that_cannot_be_computed_are_told(
    quiet: tuple[RunningDemo, ToolContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(context: ToolContext) -> None:
        del context
        raise BackendError("the memory is away")

    def finds(section: type[Section]) -> collecting.Collector:
        async def collect(scope: Scope) -> Collected:
            del scope
            return Collected(section())

        return collect

    every = {name: finds(section) for name, section in collecting.SECTIONS.items()}
    monkeypatch.setattr("sre_tui.tools.baseline_refresh.refresh_baselines", fails)
    monkeypatch.setattr(collecting, "collectors", lambda: every)
    report = await collect_report(quiet[1], DAY * 2, baselines=True)
    assert report.usage.state == "partial"
    assert report.usage.reasons == ("the baselines were not computed: the memory is away",)
    assert report.missing == ("usage: the baselines were not computed: the memory is away",)
    # How it is now was seen without them.
    assert report.health.state == "ok"
