"""Who answers questions, as far as the app has to know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from sre_tui.agent.events import AgentEvent, Answer

ANALYST: Final = "built-in analyst"
"""Who answers where no model does; the agent calls it so too, but costs too much to be imported."""


class AnswerError(Exception):
    """Something cannot be done; ``str(error)`` is one line for the user."""


class AnswerRun(Protocol):
    """One question under way."""

    def __aiter__(self) -> AsyncIterator[AgentEvent]:
        """The events in order; the last one is ``Answered`` or ``Failed``."""
        ...

    def cancel(self) -> None:
        """Stop the work; the events go on to the last one, which has what came so far."""
        ...

    async def aclose(self) -> None:
        """Stop the work and forget further events."""
        ...


@dataclass(frozen=True, slots=True)
class SavedSession:
    """One line of the list of conversations."""

    id: str
    title: str
    updated_at: datetime | None
    questions: int
    problem: str = ""
    """Why it cannot be opened, if so."""


@dataclass(frozen=True, slots=True)
class PastExchange:
    """A question of a resumed session with its answer, and the text it was about."""

    question: str
    answer: Answer | None = field(default=None)
    attached: str = ""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """One of those who can be asked."""

    name: str
    """What :meth:`AnswerSource.choose` takes."""
    words: str
    asked: bool
    """Whether questions go there now."""


class AnswerSource(Protocol):
    """Answers questions one after the other, in one conversation at a time."""

    @property
    def model(self) -> str | None:
        """Name of the model that is asked; None is the built-in analyst."""
        ...

    @property
    def models(self) -> Sequence[ModelOffer]:
        """The configured models, and the built-in analyst."""
        ...

    async def choose(self, name: str) -> None:
        """Ask another model from the next question on.

        Raises:
            AnswerError: nothing tells how it is reached; the one before is still asked.
        """
        ...

    @property
    def session(self) -> str | None:
        """Id of the conversation under way; None before its first question."""
        ...

    def ask(self, question: str, attached: str = "") -> AnswerRun:
        """Take on a question; the work begins with the first event asked for.

        Args:
            question: what the user wants to know.
            attached: text from outside that it is about, untrusted.
        """
        ...

    def begin(self) -> None:
        """Begin a new conversation."""
        ...

    async def saved(self) -> Sequence[SavedSession]:
        """The conversations used last, newest first."""
        ...

    async def resume(self, session: str) -> Sequence[PastExchange]:
        """Go on with a conversation; what was said in it, oldest first.

        Raises:
            AnswerError: it is not there or cannot be read.
        """
        ...

    async def save(self, file: str) -> str:
        """Write the conversation as Markdown.

        Args:
            file: its name; empty for one that is called after the session.

        Returns:
            The path.

        Raises:
            AnswerError: it cannot be written, or there is nothing to write.
        """
        ...

    async def recalled(self) -> Sequence[str]:
        """What was asked of late, oldest first, whenever that was.

        Raises:
            AnswerError: it cannot be read.
        """
        ...

    async def remember(self, question: str) -> None:
        """Keep a question to be recalled.

        Raises:
            AnswerError: it cannot be kept.
        """
        ...

    def warm_up(self) -> None:
        """Load what the first question needs; blocks for seconds, so it belongs in a thread."""
        ...
