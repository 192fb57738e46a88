import httpx
import pytest

from providers.errors import BackendError, InvalidQuery
from providers.loki.errors import entries_limit
from providers.loki.errors import read_error as loki_error
from providers.prometheus.errors import read_error as prometheus_error
from providers.query_errors import offset_at
from providers.reading import State

URL = "http://127.0.0.1:9090/prometheus/api/v1/query"


def answer(status: int, body: str | dict[str, str], query: str = "up{") -> httpx.Response:
    request = httpx.Request("GET", URL, params={"query": query})
    if isinstance(body, dict):
        return httpx.Response(status, json=body, request=request)
    return httpx.Response(status, text=body, request=request)


def rejected(error: Exception | None) -> InvalidQuery:
    assert isinstance(error, InvalidQuery)
    return error


@pytest.mark.parametrize(
    ("query", "line", "column", "offset"),
    [
        ("up{", 1, 4, 3),
        ("é + {", 1, 6, 4),
        ("a\nb{", 2, 3, 4),
        ("a", 3, 1, None),
        ("a", 1, 0, None),
    ],
)
def test_places_count_bytes_and_lines_from_one(
    query: str, line: int, column: int, offset: int | None
) -> None:
    assert offset_at(query, line, column) == offset


def test_the_place_is_found_and_taken_out_of_the_message() -> None:
    body = {
        "status": "error",
        "errorType": "bad_data",
        "error": 'invalid parameter "query": 1:4: parse error: unexpected end of input',
    }
    error = rejected(prometheus_error(answer(400, body)))
    assert (error.query, error.message, error.offset) == ("up{", "unexpected end of input", 3)


def test_the_query_of_a_form_is_found_too() -> None:
    request = httpx.Request("POST", URL, data={"query": "up{", "time": "1"})
    body = {"status": "error", "errorType": "bad_data", "error": "1:4: parse error: no"}
    error = rejected(prometheus_error(httpx.Response(400, json=body, request=request)))
    assert (error.query, error.offset) == ("up{", 3)


@pytest.mark.parametrize("kind", ["execution", "422"])
def test_what_cannot_be_evaluated_is_the_askers_fault(kind: str) -> None:
    body = {"status": "error", "errorType": kind, "error": "duplicate series"}
    error = rejected(prometheus_error(answer(422, body)))
    assert (error.message, error.offset) == ("duplicate series", None)


@pytest.mark.parametrize(
    ("status", "kind", "state"),
    [
        (503, "timeout", State.UNREACHABLE),
        (503, "canceled", State.UNREACHABLE),
        (500, "internal", State.BAD_RESPONSE),
        (404, "not_found", State.BAD_RESPONSE),
    ],
)
def test_what_the_server_could_not_do_is_the_servers(status: int, kind: str, state: State) -> None:
    body = {"status": "error", "errorType": kind, "error": "because"}
    error = prometheus_error(answer(status, body))
    assert isinstance(error, BackendError)
    assert error.state is state
    assert not error.transient
    assert "because" in error.detail


@pytest.mark.parametrize("body", ["<html>400</html>", "nonsense", "[]", '{"error": 1}'])
def test_what_is_no_error_of_the_api_is_left_to_its_status(body: str) -> None:
    assert prometheus_error(answer(400, body)) is None


def test_loki_complains_in_plain_text() -> None:
    text = "parse error at line 1, col 5: syntax error: x"
    error = rejected(loki_error(answer(400, text, query="{a=b}")))
    assert (error.message, error.offset) == ("syntax error: x", 4)
    plain = rejected(loki_error(answer(400, "parse error : queries require at least one")))
    assert plain.offset is None


@pytest.mark.parametrize(
    ("status", "text", "state", "transient"),
    [
        (401, "no org id", State.UNAUTHORIZED, False),
        (429, "too many outstanding requests", State.UNREACHABLE, True),
        (504, "request timed out, decrease the duration", State.UNREACHABLE, False),
        (499, "the request was cancelled by the client", State.UNREACHABLE, False),
        (500, "boom", State.BAD_RESPONSE, False),
    ],
)
def test_loki_says_what_it_could_not_do(
    status: int, text: str, state: State, transient: bool
) -> None:
    error = loki_error(answer(status, text))
    assert isinstance(error, BackendError)
    assert (error.state, error.transient) == (state, transient)


def test_a_proxys_page_is_no_rejected_query() -> None:
    assert loki_error(answer(400, "<html><h1>400 Bad Request</h1></html>")) is None
    assert loki_error(answer(502, "bad gateway")) is None


def test_the_entries_limit_is_read() -> None:
    text = "max entries limit per query exceeded, limit > max_entries_limit_per_query (6000 > 5000)"
    assert entries_limit(text) == 5000
    assert entries_limit("something else") is None
