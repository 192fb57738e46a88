"""What is counted, runs of the program and the calls in them; and what was asked."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Run(BaseModel):
    """One run of the program."""

    model_config = ConfigDict(frozen=True)

    id: str
    front: str
    """What ran: ``command``, ``ask``, ``chat``, ``app``."""
    version: str
    started: AwareDatetime


class Call(BaseModel):
    """A question or a command, a tool that was asked, or a model that was called."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["question", "tool", "model"]
    """``question`` is whatever a person or a script asked for: of a run whose front is ``command``
    it is that command."""
    name: str
    """The tool's, the model's or the command's; who answered, for a question."""
    started: AwareDatetime
    """No two calls of a run have the same, so that it tells them apart."""
    seconds: float = Field(ge=0, allow_inf_nan=False)
    outcome: str
    """``ok``, or in a word what went wrong, such as ``unreachable``."""
    tokens_in: int | None = Field(default=None, ge=0)
    tokens_out: int | None = Field(default=None, ge=0)
    cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """US dollars; None if nobody knows."""


LONGEST_QUESTION: Final = 500
"""Characters of a question that are kept."""


class AskedQuestion(BaseModel):
    """A question that was answered, as one line of the spool and as it is kept."""

    model_config = ConfigDict(frozen=True)

    asked: AwareDatetime
    question: str
    """On one line, without secrets; its beginning if it was long."""
    tools: tuple[str, ...] = ()
    """Names of the tools that were called for it, each once, in the order of their first calls."""
    answered_by: str = ""
    """The model, or ``analyst``."""


BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0)
"""Seconds that calls are told apart by where only their sums are wanted."""


class Total(BaseModel):
    """Calls of one front, kind, name and outcome."""

    model_config = ConfigDict(frozen=True)

    front: str
    kind: Literal["question", "tool", "model"]
    name: str
    outcome: str
    calls: int
    seconds: float
    within: tuple[int, ...]
    """How many took no longer than each of `BUCKETS`."""
    tokens_in: int
    tokens_out: int
    cost: float
    """US dollars of the calls whose price is known."""
    priced: int
    """How many these are."""
    first: AwareDatetime
    """When the first of them began."""
    last: AwareDatetime

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What they have in common."""
        return self.front, self.kind, self.name, self.outcome


class Counted(BaseModel):
    """A call and its run, as one line of the spool."""

    model_config = ConfigDict(frozen=True)

    run: Run
    call: Call
