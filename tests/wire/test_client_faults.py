"""Each client against the simulated homelab, healthy and with every fault it can have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import Endpoint
from providers.grafana import GrafanaClient
from providers.loki import LokiClient
from providers.prometheus import PrometheusClient
from providers.reading import Reading, State
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.runtime.fault_modes import FaultMode
from tests.stubs.homelab import NOW, MemoryHomelab

THEN = datetime.fromtimestamp(NOW, UTC)
HOUR_AGO = THEN - timedelta(hours=1)
STATES: dict[FaultMode, set[State]] = {
    "timeout": {State.UNREACHABLE},
    "slow": {State.UNREACHABLE},
    "401": {State.UNAUTHORIZED},
    "403": {State.UNAUTHORIZED},
    "500": {State.BAD_RESPONSE},
    "503": {State.UNREACHABLE},
    "html": {State.BAD_RESPONSE},
    "cut": {State.BAD_RESPONSE},
    "garbage": {State.BAD_RESPONSE},
    "redirect": {State.UNAUTHORIZED},
    "refuse": {State.UNREACHABLE},
}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
async def demo() -> AsyncIterator[RunningDemo]:
    async with serve_world(
        MemoryHomelab(), scenario="stub", guests=3, clock=frozen_clock(NOW)
    ) as running:
        yield running


def endpoint(demo: RunningDemo, backend: str, timeout: float = 60.0) -> Endpoint:
    token = demo.environment["GRAFANA_SERVICE_ACCOUNT_TOKEN"] if backend == "grafana" else None
    return Endpoint(
        url=demo.url(backend), token=SecretStr(token) if token else None, timeout=timeout
    )


def clock() -> datetime:
    return THEN


Calls = list[Callable[[], Awaitable[Reading[Any]]]]


@asynccontextmanager
async def calls_of(demo: RunningDemo, backend: str, timeout: float = 60.0) -> AsyncIterator[Calls]:
    at = endpoint(demo, backend, timeout)
    async with (
        PrometheusClient(at, clock=clock) as prometheus,
        GrafanaClient(at, clock=clock) as grafana,
        LokiClient(at, clock=clock) as loki,
    ):
        yield _calls(backend, prometheus, grafana, loki)


def _calls(
    backend: str, prometheus: PrometheusClient, grafana: GrafanaClient, loki: LokiClient
) -> Calls:
    if backend == "prometheus":
        return [
            lambda: prometheus.query("up"),
            lambda: prometheus.query_range("up", HOUR_AGO, THEN),
            prometheus.metrics,
            prometheus.targets,
        ]
    if backend == "grafana":
        return [
            grafana.alerts,
            grafana.rules,
            grafana.search_dashboards,
            lambda: grafana.dashboard("hosts"),
        ]
    return [
        lambda: loki.logs('{app="web"}', HOUR_AGO, THEN),
        lambda: loki.metric_range('rate({app="web"}[1m])', HOUR_AGO, THEN),
        lambda: loki.label_names(HOUR_AGO, THEN),
        lambda: loki.label_values("app", HOUR_AGO, THEN),
    ]


@pytest.mark.parametrize("backend", ["prometheus", "grafana", "loki"])
async def test_every_question_is_answered(demo: RunningDemo, backend: str) -> None:
    async with calls_of(demo, backend) as calls:
        for call in calls:
            reading = await call()
            assert reading.state is State.OK, reading.detail
            assert reading.data is not None


@pytest.mark.parametrize("fault", list(STATES))
@pytest.mark.parametrize("backend", ["prometheus", "grafana", "loki"])
async def test_every_fault_is_a_state_with_one_line(
    demo: RunningDemo, backend: str, fault: FaultMode
) -> None:
    # Only those that are silent may run into the timeout, however busy the machine is.
    timeout = 0.5 if fault in ("timeout", "slow") else 60.0
    async with calls_of(demo, backend, timeout) as calls:
        await demo.break_backend(backend, fault, seconds=120.0)
        reading = await calls[0]()
    assert reading.state in STATES[fault], reading.detail
    assert reading.data is None
    assert reading.detail
    assert "\n" not in reading.detail
    assert len(reading.detail) < 400
    await demo.mend_backend(backend)
    async with calls_of(demo, backend) as calls:
        assert (await calls[0]()).state is State.OK


async def test_a_wrong_token_is_told_from_a_dead_grafana(demo: RunningDemo) -> None:
    at = endpoint(demo, "grafana").model_copy(update={"token": SecretStr("glsa_wrong")})
    async with GrafanaClient(at, clock=clock) as client:
        reading = await client.alerts()
    assert reading.state is State.UNAUTHORIZED


async def test_alerts_of_the_simulated_grafana(demo: RunningDemo) -> None:
    async with GrafanaClient(endpoint(demo, "grafana"), clock=clock) as client:
        alerts = (await client.alerts()).data or ()
        rules = (await client.rules()).data or ()
        power = (await client.dashboard("power")).data
        missing = await client.dashboard("nothing-there")
    found = {(alert.name, alert.host): alert for alert in alerts}
    assert found["HighLoad", "media"].state.value == "firing"
    assert found["HighLoad", "nas"].state.value == "pending"
    assert found["UpsOnBattery", "ups"].silences[0].created_by == "eve"
    assert len(alerts) == len({alert.key for alert in alerts})
    assert next(rule for rule in rules if rule.name == "Broken").health == "error"
    assert next(rule for rule in rules if rule.name == "Paused").paused
    assert power is not None
    assert (power.schema_kind, power.panels[0].queries[0].expression) == ("v2", "watts")
    assert (missing.state, missing.data) == (State.OK, None)
