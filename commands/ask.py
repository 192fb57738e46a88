"""`sre ask`: one question, one answer with its evidence."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.narration import AnswerWriter
from commands.output import OutputOptions, write_json, write_json_lines
from commands.piped import Piped, read_piped
from sre_tui.agent.events import AgentEvent, Answer, Answered, Failed
from sre_tui.settings import LlmSettings

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.agent.agent import Agent

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
    answer_question(
        invocation,
        text,
        attached=attached,
        session=session,
        resume=resume,
        use_model=not no_llm,
        output=OutputOptions(json=as_json, jsonl=as_jsonl),
        quiet=quiet,
        verbose=verbose,
    )


def answer_question(
    invocation: Invocation,
    question: str,
    *,
    attached: str = "",
    session: str | None = None,
    resume: bool = False,
    use_model: bool = True,
    output: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Ask, write the answer, and end with exit code 5 if something that belongs to it is missing.

    Raises:
        Problem: if there is no answer.
    """
    stdout = invocation.environment.stdout
    writer = AnswerWriter(
        stdout, invocation.narrator, quiet=quiet, verbose=verbose, stream=stdout.isatty()
    )

    def take(event: AgentEvent) -> None:
        if output.jsonl:
            write_json_lines(stdout, [event.model_dump(mode="json")])
        elif not output.json:
            writer.take(event)

    async def work() -> Answer:
        async with open_agent(invocation) as agent:
            chosen = agent.sessions.latest() if resume else None
            if session is not None:
                chosen = agent.sessions.load(session)
            llm = None if use_model else LlmSettings()
            return await follow(agent.ask(question, chosen, attached=attached, llm=llm), take)

    answer = invocation.run_async(work())
    if output.json:
        write_json(stdout, document(answer))
    if is_partial(answer):
        raise typer.Exit(ExitCode.PARTIAL)


@contextlib.asynccontextmanager
async def open_agent(invocation: Invocation) -> AsyncIterator[Agent]:
    """The agent with its tools, closed afterwards."""
    from sre_tui.agent.agent import Agent
    from sre_tui.agent.analyst import BuiltInAnalyst
    from sre_tui.tools.context import ToolContext

    environment = invocation.environment
    async with ToolContext(invocation.settings, environment.folders, environment.clock) as context:
        agent = Agent(context, BuiltInAnalyst())
        try:
            yield agent
        finally:
            await agent.aclose()


async def follow(events: AsyncIterator[AgentEvent], take: Callable[[AgentEvent], None]) -> Answer:
    """Hand every event on and give the answer at the end.

    Raises:
        Problem: if the end is a failure.
    """
    async for event in events:
        take(event)
        if isinstance(event, Answered):
            return event.answer
        if isinstance(event, Failed):
            raise Problem(event.detail, code=event.code, exit_code=ExitCode.FAILURE)
    raise Problem("the agent ended without an answer", code="internal", exit_code=ExitCode.FAILURE)


def document(answer: Answer) -> dict[str, object]:
    """The answer as JSON: ``answer``, ``evidence``, ``unsupported``, ``usage``, ``mode`` ..."""
    fields = answer.model_dump(mode="json")
    return {"schema_version": 1, "answer": fields.pop("text"), **fields}


def is_partial(answer: Answer) -> bool:
    """Whether something that belongs to the answer could not be had."""
    return not answer.complete or any(not e.state.has_data for e in answer.evidence)


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
