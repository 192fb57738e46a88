"""`sre chat`: one question after the other in the terminal."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from threading import Thread

import typer

from commands.ask import (
    CONTINUE_OPTION,
    MODEL_OPTION,
    NO_LLM_OPTION,
    QUIET_OPTION,
    SESSION_OPTION,
    VERBOSE_OPTION,
    check_backends,
    exit_code,
    follow,
    open_agent,
    with_model,
)
from commands.chat_commands import Chat, complete, obey
from commands.diagnostics import ExitCode, report
from commands.endings import as_problem
from commands.invocation import Invocation
from commands.main import invocation_of
from commands.narration import AnswerWriter
from commands.output import room_of
from commands.prompt import LineReader
from sre_tui.settings import LlmSettings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help="Ask one question after the other in the terminal; /help lists what else can be done.\n\n"
    "From a pipe every line is a question.\n\n"
    "Examples:\n\n\b\n  sre chat --continue\n"
    "  printf 'any alerts?\\nhow full is tank?\\n' | sre chat --no-llm"
)
def chat(
    context: typer.Context,
    session: SESSION_OPTION = None,
    resume: CONTINUE_OPTION = False,
    model: MODEL_OPTION = None,
    no_llm: NO_LLM_OPTION = False,
    quiet: QUIET_OPTION = False,
    verbose: VERBOSE_OPTION = False,
) -> None:
    """Answer until the end of the input; in a pipe the exit code is that of the worst answer."""
    invocation = invocation_of(context)
    llm = LlmSettings() if no_llm else with_model(invocation.settings.llm, model)
    environment = invocation.environment
    # The loop runs only while there is something to do, so that Ctrl-C is the prompt's at other
    # times.
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        agent = runner.run(stack.enter_async_context(open_agent(invocation, asks=not quiet)))
        try:
            opened = agent.sessions.new()
            if session is not None:
                opened = agent.sessions.load(session)
            elif resume:
                opened = agent.sessions.latest()
            talk = Chat(
                agent=agent,
                session=opened,
                configured=invocation.settings.llm,
                llm=llm,
                stdout=environment.stdout,
                variables=environment.variables,
                narrator=invocation.narrator,
                folder=environment.working_folder,
            )
            worst = _converse(invocation, talk, runner, quiet=quiet, verbose=verbose)
        finally:
            runner.run(stack.aclose())
    if worst is not ExitCode.OK:
        raise typer.Exit(worst)


def _converse(
    invocation: Invocation, talk: Chat, runner: asyncio.Runner, *, quiet: bool, verbose: bool
) -> ExitCode:
    environment, narrator = invocation.environment, invocation.narrator
    worst = ExitCode.OK
    with LineReader(
        environment.stdin,
        environment.stdout,
        narrator,
        history=environment.folders.state / "chat_history",
        complete=lambda line: complete(talk, line),
    ) as reader:
        if reader.interactive:
            narrator.trace(f"{talk.asked} · /help · Ctrl-D leaves")
            if talk.llm.provider is not None:
                _warm_up()
        while not talk.ended:
            try:
                line = reader.read()
                if line is None:
                    break
                if not line.strip():
                    continue
                if line.lstrip().startswith("/"):
                    obey(talk, line)
                    continue
                if not reader.interactive:
                    environment.stdout.write(f"> {line.strip()}\n\n")
                writer = AnswerWriter(
                    environment.stdout,
                    narrator,
                    quiet=quiet,
                    verbose=verbose,
                    stream=environment.stdout.isatty(),
                    shows_session=False,
                    width=room_of(invocation) or 0,
                )
                check_backends(invocation.settings, talk.llm, line, "")
                code = runner.run(_ask(talk, line, writer))
                environment.stdout.write("\n")
            except KeyboardInterrupt:
                narrator.say("")
                if not reader.interactive:
                    raise
                continue
            except BrokenPipeError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad question must not end the others
                code = ExitCode(report(as_problem(error), narrator, as_json=False))
            worst = _worse(worst, code)
            if code is ExitCode.INTERRUPTED and not reader.interactive:
                break
    return ExitCode.OK if reader.interactive else worst


async def _ask(talk: Chat, question: str, writer: AnswerWriter) -> ExitCode:
    run = talk.agent.ask(question, talk.session, llm=talk.llm)
    return exit_code(await follow(run, writer.take))


def _worse(one: ExitCode, other: ExitCode) -> ExitCode:
    order = (ExitCode.OK, ExitCode.PARTIAL, ExitCode.USAGE)
    ranks = {code: rank for rank, code in enumerate(order)}
    return max(one, other, key=lambda code: ranks.get(code, len(order)))


def _warm_up() -> None:
    from providers.llm import warm_up

    Thread(target=warm_up, daemon=True).start()
