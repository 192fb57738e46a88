"""`sre incidents`: the journal of what was wrong, why, and what helped."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperCommand

from commands.adapter import JSON_OPTION, TIMES_OPTION, add_tool, help_text
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.mistakes import as_usage_problem
from commands.noun import noun
from commands.output import write_json, write_json_lines, write_record
from commands.parameters import parameter_of
from providers.reading import SourceStatus, State
from providers.text import one_line
from sre_tui.memory.incident import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    Incident,
    IncidentError,
    checked,
    is_id,
)
from sre_tui.tools.arguments import Moment
from sre_tui.tools.memory_data import SOURCE, with_incidents
from sre_tui.tools.registry import get_tool
from sre_tui.tools.result import ToolResult, result
from sre_tui.views.human import count
from widgets.cell import Display

if TYPE_CHECKING:
    from commands.invocation import Invocation

_RECORD: Final = get_tool("memory_record_incident")
_FIELDS: Final = _RECORD.arguments.model_fields
_ASKED: Final = {
    "title": "What was wrong",
    "subject": "What it is about, such as nas1/tank",
    "severity": "How bad: critical, warning or info",
    "services": "What it affects, with commas between",
    "cause": "Why it happened",
    "resolution": "What helped",
}
"""What a person is asked for, and how, if not even a title was given."""
_TEXTS: Final = ("description", "cause", "resolution")
"""What may come from stdin."""
_LONGEST_LINE: Final = 1_000_000
"""Characters of a line that is imported."""

app = noun(
    "incidents",
    "The journal: what was wrong, why, and what helped.",
    default="list",
)
add_tool(
    app,
    "memory_search_incidents",
    "list",
    examples=("incidents list", "incidents list --state open --fields id,title,started --utc"),
)
add_tool(app, "memory_search_incidents")


class _RecordCommand(TyperCommand):
    """Knows how to be called, for those who left something out."""

    example = f"sre {_RECORD.examples[0]}"


def _with_options(
    names: tuple[str, ...], *, positional: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the arguments of the tool that records, none of which has to be given."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            each
            for each in inspect.signature(command, eval_str=True).parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        made = []
        for name in names:
            field = copy(_FIELDS[name])
            field.default = None
            if name == "title" and not positional:
                field.metadata = []
            made.append(parameter_of(name, field))
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *made)]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        return command

    return give


def _complete_id(context: typer.Context, incomplete: str) -> list[str]:
    from sre_tui.environment import Environment
    from sre_tui.memory.incidents import Incidents, Wanted
    from sre_tui.memory.place import place_of
    from sre_tui.memory.store import open_store
    from sre_tui.settings import load_settings

    environment = Environment()
    place = place_of(load_settings(environment), environment.folders)
    if place.path is None:
        # A server may be far away, and whoever types must not wait for it.
        return []
    with open_store(place) as store:
        latest = Incidents(store).find(Wanted(limit=200)).items
    return [each.id for each in latest if each.id.startswith(incomplete) and is_id(each.id)]


REFERENCE = Annotated[
    str,
    typer.Argument(metavar="ID", help="Its id, or how that begins.", autocompletion=_complete_id),
]


@app.command(
    cls=_RecordCommand,
    help=help_text(
        f"{_RECORD.description}\n\n"
        "Prints its id. In a terminal it asks for what is missing if there is no title; one of\n"
        "the texts may be - to read it from stdin.",
        (*_RECORD.examples, "incidents record Jellyfin buffers -d - < notes.txt"),
    ),
)
@_with_options(tuple(_FIELDS), positional=True)
def record(context: typer.Context, as_json: JSON_OPTION = False, **values: Any) -> None:
    """Keep a new incident and print its id."""
    invocation = invocation_of(context)
    given = _given(invocation, values)
    if not given.get("title"):
        if not invocation.may_ask:
            raise Problem(
                "an incident needs a title",
                code="usage",
                exit_code=ExitCode.USAGE,
                hint=f"for example: sre {_RECORD.examples[0]}",
            )
        given |= _answers(invocation, given)
    try:
        _RECORD.arguments.model_validate(given)
    except ValidationError as error:
        raise as_usage_problem(_RECORD, error) from error
    answer: ToolResult[Incident] = invocation.run(lambda tools: _RECORD.run(tools, given))
    if as_json:
        write_json(invocation.environment.stdout, answer.model_dump(mode="json"))
        return
    invocation.environment.stdout.write(f"{answer.data.id}\n")
    invocation.narrator.say(f"recorded: {answer.data.title}")


@app.command(
    help=help_text(
        "Show one incident with all that was recorded.",
        ("incidents show k7m2", "incidents show k7m2 --json | jq -r .data.cause"),
    )
)
def show(
    context: typer.Context,
    incident: REFERENCE,
    as_json: JSON_OPTION = False,
    absolute: TIMES_OPTION = None,
) -> None:
    """One incident, its texts whole."""
    invocation = invocation_of(context)
    found = invocation.run(lambda tools: with_incidents(tools, lambda each: each.get(incident)))
    _write(invocation, found, as_json=as_json, utc=absolute)


@app.command(
    help=help_text(
        "Change what was recorded of an incident; what is not named stays.",
        (
            'incidents edit k7m2 --cause "the fan of the HBA stood still"',
            "incidents edit k7m2 --services jellyfin,immich --severity critical",
            "incidents edit k7m2 --reopen",
        ),
    )
)
@_with_options(tuple(name for name in _FIELDS if name != "session"))
def edit(
    context: typer.Context,
    incident: REFERENCE,
    reopen: Annotated[bool, typer.Option("--reopen", help="It goes on after all.")] = False,
    as_json: JSON_OPTION = False,
    **values: Any,
) -> None:
    """Give some of its fields other values."""
    invocation = invocation_of(context)
    changes = _changes(invocation, values)
    if reopen:
        changes["ended"] = None
    if not changes:
        raise Problem(
            "there is nothing to change",
            code="usage",
            exit_code=ExitCode.USAGE,
            hint="name what is to change: `sre incidents edit --help`",
        )
    changed = _change(invocation, incident, changes)
    if as_json:
        _write(invocation, changed, as_json=True)
    invocation.narrator.say(f"changed {changed.id}: {changed.title}")


@app.command(
    help=help_text(
        "Close an incident: it is over, now or since the time that is given.",
        (
            'incidents close k7m2 --resolution "replaced sdc"',
            "incidents close k7m2 --ended 14:40",
        ),
    )
)
@_with_options(("resolution", "cause", "ended"))
def close(
    context: typer.Context,
    incident: REFERENCE,
    as_json: JSON_OPTION = False,
    **values: Any,
) -> None:
    """Say that it is over, and what helped."""
    invocation = invocation_of(context)
    changes = {"ended": invocation.environment.clock(), **_changes(invocation, values)}
    changed = _change(invocation, incident, changes)
    if as_json:
        _write(invocation, changed, as_json=True)
    invocation.narrator.say(f"closed {changed.id}: {changed.title}")


@app.command(
    "export",
    help=help_text(
        "Print all incidents, one JSON object per line, as `import` reads them.",
        ("incidents export > incidents.jsonl", "incidents export | jq -r .title"),
    ),
)
def export_incidents(context: typer.Context) -> None:
    """Every incident, in the order they were recorded."""
    invocation = invocation_of(context)
    found = invocation.run(lambda tools: with_incidents(tools, lambda each: each.all()))
    write_json_lines(
        invocation.environment.stdout, (each.model_dump(mode="json") for each in found)
    )
    invocation.narrator.trace(f"{count(len(found), 'incident')} exported")


@app.command(
    "import",
    help=help_text(
        "Read incidents, one JSON object per line, from a file or from stdin (-).\n\n"
        "All are kept or none. Those that are there already are left as they are, unless the ones\n"
        "that are read were changed later: importing twice does no more than once.",
        (
            "incidents import incidents.jsonl",
            "incidents import - < incidents.jsonl",
        ),
    ),
)
def import_incidents(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or - for stdin.")],
) -> None:
    """Keep what another memory has."""
    invocation = invocation_of(context)
    read = tuple(_read(invocation, file))
    merged = invocation.run(lambda tools: with_incidents(tools, lambda each: each.merge(read)))
    invocation.narrator.say(
        f"{merged.new} new, {merged.updated} changed, {merged.same} there already"
    )


def _given(invocation: Invocation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given, with the text from stdin in its place."""
    given = {name: value for name, value in values.items() if value not in (None, [], ())}
    piped = [name for name in _TEXTS if given.get(name) == "-"]
    if len(piped) > 1:
        raise Problem(
            f"only one of {', '.join(f'--{name}' for name in piped)} can be read from stdin",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    for name in piped:
        given[name] = invocation.environment.stdin.read()
    for name, value in given.items():
        most = LONGEST_TEXT if name in _TEXTS else LONGEST_TITLE
        if isinstance(value, str) and len(value) > most:
            raise Problem(
                f"--{name} has {len(value):,} characters, and may have {most:,}",
                code="usage",
                exit_code=ExitCode.USAGE,
            )
    return given


def _answers(invocation: Invocation, given: Mapping[str, Any]) -> dict[str, str]:
    """What a person says to the questions that are left."""
    answers: dict[str, str] = {}
    for name, question in _ASKED.items():
        if given.get(name):
            continue
        suffix = "" if name == "title" else " (enter leaves it open)"
        invocation.narrator.raw(f"{question}{suffix}: ")
        line = invocation.environment.stdin.readline()
        if line.strip():
            answers[name] = line.strip()
        elif name == "title":
            raise Problem(
                "nothing was recorded: an incident needs a title",
                code="usage",
                exit_code=ExitCode.USAGE,
            )
    return answers


def _changes(invocation: Invocation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were given, as an incident has them."""
    given = _given(invocation, values)
    try:
        parsed = _RECORD.arguments.model_validate({"title": "its own", **given})
    except ValidationError as error:
        raise as_usage_problem(_RECORD, error) from error
    now = invocation.environment.clock()
    found = {name: getattr(parsed, name) for name in given}
    return {
        name: value.resolve(now) if isinstance(value, Moment) else value
        for name, value in found.items()
    }


def _change(invocation: Invocation, reference: str, changes: Mapping[str, Any]) -> Incident:
    clock = invocation.environment.clock
    return invocation.run(
        lambda tools: with_incidents(tools, lambda each: each.change(reference, changes, clock))
    )


def _write(
    invocation: Invocation, incident: Incident, *, as_json: bool, utc: bool | None = None
) -> None:
    stdout = invocation.environment.stdout
    now = invocation.environment.clock()
    if as_json:
        status = SourceStatus(source=SOURCE, state=State.OK, observed_at=now)
        write_json(stdout, result(incident, [status], now=now).model_dump(mode="json"))
        return
    from sre_tui.views.incidents import incident_sections

    display = Display(now=now, utc=utc, wide=not stdout.isatty())
    write_record(invocation, incident_sections(incident, display))


def _read(invocation: Invocation, file: str) -> Iterator[Incident]:
    """The incidents of a file.

    Raises:
        Problem: with the number of the line that is not one.
    """
    try:
        text = (
            invocation.environment.stdin.read()
            if file == "-"
            else Path(file).expanduser().read_text(encoding="utf-8")
        )
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Problem(
            f"{file} cannot be read: {reason}", code="unreadable", exit_code=ExitCode.USAGE
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _incident(line, f"line {number}")


def _incident(line: str, where: str) -> Incident:
    try:
        if len(line) > _LONGEST_LINE:
            raise ValueError("it is too long")
        return checked(Incident.model_validate(json.loads(line)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(str(step) for step in first["loc"])
        reason = f"{name}: {first['msg']}" if name else first["msg"]
    except (ValueError, IncidentError) as error:
        reason = str(error)
    raise Problem(
        f"{where} is not an incident: {one_line(reason)}",
        code="usage",
        exit_code=ExitCode.USAGE,
        hint="nothing was imported; `sre incidents export` prints what can be read",
    )
