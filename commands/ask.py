"""`sre ask`: one question, one answer with its evidence."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.endings import EXIT_CODES
from commands.incident_offer import (
    RECORD_OPTION,
    check_may_record,
    investigated,
    offer_to_record,
)
from commands.main import invocation_of
from commands.narration import AnswerWriter
from commands.output import OutputOptions, room_of, write_json, write_json_lines
from commands.piped import Piped, is_question, read_piped
from providers.reading import State, joint_state
from providers.text import one_line
from sre_tui.agent.events import AgentEvent, Answer, Answered, Failed
from sre_tui.environment import Environment
from sre_tui.settings import LlmSettings, Settings
from sre_tui.views.human import count

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.agent.agent import Agent
    from sre_tui.agent.run import Run

app = typer.Typer(rich_markup_mode=None, add_completion=False)

PIPED_QUESTION = "What is wrong here?"
_LOOKING = "looking at the homelab ..."
"""Asked when text is piped in and nothing is asked."""


def _complete_session(incomplete: str) -> list[str]:
    sessions = Environment().folders.sessions
    return sorted((path.stem for path in sessions.glob(f"{incomplete}*.json")), reverse=True)


CONTINUE_OPTION = Annotated[
    bool, typer.Option("--continue", "-c", help="Go on with the latest session.")
]
NO_LLM_OPTION = Annotated[bool, typer.Option("--no-llm", help="Let the built-in analyst answer.")]
QUIET_OPTION = Annotated[bool, typer.Option("--quiet", "-q", help="No tool trace.")]
VERBOSE_OPTION = Annotated[
    bool, typer.Option("--verbose", "-v", help="Whole queries in trace and evidence, and timings.")
]
SESSION_OPTION = Annotated[
    str | None,
    typer.Option(
        "--session",
        "-s",
        metavar="ID",
        help="Go on with this session.",
        autocompletion=_complete_session,
    ),
]
MODEL_OPTION = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", metavar="NAME", help="Model to ask instead of the configured one."
    ),
]


@app.command(
    help="Ask a question about the homelab. Text piped in joins the question.\n\n"
    "Piped in alone, one short line that reads like a sentence is the question; several lines, or "
    f"one that looks like a log, are asked about: {PIPED_QUESTION}\n\n"
    "Examples:\n\n\b\n"
    '  sre ask "why is jellyfin buffering?"\n'
    '  journalctl -u nginx -n 200 | sre ask "what broke?" --json | jq -r .answer\n'
    '  echo "why is plex slow?" | sre ask\n'
    "  dmesg | tail -50 | sre ask -"
)
def ask(
    context: typer.Context,
    question: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION",
            help="The question; - reads it, or the text it is about, from stdin.",
        ),
    ] = None,
    session: SESSION_OPTION = None,
    resume: CONTINUE_OPTION = False,
    model: MODEL_OPTION = None,
    no_llm: NO_LLM_OPTION = False,
    quiet: QUIET_OPTION = False,
    verbose: VERBOSE_OPTION = False,
    record: RECORD_OPTION = False,
    as_json: JSON_OPTION = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object per event, as it happens.")
    ] = False,
) -> None:
    """Answer on stdout, its making on stderr."""
    invocation = invocation_of(context)
    output = OutputOptions(json=as_json, jsonl=as_jsonl)
    if record:
        check_may_record(invocation, output)
    text, attached = _asked(invocation, question or [])
    if not text and (question or output.for_program):
        raise Problem(
            "there is no question",
            code="usage",
            exit_code=ExitCode.USAGE,
            hint='ask one: sre ask "is anything wrong?"',
        )
    if not text:
        invocation.environment.stdout.write(context.get_help() + "\n")
        raise typer.Exit(ExitCode.USAGE)
    answer = answer_question(
        invocation,
        text,
        attached=attached,
        session=session,
        resume=resume,
        llm=LlmSettings() if no_llm else with_model(invocation.settings.llm, model),
        output=output,
        quiet=quiet,
        verbose=verbose,
    )
    if record or not (quiet or output.for_program):
        found = investigated(answer)
        offer_to_record(context, invocation, found, wanted=record, session=answer.session)
    if code := exit_code(answer):
        raise typer.Exit(code)


def answer_question(
    invocation: Invocation,
    question: str,
    *,
    attached: str = "",
    session: str | None = None,
    resume: bool = False,
    llm: LlmSettings | None = None,
    output: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    quiet: bool = False,
    verbose: bool = False,
) -> Answer:
    """Ask, and write the answer.

    Args:
        invocation: streams, settings and folders.
        question: what to ask.
        attached: text that came with it.
        session: id of the session to go on with.
        resume: go on with the latest session instead.
        llm: other model settings than the configured ones.
        output: whether a program reads the answer.
        quiet: no tool trace.
        verbose: tool trace with all arguments and timings.

    Raises:
        Problem: if there is no answer.
    """
    stdout = invocation.environment.stdout
    chosen_llm = invocation.settings.llm if llm is None else llm
    check_backends(invocation.settings, chosen_llm, question, attached)
    tells = not quiet and not output.for_program
    # What answers takes a second to load, and a pipe shows nothing before the first tool.
    if tells and session is None and not resume:
        invocation.narrator.trace(_LOOKING)
    writer = AnswerWriter(
        stdout,
        invocation.narrator,
        quiet=quiet,
        verbose=verbose,
        stream=stdout.isatty(),
        width=room_of(invocation) or 0,
    )

    def take(event: AgentEvent) -> None:
        if output.jsonl:
            write_json_lines(stdout, [event.model_dump(mode="json")])
        elif not output.json:
            writer.take(event)

    async def work() -> Answer:
        async with open_agent(invocation, asks=tells) as agent:
            chosen = agent.sessions.latest() if resume else None
            if session is not None:
                chosen = agent.sessions.load(session)
            if tells and (session is not None or resume):
                invocation.narrator.trace(_LOOKING)
            return await follow(agent.ask(question, chosen, attached=attached, llm=llm), take)

    answer = invocation.run_async(work())
    if output.json:
        write_json(stdout, document(answer))
    return answer


@contextlib.asynccontextmanager
async def open_agent(invocation: Invocation, *, asks: bool) -> AsyncIterator[Agent]:
    """The agent with its tools, closed afterwards.

    Args:
        invocation: settings, folders and streams.
        asks: whether a person at the terminal may be asked before a tool writes.
    """
    from commands.consent import consent_of
    from sre_tui.agent.agent import Agent
    from sre_tui.agent.analyst import BuiltInAnalyst

    async with invocation.tool_context() as context:
        agent = Agent(context, BuiltInAnalyst(), consent=consent_of(invocation) if asks else None)
        try:
            yield agent
        finally:
            await agent.aclose()


async def follow(run: Run, take: Callable[[AgentEvent], None]) -> Answer:
    """Hand every event on and give the answer at the end; Ctrl-C ends it with what came so far.

    Raises:
        Problem: if the end is a failure.
    """
    with _ctrl_c(run.cancel):
        async for event in run:
            take(event)
            if isinstance(event, Answered):
                return event.answer
            if isinstance(event, Failed):
                cancelled = event.code == "cancelled"
                code = ExitCode.INTERRUPTED if cancelled else ExitCode.FAILURE
                raise Problem(event.detail, code=event.code, exit_code=code)
    # The work was stopped before it had begun.
    raise Problem("the question was cancelled", code="cancelled", exit_code=ExitCode.INTERRUPTED)


@contextlib.contextmanager
def _ctrl_c(act: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, act)
    except (NotImplementedError, RuntimeError):
        # Not in the main thread, or on a system whose loops know no signals.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def with_model(llm: LlmSettings, model: str | None) -> LlmSettings:
    """The model settings with another model in front, or with none.

    Raises:
        ModelError: if nothing tells the provider.
    """
    if model is None:
        return llm
    from sre_tui.agent.model import asking

    return asking(llm, model)


def document(answer: Answer) -> dict[str, object]:
    """The answer as JSON: ``answer``, ``evidence``, ``unsupported``, ``usage``, ``mode`` ..."""
    fields = answer.model_dump(mode="json")
    return {"schema_version": 1, "answer": fields.pop("text"), **fields}


def exit_code(answer: Answer) -> ExitCode:
    """How complete an answer is, by the rules of the commands that ask a backend themselves.

    130 if the user ended it; 3 or 4 if no backend gave data; 5 if something is missing or old.
    Runbooks are no backend: an answer from them alone is complete.
    """
    if any(one.what == "cancelled" for one in answer.degraded):
        return ExitCode.INTERRUPTED
    states = [one.state for one in answer.evidence if not one.tool.startswith("runbook")]
    if states and not any(state.has_data for state in states):
        joint = State.UNREACHABLE if State.UNREACHABLE in states else joint_state(states)
        # A query that is rejected is no word about the backend.
        return ExitCode.PARTIAL if joint is State.BAD_RESPONSE else EXIT_CODES[joint]
    if not answer.complete or any(state is not State.OK for state in states):
        return ExitCode.PARTIAL
    return ExitCode.OK


def check_backends(settings: Settings, llm: LlmSettings, question: str, attached: str) -> None:
    """Refuse a question that nothing could answer, before anything is done.

    Runbooks and piped text can be asked about without any backend, and a model sees for itself
    what it has to go on.

    Raises:
        Problem: if no backend is configured and the question is about the homelab.
    """
    if settings.configured or attached or llm.provider is not None or _about_runbooks(question):
        return
    from sre_tui.tools.registry import all_tools

    asked = sorted({f"{name.upper()}_URL" for tool in all_tools() for name in tool.needs})
    raise Problem(
        "no backend is configured, so nothing can be checked: "
        f"set {', '.join(asked[:-1])} or {asked[-1]}",
        code=State.NOT_CONFIGURED.value,
        exit_code=ExitCode.USAGE,
        hint="`sre config init` makes a settings file; on the simulated homelab: "
        f"sre --demo ask {shlex.quote(one_line(question, 60))}",
    )


def _about_runbooks(question: str) -> bool:
    from datetime import UTC, datetime

    from sre_tui.agent.analyst.intent import understand
    from sre_tui.agent.analyst.question import Intent

    return understand(question, "", datetime.now(UTC), UTC).intent is Intent.RUNBOOK


def _asked(invocation: Invocation, words: list[str]) -> tuple[str, str]:
    """The question, and the text that came with it."""
    must = "-" in words
    question = " ".join(word for word in words if word != "-").strip()
    piped = read_piped(invocation.environment.stdin, must=must)
    if piped is None:
        return question, ""
    _tell(invocation, piped)
    text = piped.text if piped.text.strip() else ""
    if question and text:
        # A loop over lines loses its input to this, and must be able to see that.
        lines = len(text.splitlines())
        invocation.narrator.say(f"stdin joins the question: {count(lines, 'line')}")
    if question or not text:
        return question, text
    return (text.strip(), "") if is_question(text) else (PIPED_QUESTION, text)


def _tell(invocation: Invocation, piped: Piped) -> None:
    if piped.left_open and piped.text:
        invocation.narrator.warn("the pipe stays open; going on with what came through it")
    elif piped.left_open:
        invocation.narrator.warn("nothing came through the pipe; going on without it")
    if piped.cut:
        invocation.narrator.warn(f"only the end is read: {piped.cut} bytes are left out")
