"""Writes an investigation as an answer: the conclusion, then why, what to do, what is open."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from providers.text import both_ends
from sre_tui.agent.analyst.calls import Found
from sre_tui.agent.analyst.conclusion import MOST_NAMES, Conclusion
from sre_tui.agent.analyst.endings import bullets, gaps, unknown_names
from sre_tui.agent.analyst.look import SETTINGS, Look
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.regarding import FOUND, regarding
from sre_tui.agent.analyst.runbook_steps import placeholder_note
from sre_tui.agent.analyst.wording import capital, code, names, plain, since
from sre_tui.diagnosis.causes.model import Argument, Cause, Investigation, Step
from sre_tui.diagnosis.finding import Finding
from sre_tui.views.human import count
from sre_tui.views.investigation_words import (
    how_sure,
    in_detail,
    joined_effects,
)

MOST_OTHERS: Final = 3
MOST_ELSEWHERE: Final = 2
MOST_SYMPTOMS: Final = 5
COMMAND_LINES: Final = 4
"""Commands of one step."""


@dataclass(frozen=True)
class _Room:
    """How much of one cause is told, so that an answer stays about a screen long."""

    speaks_for: int
    against: int
    effects: int
    confirm: int
    steps: int


_ROOMS: Final = (
    _Room(speaks_for=5, against=3, effects=5, confirm=2, steps=4),
    _Room(speaks_for=3, against=2, effects=3, confirm=1, steps=2),
    _Room(speaks_for=2, against=1, effects=2, confirm=1, steps=2),
)
"""Where one cause is told, where two are, and where three are."""


def report(look: Look, found: Found, *, lead: str = "", facts: Sequence[str] = ()) -> Iterator[str]:
    """The answer in pieces.

    Args:
        look: the question.
        found: the investigation.
        lead: a paragraph to be told behind the conclusion.
        facts: what is known of what the question names, where nothing explains its trouble.
    """
    made = found.data(Investigation)
    if made is None or made.verdict == "blind":
        yield from unknown_names(look)
        yield from _nothing_read(look)
        yield from gaps(look)
        return
    made = regarding(look, made)
    yield from _Writer(look, made, Quotes(look.caller, found), lead, facts).pieces()


def _nothing_read(look: Look) -> Iterator[str]:
    """Says that there is nothing to answer from, and what to do about that."""
    if not look.configured:
        settings = names(list(SETTINGS.values())).replace(" and ", " or ")
        yield (
            f"**Nothing can be checked: no backend is configured.** Set {settings}; "
            "`sre config init` makes a settings file, and `sre --demo` shows a simulated homelab."
            "\n\n"
        )
        return
    failed = names([plain(name) for name in look.coverage.failed])
    said = f": {failed} gave no answer" if failed else ""
    yield f"**Nothing could be checked**{said}. `sre doctor` tells what to mend.\n\n"


class _Writer:
    def __init__(
        self, look: Look, found: Investigation, quotes: Quotes, lead: str, facts: Sequence[str]
    ) -> None:
        self._look = look
        self._found = found
        self._quotes = quotes
        self._lead = lead
        self._facts = facts
        self._told = _told(found)[: len(_ROOMS)]
        """Causes that are told with what speaks for them."""
        self._left = [one for one in found.ranked if one not in self._told]
        aside = found.verdict == "elsewhere"
        self._room = _ROOMS[-1 if aside else max(0, len(self._told) - 1)]

    def pieces(self) -> Iterator[str]:
        found = self._found
        yield from self._unknown()
        yield Conclusion(self._look, found, self._told, self._quotes).opening() + "\n\n"
        if self._lead:
            yield f"{self._lead}\n\n"
        for number, cause in enumerate(self._told, start=1):
            yield from self._cause(number, cause)
        known = [*self._symptoms(), *self._facts] if found.verdict not in FOUND else []
        if known:
            yield "**What is known**\n" + bullets(known)
        yield from self._others()
        if found.verdict in ("nothing_wrong", "unknown") and found.checked:
            checked = "; ".join(self._counted(found.checked))
            yield f"Looked at: {checked}.{self._quotes.whole}\n\n"
        yield from self._steps()
        yield from gaps(self._look, self._not_configured())

    def _unknown(self) -> Iterator[str]:
        """Words that look like names and are none."""
        if self._found.focus:
            return
        for line in self._found.not_checked:
            if line.startswith(_NO_NAME):
                yield f"{capital(plain(line, 240))}.\n\n"

    # -- causes ------------------------------------------------------------------------------

    def _cause(self, number: int, cause: Cause) -> Iterator[str]:
        room, quotes = self._room, self._quotes
        yield self._title(number, cause)
        lines = [self._argument(each) for each in cause.speaks_for[: room.speaks_for]]
        lines += [
            f"Against it: {self._argument(each)}" for each in cause.speaks_against[: room.against]
        ]
        effects = joined_effects(cause, MOST_NAMES)
        for text, first in effects[: room.effects]:
            began = since(first.since, self._look.now)
            shows = f"{first.text} {began}".strip()
            several = text != first.text
            if several:
                self._look.caller.counted(text)
            cite = quotes.whole if several else quotes.cite(first.evidence, shows, 1)
            lines.append(f"Effect: {plain(text, 240)} {began}".rstrip() + cite)
        if (left := len(effects) - room.effects) > 0:
            told = count(left, "more kind of effect", "more kinds of effects")
            lines.append(f"and {self._look.caller.counted(told)}: {self._command()}")
        confirm = [code(one, 200) for one in cause.would_confirm[: room.confirm]]
        if confirm:
            lines.append(f"Would confirm it: {', '.join(confirm)}{quotes.whole}")
        yield bullets(lines)

    def _title(self, number: int, cause: Cause) -> str:
        found = self._found
        if found.verdict == "cause":
            return "**Why**\n"
        elsewhere = "Trouble elsewhere" if cause in found.elsewhere else ""
        word = elsewhere or ("Cause" if cause.confirmed else "Possible cause")
        began = since(cause.since, self._look.now, open_start=cause.open_start, age=True)
        parts = [how_sure(cause.confidence), began, "" if cause.active else "over by now"]
        told = ", ".join(part for part in parts if part)
        claim = plain(cause.claim, 200)
        return f"**{word} {number}: {claim}**, {told}{self._quotes.whole}\n"

    def _argument(self, argument: Argument) -> str:
        first = argument.evidence[0] if argument.evidence else None
        said = ""
        if first is not None and first.says not in argument.text:
            said = f": {code(both_ends(first.says, 200), 200)}"
        cite = self._quotes.cite(argument.evidence, argument.text)
        return f"{plain(argument.text, 340)}{said}{cite}"

    # -- the rest ----------------------------------------------------------------------------

    def _symptoms(self) -> Iterator[str]:
        for one in self._found.symptoms[:MOST_SYMPTOMS]:
            yield f"{self._finding(one)}"
        if (left := len(self._found.symptoms) - MOST_SYMPTOMS) > 0:
            yield f"and {self._look.caller.counted(f'{left} more')}: {self._command()}"

    def _finding(self, one: Finding) -> str:
        who = str(one.subject)
        about = "" if one.subject.own_name in one.text else f"{plain(who, 80)}: "
        began = since(one.since, self._look.now, open_start=one.open_start)
        cite = self._quotes.cite(one.evidence, f"{one.text} {began}".strip())
        return f"{about}{plain(one.text, 240)} {began}".rstrip() + cite

    def _others(self) -> Iterator[str]:
        """Causes of which only the claim is told."""
        found = self._found
        elsewhere = [one for one in self._left if one in found.elsewhere]
        further = [one for one in self._left if one not in found.elsewhere]
        for title, causes in (("Less likely", further), ("Elsewhere, on its own", elsewhere)):
            title = "Causes too" if causes and causes[0].confirmed and causes is further else title
            if not causes:
                continue
            lines = [self._claim(one) for one in causes[:MOST_OTHERS]]
            if (left := len(causes) - MOST_OTHERS) > 0:
                lines.append(f"and {self._look.caller.counted(f'{left} more')}: {self._command()}")
            yield f"**{title}**\n" + bullets(lines)

    def _claim(self, cause: Cause) -> str:
        began = since(cause.since, self._look.now, open_start=cause.open_start)
        told = ", ".join(part for part in (how_sure(cause.confidence), began) if part)
        return f"{plain(cause.claim, 200)}: {told}{self._quotes.whole}"

    def _command(self) -> str:
        asked = self._found.asked
        # Markdown has no backtick within code, and another mark would end the quotes.
        asked = shlex.quote(asked) if asked and "`" not in asked else ""
        return code(f"sre investigate {asked}".rstrip(), 160)

    def _counted(self, lines: Sequence[str]) -> Iterator[str]:
        yield from (plain(one, 200) for one in lines)

    def _steps(self) -> Iterator[str]:
        books: dict[str, list[Step]] = {}
        for step in self._found.steps:
            books.setdefault(step.runbook, []).append(step)
        for runbook, every in books.items():
            steps = _chosen(every, self._room.steps if len(books) == 1 else 2)
            cite = self._quotes.cite_runbook(steps)
            note = placeholder_note(text for step in steps for text in (step.text, *step.commands))
            yield (
                f"**What to do next**, from the runbook {code(runbook)} "
                f"(`sre runbooks show {runbook}`{note}){cite}\n"
            )
            yield "".join(
                f"{n}. {step_text(step)}\n"
                for n, step in enumerate(steps, 1)
            ) + "\n"  # fmt: skip

    def _not_configured(self) -> list[str]:
        """Backends that nobody could ask; the others tell by their states."""
        missing = [
            line.removesuffix(_NOT_CONFIGURED)
            for line in self._found.not_checked
            if line.endswith(_NOT_CONFIGURED)
        ]
        if not missing:
            return []
        are = "is" if len(missing) == 1 else "are"
        return [f"{names([plain(one) for one in missing])} {are} not configured"]


_NO_NAME: Final = "nothing here is called "
_NOT_CONFIGURED: Final = " is not configured"


def _told(found: Investigation) -> list[Cause]:
    """The causes that are told in detail: certain ones, else what is possible of what was asked."""
    sure = [one for one in in_detail(found) if one.confirmed]
    possible = [one for one in found.causes if not one.confirmed]
    if found.verdict == "elsewhere":
        return [*sure[:MOST_ELSEWHERE], *possible[:1]]
    return sure or possible


def _chosen(steps: Sequence[Step], most: int) -> list[Step]:
    """One look to make sure, then what mends it."""
    checks = [one for one in steps if one.heading == "Checks"]
    fixes = [one for one in steps if one.heading != "Checks"]
    chosen = [*checks[: max(1, most - len(fixes))], *fixes] if most > 2 else [*fixes, *checks]
    return chosen[:most]


def step_text(step: Step) -> str:
    """A step for a numbered list: its text, then its commands as code."""
    if not step.commands:
        return step.text
    if len(step.commands) == 1 and "`" not in step.commands[0]:
        return f"{step.text} `{step.commands[0]}`"
    shown = step.commands[:COMMAND_LINES]
    return "\n".join([step.text, "   ```", *(f"   {one}" for one in shown), "   ```"])


def trouble_elsewhere(look: Look, found: Found, but: Collection[str]) -> Iterator[str]:
    """One line with the worst of what is wrong with anything else.

    Args:
        look: the question.
        found: the investigation of it.
        but: names of what was told already.
    """
    made = found.data(Investigation)
    every = made.ranked if made is not None else ()
    told = {*but}
    other = next((one for one in every if one.confirmed and one.active
                  and one.subject.own_name not in told), None)  # fmt: skip
    if other is None:
        return
    quotes = Quotes(look.caller, found)
    evidence = next((one.evidence for one in other.speaks_for if one.evidence), ())
    began = since(other.since, look.now, open_start=other.open_start)
    yield f"**Elsewhere**: {plain(other.claim)} {began}".rstrip()
    cite = quotes.cite(evidence[:1], f"{other.claim} {began}".strip())
    yield f".{cite} Ask {code('what is wrong?')} for the whole.\n\n"


__all__ = ["report", "step_text", "trouble_elsewhere"]
