"""Makes a command of a tool: arguments, bounds and help come from the tool, looks from here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand

from commands.demo_homelab import demo_is_gone, demo_outage
from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES, where_to_look
from commands.fields import Fields, fields_command, fields_of, fields_option, split_names
from commands.invocation import Invocation
from commands.main import invocation_of
from commands.mistakes import as_usage_problem
from commands.output import OutputOptions
from commands.parameters import parameter_of
from commands.showing import show
from commands.sorting import own_orders, resolved, sort_option, sorted_answer, widened
from providers.reading import State
from sre_tui.settings.model import TITLES
from sre_tui.tools.registry import get_tool
from sre_tui.tools.result import Listing, ToolResult
from sre_tui.tools.tool import Tool

JSON_OPTION = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
JSONL_OPTION = Annotated[bool, typer.Option("--jsonl", help="One JSON object per row.")]
WATCH_OPTION = Annotated[
    float | None,
    typer.Option(
        "--watch",
        min=1.0,
        metavar="SECONDS",
        help="Look again and again until Ctrl-C; in a pipe one JSON document per line.",
    ),
]
TIMES_OPTION = Annotated[
    bool | None, typer.Option("--utc/--local", help="Absolute times instead of relative ones.")
]


@dataclass(frozen=True)
class Flag:
    """A further option of a tool's command, for what is done with the answer.

    Attributes:
        name: the parameter.
        annotation: the option.
        check: refuses the option before anything is asked.
        act: what is done once the answer is written; told whether the option was given.
    """

    name: str
    annotation: Any
    check: Callable[[Invocation, OutputOptions], None]
    act: Callable[[typer.Context, Invocation, ToolResult[Any], bool], None]


def add_tool(
    app: typer.Typer,
    tool_name: str,
    name: str | None = None,
    *,
    examples: Sequence[str] = (),
    flag: Flag | None = None,
) -> None:
    """Add the command of a tool to its group.

    Args:
        app: the group.
        tool_name: the tool.
        name: another word than the tool's own; needs examples of its own.
        examples: command lines without ``sre``; the tool's own if empty.
        flag: a further option.
    """
    tool = get_tool(tool_name)
    shown = tuple(examples) or tool.examples
    app.command(
        name or tool.command[-1],
        cls=fields_command(lambda: fields_of(tool), f"sre {shown[0]}" if shown else ""),
        help=help_text(tool.description, shown),
        context_settings={"help_option_names": ["-h", "--help"]},
    )(_command(tool, flag))


def tool_command(tool_name: str, name: str) -> TyperCommand:
    """The command of a tool, under a word of its group."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    add_tool(app, tool_name)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperCommand)
    command.name = name
    return command


def run_tool(
    invocation: Invocation,
    tool: Tool[Any],
    arguments: dict[str, object],
    options: OutputOptions,
    then: Callable[[ToolResult[Any]], None] | None = None,
) -> ExitCode:
    """Run a tool and write its result; the exit code tells how complete it is.

    Args:
        invocation: where to write.
        tool: what is run.
        arguments: what it is asked.
        options: how the result is written.
        then: takes what people read, after it is written once.

    Raises:
        Problem: if there is no data at all, what was asked for by name is not there, or the
            tool's backend is not configured.
    """
    options, fields = with_fields(tool, options)

    def look(invocation: Invocation, options: OutputOptions) -> ExitCode:
        answer = ask(invocation, tool, arguments, options.sort)
        show(invocation, tool, answer, options, fields)
        if then is not None and options.watch is None and not options.for_program:
            then(answer)
        return EXIT_CODES[answer.state]

    if options.watch is not None:
        from commands.watch import watch

        watch(invocation, options, f"sre {' '.join(tool.command)}", look)
    return look(invocation, options)


def with_fields(tool: Tool[Any], options: OutputOptions) -> tuple[OutputOptions, Fields | None]:
    """The options with the real names of the fields they ask for, and all fields there are.

    Raises:
        Problem: if there is no such field.
    """
    if not options.fields and not options.sort:
        return options, None
    fields = fields_of(tool)
    options = replace(
        options, fields=fields.resolve(options.fields), sort=resolved(fields, options.sort)
    )
    return options, fields if options.fields else None


def ask(
    invocation: Invocation,
    tool: Tool[Any],
    arguments: dict[str, object],
    sort: Sequence[str] = (),
) -> ToolResult[Any]:
    """Run a tool; its rows come in the order of these fields if any are given.

    Raises:
        Problem: if the arguments do not fit, its backend is not configured or gave no data, or
            what was asked for by name is not there.
    """
    try:
        tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise as_usage_problem(tool, error) from error
    require_backend(invocation, tool)
    asked = widened(tool, arguments) if sort else arguments
    answer = invocation.run(lambda context: tool.run(context, asked))
    require_data(invocation, answer)
    if isinstance(answer.data, Listing) and (missing := answer.data.missing()):
        for warning in answer.warnings:
            invocation.narrator.warn(warning)
        raise Problem(missing, code="not_found", exit_code=ExitCode.USAGE)
    if sort:
        now = invocation.environment.clock()
        return sorted_answer(tool, answer, fields_of(tool), sort, arguments, now)
    return answer


