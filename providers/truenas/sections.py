"""Several calls at once, each allowed to fail on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import JsonValue

from providers.errors import BackendError, Unreachable

T = TypeVar("T")

MANY: Final = 2000
"""Rows from which on an answer is read in a thread."""


@dataclass
class Sections:
    """Runs the parts of an answer and remembers which failed, and why.

    A part gets less time than the whole, so that one slow call costs itself only.
    """

    patience: float
    """Seconds."""
    failures: dict[str, BackendError] = field(default_factory=dict)
    answered: int = 0

    async def get(
        self,
        name: str,
        call: Callable[[], Awaitable[JsonValue]],
        read: Callable[[JsonValue], T],
        *,
        optional: bool = False,
    ) -> T | None:
        """What the call brings; None where it failed, or brought what cannot be read.

        Args:
            name: of the part, for the line that says what is missing.
            call: brings it.
            read: makes a model of it.
            optional: whether the answer is whole without it.
        """
        try:
            async with asyncio.timeout(self.patience):
                answer = await call()
                if isinstance(answer, list) and len(answer) > MANY:
                    # Others want to be served meanwhile.
                    found = await asyncio.to_thread(read, answer)
                else:
                    found = read(answer)
        except TimeoutError:
            error: BackendError = Unreachable(f"no answer within {self.patience:g} s")
        except BackendError as raised:
            error = raised
        else:
            self.answered += 1
            return found
        if not optional:
            self.failures[name] = error
        return None

    @property
    def missing(self) -> str:
        """One line for every part that failed; empty if none did."""
        reasons: dict[str, list[str]] = {}
        for name, error in self.failures.items():
            reasons.setdefault(error.detail, []).append(name)
        return "; ".join(f"{', '.join(names)} missing: {why}" for why, names in reasons.items())

    def check(self) -> None:
        """Let an answer pass that has any part.

        Raises:
            BackendError: the first failure, if every part failed.
        """
        if not self.answered and self.failures:
            raise next(iter(self.failures.values()))
