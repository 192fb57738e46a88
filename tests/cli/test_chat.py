"""`sre chat`: in a terminal as a person uses it, and line by line from a pipe."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

from tests.cli.running import SRE, Sre, Terminal

PROMPT = "\n> "


def sessions(sre: Sre) -> list[dict[str, Any]]:
    folder = sre.home / "state" / "sre-tui" / "sessions"
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def give_up_the_line(terminal: Terminal) -> None:
    """Press Ctrl-C; Python's line editor misses a signal that comes just before it waits."""
    terminal.type("\x03")
    while not terminal.comes(PROMPT):
        terminal.type("\x03")


def test_a_pipe_gets_every_line_answered(sre: Sre) -> None:
    done = sre("chat", "--no-llm", text="any alerts?\n\nwhich targets \\\nare down?\n")
    assert done.code in (0, 5)
    assert done.out.startswith("> any alerts?\n\n")
    assert "\n> which targets \nare down?\n\n" in done.out
    assert "SmartDiskFailing" in done.out
    assert done.out.count("Evidence\n") == 2
    (session,) = sessions(sre)
    asked = [exchange["question"] for exchange in session["exchanges"]]
    assert asked == ["any alerts?", "which targets \nare down?"]


def test_one_bad_line_does_not_end_the_others(sre: Sre) -> None:
    done = sre("chat", "--no-llm", "-q", text="/evidnce\n/session nowhere\nany alerts?\n")
    assert done.code == 2
    assert "did you mean /evidence?" in done.err
    assert "there is no session 'nowhere'; ask without naming one" in done.err
    assert "SmartDiskFailing" in done.out


def test_the_last_line_needs_no_line_end(sre: Sre) -> None:
    assert "SmartDiskFailing" in sre("chat", "--no-llm", "-q", text="any alerts?").out


def test_no_input_is_no_failure(sre: Sre) -> None:
    done = sre("chat", "--no-llm")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_quit_ends_a_pipe_too(sre: Sre) -> None:
    done = sre("chat", "--no-llm", text="/quit\nany alerts?\n")
    assert (done.code, done.out) == (0, "")


def test_sessions_can_be_gone_on_with(sre: Sre) -> None:
    first = sre("chat", "--no-llm", "-q", text="any alerts?\n/session\n")
    name = first.lines[-1]
    again = sre("chat", "--no-llm", "-q", "--continue", text="/evidence\n/cost\n/session\n")
    assert again.lines[-1] == name
    assert again.lines[-2].startswith("1 answer · 1 tool call")
    assert again.lines[0].startswith("  E1  ")
    named = sre("chat", "--no-llm", "-q", "--session", name, text="which hosts are down?\n")
    assert named.code in (0, 5)
    (session,) = sessions(sre)
    assert len(session["exchanges"]) == 2
    numbers = [e["id"] for exchange in session["exchanges"] for e in exchange["evidence"]]
    assert len(set(numbers)) == len(numbers)


def test_words_with_a_slash(sre: Sre) -> None:
    lines = ["any alerts?", "/evidence E1", "/save", "/new", "/evidence", "/sessions", "/model"]
    done = sre("chat", "--no-llm", "-q", text="\n".join(lines))
    assert "Alerts from grafana:main" in done.out
    saved = next(line for line in done.lines if line.endswith(".md"))
    transcript = (sre.home / saved).read_text()
    assert transcript.startswith("# any alerts?\n")
    assert "SmartDiskFailing" in transcript
    assert "- E1  grafana_get_alerts" in transcript
    assert "there is no evidence yet" in done.err
    (session,) = sessions(sre)
    assert f"  {session['id']}  " in done.lines[-1]
    assert done.lines[-1].endswith("any alerts?")
    assert "built-in analyst answers" in done.err


def test_an_existing_file_is_not_overwritten(sre: Sre) -> None:
    (sre.home / "mine.md").write_text("precious")
    done = sre("chat", "--no-llm", "-q", text="any alerts?\n/save mine.md\n")
    assert "exists already" in done.err
    assert (sre.home / "mine.md").read_text() == "precious"


def test_a_terminal_has_prompt_help_completion_and_history(sre: Sre) -> None:
    with sre.terminal("chat", "--no-llm", columns=120) as terminal:
        terminal.wait_for("Ctrl-D leaves")
        terminal.wait_for("> ")
        terminal.type("/he\t\r")
        assert "/sessions" in terminal.wait_for("Ctrl-C ends the running answer")
        terminal.wait_for(PROMPT)
        terminal.type("any alerts?\r")
        assert "SmartDiskFailing" in terminal.wait_for("1 tool call")
        terminal.wait_for(PROMPT)
        terminal.type("/evidence E\t\r")
        terminal.wait_for("/evidence E1")
        assert "Alerts from grafana:main" in terminal.wait_for(PROMPT)
        terminal.type("half a line")
        terminal.wait_for("half a line")
        give_up_the_line(terminal)
        terminal.type("\x04")
        code, _ = terminal.wait()
    assert code == 0
    history = sre.home / "state" / "sre-tui" / "chat_history"
    assert history.stat().st_mode & 0o777 == 0o600
    assert "any alerts?" in history.read_text().splitlines()
    with sre.terminal("chat", "--no-llm") as terminal:
        terminal.wait_for("> ")
        terminal.type("\x1b[A\x1b[A")
        terminal.wait_for("any alerts?")
        give_up_the_line(terminal)
        terminal.type("\x04")
        assert terminal.wait()[0] == 0


def test_ctrl_c_ends_the_answer_and_not_the_chat(sre: Sre, broken: Callable[..., Any]) -> None:
    with broken("timeout", "loki"), sre.terminal("chat", "--no-llm", columns=120) as terminal:
        terminal.wait_for("> ")
        terminal.type("is jellyfin down?\r")
        terminal.wait_for("grafana_get_alerts")
        terminal.type("\x03")
        assert "cancelled" in terminal.wait_for(PROMPT)
        terminal.type("/evidence\r")
        assert "grafana_get_alerts" in terminal.wait_for(PROMPT)
        terminal.type("\x04")
        code, _ = terminal.wait()
    assert code == 0
    (session,) = sessions(sre)
    (exchange,) = session["exchanges"]
    assert exchange["complete"] is False
    assert exchange["evidence"]


def test_ctrl_c_ends_a_question_with_what_came(sre: Sre, broken: Callable[..., Any]) -> None:
    with (
        broken("timeout", "loki"),
        sre.terminal("ask", "--no-llm", "is jellyfin down?", columns=120) as terminal,
    ):
        terminal.wait_for("grafana_get_alerts")
        terminal.type("\x03")
        code, text = terminal.wait()
    assert code == 130
    assert "cancelled" in text
    assert "Evidence" in text
    (session,) = sessions(sre)
    assert session["exchanges"][0]["evidence"]


def test_ctrl_c_ends_a_data_command_quietly(bare: Sre) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        waiting = bare.having(LOKI_URL=f"http://127.0.0.1:{silent.getsockname()[1]}")
        with waiting.terminal(command=[*SRE, "logs", "labels"]) as terminal:
            silent.accept()[0].close()
            connection, _ = silent.accept()
            terminal.type("\x03")
            code, text = terminal.wait()
            connection.close()
    assert code == 130
    assert text.replace("^C", "").strip() == ""
