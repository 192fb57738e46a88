"""Join the sources of settings: flags over environment over ``.env`` over ``config.toml``.

Variables describe one instance per backend. If the address of a backend is among them, that one
instance replaces the configured ones; otherwise they complete the first configured instance, so
that a token can stay out of ``config.toml``. What goes with which address is in
:mod:`sre_tui.settings.standing`. Every value remembers where it came from, so that a mistake is
reported under the name the operator wrote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sre_tui.complaint import why
from sre_tui.environment import Environment
from sre_tui.settings.aside import SET_ASIDE, Mistaken
from sre_tui.settings.layers import (
    Layer,
    Variable,
    candidates,
    layers_of,
)
from sre_tui.settings.model import BACKENDS, Settings
from sre_tui.settings.problems import SettingsError, describe
from sre_tui.settings.standing import left_out, usable
from sre_tui.settings.variables import (
    ADDRESSES,
    KEY_ALONE,
    LIST_SETTINGS,
    RECIPIENTS,
    VARIABLES,
    provider_variables,
)

_ASIDE = frozenset((name,) for name in SET_ASIDE)
_MAIL = ("mail",)
Path_ = tuple[str | int, ...]
"""Where a value stands in the settings: names of tables and positions in lists."""


@dataclass
class Loaded:
    """Settings with the origin of every value that is not a default."""

    settings: Settings
    origins: Mapping[Path_, str]
    warnings: tuple[str, ...] = ()
    """One line per variable that is set but must not go with the address in force."""
    mistakes: tuple[str, ...] = ()
    """One line per mistake in a section that others can do without."""


@dataclass
class _Layers:
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path_, str] = field(default_factory=dict)
    config_file: str = ""
    mistakes: dict[str, list[str]] = field(default_factory=dict)
    """By the sections that can be set aside."""

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

    def take(self, path: Path_, variable: Variable) -> None:
        """Put what a variable says, or note that it cannot be read where others can do without."""
        try:
            self.put(path, _typed(variable), variable.origin)
        except SettingsError as error:
            if path[:1] not in _ASIDE:
                raise
            self.mistakes.setdefault(str(path[0]), []).extend(error.problems)

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
    must_exist = "SRE_CONFIG" in environment.variables
    warnings = _add_file(layers, config_path(environment), must_exist=must_exist)
    warnings += _add_variables(layers, layers_of(environment), flags or {})
    for name, value in (flags or {}).items():
        layers.put(tuple(name.split(".")), value, "command line")
    settings = _validated(layers)
    mistakes = tuple(line for lines in layers.mistakes.values() for line in lines)
    return Loaded(settings, layers.origins, warnings, mistakes)


def _validated(layers: _Layers) -> Settings:
    """The settings; sections with mistakes are set aside if only those have any."""
    sound = {name: value for name, value in layers.values.items() if name not in layers.mistakes}
    try:
        settings = Settings.model_validate(sound)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        if any(problem["loc"][:1] not in _ASIDE for problem in problems):
            lines = [line for lines in layers.mistakes.values() for line in lines]
            raise SettingsError([*lines, *describe(problems, layers.origins)]) from error
        for problem in problems:
            lines = layers.mistakes.setdefault(str(problem["loc"][0]), [])
            lines += describe([problem], layers.origins)
        return _validated(layers)
    return settings.model_copy(
        update={name: Mistaken(lines) for name, lines in layers.mistakes.items()}
    )


def config_path(environment: Environment) -> Path:
    """The settings file: ``SRE_CONFIG`` if set, else ``config.toml`` in the config folder."""
    chosen = environment.variables.get("SRE_CONFIG")
    return Path(chosen).expanduser() if chosen else environment.folders.config_file


def _add_file(layers: _Layers, path: Path, *, must_exist: bool) -> tuple[str, ...]:
    """Put the file under everything; tells why there can be none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        if must_exist:
            raise SettingsError([f"the settings file {path} does not exist"]) from None
        if isinstance(error, NotADirectoryError):
            return (f"no settings file is read: a part of {path.parent} is a file, not a folder",)
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} cannot be read: {why(error)}"]) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path} is not valid TOML: {error}"]) from error
    for backend in BACKENDS:
        if isinstance(values.get(backend), dict):
            values[backend] = [values[backend]]
    layers.values = values
    layers.config_file = str(path)
    layers.origins.update((where, str(path)) for where in _leaves(values))
    return ()


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


