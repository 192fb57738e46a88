"""docs/cli.md is what the commands say today, and every command says enough."""

from __future__ import annotations

import os
import re
from unittest.mock import patch

import pytest

from commands.main import COMMANDS
from commands.reference import exit_code_table, reference
from sre_tui.settings.variables import PROVIDER_VARIABLES, VARIABLES
from tests.cli.running import ROOT

DOCUMENT = ROOT / "docs" / "cli.md"
SECTIONS = re.findall(
    r"^#+ `(sre [^`]+)`\n\n```text\n(.*?)```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def written() -> str:
    """What is written however wide the terminal is."""
    with patch.dict(os.environ, {"COLUMNS": "200", "LANG": "C.UTF-8", "PATH": ""}, clear=True):
        return reference()


def test_the_document_is_up_to_date(written: str) -> None:
    advice = "run: python -m commands.reference > docs/cli.md"
    assert written == DOCUMENT.read_text(), advice


def test_it_has_every_command_and_variable(written: str) -> None:
    assert {f"sre {entry.name}" for entry in COMMANDS} <= {name for name, _ in SECTIONS}
    names = [*VARIABLES, *(name for names in PROVIDER_VARIABLES.values() for name in names)]
    assert all(f"`{name}`" in written for name in names)


def test_the_readme_has_the_same_exit_codes_and_every_group_of_commands(written: str) -> None:
    text = (ROOT / "README.md").read_text()
    assert "\n".join(exit_code_table()) in text
    assert "\n".join(exit_code_table()) in written
    named = set(re.findall(r"\bsre ([a-z]+)", text))
    # `logs-path` is found by anybody who needs it, in the errors that name it.
    untold = {entry.name for entry in COMMANDS} - named
    assert untold <= {"logs-path", "schema", "eval"}


@pytest.mark.parametrize(("name", "text"), SECTIONS, ids=[name for name, _ in SECTIONS])
def test_help_is_complete_and_fits_a_terminal(name: str, text: str) -> None:
    # Examples are to be copied, so their lines are not broken.
    assert all(len(line) <= 80 for line in text.splitlines() if " sre " not in line), text
    assert all(len(line) <= 100 for line in text.splitlines()), text
    assert "..." not in text.replace("]...", "")
    if "\nCommands:\n" in text:
        return
    examples = text.partition("Examples:\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) >= 2, text
    assert all("sre " in line or "$(sre" in line for line in examples)
