"""The words that begin with a slash in `sre chat`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from commands.diagnostics import ExitCode, Narrator, Problem
from commands.layout import room
from commands.narration import evidence_line, short_evidence_line
from providers.clock import age_in_words
from sre_tui.agent.model import NO_MODEL, asking, configured_models
from sre_tui.agent.session import Session
from sre_tui.agent.transcript import save_transcript
from sre_tui.agent.wording import ANALYST, total_text
from sre_tui.nearest import nearest
from sre_tui.settings import LlmSettings
from sre_tui.views.human import left_out

if TYPE_CHECKING:
    from sre_tui.agent.agent import Agent

ALL = "all"
"""Said after ``/evidence`` by who wants everything."""
_MOST_EVIDENCE = 20
_MOST_LINES = 40


@dataclass
class Chat:
    """A conversation under way, which the commands look at and change."""

    agent: Agent
    session: Session
    configured: LlmSettings
    """Where models to choose from are named."""
    llm: LlmSettings
    stdout: TextIO
    variables: Mapping[str, str]
    narrator: Narrator
    folder: Path
    """Where ``/save`` writes."""
    ended: bool = False

    @property
    def asked(self) -> str:
        """Who is asked; whether a model answers is known only then."""
        if self.llm.provider is None:
            return f"no model: the {ANALYST} answers"
        return f"questions go to {self.llm.model or 'no model yet: set LLM_MODEL'}"


def obey(chat: Chat, line: str) -> None:
    """Do what a line such as ``/evidence E3`` says.

    Raises:
        Problem: if there is no such command, or it cannot be done.
    """
    name, _, rest = line.strip().partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        close = nearest(name, COMMANDS, limit=1)
        guess = f"; did you mean {close[0]}?" if close else ""
        raise _usage(f"there is no command {name}{guess}", "/help lists the commands")
    command.act(chat, rest.strip())


def complete(chat: Chat, line: str) -> list[str]:
    """What the last word of a line can be."""
    name, space, word = line.lstrip().partition(" ")
    if not name.startswith("/"):
        return []
    if not space:
        return [command for command in COMMANDS if command.startswith(name)]
    match name:
        case "/evidence":
            known = [*(evidence.id for evidence in chat.session.evidence), ALL]
        case "/session":
            known = [summary.id for summary in chat.agent.sessions.summaries()]
        case "/model":
            known = [*configured_models(chat.configured), NO_MODEL]
        case _:
            known = []
    return [each for each in known if each.startswith(word)]


def _help(chat: Chat, _: str) -> None:
    width = max(len(f"{name} {command.takes}") for name, command in COMMANDS.items())
    for name, command in COMMANDS.items():
        chat.narrator.say(f"  {f'{name} {command.takes}'.ljust(width)}  {command.help}")
    chat.narrator.say("A backslash at the end of a line goes on in the next one.")
    chat.narrator.say("Ctrl-C ends the running answer, Ctrl-D leaves.")


def _new(chat: Chat, _: str) -> None:
    chat.session = chat.agent.sessions.new()
    chat.narrator.say("a new session begins with the next question")


def _sessions(chat: Chat, _: str) -> None:
    summaries = chat.agent.sessions.summaries()
    if not summaries:
        chat.narrator.say(f"no session is saved yet in {chat.agent.sessions.folder}")
    now = chat.agent.sessions.new().record.created_at
    for one in summaries:
        if one.updated_at is None:
            chat.narrator.warn(f"{one.id}: {one.problem}")
            continue
        age = f"{age_in_words((now - one.updated_at).total_seconds())} ago"
        mark = "*" if one.id == chat.session.id else " "
        chat.stdout.write(f"{mark} {one.id}  {age:<14}  {one.questions:>2}  {one.title}\n")


def _session(chat: Chat, rest: str) -> None:
    if not rest:
        chat.stdout.write(f"{chat.session.id}\n")
        return
    chat.session = chat.agent.sessions.load(rest)
    count = len(chat.session.exchanges)

    chat.narrator.say(f"going on with {chat.session.record.title!r}, {_questions(count)}")


def _model(chat: Chat, rest: str) -> None:
    if rest:
        chat.llm = asking(chat.configured, rest)
    chat.narrator.say(chat.asked)


def _save(chat: Chat, rest: str) -> None:
    chat.stdout.write(f"{save_transcript(chat.session, chat.folder, rest)}\n")


def _evidence(chat: Chat, rest: str) -> None:
    known = {evidence.id: evidence for evidence in chat.session.evidence}
    if not known:
        raise _usage("there is no evidence yet", "ask something first")
    width = room(chat.stdout, chat.variables) or 0
    if not rest:
        left = len(known) - _MOST_EVIDENCE
        for evidence in list(known.values())[-_MOST_EVIDENCE:]:
            chat.stdout.write(f"{short_evidence_line(evidence, width)}\n")
        earlier = f"the last {_MOST_EVIDENCE} of {len(known)}; " if left > 0 else ""
        chat.narrator.say(
            f"{earlier}`/evidence {ALL}` lists all with whole queries, "
            f"`/evidence {next(iter(known))}` shows one with its data"
        )
        return
    wanted, _, amount = rest.partition(" ")
    if wanted.casefold() == ALL:
        for evidence in known.values():
            chat.stdout.write(f"{evidence_line(evidence, width)}\n")
        return
    chosen = known.get(wanted.upper())
    if chosen is None:
        raise _usage(f"there is no evidence {wanted}", f"there is {', '.join(known)}")
    lines = chosen.text.rstrip().splitlines()
    # Only a person at a terminal loses the conversation to a long text.
    shown = lines[:_MOST_LINES] if width and amount.casefold() != ALL else lines
    chat.stdout.write(f"{evidence_line(chosen, width)}\n\n" + "\n".join(shown) + "\n")
    if len(shown) < len(lines):
        way = f"`/evidence {chosen.id} {ALL}` shows the whole"
        chat.narrator.say(left_out(len(lines) - len(shown), "line", way))


def _cost(chat: Chat, _: str) -> None:
    usages = [exchange.usage for exchange in chat.session.exchanges]
    chat.stdout.write(f"{total_text(usages)}\n")


def _quit(chat: Chat, _: str) -> None:
    chat.ended = True


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def _usage(message: str, hint: str) -> Problem:
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)


@dataclass(frozen=True)
class Command:
    """One of them: what it does, in code and in words."""

    act: Callable[[Chat, str], None]
    help: str
    takes: str = ""


COMMANDS: Mapping[str, Command] = {
    "/help": Command(_help, "This list."),
    "/new": Command(_new, "Begin a new session."),
    "/sessions": Command(_sessions, "List the saved sessions."),
    "/session": Command(_session, "Go on with a saved session; alone, name this one.", "ID"),
    "/model": Command(_model, f"Ask another model; {NO_MODEL} for the built-in analyst.", "NAME"),
    "/save": Command(_save, "Write this session as Markdown.", "[FILE]"),
    "/evidence": Command(_evidence, "List the evidence, or show one whole.", "[E3|all]"),
    "/cost": Command(_cost, "What this session took."),
    "/quit": Command(_quit, "Leave, as Ctrl-D does."),
}