def _add_variables(
    values: _Layers, layers: tuple[Layer, ...], flags: Mapping[str, object]
) -> tuple[str, ...]:
    """Put the variables over the file; tells which were left out for safety."""
    chosen = _model_setting(values, layers, flags, "provider")
    provider = None if chosen is None else str(chosen)
    _use_own_access(values, provider)
    found = candidates(layers, {**_access_variables(values, layers, flags, provider), **VARIABLES})
    for backend in BACKENDS:
        if (backend, "url") in found:
            values.values[backend] = [{}]
            for where in [where for where in values.origins if where[0] == backend]:
                del values.origins[where]
    if (*_MAIL, "host") in found:
        values.values["mail"] = {}
        for where in [where for where in values.origins if where[:1] == _MAIL]:
            del values.origins[where]
    addresses = {
        path[:-1]: variables[-1]
        for path, variables in found.items()
        if path[-1] in ADDRESSES and ".".join(path) not in flags
    }
    _refuse_unsafe_provider(provider, addresses.get(("llm",)))
    warnings = []
    for path, variables in found.items():
        top, *rest = path
        if top in BACKENDS and not values.values.get(top):
            continue
        if top == "mail" and top not in values.values:
            continue
        if path == RECIPIENTS and "mail" not in values.values:
            # Nothing is sent, so that it does not matter who says to whom.
            values.take(path, variables[-1])
            continue
        address = addresses.get(_MAIL if path == RECIPIENTS else path[:-1])
        fitting = usable(variables, address)
        if variables[-1] not in fitting:
            warnings.append(left_out(variables[-1].told, path[-1], address))
        for variable in fitting[-1:]:
            where = (top, 0, *rest) if top in BACKENDS else path
            values.take(where, variable)
    for table, address in addresses.items():
        warnings.extend(_take_key_from_strange_address(values, (*table, "api_key"), address))
    return tuple(warnings)


def _model_setting(
    values: _Layers, layers: tuple[Layer, ...], flags: Mapping[str, object], name: str
) -> object:
    """What ``llm.NAME`` will be."""
    if f"llm.{name}" in flags:
        return flags[f"llm.{name}"]
    for variable in candidates(layers, VARIABLES).get(("llm", name), [])[-1:]:
        return _typed(variable)
    llm = values.values.get("llm")
    return llm.get(name) if isinstance(llm, dict) else None


def _access_variables(
    values: _Layers, layers: tuple[Layer, ...], flags: Mapping[str, object], provider: str | None
) -> dict[str, tuple[str, ...]]:
    """The variables of the model's provider and of those that only fallbacks name."""
    fallbacks = _model_setting(values, layers, flags, "fallbacks")
    names: dict[str, tuple[str, ...]] = {}
    for fallback in fallbacks if isinstance(fallbacks, list | tuple) else ():
        other, slash, _ = str(fallback).partition("/")
        if slash and other != provider:
            names |= {
                name: ("llm", "providers", other, key)
                for name, key in provider_variables(other).items()
                if key != "model"
            }
    if provider is not None:
        names |= {name: ("llm", key) for name, key in provider_variables(provider).items()}
    return names


def _use_own_access(values: _Layers, provider: str | None) -> None:
    """``[llm.providers.NAME]`` counts for the model too, where ``[llm]`` says nothing."""
    llm = values.values.get("llm")
    providers = llm.get("providers") if isinstance(llm, dict) else None
    access = providers.get(provider) if isinstance(providers, dict) else None
    if isinstance(llm, dict) and isinstance(access, dict):
        for key, value in access.items():
            if key not in llm:
                values.put(("llm", key), value, values.config_file)


def _refuse_unsafe_provider(provider: str | None, address: Variable | None) -> None:
    is_strange = address is not None and address.layer.of_working_folder
    if provider is None or provider in KEY_ALONE or address is None or not is_strange:
        return
    problem = (
        f"{address.told}: a folder's .env may not give the address of the provider {provider}, "
        "for which credentials are looked up in your account: set it in the environment"
    )
    raise SettingsError([problem])


def _take_key_from_strange_address(
    values: _Layers, where: tuple[str, ...], address: Variable
) -> Iterator[str]:
    if address.layer.of_working_folder and values.origins.get(where) == values.config_file:
        table: Any = values.values
        for step in where[:-1]:
            table = table[step]
        del table[where[-1]], values.origins[where]
        told = f"{'.'.join(where)} in {values.config_file}"
        yield left_out(told, where[-1], address)


def _typed(variable: Variable) -> str | list[str]:
    value = variable.value()
    if variable.name == "OLLAMA_HOST" and "://" not in value:
        value = f"http://{value}"
    separator = LIST_SETTINGS.get(variable.path)
    return value if separator is None else [p.strip() for p in re.split(separator, value) if p]
