"""`sre ask`: one question, one answer with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.narration import AnswerWriter
from commands.output import write_json, write_json_lines
from commands.piped import Piped, read_piped
from sre_tui.agent.events import Answer, Answered, Failed

if TYPE_CHECKING:
    from commands.invocation import Invocation

app = typer.Typer(rich_markup_mode=None, add_completion=False)

PIPED_QUESTION = "What is wrong in this text, and what does it mean for the homelab?"
"""Asked when text is piped in and nothing is asked."""


@app.command(
    help="Ask a question about the homelab. Text piped in joins the question.\n\n"
    "Examples:\n\n"
    '  sre ask "why is jellyfin buffering?"\n\n'
    '  journalctl -u nginx -n 200 | sre ask "what broke?" --json | jq -r .answer'
)
def ask(
    context: typer.Context,
    question: Annotated[
        list[str] | None, typer.Argument(help="The question; - reads it from stdin.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", metavar="ID", help="Go on with this session.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the latest session.")
    ] = False,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model to ask instead of the configured.")
    ] = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Let the built-in analyst answer.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No tool trace.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tool trace with all arguments and timings.")
    ] = False,
    as_json: JSON_OPTION = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object per event, as it happens.")
    ] = False,
) -> None:
    """Answer on stdout, its making on stderr."""
    invocation = invocation_of(context)
    if model is not None:
        invocation.flags["llm.model"] = model
    text, attached = _asked(invocation, question or [])
    if not text:
        invocation.environment.stdout.write(context.get_help() + "\n")
        raise typer.Exit(ExitCode.USAGE)
    answer = invocation.run_async(
        _answer(
            invocation,
            text,
            attached,
            session="latest" if resume else session,
            use_model=not no_llm,
            writer=_writer(invocation, quiet, verbose, as_json or as_jsonl),
            as_jsonl=as_jsonl,
        )
    )
    if as_json:
        write_json(invocation.environment.stdout, document(answer))
    code = ExitCode.PARTIAL if is_partial(answer) else ExitCode.OK
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def document(answer: Answer) -> dict[str, object]:
    """The answer as JSON: ``answer``, ``evidence``, ``unsupported``, ``usage``, ``mode`` ..."""
    fields = answer.model_dump(mode="json")
    return {"schema_version": 1, "answer": fields.pop("text"), **fields}


def is_partial(answer: Answer) -> bool:
    """Whether something that belongs to the answer could not be had."""
    return not answer.complete or any(not e.state.has_data for e in answer.evidence)


async def _answer(
    invocation: Invocation,
    text: str,
    attached: str,
    *,
    session: str | None,
    use_model: bool,
    writer: AnswerWriter | None,
    as_jsonl: bool,
) -> Answer:
    from sre_tui.agent.conversation import open_conversation

    from sre_tui.tools.context import ToolContext

    environment = invocation.environment
    async with ToolContext(invocation.settings, environment.folders, environment.clock) as context:
        conversation = await open_conversation(context, session=session, use_model=use_model)
        async for event in conversation.ask(text, attached=attached):
            if as_jsonl:
                write_json_lines(environment.stdout, [event.model_dump(mode="json")])
            elif writer is not None:
                writer.take(event)
            if isinstance(event, Answered):
                return event.answer
            if isinstance(event, Failed):
                raise Problem(event.detail, code=event.code, exit_code=ExitCode.FAILURE)
    raise Problem("the agent ended without an answer", code="internal", exit_code=ExitCode.FAILURE)


def _asked(invocation: Invocation, words: list[str]) -> tuple[str, str]:
    """The question, and the text that came with it."""
    stdin = invocation.environment.stdin
    if words == ["-"]:
        piped = read_piped(stdin, must=True)
        return (piped.text.strip() if piped else "", "")
    question = " ".join(words).strip()
    piped = read_piped(stdin)
    if piped is None:
        return question, ""
    _tell(invocation, piped)
    attached = piped.text if piped.text.strip() else ""
    return (question or (PIPED_QUESTION if attached else ""), attached)


def _tell(invocation: Invocation, piped: Piped) -> None:
    if piped.timed_out:
        invocation.narrator.warn("nothing came through the pipe; going on without it")
    if piped.cut:
        invocation.narrator.warn(f"only the end is read: {piped.cut} bytes are left out")


def _writer(
    invocation: Invocation, quiet: bool, verbose: bool, for_program: bool
) -> AnswerWriter | None:
    if for_program:
        return None
    stdout = invocation.environment.stdout
    return AnswerWriter(
        stdout, invocation.narrator, quiet=quiet, verbose=verbose, stream=stdout.isatty()
    )
