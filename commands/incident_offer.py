"""Offers to record what an investigation found; nothing is kept that nobody confirmed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import ValidationError

from commands.confirmation import ask_to_record, is_confirmed, show_values
from commands.demo_homelab import HOW_TO_START, ends_with_command, is_on_demo
from commands.output import OutputOptions

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.agent.events import Answer
    from sre_tui.diagnosis.causes.model import Investigation

RECORD_OPTION = Annotated[
    bool,
    typer.Option(
        "--record",
        help="Record the cause in the journal afterwards: asks for each part, filled in.",
    ),
]
_INVESTIGATE: Final = "investigate"


def check_may_record(invocation: Invocation, output: OutputOptions) -> None:
    """Refuse to record where nobody can be asked.

    Raises:
        Problem: if a program reads the answer, or no person types.
    """
    from commands.incident_values import wrong_usage

    if output.for_program or output.watch is not None or not invocation.may_ask:
        raise wrong_usage(
            "--record asks questions, and nobody is there to answer them",
            "in a terminal, without --json, --jsonl, --watch and --no-input",
        )


def offer_to_record(
    context: typer.Context,
    invocation: Invocation,
    found: Investigation | None,
    *,
    wanted: bool,
    session: str = "",
) -> None:
    """Tell the command that records a cause, or ask for it and record it where that is wanted.

    There is no offer without a sure cause, for an incident that the journal has as an open one, and
    on a demo that ends with the command.
    """
    if found is None:
        if wanted:
            invocation.narrator.say("there is no cause to record: nothing was investigated")
        return
    if is_on_demo(context) and ends_with_command(invocation):
        if wanted:
            said = "nothing was recorded: this demo ends with the command, and its journal too"
            invocation.narrator.say(f"{said}; {HOW_TO_START}")
        return
    from sre_tui.memory.draft import draft_of, recorded_as

    draft = draft_of(found, session=session)
    if draft is None:
        if wanted:
            invocation.narrator.say("there is no cause to record: none is sure")
        return
    known = recorded_as(found, draft)
    if known is not None:
        if wanted:
            said = f"it is in your journal already, as {known.id}: {known.title}"
            invocation.narrator.say(f"{said}; `sre incidents edit {known.id}` changes it")
        return
    if wanted:
        _record(invocation, draft.values)
    elif invocation.narrator.is_terminal:
        command = record_command(draft.values, _program(context))
        invocation.narrator.trace(f"to record it: {command}")


def investigated(answer: Answer) -> Investigation | None:
    """The last investigation whose cause an answer names; None if it names none."""
    from sre_tui.diagnosis.causes.model import Investigation
    from sre_tui.memory.incident import folded_text, is_said

    # A thing is named where it stands behind its machine as well.
    told = folded_text(answer.text.replace("/", " "))
    for evidence in reversed(answer.evidence):
        if evidence.tool != _INVESTIGATE or evidence.part_of or evidence.document is None:
            continue
        try:
            found = Investigation.model_validate(evidence.document["data"])
        except (KeyError, ValidationError):
            continue
        sure = next((one for one in found.causes if one.confirmed), None)
        if sure is not None and is_said(sure.subject.own_name.replace("/", " "), told):
            return found
    return None


def record_command(values: Mapping[str, str], program: Sequence[str] = ("sre",)) -> str:
    """The command line that records these values, as any POSIX shell takes it."""
    options = [
        f"--{name}={value}" if value.startswith("-") else f"--{name}\0{value}"
        for name, value in values.items()
        if name != "title"
    ]
    title = values["title"]
    said = [part for one in options for part in one.split("\0")]
    # What looks like an option is none behind the two dashes.
    words = [*said, "--", title] if title.startswith("-") else [title, *said]
    return shlex.join([*program, "incidents", "record", *words])


def _program(context: typer.Context) -> list[str]:
    """How this run was called, as far as it decides which journal is written."""
    config = context.find_root().params.get("config")
    said = ["--config", str(config)] if config else []
    return ["sre", *(["--demo"] if is_on_demo(context) else []), *said]


def _record(invocation: Invocation, proposed: Mapping[str, str]) -> None:
    from commands.incident_values import RECORD, asked_values, checked_values

    narrator = invocation.narrator
    narrator.say("For your journal; enter keeps what is in brackets, - leaves it out.")
    answers = asked_values(invocation, {}, proposed)
    values: dict[str, Any] = {**proposed, **answers}
    values = {name: value for name, value in values.items() if value}
    show_values(narrator, values)
    ask_to_record(narrator)
    if not is_confirmed(narrator, invocation.environment.stdin.readline()):
        narrator.say("nothing was recorded")
        return
    checked_values(values)
    answer = invocation.run(lambda tools: RECORD.run(tools, values))
    narrator.say(f"recorded as {answer.data.id}: {answer.data.title}")
