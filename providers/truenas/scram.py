"""SCRAM-SHA-512 as TrueNAS 26 speaks it: proves that an API key is known.

RFC 5802 says how, RFC 5929 what ties the proof to the certificate of the connection; TrueNAS puts
the number of the key behind the name of the account, and joins the nonces as bytes, not as text.
https://github.com/truenas/middleware, docs: SCRAM Authentication for API Keys.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Final

from providers.errors import BadResponse, Unauthorized

NONCE_BYTES: Final = 32
FEWEST_ROUNDS: Final = 4096
"""RFC 5802 wants at least these: with fewer the proof would give the key away to a guesser."""
MOST_ROUNDS: Final = 5_000_000
"""Some four seconds of work; TrueNAS has a tenth of it."""
_ROUNDS: Final = re.compile(r"[0-9]{1,9}")
_UNBOUND: Final = "n,,"
_BOUND: Final = "p=tls-server-end-point,,"


@dataclass(frozen=True)
class Challenge:
    """What the keys of a login depend on besides the secret."""

    salt: bytes
    rounds: int


@dataclass(frozen=True)
class Keys:
    """What both sides compute from the secret: the client proves one, the server the other."""

    client: bytes
    server: bytes

    @classmethod
    def derive(cls, secret: str, challenge: Challenge) -> Keys:
        """The keys of a secret; takes a third of a second with TrueNAS' 500,000 rounds."""
        salted = hashlib.pbkdf2_hmac("sha512", secret.encode(), challenge.salt, challenge.rounds)
        return cls(_mac(salted, b"Client Key"), _mac(salted, b"Server Key"))


class Exchange:
    """One login: two messages of ours, two of the server."""

    def __init__(self, user: str, key: str, nonce: bytes, binding: bytes | None) -> None:
        """Begin one.

        Args:
            user: the account of the key.
            key: the API key as TrueNAS shows it, ``NUMBER-SECRET``.
            nonce: random bytes, :data:`NONCE_BYTES` of them.
            binding: what :func:`end_point` made of the server's certificate; None to go without.

        Raises:
            Unauthorized: if that is no API key.
        """
        number, dash, self.secret = key.partition("-")
        if not (dash and number.isdecimal() and self.secret):
            raise Unauthorized(
                "the API key does not look like one of TrueNAS, 12-AbC…: copy it whole"
            )
        self._nonce = nonce
        self._header = (_UNBOUND if binding is None else _BOUND).encode()
        self._binding = binding or b""
        name = user.replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name}:{number},r={_base64(nonce)}"
        self._expected = b""

    @property
    def first(self) -> str:
        """What opens it."""
        return self._header.decode() + self._bare

    def challenge(self, server_first: str) -> Challenge:
        """What the server wants the keys derived with.

        Raises:
            BadResponse: if it is not an answer to this exchange, or asks for a weak proof.
        """
        told = _attributes(server_first)
        rounds = int(told["i"]) if _ROUNDS.fullmatch(told.get("i", "")) else 0
        nonce = _bytes(told.get("r", ""))
        if not nonce.startswith(self._nonce) or len(nonce) <= len(self._nonce):
            raise BadResponse("the NAS answered another login than ours")
        if not FEWEST_ROUNDS <= rounds <= MOST_ROUNDS:
            raise BadResponse(
                f"the NAS wants {rounds} rounds of key derivation, and {FEWEST_ROUNDS} to "
                f"{MOST_ROUNDS} are accepted"
            )
        return Challenge(_bytes(told.get("s", "")), rounds)

    def final(self, server_first: str, keys: Keys) -> str:
        """What closes it: the proof."""
        binding = _base64(self._header + self._binding)
        without_proof = f"c={binding},r={_attributes(server_first)['r']}"
        message = f"{self._bare},{server_first},{without_proof}".encode()
        signature = _mac(hashlib.sha512(keys.client).digest(), message)
        proof = bytes(a ^ b for a, b in zip(keys.client, signature, strict=True))
        self._expected = _mac(keys.server, message)
        return f"{without_proof},p={_base64(proof)}"

    def is_genuine(self, server_final: str) -> bool:
        """Whether the server knows the key as well, as only the real one does."""
        shown = _bytes(_attributes(server_final).get("v", ""))
        return bool(self._expected) and hmac.compare_digest(shown, self._expected)


def end_point(certificate: bytes) -> bytes | None:
    """What a proof is tied to: the certificate's hash by its own signature's algorithm (RFC 5929).

    Args:
        certificate: of the server, DER.

    Returns:
        None where that is not defined, as for Ed25519.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.hashes import MD5, SHA1

    try:
        parsed = x509.load_der_x509_certificate(certificate)
        used = parsed.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if used is None or parsed.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSASSA_PSS:
        return None
    name = "sha256" if isinstance(used, MD5 | SHA1) else used.name
    return hashlib.new(name, certificate).digest()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha512")


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        return b""


def _attributes(message: str) -> dict[str, str]:
    return {name: value for part in message.split(",") for name, _, value in [part.partition("=")]}
