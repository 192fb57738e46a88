"""Parts of a question that may fail on their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from providers.errors import BackendError

T = TypeVar("T")


async def attempt(call: Callable[[], Awaitable[T]]) -> T | BackendError:
    """What the call brings, or why it brought nothing."""
    try:
        return await call()
    except BackendError as error:
        return error


def missing_parts(parts: Mapping[str, object]) -> str:
    """One line that names the parts which failed and why; empty if none did.

    Parts that failed for the same reason are named together.
    """
    reasons: dict[str, list[str]] = {}
    for name, part in parts.items():
        if isinstance(part, BackendError):
            reasons.setdefault(part.detail, []).append(name)
    return "; ".join(f"{', '.join(names)} missing: {why}" for why, names in reasons.items())
