"""What happens while a question is answered: the whole interface between agent and fronts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from providers.reading import SourceStatus, State

Mode = Literal["model", "analyst"]
"""Who answers: a language model, or the built-in analyst."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Evidence(_Frozen):
    """One tool call and its outcome, or one thing that it quotes; answers cite it by ``id``."""

    id: str
    """``E1``, ``E2`` ... in the order of the calls, counted through the session."""
    tool: str
    arguments: dict[str, Any]
    state: State
    observed_at: AwareDatetime
    summary: str
    """One line: what was found, or why nothing was."""
    text: str
    """The result as the model reads it, not cut to the budget."""
    document: dict[str, Any] | None = None
    """The result as ``sre TOOL --json`` gives it; None if the call failed."""
    sources: tuple[SourceStatus, ...] = ()
    elapsed: float
    """Seconds."""
    command: str = ""
    """What to run to see the same oneself, of what a result quotes; empty for a tool call."""
    part_of: str = ""
    """Id of the evidence that quotes it; empty for a tool call."""


class Unsupported(_Frozen):
    """A figure, name or time in an answer that no evidence contains."""

    text: str
    kind: Literal["figure", "name", "time", "citation"]
    start: int
    """Index into the answer's text."""
    end: int


class Usage(_Frozen):
    """What an answer took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None if the model's price is not known."""
    model_calls: int = 0
    tool_calls: int = 0
    elapsed: float = 0.0
    """Seconds."""


class Degradation(_Frozen):
    """Something that was not as it should be, and what was done instead."""

    what: str
    """``model``, ``analyst``, ``grounding``, ``budget``, ``session``, ``site``, ``cancelled``, or
    the source concerned, such as ``prometheus:main``."""
    detail: str


class Answer(_Frozen):
    """The finished answer."""

    text: str
    """Markdown with citations such as ``[E1]``."""
    evidence: tuple[Evidence, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    usage: Usage = Usage()
    mode: Mode
    model: str | None = None
    session: str
    degraded: tuple[Degradation, ...] = ()
    complete: bool = True
    """False if a limit or the user ended the work early."""


class Started(_Frozen):
    """The question was taken on."""

    kind: Literal["started"] = "started"
    question: str
    session: str
    mode: Mode
    model: str | None = None


class TextDelta(_Frozen):
    """A further piece of the answer."""

    kind: Literal["text_delta"] = "text_delta"
    text: str


class TextReset(_Frozen):
    """What was streamed so far was not the answer (thinking aloud before tool calls): drop it."""

    kind: Literal["text_reset"] = "text_reset"


class ToolStarted(_Frozen):
    """A tool call begins."""

    kind: Literal["tool_started"] = "tool_started"
    evidence_id: str
    tool: str
    arguments: dict[str, Any]


class ToolFinished(_Frozen):
    """A tool call ended, well or badly."""

    kind: Literal["tool_finished"] = "tool_finished"
    evidence: Evidence


class Degraded(_Frozen):
    """Something is not as it should be; the work goes on."""

    kind: Literal["degraded"] = "degraded"
    degradation: Degradation


class Answered(_Frozen):
    """The end: here is the answer."""

    kind: Literal["answer"] = "answer"
    answer: Answer


class Failed(_Frozen):
    """The end: there is no answer."""

    kind: Literal["failed"] = "failed"
    code: str
    """Stable word for programs: ``cancelled``, ``session_unreadable`` ..."""
    detail: str
    """One line for people."""


AgentEvent = Annotated[
    Started | TextDelta | TextReset | ToolStarted | ToolFinished | Degraded | Answered | Failed,
    Field(discriminator="kind"),
]
