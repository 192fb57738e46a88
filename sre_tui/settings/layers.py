"""Variables in layers: the config folder's ``.env``, the working folder's, the environment.

Each layer is resolved by itself, with its aliases and its ``NAME_FILE`` pointers, before the next
one goes over it: no spelling of a variable in a weaker layer beats another in a stronger one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sre_tui.complaint import why
from sre_tui.environment import Environment
from sre_tui.settings.problems import SettingsError


@dataclass(frozen=True)
class Layer:
    """The variables of one place."""

    variables: Mapping[str, str]
    file: Path | None = None
    """The ``.env`` they are from; None for the environment."""
    of_working_folder: bool = False
    """Whoever wrote the files of the current folder wrote these, not surely the operator."""


@dataclass(frozen=True)
class Variable:
    """A variable that is set, and the setting it stands for."""

    name: str
    path: tuple[str, ...]
    content: str
    layer: Layer
    is_pointer: bool = False
    """``content`` is not the value but the file that has it."""

    @property
    def told(self) -> str:
        """The variable as the operator wrote it, and in which file."""
        name = f"{self.name}_FILE" if self.is_pointer else self.name
        return name if self.layer.file is None else f"{name} in {self.layer.file}"

    @property
    def origin(self) -> str:
        """Where the value is, for messages about it."""
        if self.is_pointer:
            return f"{self.name} in the file {Path(self.content).expanduser()}"
        return self.told

    def value(self) -> str:
        """What it is set to.

        Raises:
            SettingsError: if the file it names cannot be read.
        """
        if not self.is_pointer:
            return self.content
        path = Path(self.content).expanduser()
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problem = f"{self.name}_FILE: {path} cannot be read: {why(error)}"
            raise SettingsError([problem]) from error


def layers_of(environment: Environment) -> tuple[Layer, ...]:
    """The layers, weakest first."""
    own, working = environment.folders.config / ".env", environment.working_folder / ".env"
    layers = [Layer(_content(own), own)]
    if working.resolve() != own.resolve():
        layers.append(Layer(_content(working), working, of_working_folder=True))
    return (*layers, Layer(environment.variables))


def candidates(
    layers: Sequence[Layer], names: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, ...], list[Variable]]:
    """For each setting what each layer has for it, weakest layer first.

    Args:
        layers: weakest first.
        names: variable names with their settings; of two names for one setting the later counts.
    """
    found: dict[tuple[str, ...], list[Variable]] = {}
    for layer in layers:
        in_layer: dict[tuple[str, ...], Variable] = {}
        for name, path in names.items():
            if content := layer.variables.get(name):
                in_layer[path] = Variable(name, path, content, layer)
            elif content := layer.variables.get(f"{name}_FILE"):
                in_layer[path] = Variable(name, path, content, layer, is_pointer=True)
        for path, variable in in_layer.items():
            found.setdefault(path, []).append(variable)
    return found


def _content(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        values = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} cannot be read: {why(error)}"]) from error
    return {name: value for name, value in values.items() if value}
