"""Join the sources of settings: flags over environment over ``.env`` over ``config.toml``.

Variables describe one instance per backend. If the address of a backend is among them, that one
instance replaces the configured ones; otherwise they complete the first configured instance, so
that a token can stay out of ``config.toml``. Every value remembers where it came from, so that a
mistake is reported under the name the operator wrote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sre_tui.environment import Environment
from sre_tui.settings.layers import Layer, Variable, candidates, layers_of
from sre_tui.settings.model import BACKENDS, Settings
from sre_tui.settings.problems import SettingsError, describe
from sre_tui.settings.variables import LIST_SETTINGS, PROVIDER_VARIABLES, VARIABLES

Path_ = tuple[str | int, ...]
"""Where a value stands in the settings: names of tables and positions in lists."""


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
    _add_variables(layers, layers_of(environment))
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


def _add_variables(values: _Layers, layers: tuple[Layer, ...]) -> None:
    llm = values.values.get("llm")
    provider: object = llm.get("provider") if isinstance(llm, dict) else None
    for variable in candidates(layers, VARIABLES).get(("llm", "provider"), [])[-1:]:
        provider = variable.value()
    own = {name: ("llm", key) for name, key in PROVIDER_VARIABLES.get(str(provider), {}).items()}
    found = candidates(layers, {**own, **VARIABLES})
    for backend in BACKENDS:
        if (backend, "url") in found:
            values.values[backend] = [{}]
            for where in [where for where in values.origins if where[0] == backend]:
                del values.origins[where]
    for path, variables in found.items():
        top, *rest = path
        if top not in BACKENDS:
            values.put(path, _typed(variables[-1]), variables[-1].origin)
        elif values.values.get(top):
            values.put((top, 0, *rest), _typed(variables[-1]), variables[-1].origin)


def _typed(variable: Variable) -> str | list[str]:
    value = variable.value()
    separator = LIST_SETTINGS.get(variable.path)
    return value if separator is None else [p.strip() for p in re.split(separator, value) if p]
