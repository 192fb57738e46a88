"""How an agent's run is told on the command line: the answer on stdout, its making on stderr."""

from __future__ import annotations

import json
from typing import TextIO

from commands.diagnostics import Narrator
from providers.reading import State
from sre_tui.agent.events import (
    AgentEvent,
    Answer,
    Answered,
    Degraded,
    Evidence,
    Started,
    TextDelta,
    TextReset,
    ToolFinished,
    ToolStarted,
)
from sre_tui.agent.wording import call_text, usage_text

_LONGEST_ARGUMENT = 60
_LONGEST_SUMMARY = 140
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
    ) -> None:
        self._stdout = stdout
        self._narrator = narrator
        self._quiet = quiet
        self._verbose = verbose
        self._stream = stream
        self._shows_session = shows_session
        self._streamed = ""

    def take(self, event: AgentEvent) -> None:
        """Write what one event has to say."""
        match event:
            case Started(mode="analyst"):
                self._trace("no model: the built-in analyst answers")
            case Started(model=model):
                self._trace(f"{model} answers")
            case TextDelta(text=text) if self._stream:
                self._write(text)
                self._streamed += text
            case TextReset():
                if self._streamed and not self._streamed.endswith("\n"):
                    self._write("\n")
                self._streamed = ""
            case ToolStarted() if self._verbose:
                self._trace(f"… {event.evidence_id} {event.tool} {json.dumps(event.arguments)}")
            case ToolFinished():
                self._tool_line(event)
            case Degraded(degradation=degradation):
                self._narrator.warn(f"{degradation.what}: {degradation.detail}")
            case Answered(answer=answer):
                self._finish(answer)
            case _:
                pass

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
        shown = self._streamed
        # An answer is stripped, its stream is not: the difference is no reason to say it twice.
        if answer.text.strip() != shown.strip():
            if shown:
                self._write("\n\n")
            self._write(answer.text)
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
                self._write(f"{evidence_line(evidence)}\n")
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


def evidence_line(evidence: Evidence) -> str:
    """One line of the list under an answer."""
    arguments = _cut(call_text(evidence.arguments), _LONGEST_ARGUMENT)
    state = "" if evidence.state is State.OK else f" [{evidence.state.value}]"
    summary = _cut(evidence.summary, _LONGEST_SUMMARY)
    return f"  {evidence.id}  {evidence.tool}({arguments}){state}: {summary}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