def require_backend(invocation: Invocation, tool: Tool[Any], command: str = "") -> None:
    """Refuse a tool none of whose backends is configured; ``command`` if not the tool's own.

    Raises:
        Problem: saying which setting enables it.
    """
    if tool.offered(invocation.settings):
        return
    names = sorted(tool.needs)
    variables = " or ".join(f"{name.upper()}_URL" for name in names)
    command = command or " ".join(tool.command)
    raise Problem(
        f"`sre {command}` needs {' or '.join(TITLES[n] for n in names)}, and none is configured",
        code=State.NOT_CONFIGURED.value,
        exit_code=ExitCode.USAGE,
        hint=f"set {variables}, or try it on the simulated homelab: sre --demo {command}"
        + _instead(invocation, tool),
    )


def _instead(invocation: Invocation, tool: Tool[Any]) -> str:
    """What of the same group can be asked of the backends there are; empty if nothing."""
    from sre_tui.tools.registry import offered_tools

    own = [each for each in offered_tools(invocation.settings)
           if each.command[0] == tool.command[0]]  # fmt: skip
    if not own:
        return ""
    told = ", ".join(f"`sre {' '.join(each.command)}`" for each in own)
    works = "works" if len(own) == 1 else "work"
    return f"; {told} {works} with what is configured"


def require_data(invocation: Invocation, answer: ToolResult[Any]) -> None:
    """Refuse an answer that no backend gave anything to.

    Raises:
        Problem: in one line, with what the first of them says.
    """
    if answer.state.has_data:
        return
    failed = [source for source in answer.sources if not source.state.has_data]
    details = list(dict.fromkeys(source.detail for source in failed))
    named = ", ".join(dict.fromkeys(source.source for source in failed))
    code, exit_code = answer.state.value, EXIT_CODES[answer.state]
    if answer.state is State.UNREACHABLE and demo_is_gone(invocation):
        raise Problem(demo_outage(invocation), code=code, exit_code=exit_code)
    if len(details) < 2:
        hint = where_to_look(failed[0].source, answer.state) if failed else None
        # There is one memory, and what it says of itself names it.
        told = ": ".join(([named] if ":" in named else []) + details)
        raise Problem(told, code=code, exit_code=exit_code, hint=hint)
    raise Problem(
        f"none of {named} answers; {details[0]}",
        code=code,
        exit_code=exit_code,
        hint="`sre doctor` tells what is wrong with each",
    )


def is_listing(tool: Tool[Any]) -> bool:
    """Whether a tool answers with rows."""
    data: Any = tool.result_type.model_fields["data"].annotation
    return issubclass(data, Listing)


def given(tool: Tool[Any], values: dict[str, Any]) -> tuple[OutputOptions, dict[str, object]]:
    """What a command line says of the output, and the arguments of the tool."""
    sort = split_names(values.pop("sort", None))
    own = sort[0] if len(sort) == 1 and sort[0] in own_orders(tool) else None
    options = OutputOptions(
        json=values.pop("as_json"),
        jsonl=values.pop("as_jsonl"),
        fields=split_names(values.pop("shown_fields")),
        sort=() if own else sort,
        utc=values.pop("absolute"),
        watch=values.pop("every"),
    )
    values["sort"] = own
    return options, {k: value for k, value in values.items() if value not in (None, [], ())}


def _command(tool: Tool[Any], flag: Flag | None = None) -> Callable[..., None]:
    fields = tool.arguments.model_fields

    def command(context: typer.Context, **values: Any) -> None:
        invocation = invocation_of(context)
        is_set = flag is not None and values.pop(flag.name)
        options, arguments = given(tool, values)
        if flag is not None and is_set:
            flag.check(invocation, options)

        def then(answer: ToolResult[Any]) -> None:
            if flag is not None:
                flag.act(context, invocation, answer, is_set)

        code = run_tool(invocation, tool, arguments, options, then)
        if code is not ExitCode.OK:
            raise typer.Exit(code)

    parameters = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    ]
    parameters += [parameter_of(name, field) for name, field in fields.items() if name != "sort"]
    by_field = sort_option(lambda: fields_of(tool), tool)
    common: list[tuple[str, Any, Any]] = [
        ("as_json", JSON_OPTION, False),
        ("as_jsonl", JSONL_OPTION, False),
        ("shown_fields", Annotated[str | None, fields_option(lambda: fields_of(tool))], None),
        ("sort", Annotated[str | None, by_field], None),
        ("absolute", TIMES_OPTION, None),
        ("every", WATCH_OPTION, None),
    ]
    if flag is not None:
        common.insert(0, (flag.name, flag.annotation, False))
    for name, annotation, default in common:
        if name == "sort" and not is_listing(tool):
            continue
        parameters.append(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
        )
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def help_text(description: str, examples: Sequence[str]) -> str:
    """The help of a command: what it does, and how it is called."""
    lines = "\n".join(f"  sre {example}" for example in examples)
    return f"{description}\n\nExamples:\n\n\b\n{lines}" if lines else description
