"""Text piped into a question: joined, bounded, and never waited for without end."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, TextIO, cast

import pytest

from commands import piped
from commands.ask import PIPED_QUESTION
from commands.piped import MAX_BYTES, is_question, read_piped
from tests.cli.running import Sre

LOG = "Nov 22 10:00:01 nas1 kernel: ata3.00: exception Emask 0x0 SAct 0x7c00 SErr 0x0\n"


def exchange(sre: Sre) -> dict[str, Any]:
    folder = sre.home / "state" / "sre-tui" / "sessions"
    (saved,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(saved.read_text())["exchanges"][-1]
    return found


def test_piped_text_joins_the_question(sre: Sre) -> None:
    done = sre("ask", "--no-llm", "anything wrong here?", text=LOG)
    assert done.code in (0, 5)
    assert done.out
    asked = exchange(sre)
    assert asked["question"] == "anything wrong here?"
    assert asked["attached"] == LOG.strip()


def test_piped_text_alone_is_asked_about(sre: Sre) -> None:
    assert sre("ask", "--no-llm", "-q", text=LOG).out
    asked = exchange(sre)
    assert (asked["question"], asked["attached"]) == (PIPED_QUESTION, LOG.strip())


def test_a_dash_reads_the_question(sre: Sre) -> None:
    done = sre("ask", "-", "--no-llm", "--json", text="any alerts?\n")
    assert done.code in (0, 5)
    assert "SmartDiskFailing" in done.document["answer"]
    assert exchange(sre)["question"] == "any alerts?"


@pytest.mark.parametrize("text", ["", "  \n\n"])
def test_nothing_piped_and_nothing_asked_prints_help(bare: Sre, text: str) -> None:
    done = bare("ask", text=text)
    assert done.code == 2
    assert done.out.startswith("Usage: sre ask")


@pytest.mark.parametrize("arguments", [("",), (" ",), ("--json",)])
def test_an_empty_question_is_refused_with_an_example(
    bare: Sre, arguments: tuple[str, ...]
) -> None:
    done = bare("ask", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "there is no question" in done.err
    assert "sre ask" in done.err


def test_no_stdin_and_nothing_asked_prints_help(bare: Sre) -> None:
    assert bare("ask").out.startswith("Usage: sre ask")
    with bare.terminal("ask") as terminal:
        code, text = terminal.wait()
    assert (code, text.startswith("Usage: sre ask")) == (2, True)


def test_of_a_long_text_the_end_is_read(sre: Sre) -> None:
    done = sre("ask", "--no-llm", "what is this?", text=LOG * 20_000 + "the last line\n")
    assert "only the end is read" in done.err
    attached = exchange(sre)["attached"]
    assert len(attached) <= MAX_BYTES
    assert attached.endswith("the last line")
    assert attached.startswith("Nov 22")


def test_text_that_is_no_text_does_no_harm(sre: Sre) -> None:
    done = sre("ask", "--no-llm", "what is this?", text=b"\x00\xff\xfe\x1b[2J\x1b]0;owned\x07" * 50)
    assert done.code in (0, 5)
    assert "\x1b" not in done.out + done.err
    assert "\x1b" not in exchange(sre)["attached"]


@pytest.mark.parametrize("sent", [b"", b"first line\n"])
def test_a_pipe_that_stays_open_is_given_up(
    sre: Sre, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piped, "WAIT", 0.2)
    reading, writing = os.pipe()
    try:
        os.write(writing, sent)
        done = sre("ask", "--no-llm", "any alerts?", stdin=reading)
    finally:
        os.close(reading)
        os.close(writing)
    assert done.code in (0, 5)
    assert "SmartDiskFailing" in done.out
    assert ("the pipe stays open" if sent else "nothing came through the pipe") in done.err
    assert exchange(sre)["attached"] == sent.decode().strip()


def test_a_pipe_that_never_ends_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(piped, "MAX_READ", 1_000_000)
    with subprocess.Popen(["yes", "again"], stdout=subprocess.PIPE, text=True) as endless:
        found = read_piped(cast(TextIO, endless.stdout))
        endless.kill()
    assert found is not None
    assert found.left_open
    assert found.cut > 0
    assert len(found.text) <= MAX_BYTES
    assert set(found.text.split()) == {"again"}


def test_a_redirected_file_is_read(sre: Sre) -> None:
    (sre.home / "part.log").write_text(LOG)
    with (sre.home / "part.log").open("rb") as file:
        done = sre("ask", "--no-llm", "-q", "what", stdin=file)
    assert done.code in (0, 5)
    assert exchange(sre)["attached"] == LOG.strip()


@pytest.mark.parametrize(
    "line",
    [
        "why is plex slow",
        "any alerts?",
        "disk sdc on nas1 makes strange noises",
        "plex: why is it slow?",
        "Warum ist Jellyfin so langsam",
    ],
)
def test_a_sentence_is_the_question(line: str) -> None:
    assert is_question(f"{line}\n")


@pytest.mark.parametrize(
    "text",
    [
        LOG,
        "2026-11-22T10:00:01Z error: cannot open file",
        "level=error msg=failed",
        "ERROR something failed badly here",
        "sshd[4242]: Failed password for root",
        '{"level": "error"}',
        "kernel: usb disconnected from port",
        "Out of memory: Killed process 42 (jellyfin)",
        "why is plex slow\nand since when",
        "why " * 100,
        "",
    ],
)
def test_what_looks_like_a_log_is_not_the_question(text: str) -> None:
    assert not is_question(text)


def test_a_piped_sentence_is_asked(sre: Sre) -> None:
    done = sre("ask", "--no-llm", "-q", text="any alerts?\n")
    assert "SmartDiskFailing" in done.out
    asked = exchange(sre)
    assert (asked["question"], asked["attached"]) == ("any alerts?", "")


def test_a_dash_reads_a_text_as_well(sre: Sre) -> None:
    assert sre("ask", "-", "--no-llm", "-q", text=LOG * 2).out
    assert exchange(sre)["question"] == PIPED_QUESTION
    assert exchange(sre)["attached"] == (LOG * 2).strip()


def test_a_dash_joins_a_text_to_a_question(sre: Sre) -> None:
    assert sre("ask", "what broke?", "-", "--no-llm", "-q", text="any alerts?\n").out
    asked = exchange(sre)
    assert (asked["question"], asked["attached"]) == ("what broke?", "any alerts?")
