"""Exit codes, errors for programs, and suggestions: what scripts and people rely on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from commands.diagnostics import EXIT_CODE_HELP, ExitCode
from tests.cli.running import Sre

NOWHERE = "http://127.0.0.1:9"


def test_the_help_names_every_exit_code(bare: Sre) -> None:
    done = bare("--help")
    assert done.code == 0
    assert done.err == ""
    assert all(line.strip() in done.out for line in EXIT_CODE_HELP.splitlines())
    assert [int(line.split()[0]) for line in EXIT_CODE_HELP.splitlines()] == list(ExitCode)


def test_bare_sre_without_a_terminal_prints_help_and_exits_2(bare: Sre) -> None:
    done = bare()
    assert done.code == 2
    assert done.out.startswith("Usage: sre")
    assert done.err.splitlines()[0] == "the app needs a terminal; here are the commands"


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize(
    "command", ["alerts", "alerts list", "ask", "chat", "demo break", "config"]
)
def test_every_command_has_help(bare: Sre, command: str, option: str) -> None:
    done = bare(*command.split(), option)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: sre {command}")


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("alrts", "usage", ["alrts", "alerts"]),
        ("alerts lst", "usage", ["lst", "list"]),
        ("alerts list --sate firing", "usage", ["--sate", "--state"]),
        ("alerts list --state firng", "usage", ["firng", "did you mean firing?", "no_data"]),
        ("alerts list --limit 0", "usage", ["--limit", "greater than or equal to 1"]),
        ("alerts list -n many", "usage", ["--limit must be a whole number", "many"]),
        ("logs query {a=\"b\"} --since 3x", "usage", ["--since", "3x", "30m"]),
        ("metrics query up --at yesterdy", "usage", ["--at", "yesterdy", "-30m"]),
        ("metrics query", "usage", ["QUERY", "for example: sre metrics query 'topk(3, node"]),
        ("schema nothing-like-it", "usage", ["nothing-like-it", "grafana_get_alerts"]),
        ("schema loki_quer", "usage", ["loki_quer", "loki_query_logs"]),
        ("runbooks show dns-dwn", "unknown_runbook", ["dns-dwn", "dns-down"]),
        ("demo break loki --how tmeout", "usage", ["tmeout", "timeout"]),
        ("ask --session 20260101-000000-abcd hello", "session", ["20260101-000000-abcd"]),
        ("ask --model nobody hello", "settings", ["nobody", "LLM_PROVIDER"]),
        ("--demo-mode", "usage", ["--demo-mode"]),
    ],
)  # fmt: skip
def test_wrong_usage_exits_2_and_says_what_is_right(
    bare: Sre, line: str, code: str, words: list[str]
) -> None:
    sre = bare.having(PROMETHEUS_URL=NOWHERE, LOKI_URL=NOWHERE)
    done = sre(*line.split())
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert all(word in done.err for word in words), done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("alrts --json", "usage"),
        ("alerts list --limit 0 --json", "usage"),
        ("alerts list --jsonl --nope", "usage"),
        ("runbooks show nothing-like-it --json", "unknown_runbook"),
        ("ask --session 20260101-000000-abcd hello --json", "session_unknown"),
    ],
)
def test_errors_for_programs_are_one_object_on_stderr(bare: Sre, line: str, code: str) -> None:
    done = bare.having(PROMETHEUS_URL=NOWHERE)(*line.split())
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.error.keys() == {"code", "message", "hint", "exit_code"}
    assert (done.error["code"], done.error["exit_code"]) == (code, done.code)


def test_a_tool_without_its_backend_says_which_setting_enables_it(bare: Sre) -> None:
    done = bare("logs", "query", "{}", "--json")
    assert done.code == 2
    assert done.error["code"] == "not_configured"
    assert "LOKI_URL" in done.error["hint"]


@pytest.mark.parametrize("noun", ["alerts", "metrics", "dashboards", "runbooks"])
def test_a_bare_noun_lists(sre: Sre, noun: str) -> None:
    done = sre(noun)
    assert done.code == 0, done.err
    assert len(done.lines) > 3


def test_a_command_without_what_it_needs_says_what(sre: Sre) -> None:
    done = sre("logs", "query")
    assert (done.code, done.out) == (2, "")
    assert "Missing argument 'QUERY'" in done.err
    assert "for example: sre logs query '{service_name=" in done.err


def test_a_bare_noun_takes_the_options_of_its_default(sre: Sre) -> None:
    done = sre("alerts", "--state", "firing", "--json")
    assert done.code == 0
    assert {row["state"] for row in done.document["data"]["items"]} == {"firing"}


def test_rejected_queries_show_where(sre: Sre) -> None:
    promql = sre("metrics", "query", "sum(rate(node_load1[5m])", "--json")
    assert (promql.code, promql.error["code"]) == (2, "invalid_query")
    assert isinstance(promql.error["offset"], int)
    logql = sre("logs", "query", "{job=")
    assert logql.code == 2
    message, line, pointer = logql.err.splitlines()[:3]
    assert "syntax error" in message
    assert line.strip() == "{job="
    assert pointer.index("^") == line.index("{job=") + len("{job=")


FAULTS = [
    ("refuse", 3, "unreachable"),
    ("503", 3, "unreachable"),
    ("401", 4, "unauthorized"),
    ("403", 4, "unauthorized"),
    ("html", 1, "bad_response"),
    ("garbage", 1, "bad_response"),
]


@pytest.mark.parametrize(("how", "code", "word"), FAULTS)
def test_a_broken_backend_ends_with_its_exit_code(
    sre: Sre, broken: Callable[..., Any], how: str, code: int, word: str
) -> None:
    with broken(how, "loki"):
        plain = sre("logs", "query", '{service_name="jellyfin"}')
        program = sre("logs", "labels", "--json")
    assert (plain.code, plain.out) == (code, "")
    assert plain.err.startswith("error: ")
    assert len(plain.err.splitlines()) <= 2, plain.err
    assert (program.code, program.error["code"]) == (code, word)


CUT = {
    "guests": (1, "bad_response"),
    "backups datastores": (1, "bad_response"),
    "metrics targets": (1, "bad_response"),
    "dashboards search": (1, "bad_response"),
    "logs labels": (1, "bad_response"),
    # Its answers come through a connection that is kept: that one is gone, not one answer.
    "pools": (3, "unreachable"),
}


def test_a_cut_answer_ends_every_listing_alike(sre: Sre, broken: Callable[..., Any]) -> None:
    with broken("cut"):
        for line, (code, word) in CUT.items():
            done = sre(*line.split(), "--json")
            assert (done.code, done.out) == (code, ""), line
            assert (done.error["code"], done.error["exit_code"]) == (word, code), line
    fresh = {line: sre(*line.split()) for line in ("pools", "logs labels")}
    with broken("cut"):
        for line, before in fresh.items():
            kept = sre(*line.split())
            assert (before.code, kept.code) == (0, 5), line
            assert kept.lines[0].split() == before.lines[0].split(), line
            assert " stale: " in kept.err, line


def test_a_slow_backend_is_given_up(sre: Sre, broken: Callable[..., Any]) -> None:
    with broken("timeout", "loki"):
        done = sre.having(LOKI_TIMEOUT="0.5")("logs", "labels", "--json")
    assert (done.code, done.error["code"]) == (3, "unreachable")
    assert "0.5 s" in done.error["message"]


def test_one_dead_source_leaves_the_others(sre: Sre, broken: Callable[..., Any]) -> None:
    with broken("refuse", "grafana"):
        done = sre("alerts", "list", "--json")
    assert done.code == 5
    assert done.document["state"] == "partial"
    assert done.document["data"]["items"]
    assert "grafana:main" in done.err


def test_old_data_is_shown_as_old_when_the_backend_goes_away(
    sre: Sre, broken: Callable[..., Any]
) -> None:
    fresh = sre("logs", "labels")
    with broken("refuse", "loki"):
        stale = sre("logs", "labels")
        program = sre("logs", "labels", "--json")
    assert fresh.code == 0
    assert stale.code == 5
    assert stale.out.startswith(fresh.out)
    assert re.fullmatch(
        r"as of .*: loki:main gave no good answer now\n", stale.out[len(fresh.out) :]
    )
    assert "stale" in stale.err
    assert "old" in stale.err
    assert program.document["state"] == "stale"


def test_old_data_does_not_hide_a_missing_right(sre: Sre, broken: Callable[..., Any]) -> None:
    assert sre("logs", "labels").code == 0
    with broken("401", "loki"):
        done = sre("logs", "labels")
    assert (done.code, done.out) == (4, "")


def test_nothing_found_is_no_failure(sre: Sre) -> None:
    plain = sre("alerts", "list", "no such thing")
    assert (plain.code, plain.out) == (0, "")
    assert "without these filters" in plain.err
    program = sre("alerts", "list", "no such thing", "--json")
    assert program.document["data"]["items"] == []


@pytest.mark.parametrize(
    ("line", "same"), [("help", "--help"), ("help guests", "guests --help"),
                       ("guests help", "guests --help"), ("guests help show", "guests show --help")]
)  # fmt: skip
def test_help_is_a_word_too(bare: Sre, line: str, same: str) -> None:
    done = bare(*line.split())
    assert (done.code, done.err) == (0, "")
    assert done.out == bare(*same.split()).out


def test_hints_for_what_a_newcomer_tries(sre: Sre) -> None:
    assert """'{service_name="jellyfin"}'""" in sre("logs", "query", "jellyfin").err
    assert "vzdump (a backup)" in sre("tasks", "--type", "backup").err
    assert "did you mean" not in sre("demo", "run", "--scenario", "nope").err
