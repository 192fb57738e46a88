"""The server's half of SCRAM-SHA-512, as TrueNAS 26 has it: one exchange of one connection.

Written against RFC 5802 and not against our client, which it is there to test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any, Final

from sre_tui.demo.servers.truenas_access import ApiKey, Keyring

_HEADERS: Final = ("n,,", "p=tls-server-end-point,,")
_REFUSED: Final = {"response_type": "AUTH_ERR"}


class ServerExchange:
    """The logins of one connection by proof; :attr:`entered` is whose key was proven."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys
        self._key: ApiKey | None = None
        self._header = ""
        self._said: list[str] = []
        self._nonce = ""
        self.entered: ApiKey | None = None

    def answer(self, login: dict[str, Any]) -> dict[str, Any]:
        """The answer to ``auth.login_ex`` with the mechanism ``SCRAM``."""
        message = str(login.get("rfc_str"))
        match login.get("scram_type"):
            case "CLIENT_FIRST_MESSAGE":
                return self._first(message)
            case "CLIENT_FINAL_MESSAGE" if self._key is not None:
                return self._final(message, self._key)
        return _REFUSED

    def _first(self, message: str) -> dict[str, Any]:
        header = next((each for each in _HEADERS if message.startswith(each)), None)
        if header is None:
            return _REFUSED
        self._header, bare = header, message.removeprefix(header)
        fields = dict(part.split("=", 1) for part in bare.split(",") if "=" in part)
        user, _, number = fields.get("n", "").rpartition(":")
        try:
            nonce = base64.b64decode(fields.get("r", ""), validate=True)
        except ValueError:
            return _REFUSED
        self._key = self._keys.numbered(number, user)
        if self._key is None or self._key.key in self._keys.revoked or len(nonce) != 32:
            return _REFUSED
        self._nonce = base64.b64encode(nonce + secrets.token_bytes(32)).decode()
        salt = base64.b64encode(_salt(self._key)).decode()
        said = f"r={self._nonce},s={salt},i={self._keys.rounds}"
        self._said = [bare, said]
        return {
            "response_type": "SCRAM_RESPONSE",
            "scram_type": "SERVER_FIRST_RESPONSE",
            "rfc_str": said,
            "user_info": None,
        }

    def _final(self, message: str, key: ApiKey) -> dict[str, Any]:
        self._key = None
        bound = self._header.encode()
        if self._header != _HEADERS[0]:
            bound += self._keys.end_point
        plain = f"c={base64.b64encode(bound).decode()},r={self._nonce}"
        claimed, _, proof = message.rpartition(",p=")
        if claimed != plain:
            return _REFUSED
        spoken = ",".join([*self._said, plain]).encode()
        secret = key.key.partition("-")[2].encode()
        salted = hashlib.pbkdf2_hmac("sha512", secret, _salt(key), self._keys.rounds)
        client = hmac.new(salted, b"Client Key", "sha512").digest()
        stored = hashlib.sha512(client).digest()
        wanted = hmac.new(stored, spoken, "sha512").digest()
        try:
            shown = base64.b64decode(proof, validate=True)
        except ValueError:
            return _REFUSED
        recovered = bytes(a ^ b for a, b in zip(shown, wanted, strict=False))
        if not hmac.compare_digest(hashlib.sha512(recovered).digest(), stored):
            return _REFUSED
        self.entered = key
        server = hmac.new(salted, b"Server Key", "sha512").digest()
        signature = base64.b64encode(hmac.new(server, spoken, "sha512").digest()).decode()
        return {
            "response_type": "SCRAM_RESPONSE",
            "scram_type": "SERVER_FINAL_RESPONSE",
            "rfc_str": f"v={signature}",
            "user_info": None,
        }


def _salt(key: ApiKey) -> bytes:
    return hashlib.sha256(f"salt of {key.user}".encode()).digest()[:16]
