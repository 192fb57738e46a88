"""Turn whatever LiteLLM raises into one of our errors, with one line and without keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from providers.clock import Clock, system_clock
from providers.llm.errors import (
    ContextTooLong,
    CutStream,
    LlmError,
    RateLimited,
    RequestRejected,
    ServerError,
    Stalled,
    UnknownModel,
    Unreachable,
    WrongKey,
)
from providers.retry_after import retry_after
from providers.text import one_line

_TOO_LONG = re.compile(
    r"context[ _](?:length|window|size)|maximum context|too many tokens|prompt is too long"
    r"|exceeds? the (?:available |model'?s? )?context",
    re.IGNORECASE,
)
_LIBRARY_WORDS = re.compile(
    r"(?:\n\nLiteLLM: model group|\nmodel=|\. ?Received Model Group|\n\nSet ').*", re.DOTALL
)
_NO_KEY = re.compile(
    r"missing credentials|api[_ ]key.{0,40}(?:missing|not set|must be set)", re.IGNORECASE
)
_LIBRARY_NAMES = re.compile(r"^(?:(?:litellm\.)?\w+(?:Error|Exception)\b(?: - |: )?)+")
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|gsk|xai)[-_][A-Za-z0-9*_-]{6,}")


def explain(
    error: BaseException,
    model: str,
    where: str,
    secrets: Sequence[str],
    clock: Clock = system_clock,
) -> LlmError:
    """The typed error.

    Args:
        error: what LiteLLM raised.
        model: name of the model as the user knows it.
        where: the server, as the user knows it.
        secrets: values that must not appear in the text.
        clock: what a server's date to come back at is compared with if it sends no date of its own.
    """
    chain = list(_chain(error))
    status = _status(chain)
    words = _words(chain)
    for secret in secrets:
        words = words.replace(secret, "…")
    words = one_line(_KEY_LIKE.sub("…", words), 200)
    said = f": {words}" if words else ""
    names = {type(one).__name__ for one in chain}

    if _is_any(chain, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout):
        return Stalled(f"{where} sent nothing for too long")
    if _is_any(chain, httpx.ConnectError, httpx.ConnectTimeout):
        cause = next(one for one in chain if isinstance(one, httpx.TransportError))
        reason = one_line(str(cause), 120) or "no connection in time"
        return Unreachable(f"{where} cannot be reached: {reason}")
    if _is_any(chain, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
        return CutStream(f"{where} closed the connection in the middle of an answer")
    if "ContextWindowExceededError" in names or (
        status in (400, 413, 422) and _TOO_LONG.search(words)
    ):
        return ContextTooLong(f"the conversation is too long for {model}{said}")
    if "RouterRateLimitError" in names:
        said = ": every model is resting after failures"
    if status == 429 or "RouterRateLimitError" in names:
        wait = _wait(chain, clock)
        asked = f" (it asks to wait {wait:.0f} s)" if wait is not None and wait >= 1 else ""
        return RateLimited(f"{where} limits the rate{asked}{said}", wait)
    if status in (401, 403) or names & {"AuthenticationError", "PermissionDeniedError"}:
        return WrongKey(f"{where} refuses the key for {model}")
    if _NO_KEY.search(words):
        return WrongKey(f"{where} needs a key, and none is set")
    if status == 404 or "NotFoundError" in names:
        return UnknownModel(f"{where} does not know the model {model}{said}")
    if "LLM Provider NOT provided" in words or "Unmapped LLM provider" in words:
        return UnknownModel(f"LiteLLM knows no provider for the model {model}")
    if names & {"Timeout", "APITimeoutError"}:
        return Stalled(f"{where} did not answer in time")
    if status is not None and 400 <= status < 500:
        return RequestRejected(f"{where} rejects the request ({status}){said}")
    shown = f" ({status})" if status is not None and _http_status(chain) is not None else ""
    return ServerError(f"{where} failed{shown}{said}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _is_any(chain: Sequence[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in chain)


def _http_status(chain: Sequence[BaseException]) -> int | None:
    for one in chain:
        if isinstance(one, httpx.HTTPStatusError):
            return one.response.status_code
    return None


def _status(chain: Sequence[BaseException]) -> int | None:
    direct = _http_status(chain)
    if direct is not None:
        return direct
    found = (getattr(one, "status_code", None) for one in chain)
    return next((status for status in found if isinstance(status, int)), None)


def _words(chain: Sequence[BaseException]) -> str:
    """The server's own words if it sent any, else the library's without its decoration."""
    for one in chain:
        body: Any = getattr(one, "body", None)
        if isinstance(body, dict):
            inner = body.get("error", body)
            message = inner.get("message") if isinstance(inner, dict) else inner
            if isinstance(message, str) and message.strip():
                return message
    text = _LIBRARY_WORDS.sub("", str(chain[0]))
    while _LIBRARY_NAMES.match(text):
        text = _LIBRARY_NAMES.sub("", text)
    if "<html" in text.lower() or "<!doctype" in text.lower():
        return "it answered with a web page; is the address right?"
    return text


def _wait(chain: Sequence[BaseException], clock: Clock) -> float | None:
    for one in chain:
        cooldown = getattr(one, "cooldown_time", None)
        if isinstance(cooldown, int | float):
            return float(cooldown)
        headers = getattr(one, "litellm_response_headers", None)
        if headers is None:
            headers = getattr(getattr(one, "response", None), "headers", None)
        if headers is not None and headers.get("retry-after"):
            return retry_after({name.lower(): str(value) for name, value in headers.items()}, clock)
    return None
