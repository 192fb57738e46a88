"""What `sre ask` ends with when backends are missing, dead, or old."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from sre_tui.demo.runtime.state import DemoState, demo_environment
from sre_tui.settings.model import TITLES
from tests.cli.running import Done, Sre

Breaking = Callable[..., AbstractContextManager[object]]
QUESTION = ("ask", "--no-llm", "why is jellyfin buffering?")


def test_without_a_backend_it_says_what_to_set(bare: Sre) -> None:
    done = bare(*QUESTION)
    assert (done.code, done.out) == (2, "")
    first, hint = done.err.splitlines()
    assert first.startswith("error: no backend is configured")
    for name in ("PROMETHEUS_URL", "GRAFANA_URL", "LOKI_URL"):
        assert name in first
    assert "`sre config init`" in hint
    assert "sre --demo ask 'why is jellyfin buffering?'" in hint


def test_without_a_backend_programs_get_the_error_object(bare: Sre) -> None:
    done = bare(*QUESTION, "--json")
    assert (done.code, done.out) == (2, "")
    assert (done.error["code"], done.error["exit_code"]) == ("not_configured", 2)


def test_a_chat_without_a_backend_says_so_of_each_question(bare: Sre) -> None:
    done = bare("chat", "--no-llm", text="why is jellyfin buffering?\nhow do I replace a disk?\n")
    assert done.code == 2
    assert done.err.count("no backend is configured") == 1
    assert "sre runbooks show" in done.out


def test_runbooks_are_asked_without_a_backend(bare: Sre) -> None:
    done = bare("ask", "--no-llm", "how do I replace a failed disk?")
    assert done.code == 0
    assert "disk replacement" in done.out
    assert "```sh\n" in done.out


def test_piped_text_is_asked_about_without_a_backend(bare: Sre) -> None:
    done = bare("ask", "--no-llm", text="Out of memory: Killed process 42 (jellyfin)\nnext line\n")
    assert done.code == 0
    assert "out-of-memory kill" in done.out


def test_when_every_backend_is_dead_there_is_no_answer(sre: Sre, broken: Breaking) -> None:
    with broken("refuse"):
        done = sre(*QUESTION)
    assert done.code == 3
    first = done.out.partition("\n")[0]
    assert first.startswith("**Nothing could be checked**: ")
    assert all(title in first for title in TITLES.values())
    told = done.out.partition("**Not checked**\n")[2].partition("\n\n")[0].splitlines()
    assert len(told) == 4
    assert told[-1] == "- and 3 more"
    warned = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert len(warned) == len(TITLES), "each source is warned about once"


def test_when_one_backend_is_dead_the_answer_is_not_complete(sre: Sre, broken: Breaking) -> None:
    with broken("refuse", "loki"):
        done = sre(*QUESTION, "--json")
    assert done.code == 5
    assert "Loki (unreachable: connection refused)" in done.document["answer"]


@pytest.fixture(scope="module")
def answered(demo: DemoState, tmp_path_factory: pytest.TempPathFactory) -> tuple[Sre, Done]:
    """`sre` that has answered the question once, and what it told."""
    sre = Sre(tmp_path_factory.mktemp("answered"), demo_environment(demo))
    return sre, sre(*QUESTION, "-q", "-v")


def test_old_data_is_not_complete_either(answered: tuple[Sre, Done], broken: Breaking) -> None:
    sre, fresh = answered
    assert fresh.code == 0
    with broken("refuse", "loki"):
        done = sre(*QUESTION)
    assert done.code == 5
    assert "**Old data**: the data of Loki is " in done.out


@pytest.mark.parametrize("arguments", [("any alerts?",), ("--no-llm", "is a disk dying?")])
def test_the_document_has_all_its_parts(sre: Sre, arguments: tuple[str, ...]) -> None:
    document: dict[str, Any] = sre("ask", *arguments, "--json").document
    parts = {"answer", "evidence", "unsupported", "usage", "mode", "session", "degraded"}
    assert parts <= set(document)
    assert document["mode"] == "analyst"
    for evidence in document["evidence"]:
        assert {"id", "tool", "arguments", "state"} <= set(evidence)
    assert document["unsupported"] == []


def test_evidence_is_whole_when_asked_for(sre: Sre, answered: tuple[Sre, Done]) -> None:
    _, done = answered
    listed = done.out.partition("\nEvidence\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == [f"E{n + 1}" for n in range(len(listed))]
    longest = max(listed, key=len)
    assert len(longest) > 250
    assert "  E2  sre metrics query '" in done.out
    assert not any("…" in line.partition("': ")[0] for line in listed if "metrics query" in line)
    short = sre(*QUESTION, "-q").out.partition("\nEvidence\n")[2].splitlines()
    assert [line.split()[0] for line in short[:5]] == ["E1", "E2", "E3", "E4", "E5"]
    assert max(map(len, short)) <= 120


def test_evidence_on_a_terminal_hangs_under_its_id(sre: Sre) -> None:
    with sre.terminal("--no-color", "ask", "-q", "--no-llm", "any alerts on nas1?") as terminal:
        code, text = terminal.wait()
    assert code == 0
    lines = text.partition("\nEvidence\n")[2].splitlines()
    assert lines[0].startswith("  E1  grafana_get_alerts(")
    assert all(line.startswith(("  E", "      ")) for line in lines if line)
    assert max(map(len, text.splitlines())) <= 80
