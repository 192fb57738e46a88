"""Several calls at once, each allowed to fail on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import JsonValue

from providers.errors import BackendError, Unreachable
from providers.truenas.errors import RoleMissing
from providers.truenas.methods import ALL_READS

T = TypeVar("T")

MANY: Final = 2000
"""Rows from which on an answer is read in a thread."""
SEVERAL: Final = 3
"""Missing roles from which on they are told in one line."""


@dataclass
class Sections:
    """Runs the parts of an answer and remembers which failed, and why.

    A part gets less time than the whole, so that one slow call costs itself only.
    """

    patience: float
    """Seconds."""
    failures: dict[str, BackendError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
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
        self.asked.append(name)
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
        failures = self._in_order()
        refused = {name: e for name, e in failures.items() if isinstance(e, RoleMissing)}
        reasons: dict[str, list[str]] = {}
        for name, error in failures.items():
            why = (
                error.detail
                if len(refused) < SEVERAL or name not in refused
                else _lacking(error.role for error in refused.values())
            )
            reasons.setdefault(why, []).append(name)
        return "; ".join(f"{', '.join(names)} missing: {why}" for why, names in reasons.items())

    def check(self) -> None:
        """Let an answer pass that has any part.

        Raises:
            BackendError: the first failure, if every part failed; all of them in one line if they
                are missing roles.
        """
        if self.answered or not self.failures:
            return
        failures = list(self._in_order().values())
        refused = [error for error in failures if isinstance(error, RoleMissing)]
        if len(refused) == len(failures) > 1:
            raise RoleMissing(self.missing, refused[0].role)
        raise failures[0]

    def _in_order(self) -> dict[str, BackendError]:
        """The failures as the parts were asked for, whichever came first."""
        return {name: self.failures[name] for name in self.asked if name in self.failures}


def _lacking(roles: Iterable[str]) -> str:
    """The one line for many refusals."""
    named = sorted({role for role in roles if role != ALL_READS})
    return (
        f"the key's account may not read them; the role {ALL_READS} lets it, or in parts "
        f"{', '.join(named)}"
    )
