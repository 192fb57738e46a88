"""API keys, what each may call, revocation, and the limit on unauthenticated calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sre_tui.demo.runtime.clock import Clock

ATTEMPTS: Final = 20
WINDOW: Final = 60.0
ROUNDS: Final = 500_000


@dataclass(frozen=True)
class ApiKey:
    """One key, ``ID-SECRET``, of an account."""

    key: str
    user: str = "sre"
    roles: tuple[str, ...] = ("READONLY_ADMIN",)


class Keyring:
    """The keys of one NAS; a revoked one never works again."""

    def __init__(
        self, keys: Iterable[ApiKey], *, plain_allowed: bool = True, rounds: int = ROUNDS
    ) -> None:
        self._keys = {key.key: key for key in keys}
        self.rounds = rounds
        """Rounds of key derivation that a proof takes."""
        self.end_point = b""
        """The hash of the NAS's certificate, which a bound proof contains."""
        self.plain_allowed = plain_allowed
        """Whether plain keys are accepted at its security level."""
        self.revoked: set[str] = set()

    def find(self, key: str, user: str | None = None) -> ApiKey | None:
        """The account of a key, revoked ones included; None if key or user is wrong."""
        found = self._keys.get(key)
        return found if found is not None and user in (None, found.user) else None

    def numbered(self, number: str, user: str) -> ApiKey | None:
        """The key of a number and an account, revoked ones included."""
        every = (key for key in self._keys.values() if key.key.startswith(f"{number}-"))
        return next((key for key in every if key.user == user), None)

    def revoke(self, key: str) -> None:
        """Never accept a key again."""
        self.revoked.add(key)


class RateLimit:
    """Twenty calls in a minute from one address before the login."""

    def __init__(self, clock: Clock, attempts: int = ATTEMPTS) -> None:
        self._clock = clock
        self._attempts = attempts
        self._calls: dict[str, deque[float]] = {}

    def exceeded(self, address: str) -> bool:
        """Count a call; whether it is one too many."""
        now = self._clock()
        calls = self._calls.setdefault(address, deque())
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        calls.append(now)
        return len(calls) > self._attempts


def may(roles: Iterable[str], needed: str) -> bool:
    """Whether one of the roles grants what is needed; empty is for everybody."""
    held = set(roles)
    if not needed or "FULL_ADMIN" in held or needed in held:
        return True
    return "READONLY_ADMIN" in held and needed.endswith("_READ")
