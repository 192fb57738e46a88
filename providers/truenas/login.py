"""How an API key opens a session: as it is, or by SCRAM where the NAS takes no plain keys."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

from pydantic import JsonValue

from providers.coercion import text
from providers.endpoint import Endpoint
from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.text import one_line
from providers.truenas.errors import Dropped, MethodMissing
from providers.truenas.scram import NONCE_BYTES, Challenge, Exchange, Keys, end_point

if TYPE_CHECKING:
    from providers.truenas.session import Session

_NOT_ACCEPTED: Final = {
    "AUTH_ERR": "the API key is not accepted: is it complete, and does it belong to {user}?",
    "EXPIRED": "the API key has expired or was revoked, as TrueNAS does with keys that came in "
    "unencrypted: make a new one",
    "DENIED": "the account {user} may not log in over the API",
    "OTP_REQUIRED": "TrueNAS asks for a second factor: API keys need none, so this is no API key",
}
NO_ACCOUNT: Final = (
    "TrueNAS takes no plain API keys at its security level; for the other way (SCRAM) it has to "
    "know whose the key is: set TRUENAS_USERNAME, or username in the settings file"
)
_PROOF: Final = (
    "; where a proxy stands between, use the NAS's own address: the proof is tied to the "
    "certificate of the connection"
)


class Login:
    """The logins of one connection with one key."""

    def __init__(
        self, endpoint: Endpoint, user: str | None, key: str, *, by_proof: bool = False
    ) -> None:
        """Remember whose key it is.

        Args:
            endpoint: the NAS.
            user: the account of the key.
            key: the API key.
            by_proof: whether this NAS is known to take no plain keys: none is shown to it then, and
                the few logins it allows in a minute last longer.
        """
        self._url = endpoint.url
        self._limit = endpoint.timeout
        self._user = user
        self._key = key
        self.by_proof = by_proof
        """Whether the key was, or is to be, proven instead of shown."""
        self._derived: tuple[Challenge, Keys] | None = None

    async def enter(self, session: Session) -> None:
        """Log in.

        Raises:
            BackendError: if the NAS does not let the key in, or does not prove to be the one that
                made it.
        """
        try:
            word = await self._answered(session)
        except MethodMissing as error:
            raise Unauthorized(f"this version knows no such login: {error.detail}") from error
        except BackendError as error:
            raise _login_error(error) from error
        if word == "SUCCESS":
            return
        if word == "REDIRECT":
            raise Unreachable("this controller is on standby: use the address of the active one")
        if word in _NOT_ACCEPTED:
            user = one_line(self._user or "", 60) or "an account that may use the API"
            tied = _PROOF if self.by_proof and word == "AUTH_ERR" else ""
            raise Unauthorized(_NOT_ACCEPTED[word].format(user=user) + tied)
        raise BadResponse(f"{self._url} answered the login with {one_line(word, 40)!r}")

    async def _answered(self, session: Session) -> str:
        if self._user is None:
            return await self._by_key_alone(session)
        if self.by_proof:
            try:
                return await self._by_proof(session, self._user)
            except BackendError as error:
                # An older one can have taken the place of the NAS that was known.
                if "EINVAL" not in error.detail:
                    raise
                self.by_proof = False
        try:
            return await self._by_key(session, self._user)
        except BackendError as error:
            if not _wants_another_way(error):
                raise
            self.by_proof = True
        return await self._by_proof(session, self._user)

    async def _by_key_alone(self, session: Session) -> str:
        try:
            accepted = await session.ask("auth.login_with_api_key", [self._key], self._limit)
        except BackendError as error:
            raise Unauthorized(NO_ACCOUNT) if _wants_another_way(error) else error from error
        return "SUCCESS" if accepted is True else "AUTH_ERR"

    async def _by_key(self, session: Session, user: str) -> str:
        login: dict[str, JsonValue] = {
            "mechanism": "API_KEY_PLAIN",
            "username": user,
            "api_key": self._key,
            "login_options": {"user_info": False},
        }
        answer = await session.ask("auth.login_ex", [login], self._limit)
        return text(answer.get("response_type")) if isinstance(answer, dict) else ""

    async def _by_proof(self, session: Session, user: str) -> str:
        certificate = session.certificate
        binding = None if certificate is None else end_point(certificate)
        exchange = Exchange(user, self._key, secrets.token_bytes(NONCE_BYTES), binding)
        word, server_first = await self._step(session, "CLIENT_FIRST_MESSAGE", exchange.first)
        if word != "SCRAM_RESPONSE":
            return word
        challenge = exchange.challenge(server_first)
        if self._derived is None or self._derived[0] != challenge:
            # The work of a third of a second, outside the loop; a reconnection does without.
            derived = await asyncio.to_thread(Keys.derive, exchange.secret, challenge)
            self._derived = challenge, derived
        final = exchange.final(server_first, self._derived[1])
        word, server_final = await self._step(session, "CLIENT_FINAL_MESSAGE", final)
        if word != "SCRAM_RESPONSE":
            return word
        if not exchange.is_genuine(server_final):
            raise Unauthorized(
                f"{self._url} let the key in without knowing it: this is not the NAS that made it"
            )
        return "SUCCESS"

    async def _step(self, session: Session, kind: str, message: str) -> tuple[str, str]:
        sent: dict[str, JsonValue] = {
            "mechanism": "SCRAM",
            "scram_type": kind,
            "rfc_str": message,
        }
        answer = await session.ask("auth.login_ex", [sent], self._limit)
        if not isinstance(answer, dict):
            return "", ""
        return text(answer.get("response_type")), text(answer.get("rfc_str"))


def _wants_another_way(error: BackendError) -> bool:
    return "EOPNOTSUPP" in error.detail


def _login_error(error: BackendError) -> BackendError:
    if isinstance(error, Dropped | Unauthorized):
        return error
    if "Rate Limit" in error.detail:
        return Unreachable(
            "the NAS accepts no more logins for a minute (20 tries in 60 s from one address, and a "
            "key that is proven takes two)"
        )
    return error
