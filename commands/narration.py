"""How an agent's run is told on the command line: the answer on stdout, its making on stderr."""

from __future__ import annotations

import json
import textwrap
from typing import TextIO

from commands.diagnostics import Narrator
from commands.links import LinkShower
from commands.wrapping import NARROWEST, WordWrapper
from providers.reading import State, without_paths
from sre_tui.agent.events import (
    AgentEvent,
    Answer,
    Answered,
    Degradation,
    Degraded,
    Evidence,
    Started,
    TextDelta,
    TextReset,
    ToolFinished,
    ToolStarted,
)
from sre_tui.agent.wording import ANALYST, asked_text, call_text, state_text, usage_text

_LONGEST_ARGUMENT = 60
_LONGEST_SUMMARY = 140
_USUAL_WIDTH = 120
"""Columns of a shortened line of evidence off a terminal."""
_MARKS = {
    State.OK: "✓",
    State.PARTIAL: "▲",
    State.STALE: "◌",
}


class AnswerWriter:
    """Writes events as they come.

    Args:
        stdout: where the answer goes.
        narrator: where the tool trace goes.
        quiet: whether the trace is left out.
        verbose: whether it shows all arguments and timings.
        stream: whether the answer is written as it comes; if not, only when it is complete.
        shows_session: whether the last line tells how to go on.
        width: terminal cells a line may have; 0 if it may have any number.
    """

    def __init__(
        self,
        stdout: TextIO,
        narrator: Narrator,
        *,
        quiet: bool = False,
        verbose: bool = False,
        stream: bool = True,
        shows_session: bool = True,
        width: int = 0,
    ) -> None:
        self._stdout = stdout
        self._narrator = narrator
        self._quiet = quiet
        self._verbose = verbose
        self._stream = stream
        self._shows_session = shows_session
        self._streamed = ""
        self._width = width
        self._renew()
        self._asked: str | None = None
        self._warned: set[str] = set()

    def _renew(self) -> None:
        """Begin a text anew: what is read on a terminal is wrapped, its links made readable."""
        self._wrapper = WordWrapper(self._width) if self._width else None
        self._links = LinkShower()

    def _shown(self, text: str) -> str:
        return self._wrapper.feed(self._links.feed(text)) if self._wrapper else text

    def take(self, event: AgentEvent) -> None:
        """Write what one event has to say."""
        match event:
            case Started(mode="analyst"):
                self._trace(f"no model: the {ANALYST} answers")
            case Started(model=model):
                self._asked = model
                if model:
                    self._trace(f"asking {model} …")
            case TextDelta(text=text) if self._stream:
                self._write(self._shown(text))
                self._streamed += text
            case TextReset():
                self._end_stream()
                if self._streamed and not self._streamed.endswith("\n"):
                    self._write("\n")
                self._streamed = ""
            case ToolStarted() if self._verbose:
                self._trace(f"… {event.evidence_id} {event.tool} {json.dumps(event.arguments)}")
            case ToolFinished():
                self._tool_line(event)
            case Degraded(degradation=degradation):
                self._warn(degradation)
            case Answered(answer=answer):
                self._finish(answer)
            case _:
                pass

    def _warn(self, degradation: Degradation) -> None:
        what, detail = degradation.what, degradation.detail
        # A source that fails says so once, whatever it says of its next failures.
        if ":" in what and what in self._warned:
            return
        self._warned.add(what)
        if what == "model":
            gave_up = self._asked and detail.endswith("answers instead")
            self._narrator.warn(f"{self._asked} does not answer: {detail}" if gave_up else detail)
        else:
            told = without_paths(detail)
            self._narrator.warn(f"{what}: {told}")

    def _end_stream(self) -> None:
        if self._wrapper is not None:
            self._write(self._wrapper.feed(self._links.end()) + self._wrapper.end())
            self._renew()

    def _tool_line(self, event: ToolFinished) -> None:
        evidence = event.evidence
        mark = _MARKS.get(evidence.state, "✗")
        arguments, summary, timing = call_text(evidence.arguments), evidence.summary, ""
        if self._verbose:
            timing = f" {evidence.elapsed:.2f} s"
        else:
            arguments = _cut(arguments, _LONGEST_ARGUMENT)
            summary = _cut(summary, _LONGEST_SUMMARY)
        self._trace(f"{mark} {evidence.id} {evidence.tool}({arguments}){timing}: {summary}")

    def _finish(self, answer: Answer) -> None:
        self._end_stream()
        shown = self._streamed
        # An answer is stripped, its stream is not: the difference is no reason to say it twice.
        if answer.text.strip() != shown.strip():
            if shown:
                self._write("\n\n")
            self._write(self._shown(answer.text))
            self._end_stream()
            shown = answer.text
        if not shown.endswith("\n"):
            self._write("\n")
        for flagged in answer.unsupported:
            self._narrator.warn(
                f"not in the evidence, check it yourself: {flagged.kind} {flagged.text!r}"
            )
        if answer.evidence:
            self._write("\nEvidence\n")
            for evidence in answer.evidence:
                line = evidence_line if self._verbose else short_evidence_line
                self._write(f"{line(evidence, self._width)}\n")
        usage = usage_text(answer)
        if self._shows_session:
            usage += f" · go on with --session {answer.session}"
        self._trace(usage)

    def _trace(self, text: str) -> None:
        if not self._quiet:
            self._narrator.trace(text)

    def _write(self, text: str) -> None:
        self._stdout.write(text)
        self._stdout.flush()


def evidence_line(evidence: Evidence, width: int = 0) -> str:
    """One entry of the list under an answer, with the query as it was asked.

    Args:
        evidence: what was asked and found.
        width: columns of the terminal; 0 gives one line, however long.
    """
    text = f"{asked_text(evidence)}{state_text(evidence)}: {evidence.summary}"
    head = f"  {evidence.id}  "
    if width < NARROWEST:
        return f"{head}{text}"
    return "\n".join(_hanging(text, head, width))


def short_evidence_line(evidence: Evidence, width: int = 0) -> str:
    """The same on one line, with arguments and finding shortened to fit.

    Args:
        evidence: what was asked and found.
        width: columns of the terminal; 0 takes those of a usual one.
    """
    columns = width if width >= NARROWEST else _USUAL_WIDTH
    summary = " ".join(evidence.summary.split())
    line = f"  {evidence.id}  {asked_text(evidence, columns // 2)}{state_text(evidence)}: {summary}"
    return _cut(line, columns)


def _hanging(text: str, head: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
