"""Secrets stay out of the log, whoever writes them there."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.diagnostics import Narrator
from commands.log_file import write_log_to
from sre_tui.environment import Environment, Folders
from sre_tui.settings import SettingsError, load_settings


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(
        variables={"GRAFANA_URL": "http://g:3000", "GRAFANA_TOKEN": "correct-horse-battery"},
        stderr=io.StringIO(),
        folders=Folders.under(tmp_path),
        working_folder=tmp_path,
    )


@pytest.fixture(autouse=True)
def _keep_the_handlers_of_the_test_run() -> Iterator[None]:
    root = logging.getLogger()
    before, level, raising = root.handlers, root.level, logging.raiseExceptions
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers, logging.raiseExceptions = before, raising
    root.setLevel(level)


def written(environment: Environment) -> str:
    return environment.folders.log_file.read_text()


def test_a_configured_secret_is_taken_out_of_message_and_traceback(
    environment: Environment,
) -> None:
    write_log_to(
        environment, Narrator(io.StringIO(), {}, color=False), lambda: load_settings(environment)
    )
    try:
        raise ValueError("sent correct-horse-battery")
    except ValueError:
        logging.getLogger("a.library").exception("with Bearer %s", "abcdefghijklmnop")
    text = written(environment)
    assert "a.library" in text
    assert "ValueError" in text
    assert "correct-horse-battery" not in text
    assert "abcdefghijklmnop" not in text


def test_known_shapes_are_taken_out_even_if_the_settings_are_wrong(
    environment: Environment,
) -> None:
    def broken() -> object:
        raise SettingsError(["wrong"])

    write_log_to(environment, Narrator(io.StringIO(), {}, color=False), broken)  # type: ignore[arg-type]
    logging.getLogger("a.library").warning("password=hunter2hunter2")
    assert "hunter2" not in written(environment)


def test_a_log_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    told = io.StringIO()
    environment = Environment(variables={}, stderr=told, folders=Folders.under(tmp_path))
    write_log_to(environment, Narrator(told, {}, color=False), lambda: load_settings(environment))
    logging.getLogger("a.library").warning("lost")
    assert told.getvalue().count("no log is written") == 1
