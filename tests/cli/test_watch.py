"""`--watch`: a listing again and again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import IO, Any

from tests.cli.running import PATIENCE, SRE, Sre, piped

QUERY = ("alerts", "list", "--watch", "1")


def next_line(stream: IO[str] | None) -> str:
    assert stream is not None
    line = stream.readline()
    assert line, "it ended"
    return line


def test_a_pipe_gets_one_document_per_round_until_ctrl_c(sre: Sre) -> None:
    with piped(sre, *QUERY, "--fields", "since,name") as process:
        documents = [json.loads(next_line(process.stdout)) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        _, narrated = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert narrated == ""
    assert documents[0]["observed_at"] < documents[1]["observed_at"]
    assert {tuple(row) for row in documents[1]["data"]["items"]} == {("active_at", "name")}


def test_a_reader_that_has_enough_ends_it(sre: Sre) -> None:
    done = sre.shell(f"set -o pipefail; sre {' '.join(QUERY)} --jsonl | head -1")
    assert (done.code, done.err) == (0, "")
    assert done.document["tool"] == "grafana_get_alerts"


def test_it_survives_a_round_that_fails(sre: Sre, broken: Callable[..., Any]) -> None:
    with piped(sre, "logs", "labels", "--watch", "1", "--jsonl") as process:
        with broken("503", "loki"):
            # The first rounds may have come before anything broke, and then old data is shown.
            told = next_line(process.stderr)
        assert "503" in told
        assert json.loads(next_line(process.stdout))["data"]["items"]


def test_a_first_round_without_data_is_told_and_the_next_one_tried(
    sre: Sre, broken: Callable[..., Any]
) -> None:
    with broken("503", "loki"), piped(sre, "logs", "labels", "--watch", "1", "--json") as process:
        errors = [json.loads(next_line(process.stderr))["error"] for _ in range(2)]
        assert {error["code"] for error in errors} == {"unreachable"}
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE)[0] == ""


def test_a_terminal_is_drawn_over_and_given_back(sre: Sre) -> None:
    with sre.terminal(command=[*SRE, *QUERY]) as terminal:
        terminal.wait_for("\x1b[?1049h")
        terminal.wait_for("sre alerts list, every 1 s")
        terminal.wait_for("SmartDiskFailing")
        terminal.wait_for("\x1b[J")
        assert "\x1b[H" in terminal.wait_for("sre alerts list, every 1 s")
        terminal.wait_for("\x1b[J")
        terminal.type("\x03")
        code, rest = terminal.wait()
    assert code == 130
    assert rest.endswith("\x1b[?1049l")
    assert "Traceback" not in rest


def test_a_failing_round_stands_above_the_table(sre: Sre, broken: Callable[..., Any]) -> None:
    with broken("refuse", "loki"), sre.terminal("logs", "labels", "--watch", "1") as terminal:
        terminal.wait_for("Ctrl-C ends")
        terminal.wait_for("error: ")
        os.killpg(terminal.group, signal.SIGTERM)
        code, rest = terminal.wait()
    assert code == 128 + signal.SIGTERM
    assert rest.endswith("\x1b[?1049l")


def test_more_lines_than_the_terminal_has_are_counted(sre: Sre) -> None:
    with sre.terminal("metrics", "targets", "--watch", "1") as terminal:
        frame = terminal.wait_for("\x1b[J")
    assert len(frame.splitlines()) == 40
    assert " more lines" in frame.splitlines()[-1]


def test_what_cannot_become_better_ends_it(sre: Sre) -> None:
    rejected = sre("metrics", "query", "sum(", "--watch", "1")
    assert (rejected.code, rejected.out) == (2, "")
    too_often = sre("alerts", "--watch", "0.2")
    assert (too_often.code, too_often.out) == (2, "")
    assert "greater than or equal to 1" in too_often.err


def test_a_dumb_terminal_gets_one_table_under_the_other(sre: Sre) -> None:
    with sre.having(TERM="dumb").terminal(*QUERY) as terminal:
        terminal.wait_for("Ctrl-C ends")
        shown = terminal.wait_for("Ctrl-C ends")
        terminal.type("\x03")
        code, _ = terminal.wait()
    assert code == 130
    assert "SmartDiskFailing" in shown
    assert "\x1b" not in shown
