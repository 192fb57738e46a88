"""Reading what models write when they mean to call a tool."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.tool_calls import (
    WrittenCall,
    is_quoted,
    match_name,
    parse_arguments,
    tidy,
    written_calls,
)

NAMES = ("loki_query_logs", "prometheus_instant_query", "read_evidence")

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["query", "since", "limit"]), JSON))
def test_good_json_is_left_as_it_is(arguments: dict[str, object]) -> None:
    assert parse_arguments(json.dumps(arguments)) == arguments


@given(st.text(max_size=200))
def test_anything_is_read_without_an_error(text: str) -> None:
    value = parse_arguments(text)
    assert value is None or isinstance(value, dict)
    assert isinstance(written_calls(text, NAMES), list)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", {}),
        ("{}", {}),
        ("{'query': 'up'}", {"query": "up"}),
        ('{"query": "up",}', {"query": "up"}),
        ('{"query": "up"', {"query": "up"}),
        ('{query: "up"}', {"query": "up"}),
        ('```json\n{"query": "up"}\n```', {"query": "up"}),
        ('{"arguments": {"query": "up"}}', {"query": "up"}),
        ('{"name": "x", "arguments": {"query": "up"}}', {"query": "up"}),
        ('{"query": "rate(x[5m])", "limit": 5}', {"query": "rate(x[5m])", "limit": 5}),
        ('{"query": "{job=\\"a\\"} |= \\"x\\""}', {"query": '{job="a"} |= "x"'}),
        ("up", None),
        ("[1, 2]", None),
        ("null", None),
    ],
)
def test_arguments(written: str, meant: dict[str, object] | None) -> None:
    assert parse_arguments(written) == meant


def test_nulls_mean_not_given_and_spelling_is_forgiven() -> None:
    assert tidy({"Query": "up", "at": None, "x": 1}, ("query", "at")) == {"query": "up", "x": 1}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("loki_query_logs", "loki_query_logs"),
        ("Loki-Query-Logs", "loki_query_logs"),
        ("lokiQueryLogs", "loki_query_logs"),
        ("functions.loki_query_logs", "loki_query_logs"),
        ("default_api:loki_query_logs", "loki_query_logs"),
        ("loki_query", None),
        ("", None),
    ],
)
def test_names(written: str, meant: str | None) -> None:
    assert match_name(written, NAMES) == meant


CALL = '{"name": "loki_query_logs", "arguments": {"query": "x"}}'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"<tool_call>{CALL}</tool_call>", 1),
        (f"<tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call>", 2),
        (f"<tool_call>{CALL}", 1),
        (f"I look.\n```json\n{CALL}\n```", 1),
        (f"```\n[{CALL}, {CALL}]\n```", 2),
        (CALL, 1),
        (f"<|python_tag|>{CALL}", 1),
        ('{"type": "function", "function": {"name": "loki_query_logs", "arguments": "{}"}}', 1),
        # An answer that shows JSON is an answer.
        (f"```json\n{CALL}\n```\nThat is how it is asked.", 0),
        ('```json\n{"name": "nginx", "arguments": {"x": 1}}\n```', 0),
        ("The log says <tool_call>{}</tool_call>.", 0),
        ("Disk {sdc} fails.", 0),
    ],
)
def test_calls_in_text(text: str, count: int) -> None:
    assert len(written_calls(text, NAMES)) == count


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('log: {"name": "loki_query_logs", "arguments": {}}', True),
        (r"{\"tool\":\"loki_query_logs\"}", True),
        ("<function=loki_query_logs>{}</function>", True),
        ("Older lines: ask loki_query_logs with another end.", False),
    ],
)
def test_calls_that_strangers_wrote_are_quotes(text: str, quoted: bool) -> None:
    assert is_quoted(WrittenCall("loki_query_logs", {}), text) is quoted
