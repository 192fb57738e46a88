"""`sre incidents`: the journal of what was wrong, why, and what helped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from commands.adapter import JSON_OPTION, TIMES_OPTION, add_tool, help_text
from commands.incident_ids import REFERENCE
from commands.incident_lines import read_incidents
from commands.incident_values import (
    FIELDS,
    RECORD,
    asked_values,
    changed_values,
    checked_values,
    given_values,
    with_options,
    wrong_usage,
)
from commands.main import invocation_of
from commands.noun import noun
from commands.output import OutputOptions, display_of, write_json, write_json_lines, write_record
from providers.reading import SourceStatus, State
from sre_tui.memory.incident import Incident
from sre_tui.memory.place import SOURCE
from sre_tui.tools.memory_data import with_incidents
from sre_tui.tools.result import ToolResult, result
from sre_tui.views.human import count

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.memory.incidents import Incidents

T = TypeVar("T")

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

    example = f"sre {RECORD.examples[0]}"


@app.command(
    cls=_RecordCommand,
    help=help_text(
        f"{RECORD.description}\n\n"
        "Prints its id. In a terminal it asks for what is missing if there is no title; one of\n"
        "the texts may be - to read it from stdin.",
        (*RECORD.examples, "incidents record Jellyfin buffers -d - < notes.txt"),
    ),
)
@with_options(tuple(FIELDS), positional=True)
def record(context: typer.Context, as_json: JSON_OPTION = False, **values: Any) -> None:
    """Keep a new incident and print its id."""
    invocation = invocation_of(context)
    given = given_values(invocation, values)
    if not given.get("title"):
        if not invocation.may_ask:
            raise wrong_usage("an incident needs a title", f"for example: sre {RECORD.examples[0]}")
        given |= asked_values(invocation, given)
    checked_values(given)
    answer: ToolResult[Incident] = invocation.run(lambda tools: RECORD.run(tools, given))
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
    found = _with(invocation, lambda each: each.get(incident))
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
@with_options(tuple(name for name in FIELDS if name != "session"))
def edit(
    context: typer.Context,
    incident: REFERENCE,
    reopen: Annotated[bool, typer.Option("--reopen", help="It goes on after all.")] = False,
    as_json: JSON_OPTION = False,
    **values: Any,
) -> None:
    """Give some of its fields other values."""
    invocation = invocation_of(context)
    changes = changed_values(invocation, values)
    if reopen and "ended" in changes:
        raise wrong_usage("--reopen and --ended contradict each other: give one of them")
    if reopen:
        changes["ended"] = None
    if not changes:
        raise wrong_usage(
            "there is nothing to change", "name what is to change: `sre incidents edit --help`"
        )
    clock = invocation.environment.clock
    changed = _with(invocation, lambda each: each.change(incident, changes, clock))
    if as_json:
        _write(invocation, changed, as_json=True)
    invocation.narrator.say(f"changed {changed.id}: {changed.title}")


@app.command(
    help=help_text(
        "Close an incident: it is over, now or since the time that is given.\n\n"
        "One that is closed keeps its end, unless another is given.",
        (
            'incidents close k7m2 --resolution "replaced sdc"',
            "incidents close k7m2 --ended 14:40",
        ),
    )
)
@with_options(("resolution", "cause", "ended"))
def close(
    context: typer.Context,
    incident: REFERENCE,
    as_json: JSON_OPTION = False,
    **values: Any,
) -> None:
    """Say that it is over, and what helped."""
    invocation = invocation_of(context)
    changes = changed_values(invocation, values)
    clock = invocation.environment.clock
    closed = _with(invocation, lambda each: each.close(incident, changes, clock))
    if as_json:
        _write(invocation, closed.incident, as_json=True)
    name = f"{closed.incident.id}: {closed.incident.title}"
    if not closed.was_closed:
        invocation.narrator.say(f"closed {name}")
    elif changes:
        invocation.narrator.say(f"changed {name} (it was closed already)")
    else:
        invocation.narrator.say(f"closed already, and left as it is: {name}")


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
    found = _with(invocation, lambda each: each.all())
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
    read = tuple(read_incidents(file, invocation.environment.stdin))
    merged = _with(invocation, lambda each: each.merge(read))
    invocation.narrator.say(
        f"{merged.new} new, {merged.updated} changed, {merged.same} there already"
    )


def _with(invocation: Invocation, work: Callable[[Incidents], T]) -> T:
    """Do something with the incidents, and tell what is to be told of the memory."""
    value, remarks = invocation.run(lambda tools: with_incidents(tools, work))
    for remark in remarks:
        invocation.narrator.trace(remark)
    return value


def _write(
    invocation: Invocation, incident: Incident, *, as_json: bool, utc: bool | None = None
) -> None:
    if as_json:
        now = invocation.environment.clock()
        status = SourceStatus(source=SOURCE, state=State.OK, observed_at=now)
        write_json(
            invocation.environment.stdout,
            result(incident, [status], now=now).model_dump(mode="json"),
        )
        return
    from sre_tui.views.incidents import incident_sections

    display = display_of(invocation, OutputOptions(utc=utc))
    write_record(invocation, incident_sections(incident, display))
