"""Throw-away folders, files and variables, from which settings are read."""

import io
from pathlib import Path

import pytest

from sre_tui.environment import Environment, Folders
from sre_tui.settings import Settings, SettingsError, load_settings


class Place:
    """A throw-away set of folders and variables."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders.under(root)
        self.folders.config.mkdir(parents=True)
        self.working = root / "work"
        self.working.mkdir()
        self.variables: dict[str, str] = {}

    def write(self, text: str) -> None:
        self.folders.config_file.write_text(text)

    def environment(self) -> Environment:
        return Environment(
            variables=self.variables,
            stdin=io.StringIO(),
            stdout=io.StringIO(),
            stderr=io.StringIO(),
            folders=self.folders,
            working_folder=self.working,
        )

    def load(self, **flags: object) -> Settings:
        return load_settings(
            self.environment(), {k.replace("__", "."): v for k, v in flags.items()}
        )

    def problems(self) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            self.load()
        return caught.value.problems


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def token_of(settings: Settings) -> str | None:
    token = settings.grafana[0].token
    return None if token is None else token.get_secret_value()
