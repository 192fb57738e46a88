"""What each HTTP status and broken body means, without a server that could produce it."""

from datetime import UTC, datetime

import httpx
import pytest
from pytest_httpx import HTTPXMock

from providers.endpoint import Endpoint
from providers.http import ATTEMPTS
from providers.prometheus import PrometheusClient, Target
from providers.reading import Reading, State

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "http://prometheus.home.arpa:9090"
TRANSIENT = (429, 502, 503, 504)


@pytest.fixture(autouse=True)
def _no_pause_between_attempts() -> object:
    import stamina

    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


async def targets() -> Reading[tuple[Target, ...]]:
    async with PrometheusClient(Endpoint(url=URL), clock=lambda: NOW) as client:
        return await client.targets()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, State.UNAUTHORIZED),
        (403, State.UNAUTHORIZED),
        (404, State.BAD_RESPONSE),
        (410, State.BAD_RESPONSE),
        (418, State.BAD_RESPONSE),
        (500, State.BAD_RESPONSE),
        (429, State.UNREACHABLE),
        (502, State.UNREACHABLE),
        (503, State.UNREACHABLE),
        (504, State.UNREACHABLE),
        (595, State.UNREACHABLE),
        (596, State.UNREACHABLE),
    ],
)
async def test_a_status_leads_to_its_state(
    httpx_mock: HTTPXMock, status: int, state: State
) -> None:
    attempts = ATTEMPTS if status in TRANSIENT or status > 590 else 1
    for _ in range(attempts):
        httpx_mock.add_response(status_code=status, text="<html><b>[/]</b></html>")
    reading = await targets()
    assert reading.state is state
    assert reading.data is None
    assert URL in reading.detail
    assert "\n" not in reading.detail
    assert len(httpx_mock.get_requests()) == attempts, "only what may pass is tried again"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><title>Login</title>", "a web page where JSON was expected"),
        ('{"status": "succ', "no valid JSON"),
        ("", "no valid JSON"),
        ('"just a string"', ""),
        ('{"status": "success", "data": 7}', ""),
        ("[]", ""),
        ("null", ""),
    ],
)
async def test_a_body_that_is_not_the_api_is_a_bad_response(
    httpx_mock: HTTPXMock, body: str, words: str
) -> None:
    httpx_mock.add_response(text=body)
    reading = await targets()
    assert reading.state is State.BAD_RESPONSE
    assert words in reading.detail


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), State.UNREACHABLE),
        (httpx.ConnectTimeout("slow"), State.UNREACHABLE),
        (httpx.RemoteProtocolError("peer closed connection"), State.BAD_RESPONSE),
    ],
)
async def test_a_broken_connection_is_tried_again_and_then_told(
    httpx_mock: HTTPXMock, error: httpx.HTTPError, state: State
) -> None:
    for _ in range(ATTEMPTS):
        httpx_mock.add_exception(error)
    reading = await targets()
    assert reading.state is state
    assert len(httpx_mock.get_requests()) == ATTEMPTS


async def test_a_read_timeout_is_not_tried_again(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    assert (await targets()).state is State.UNREACHABLE
    assert len(httpx_mock.get_requests()) == 1


async def test_a_success_after_a_failure_is_a_success(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=503)
    httpx_mock.add_response(
        json={"status": "success", "data": {"activeTargets": [], "droppedTargets": []}}
    )
    assert (await targets()).state is State.OK
