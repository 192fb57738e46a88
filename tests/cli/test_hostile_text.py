"""Names, labels and lines that try to be markup, escape sequences or table layout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.remote import stop_demo
from sre_tui.demo.runtime.state import demo_environment
from tests.cli.running import Sre

SCENARIO = r"""
id: hostile
title: Text from strangers
seed: 1
faults: []
raw:
  alerts:
    - name: "[bold red]Fire[/] [link=file:///etc/passwd]here"
      labels: {hostname: media, "evil": "\e[2J\e]0;owned\a$(reboot)"}
      severity: critical
      at: -40m
  logs:
    - labels: {hostname: media, service_name: evil, level: error}
      at: -5m
      line:
        "[/dim] \e[31mred\e[0m \e]8;;http://evil\e\\click\e]8;;\e\\
        \u202egnp.exe\u202c \e[1;1H\tend"
    - labels: {hostname: media, service_name: evil, level: error}
      at: -4m
      line: ":boom: {not} %s `reboot` 漢字 \r overwritten"
questions: []
"""  # fmt: skip
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sre]:
    folder = tmp_path_factory.mktemp("hostile")
    scenario = folder / "hostile.yaml"
    scenario.write_text(SCENARIO)
    place = folder / "demo.json"
    state = launch_demo(place, folder / "demo.log", scenario=scenario, guests=10, attached=True)
    yield Sre(folder, demo_environment(state))
    stop_demo(state, place)


COMMANDS = (
    ("alerts", "list"),
    ("alerts", "rules", "[bold"),
    ("logs", "query", '{service_name="evil"}'),
    ("logs", "patterns", '{service_name="evil"}'),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_tables_show_hostile_text_as_text(hostile: Sre, command: tuple[str, ...]) -> None:
    done = hostile(*command)
    assert done.code == 0, done.err
    assert len(done.lines) > 1
    assert not _STEERING.search(done.out + done.err)
    if command[0] == "alerts":
        assert "[bold red]Fire[/] [link=file:///etc/passwd]here" in done.out
    elif command[1] == "query":
        assert "[/dim] red" in done.out
        assert ":boom: {not} %s `reboot` 漢字" in done.out
        assert len(done.lines) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_terminals_are_not_driven_by_hostile_text(hostile: Sre, command: tuple[str, ...]) -> None:
    with hostile.terminal(*command, columns=160) as terminal:
        code, text = terminal.wait()
    assert code == 0
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert not _STEERING.search(without_colour)
    assert "\x1b[31mred" not in text
    assert "owned" not in text


def test_documents_hold_clean_text(hostile: Sre) -> None:
    done = hostile("logs", "query", '{service_name="evil"}', "--json")
    lines = [row["line"] for row in done.document["data"]["items"]]
    assert len(lines) == 2
    assert not any(_STEERING.search(line) for line in lines)
    rows = hostile("alerts", "list", "--jsonl").lines
    assert any(json.loads(row)["name"].startswith("[bold red]") for row in rows)


def test_answers_hold_clean_text(hostile: Sre) -> None:
    done = hostile("ask", "--no-llm", "any alerts?")
    assert "Fire" in done.out
    assert not _STEERING.search(done.out + done.err)


def test_what_a_shell_could_run_is_not_completed(hostile: Sre, tmp_path: Path) -> None:
    assert hostile("alerts", "list").code == 0
    done = hostile.complete("sre", "alerts", "list", "")
    assert done.err == ""
    assert "Fire" not in done.out
    assert "reboot" not in done.out
