"""What a model call gives, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextPiece:
    """A further piece of the text."""

    text: str


@dataclass(frozen=True)
class ToolCallRequest:
    """A complete tool call; ``arguments`` is what the model wrote, which need not be JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Waiting:
    """The server asked to wait; the call goes on by itself after ``seconds``."""

    seconds: float
    reason: str


@dataclass(frozen=True)
class Finished:
    """The end of a call that ended well.

    Attributes:
        model: the one that answered, which is another than asked for after a fallback.
        reason: ``stop``, ``tool_calls``, ``length`` or ``content_filter``.
        cost: US dollars; None if the model's price is not known.
    """

    model: str
    reason: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


Chunk = TextPiece | ToolCallRequest | Waiting | Finished
