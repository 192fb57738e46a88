"""Join the sources of settings: flags over environment over ``.env`` over ``config.toml``.

Variables describe one instance per backend. If the address of a backend is among them, that one
instance replaces the configured ones; otherwise they complete the first configured instance, so
that a token can stay out of ``config.toml``. Every value remembers where it came from, so that a
mistake is reported under the name the operator wrote.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sre_tui.complaint import Complaint
from sre_tui.environment import Environment
from sre_tui.settings.model import BACKENDS, Settings
from sre_tui.settings.problems import describe
from sre_tui.settings.variables import LIST_SETTINGS, PROVIDER_VARIABLES, VARIABLES

Path_ = tuple[str | int, ...]
"""Where a value stands in the settings: names of tables and positions in lists."""


class SettingsError(Complaint):
    """Settings that cannot be used; ``problems`` has one line each."""

    code = "settings"
    wrong_usage = True

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass
class Loaded:
    """Settings with the origin of every value that is not a default."""

    settings: Settings
    origins: Mapping[Path_, str]


@dataclass
class _Layers:
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path_, str] = field(default_factory=dict)

    def put(self, path: Path_, value: object, origin: str) -> None:
        table: Any = self.values
        for here, step in enumerate(path[:-1]):
            if isinstance(step, int):
                table = table[step] if isinstance(table, list) else None
            else:
                following = path[here + 1]
                table = table.setdefault(step, [{}] if isinstance(following, int) else {})
                if isinstance(following, int):
                    continue
            if not isinstance(table, dict):
                raise self._not_a_table(path[0])
        table[path[-1]] = value
        self.origins[path] = origin

    def _not_a_table(self, name: str | int) -> SettingsError:
        origin = next((text for path, text in self.origins.items() if path[0] == name), "settings")
        return SettingsError([f"{origin}: {name} must be a table [{name}]"])


def load_settings(environment: Environment, flags: Mapping[str, object] | None = None) -> Settings:
    """The settings in force.

    Args:
        environment: gives variables, folders and the folder whose ``.env`` is read.
        flags: values from the command line by dotted name, such as ``{"llm.model": "gpt-5"}``.

    Raises:
        SettingsError: with one line per mistake, each naming where it was made.
    """
    return load_with_origins(environment, flags).settings


def load_with_origins(
    environment: Environment, flags: Mapping[str, object] | None = None
) -> Loaded:
    """As :func:`load_settings`, together with where each value came from."""
    layers = _Layers()
    _add_file(layers, config_path(environment))
    variables = _variables(environment)
    _add_variables(layers, variables)
    for name, value in (flags or {}).items():
        layers.put(tuple(name.split(".")), value, "command line")
    try:
        settings = Settings.model_validate(layers.values)
    except ValidationError as error:
        raise SettingsError(describe(error, layers.origins)) from error
    return Loaded(settings=settings, origins=layers.origins)


def config_path(environment: Environment) -> Path:
    """The settings file: ``SRE_CONFIG`` if set, else ``config.toml`` in the config folder."""
    chosen = environment.variables.get("SRE_CONFIG")
    return Path(chosen).expanduser() if chosen else environment.folders.config_file


def _add_file(layers: _Layers, path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} cannot be read: {error}"]) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path} is not valid TOML: {error}"]) from error
    for backend in BACKENDS:
        if isinstance(values.get(backend), dict):
            values[backend] = [values[backend]]
    layers.values = values
    layers.origins.update((where, str(path)) for where in _leaves(values))


def _leaves(value: object, path: Path_ = ()) -> Iterator[Path_]:
    items: Iterator[tuple[str | int, object]]
    if isinstance(value, dict) and (value or not path):
        items = iter(value.items())
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = iter(enumerate(value))
    else:
        yield path
        return
    for step, item in items:
        yield from _leaves(item, (*path, step))


def _variables(environment: Environment) -> dict[str, tuple[str, str]]:
    """Each variable that is set to something, with its origin for messages."""
    found: dict[str, tuple[str, str]] = {}
    for path in (environment.folders.config / ".env", environment.working_folder / ".env"):
        if path.is_file():
            from dotenv import dotenv_values

            values = dotenv_values(path, interpolate=False)
            found.update({name: (value, f"{path}") for name, value in values.items() if value})
    found.update(
        {name: (value, "environment") for name, value in environment.variables.items() if value}
    )
    return found


@dataclass(frozen=True)
class _Variable:
    name: str
    path: tuple[str, ...]
    value: str
    source: str

    @property
    def origin(self) -> str:
        return self.name if self.source == "environment" else f"{self.name} in {self.source}"


def _add_variables(layers: _Layers, variables: Mapping[str, tuple[str, str]]) -> None:
    chosen = list(_chosen(VARIABLES, variables))
    llm = layers.values.get("llm")
    provider = next((v.value for v in chosen if v.name == "LLM_PROVIDER"), None) or (
        llm.get("provider") if isinstance(llm, dict) else None
    )
    own = {name: ("llm", key) for name, key in PROVIDER_VARIABLES.get(str(provider), {}).items()}
    taken = {variable.path for variable in chosen}
    chosen += [variable for variable in _chosen(own, variables) if variable.path not in taken]
    for backend in BACKENDS:
        if any(variable.path == (backend, "url") for variable in chosen):
            layers.values[backend] = [{}]
            for where in [where for where in layers.origins if where[0] == backend]:
                del layers.origins[where]
    for variable in chosen:
        value: object = variable.value
        if variable.path in LIST_SETTINGS:
            value = [p.strip() for p in re.split(LIST_SETTINGS[variable.path], variable.value) if p]
        top, *rest = variable.path
        if top in BACKENDS:
            if layers.values.get(top):
                layers.put((top, 0, *rest), value, variable.origin)
        else:
            layers.put((top, *rest), value, variable.origin)


def _chosen(
    names: Mapping[str, tuple[str, ...]], variables: Mapping[str, tuple[str, str]]
) -> Iterator[_Variable]:
    for name, path in names.items():
        found = _value_of(name, variables)
        if found is not None:
            yield _Variable(name, path, *found)


def _value_of(name: str, variables: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    if name in variables:
        return variables[name]
    pointer = variables.get(f"{name}_FILE")
    if pointer is None:
        return None
    path = Path(pointer[0]).expanduser()
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise SettingsError([f"{name}_FILE: {path} cannot be read: {reason}"]) from error
    return (value, f"the file {path}")
