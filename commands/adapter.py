"""Makes a command of a tool: arguments, bounds and help come from the tool, looks from here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES
from commands.invocation import Invocation
from commands.main import invocation_of
from commands.mistakes import as_usage_problem
from commands.output import OutputOptions, select_fields, write_json, write_json_lines, write_table
from providers.reading import State
from sre_tui.tools.arguments import Completes, Positional, Short
from sre_tui.tools.registry import get_tool
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool
from widgets.cell import Display

if TYPE_CHECKING:
    from sre_tui.views.table import TableView

JSON_OPTION = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
JSONL_OPTION = Annotated[bool, typer.Option("--jsonl", help="One JSON object per row.")]
FIELDS_OPTION = Annotated[
    str | None, typer.Option("--fields", metavar="A,B", help="Only these fields of each row.")
]
TIMES_OPTION = Annotated[
    bool | None, typer.Option("--utc/--local", help="Absolute times instead of relative ones.")
]


def add_tool(app: typer.Typer, tool_name: str) -> None:
    """Add the command of a tool to its group."""
    tool = get_tool(tool_name)
    app.command(
        tool.command[-1],
        help=_help(tool),
        context_settings={"help_option_names": ["-h", "--help"]},
    )(_command(tool))


def run_tool(
    invocation: Invocation, tool: Tool[Any], arguments: dict[str, object], options: OutputOptions
) -> ExitCode:
    """Run a tool and write its result; the exit code tells how complete it is.

    Raises:
        Problem: if there is no data at all, or the tool's backend is not configured.
    """
    answer = ask(invocation, tool, arguments)
    show(invocation, tool, answer, options)
    return EXIT_CODES[answer.state]


def ask(invocation: Invocation, tool: Tool[Any], arguments: dict[str, object]) -> ToolResult[Any]:
    """Run a tool.

    Raises:
        Problem: if the arguments do not fit, or its backend is not configured or gave no data.
    """
    try:
        tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise as_usage_problem(tool, error) from error
    if not tool.offered(invocation.settings):
        names = sorted(tool.needs)
        variables = " or ".join(f"{name.upper()}_URL" for name in names)
        raise Problem(
            f"`sre {' '.join(tool.command)}` needs {' or '.join(n.title() for n in names)}, "
            "and none is configured",
            code=State.NOT_CONFIGURED.value,
            exit_code=ExitCode.USAGE,
            hint=f"set {variables}, or try it on the simulated homelab: "
            f"sre --demo {' '.join(tool.command)}",
        )
    answer = invocation.run(lambda context: tool.run(context, arguments))
    if not answer.state.has_data:
        details = [source.detail for source in answer.sources if not source.state.has_data]
        raise Problem(
            "\n       ".join(dict.fromkeys(details)),
            code=answer.state.value,
            exit_code=EXIT_CODES[answer.state],
        )
    return answer


def show(
    invocation: Invocation, tool: Tool[Any], answer: ToolResult[Any], options: OutputOptions
) -> None:
    """Write a result to stdout, and what is not as it should be to stderr."""
    stdout = invocation.environment.stdout
    for warning in answer.warnings:
        invocation.narrator.warn(warning)
    if options.for_program:
        document = answer.model_dump(mode="json")
        if options.fields:
            document = select_fields(document, options.fields)
        if options.jsonl:
            write_json_lines(stdout, document["data"].get("items", [document["data"]]))
        else:
            write_json(stdout, document)
        return
    from sre_tui.views.registry import table_view

    view = table_view(tool.name)
    display = Display(now=invocation.environment.clock(), utc=options.utc, wide=not stdout.isatty())
    _show_table(invocation, view, answer, display, options.fields)


def _show_table(
    invocation: Invocation,
    view: TableView[Any],
    answer: ToolResult[Any],
    display: Display,
    fields: Sequence[str],
) -> None:
    rows = view.rows(answer.data)
    columns = view.columns
    if fields:
        from commands.output import check_fields

        check_fields(fields, [column.key for column in columns])
        columns = tuple(c for name in fields for c in columns if c.key == name)
    if rows:
        write_table(invocation, columns, rows, display, title=view.title(answer.data))
    else:
        invocation.narrator.say(view.nothing)
    if view.charts is not None and invocation.environment.stdout.isatty():
        from commands.charts import write_charts

        write_charts(invocation, view.charts(answer.data), utc=display.utc)
    for note in view.notes(answer.data):
        invocation.narrator.trace(note)


def _command(tool: Tool[Any]) -> Callable[..., None]:
    fields = tool.arguments.model_fields

    def command(context: typer.Context, **values: Any) -> None:
        options = OutputOptions(
            json=values.pop("as_json"),
            jsonl=values.pop("as_jsonl"),
            fields=_names(values.pop("only")),
            utc=values.pop("absolute"),
        )
        arguments = {name: value for name, value in values.items() if value not in (None, [], ())}
        code = run_tool(invocation_of(context), tool, arguments, options)
        if code is not ExitCode.OK:
            raise typer.Exit(code)

    parameters = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    ]
    parameters += [_parameter(name, field) for name, field in fields.items()]
    for name, annotation, default in (
        ("as_json", JSON_OPTION, False),
        ("as_jsonl", JSONL_OPTION, False),
        ("only", FIELDS_OPTION, None),
        ("absolute", TIMES_OPTION, None),
    ):
        parameters.append(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
        )
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    plain = _without_none(field.annotation)
    choices = get_args(plain) if get_origin(plain) is Literal else ()
    many = get_origin(plain) in (list, tuple)
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
    if completes is not None:
        kind = completes.kind

        def from_cache(context: typer.Context, incomplete: str) -> list[str]:
            from commands.completion import completions

            return completions(kind, incomplete, context.find_root().params)

        return from_cache
    return None


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _help(tool: Tool[Any]) -> str:
    examples = "\n".join(f"  sre {example}" for example in tool.examples)
    return f"{tool.description}\n\nExamples:\n\n\b\n{examples}" if examples else tool.description


__all__ = ["add_tool", "ask", "run_tool", "show"]
