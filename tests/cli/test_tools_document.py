"""docs/tools.md tells of the tools as they are, each with what its command prints."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from docs.make_readme import updated
from docs.make_tools import document
from sre_tui.tools.registry import all_tools
from tests.cli.running import ROOT

DOCUMENT = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
_SHOWN = re.compile(r"\n```console\n\$ sre (?P<command>[^\n]+)\n(?P<output>.*?)```\n", re.DOTALL)


def test_the_document_is_up_to_date() -> None:
    assert _SHOWN.sub("", DOCUMENT) == document(), "run: make docs"


def test_every_tool_is_shown_with_what_its_command_prints() -> None:
    shown = {found["command"]: found["output"] for found in _SHOWN.finditer(DOCUMENT)}
    for tool in all_tools():
        assert len(shown[tool.examples[0]].splitlines()) >= 2, tool.name


def test_the_readme_shows_the_same_in_short() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert updated(readme, DOCUMENT) == readme, "run: make docs"
    for tool in all_tools():
        assert f"\n$ sre {tool.examples[0]}\n" in readme


@pytest.mark.slow
def test_what_it_shows_is_what_the_commands_print_now() -> None:
    command = [sys.executable, "docs/make_tools.py"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout == DOCUMENT, "run: make docs"
