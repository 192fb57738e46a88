"""Turn pydantic's findings about settings into lines that name what the operator wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard, get_args, get_origin

from pydantic import BaseModel

from sre_tui.complaint import Complaint
from sre_tui.nearest import nearest
from sre_tui.settings.model import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SECRETS = ("token", "password", "api_key", "headers")


class SettingsError(Complaint):
    """Settings that cannot be used; ``problems`` has one line each."""

    code = "settings"
    wrong_usage = True

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def describe(
    problems: Sequence[ErrorDetails], origins: Mapping[tuple[str | int, ...], str]
) -> list[str]:
    """One line per mistake: where it was made, what is wrong, what would be right."""
    lines: list[str] = []
    for problem in problems:
        where = problem["loc"]
        # Where nothing was written at all, what stands beside it tells the file.
        known = where[:-1] if problem["type"] == "missing" else where
        origin = origins.get(where) or next(
            (o for path, o in origins.items() if path[: len(known)] == known), "settings"
        )
        name = ".".join(str(step) for step in where)
        shown = origin if origin.isupper() or " in " in origin else f"{origin}: {name}"
        if problem["type"] == "extra_forbidden":
            allowed = _allowed(where[:-1])
            close = nearest(str(where[-1]), allowed)
            hint = f"; did you mean {close[0]}?" if close else f"; allowed: {', '.join(allowed)}"
            lines.append(f"{shown}: there is no such setting{hint}")
            continue
        message = problem["msg"].removeprefix("Value error, ")
        given = problem["input"]
        is_secret = any(str(step) in _SECRETS for step in where)
        # An address may hold a password, which is one of the mistakes reported here.
        simple = isinstance(given, str | int | float) and not is_secret and "@" not in str(given)
        lines.append(f"{shown}: {message}" + (f" (it is {given!r})" if simple else ""))
    return lines


def _allowed(path: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    in_dictionary: type[BaseModel] | None = None
    for step in path:
        if isinstance(step, int):
            continue
        if in_dictionary is not None:
            # A name that the operator chose; what belongs to it is the same for all.
            model, in_dictionary = in_dictionary, None
            continue
        annotation = model.model_fields[step].annotation
        models = [arg for arg in get_args(annotation) if _is_model(arg)]
        if get_origin(annotation) is dict and models:
            in_dictionary = models[0]
        elif models:
            model = models[0]
        elif _is_model(annotation):
            model = annotation
    return sorted(model.model_fields)


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
