"""Why a model call gave no answer: a small set, each one line for the user.

``str(error)`` never contains a key.
"""

from __future__ import annotations

from typing import ClassVar


class LlmError(Exception):
    """A model call failed."""

    code: ClassVar[str] = "model_failed"
    """Stable word for programs."""

    passing: ClassVar[bool] = False
    """Whether the same call may succeed a moment later."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class WrongKey(LlmError):
    """The key is missing, wrong, or lacks a right (401, 403)."""

    code = "wrong_key"


class UnknownModel(LlmError):
    """The server or LiteLLM does not know the model or its provider (404)."""

    code = "unknown_model"


class RateLimited(LlmError):
    """Too many requests or no quota left (429)."""

    code = "rate_limited"
    passing = True

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds the server asked to wait, if it did."""


class ServerError(LlmError):
    """The server failed (5xx), or answered something that is no completion."""

    code = "server_error"
    passing = True


class EmptyAnswer(ServerError):
    """The server answered properly, but with neither text nor tool calls."""

    code = "empty_answer"


class WebPage(ServerError):
    """The server answered a web page: the address is that of something else."""


class CutStream(LlmError):
    """The connection ended in the middle of an answer."""

    code = "cut_stream"
    passing = True


class Stalled(LlmError):
    """Nothing came for as long as the stall timeout."""

    code = "stalled"
    passing = True


class ContextTooLong(LlmError):
    """The conversation does not fit into the model's context."""

    code = "context_too_long"


class Unreachable(LlmError):
    """No connection could be made."""

    code = "unreachable"
    passing = True


class RequestRejected(LlmError):
    """The server refused the request for another reason (400, 422)."""

    code = "request_rejected"
