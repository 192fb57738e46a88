"""`sre config`: create, show, find and check settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel, SecretStr

from commands.adapter import JSON_OPTION, JSONL_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.fields import Fields, fields_command, fields_option
from commands.listing import listing_options, write_listing
from commands.main import invocation_of
from commands.noun import noun
from commands.sorting import sort_option
from providers.errors import BackendError
from sre_tui.settings.layers import layers_of
from sre_tui.settings.load import Loaded, config_path, load_with_origins
from sre_tui.settings.mailing import mail_in_words, mail_remarks
from sre_tui.settings.misspelt import misspelt
from sre_tui.settings.problems import SettingsError
from sre_tui.settings.template import TEMPLATE
from widgets.cell import Cell, Column, Display, Tone

if TYPE_CHECKING:
    from commands.invocation import Invocation

app = noun("config", "Create, show and check settings.", default="show")

MASK = "********"


@app.command(
    help="Write a settings file with every setting explained.\n\n"
    "Examples:\n\n\b\n  sre config init\n  sre --config ./config.toml config init"
)
def init(
    context: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Create the settings file; an existing one is kept unless ``--force`` is given."""
    invocation = invocation_of(context)
    path = config_path(invocation.environment)
    if path.exists() and not force:
        raise Problem(
            f"{path} exists already",
            code="exists",
            exit_code=ExitCode.USAGE,
            hint="edit it, or replace it with `sre config init --force`",
        )
    write_private(path, TEMPLATE)
    invocation.environment.stdout.write(f"{path}\n")
    invocation.narrator.say("Fill in the addresses, then run `sre doctor`.")


@app.command(
    help="Print where the settings file is.\n\n"
    'Examples:\n\n\b\n  sre config path\n  $EDITOR "$(sre config path)"'
)
def path(context: typer.Context) -> None:
    """The path, whether or not the file exists."""
    invocation = invocation_of(context)
    place = config_path(invocation.environment)
    invocation.environment.stdout.write(f"{place}\n")
    if not place.exists():
        invocation.narrator.say("It does not exist yet: `sre config init` writes it.")


@app.command(
    cls=fields_command(lambda: _FIELDS),
    help="Show the settings in force and where each comes from; secrets are masked.\n\n"
    "Examples:\n\n\b\n  sre config show\n  sre config show --json",
)
def show(
    context: typer.Context,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(lambda: _FIELDS)] = None,
    order: Annotated[str | None, sort_option(lambda: _FIELDS)] = None,
) -> None:
    """Every setting with its origin, as a variable, a file or the default."""
    invocation = invocation_of(context)
    loaded = _without_mistakes(invocation)
    for line in loaded.warnings:
        invocation.narrator.warn(line)
    rows = [
        {"setting": _dotted(where), "value": value, "origin": loaded.origins.get(where, "default")}
        for where, value in _leaves(loaded.settings)
    ]
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    write_listing(invocation, _FIELDS, rows, options)


@app.command(
    help="Check the settings without contacting anything; `sre doctor` contacts everything.\n\n"
    "Examples:\n\n\b\n  sre config check && sre doctor\n  sre --config ./config.toml config check"
)
def check(context: typer.Context) -> None:
    """Report mistakes in settings, own patterns and own checks (exit 2), or what is configured."""
    from sre_tui.screens.look import look_of
    from sre_tui.tools.knowledge import declared

    invocation = invocation_of(context)
    settings = invocation.settings
    _without_mistakes(invocation)
    place = config_path(invocation.environment)
    look_of(settings.app, str(place))
    declared(settings, invocation.environment.folders.config, str(place))
    narrator = invocation.narrator
    for line in _remarks(place, settings.configured, invocation.environment.variables):
        narrator.warn(line)
    for line in misspelt(layers_of(invocation.environment)):
        narrator.warn(line)
    memory = _memory(invocation)
    configured = ", ".join(sorted(settings.configured)) or "no backend"
    model = settings.llm.model or settings.llm.provider
    who = model or "no model: the built-in analyst answers"
    narrator.say(f"settings are valid: {configured}; {who}")
    narrator.say(f"memory: {memory}")
    for line in mail_remarks(settings):
        narrator.warn(line)
    contacted = ", not contacted" if settings.mail is not None else ""
    narrator.say(f"mail: {mail_in_words(settings)}{contacted}")


def _without_mistakes(invocation: Invocation) -> Loaded:
    """The settings, refused for mistakes in any section."""
    loaded = load_with_origins(invocation.environment, invocation.flags)
    if loaded.mistakes:
        raise SettingsError(list(loaded.mistakes))
    return loaded


def _memory(invocation: Invocation) -> str:
    """Where the memory is and what it holds; a server is not contacted.

    Raises:
        NotSetUp: if the settings name it wrongly.
    """
    from sre_tui.memory.condition import condition_of
    from sre_tui.memory.place import place_of
    from sre_tui.memory.refusals import NotSetUp
    from sre_tui.memory.store import open_store

    place = place_of(invocation.settings, invocation.environment.folders)
    if place.path is None:
        with open_store(place) as store:
            return f"{store.name}, not contacted"
    try:
        condition = condition_of(place)
    except NotSetUp:
        raise
    except BackendError as error:
        invocation.narrator.warn(str(error))
        return f"{place.path}, which cannot be used"
    for trouble in condition.troubles:
        invocation.narrator.warn(trouble)
    return str(condition)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all.

    Raises:
        Problem: if the folder cannot be written to.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise Problem(
            f"{path} cannot be written: {error.strerror}",
            code="not_writable",
            exit_code=ExitCode.FAILURE,
        ) from error


def _remarks(path: Path, configured: frozenset[str], variables: Any) -> Iterator[str]:
    if path.exists() and path.stat().st_mode & 0o077:
        yield f"others can read {path}: chmod 600 it if it holds secrets"
    for name in ("GRAFANA_SERVICE_ACCOUNT_TOKEN", "GRAFANA_TOKEN"):
        if variables.get(name) and "grafana" not in configured:
            yield f"{name} is set, but there is no GRAFANA_URL to use it with"


def _leaves(
    value: object, where: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, SecretStr):
        yield where, MASK
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), (*where, name))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for position, item in enumerate(value):
            yield from _leaves(item, (*where, position))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, (*where, name))
    elif isinstance(value, tuple):
        yield where, [str(item) for item in value]
    elif isinstance(value, Path):
        yield where, str(value)
    else:
        yield where, value


def _dotted(where: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in where)


def _value_cell(row: dict[str, Any], display: Display) -> Cell:
    value = row["value"]
    if value is None or value == []:
        return Cell("not set", None, Tone.MUTED)
    if isinstance(value, bool):
        return Cell(str(value).lower(), str(value))
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return Cell(text, text)


_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("setting", "Setting", lambda row, _: Cell(row["setting"], row["setting"]), 30),
    Column("value", "Value", _value_cell, 24, flexible=True),
    Column(
        "origin",
        "Comes from",
        lambda row, _: Cell(
            row["origin"],
            row["origin"],
            Tone.MUTED if row["origin"] == "default" else Tone.NEUTRAL,
        ),
        20,
        priority=1,
    ),
)
_FIELDS: Fields = Fields(("setting", "value", "origin"), _COLUMNS)
