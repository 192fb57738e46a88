"""Arguments of a tool as parameters of its command: options, positions, help, completion."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from sre_tui.tools.arguments import AlsoCalled, Completes, Positional, Short


def parameter_of(name: str, field: FieldInfo) -> inspect.Parameter:
    """The parameter that Typer makes an option or an argument of."""
    plain = _without_none(field.annotation)
    choices = get_args(plain) if get_origin(plain) is Literal else ()
    words = any(isinstance(each, Positional) and each.words for each in field.metadata)
    many = words or get_origin(plain) in (list, tuple)
    kind: Any = bool if plain is bool else (list[str] if many else str)
    text = field.description or ""
    if choices:
        text = f"{text} One of: {', '.join(map(str, choices))}."
    positional = next((m for m in field.metadata if isinstance(m, Positional)), None)
    short = next((m for m in field.metadata if isinstance(m, Short)), None)
    completes = next((m for m in field.metadata if isinstance(m, Completes)), None)
    completion = _completion(choices, completes)
    required = field.is_required()
    default: Any = inspect.Parameter.empty if required else (False if plain is bool else None)
    if not required and plain is not bool and field.default not in (None, (), [], ""):
        text = f"{text}  [default: {_shown_default(field)}]"
    info: Any
    if positional is not None:
        info = typer.Argument(
            help=text,
            show_default=False,
            metavar=positional.metavar or name.upper(),
            autocompletion=completion,
        )
    else:
        flags = [f"--{name.replace('_', '-')}"]
        if plain is bool and field.default is True:
            flags = [f"{flags[0]}/--no-{name.replace('_', '-')}"]
        flags += [f"--{m.name}" for m in field.metadata if isinstance(m, AlsoCalled)]
        if short is not None:
            flags.append(f"-{short.letter}")
        info = typer.Option(
            *flags,
            help=text,
            show_default=False,
            metavar=None if plain is bool else _metavar(plain, choices),
            autocompletion=completion,
        )
    if plain is bool and not required:
        default = field.default
    taken: Any = kind if required or plain is bool else kind | None
    annotation: Any = Annotated[taken, info]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _without_none(annotation: Any) -> Any:
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    if type(None) in get_args(annotation) and len(arguments) == 1:
        return _without_none(arguments[0])
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _metavar(plain: Any, choices: Sequence[Any]) -> str:
    if choices:
        return "|".join(map(str, choices)) if len(choices) <= 4 else "CHOICE"
    names = {int: "N", float: "X", "timedelta": "WINDOW", "Moment": "TIME"}
    return names.get(plain, names.get(getattr(plain, "__name__", ""), "TEXT"))


def _shown_default(field: FieldInfo) -> str:
    from datetime import timedelta

    from sre_tui.tools.arguments import format_window

    if isinstance(field.default, timedelta):
        return format_window(field.default)
    return str(field.default)


def _completion(
    choices: Sequence[Any], completes: Completes | None
) -> Callable[..., list[str]] | None:
    if choices:
        return lambda incomplete: [str(c) for c in choices if str(c).startswith(incomplete)]
    return completed_with(completes.kind) if completes is not None else None


def completed_with(kind: str) -> Callable[..., list[str]]:
    """Completes with names of the homelab that earlier answers held, such as ``alert``."""

    def from_cache(context: typer.Context, incomplete: str) -> list[str]:
        from commands.completion import completions

        return completions(kind, incomplete, context.find_root().params)

    return from_cache
