"""Logins by proof, against a server's half that was written apart from ours."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from providers.endpoint import TrueNasEndpoint
from providers.errors import BackendError, BadResponse, Unauthorized
from providers.last_known_good import DiskKept
from providers.reading import Reading, State
from providers.truenas import TrueNasClient
from providers.truenas.scram import FEWEST_ROUNDS, MOST_ROUNDS, Exchange, Keys, end_point
from sre_tui.demo.servers.truenas_access import ApiKey
from sre_tui.demo.servers.truenas_scram import ServerExchange
from sre_tui.demo.servers.truenas_socket import NasSocket
from tests.stubs.truenas import NOW, READ_ONLY, RunningNas, running_nas

NONCE = bytes(range(32))


@pytest.fixture
async def strict() -> AsyncIterator[RunningNas]:
    """A NAS that takes no plain keys."""
    async with running_nas("26.0.0", plain_allowed=False) as nas:
        yield nas


def refused(reading: Reading[Any]) -> str:
    assert reading.state is State.UNAUTHORIZED
    assert READ_ONLY.key.partition("-")[2] not in reading.detail
    return reading.detail


async def test_where_no_plain_key_is_taken_it_is_proven(
    strict: RunningNas, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    answer = ServerExchange.answer

    def heard(self: ServerExchange, login: dict[str, Any]) -> dict[str, Any]:
        said.append(login["rfc_str"])
        return answer(self, login)

    monkeypatch.setattr(ServerExchange, "answer", heard)
    reading = await strict.client().info()
    assert reading.state is State.OK, reading.detail
    first, final = said
    assert first.startswith("p=tls-server-end-point,,n=sre:1,r=")
    assert final.startswith("c=")
    assert not any(READ_ONLY.key.partition("-")[2] in message for message in said)


async def test_the_next_process_shows_no_key_to_a_nas_that_takes_none(
    strict: RunningNas, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[object] = []
    log_in = NasSocket._log_in

    def heard(self: NasSocket, method: str, params: list[Any]) -> Any:
        asked.append(params[0].get("mechanism"))
        return log_in(self, method, params)

    monkeypatch.setattr(NasSocket, "_log_in", heard)
    endpoint = strict.client().endpoint
    assert isinstance(endpoint, TrueNasEndpoint)
    kept = DiskKept(tmp_path)
    for _ in range(2):
        async with TrueNasClient(endpoint, clock=lambda: NOW, kept=kept) as client:
            assert (await client.info()).state is State.OK
    assert asked == ["API_KEY_PLAIN", "SCRAM", "SCRAM", "SCRAM", "SCRAM"]
    asked.clear()
    async with running_nas("25.10.1") as older:
        moved = endpoint.model_copy(
            update={"url": older.server.url, "fingerprint": older.client().endpoint.fingerprint}
        )
        kept.save(TrueNasClient(moved, kept=kept)._nas._kept_source, "login", "by proof", NOW)
        async with TrueNasClient(moved, clock=lambda: NOW, kept=kept) as client:
            reading = await client.info()
        assert reading.state is State.OK, reading.detail
    assert asked == ["SCRAM", "API_KEY_PLAIN"]
    kept.close()


async def test_a_new_connection_does_not_derive_the_keys_again(
    strict: RunningNas, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[object] = []
    derive = Keys.derive

    def counted(secret: str, challenge: Any) -> Keys:
        derived.append(challenge)
        return derive(secret, challenge)

    monkeypatch.setattr(Keys, "derive", counted)
    client = strict.client()
    assert (await client.info()).state is State.OK
    await strict.server.stop()
    await strict.server.start()
    assert (await client.pools()).state is State.OK
    assert len(derived) == 1


async def test_a_key_that_does_not_match_is_not_let_in(strict: RunningNas) -> None:
    wrong = ApiKey("1-" + "x" * 64)
    detail = refused(await strict.client(wrong).info())
    assert "the API key is not accepted: is it complete, and does it belong to sre?" in detail
    assert "use the NAS's own address" in detail
    assert "not accepted" in refused(await strict.client(username="somebody").info())
    assert "copy it whole" in refused(await strict.client(ApiKey("without number")).info())
    strict.keys.revoke(READ_ONLY.key)
    assert "not accepted" in refused(await strict.client().info())


async def test_a_key_without_its_account_cannot_be_proven(strict: RunningNas) -> None:
    detail = refused(await strict.client(username=None).info())
    assert "set TRUENAS_USERNAME" in detail


async def test_somebody_in_between_is_noticed_by_the_nas(strict: RunningNas) -> None:
    strict.keys.end_point = hashlib.sha256(b"the certificate behind a proxy").digest()
    assert "proof is tied to the certificate" in refused(await strict.client().info())


async def test_a_server_that_does_not_know_the_key_is_not_believed(
    strict: RunningNas, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ServerExchange.answer

    def pretended(self: ServerExchange, login: dict[str, Any]) -> dict[str, Any]:
        told = answer(self, login)
        if told.get("scram_type") == "SERVER_FINAL_RESPONSE":
            return {**told, "rfc_str": f"v={b64encode(bytes(64)).decode()}"}
        return told

    monkeypatch.setattr(ServerExchange, "answer", pretended)
    assert "this is not the NAS that made it" in refused(await strict.client().info())


def exchange() -> Exchange:
    return Exchange("sre", READ_ONLY.key, NONCE, None)


def challenge(
    nonce: bytes = NONCE + b"theirs", salt: bytes = b"salt", rounds: object = 5000
) -> str:
    return f"r={b64encode(nonce).decode()},s={b64encode(salt).decode()},i={rounds}"


def test_a_challenge_is_read() -> None:
    read = exchange().challenge(challenge())
    assert (read.salt, read.rounds) == (b"salt", 5000)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (challenge(NONCE), "another login"),
        (challenge(b"x" + NONCE), "another login"),
        (challenge(rounds=FEWEST_ROUNDS - 1), "wants 4095 rounds"),
        (challenge(rounds=MOST_ROUNDS + 1), "wants 5000001 rounds"),
        (challenge(rounds="many"), "wants 0 rounds"),
        (challenge(rounds="9" * 5000), "wants 0 rounds"),
        ("e=other-error", "another login"),
        ("", "another login"),
    ],
)
def test_a_weak_or_foreign_challenge_is_not_answered(told: str, why: str) -> None:
    with pytest.raises(BadResponse, match=why):
        exchange().challenge(told)


@given(st.text(), st.text())
def test_whatever_a_server_says_is_refused_in_words(first: str, final: str) -> None:
    asked = exchange()
    with pytest.raises(BackendError):
        asked.challenge(first)
    assert not asked.is_genuine(final)


@given(st.text(), st.one_of(st.text(), st.integers().map(str), st.just("9" * 5000)))
def test_whatever_stands_behind_the_right_nonce_is_read_or_refused(salt: str, rounds: str) -> None:
    asked = exchange()
    told = f"r={b64encode(NONCE + b'theirs').decode()},s={salt},i={rounds}"
    try:
        read = asked.challenge(told)
    except BadResponse:
        return
    assert FEWEST_ROUNDS <= read.rounds <= MOST_ROUNDS


@pytest.mark.parametrize("key", ["", "1-", "-secret", "one-secret", "secret"])
def test_what_is_no_key_is_said_to_be_none(key: str) -> None:
    with pytest.raises(Unauthorized, match="copy it whole"):
        Exchange("sre", key, NONCE, None)


def test_an_account_cannot_break_out_of_its_field() -> None:
    first = Exchange("a,r=b", READ_ONLY.key, NONCE, None).first
    assert first == f"n,,n=a=2Cr=3Db:1,r={b64encode(NONCE).decode()}"


def certificate(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, algorithm: HashAlgorithm | None
) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nas1")])
    start = datetime(2026, 11, 22, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key, algorithm)  # type: ignore[arg-type]
    )
    return made.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("algorithm", "digest"), [(SHA384(), hashlib.sha384), (SHA512(), hashlib.sha512)]
)
def test_a_proof_is_tied_by_the_certificates_own_algorithm(
    algorithm: HashAlgorithm, digest: Callable[[bytes], Any]
) -> None:
    der = certificate(ec.generate_private_key(ec.SECP256R1()), algorithm)
    assert end_point(der) == digest(der).digest()


def test_where_that_is_not_defined_it_is_not_tied() -> None:
    assert end_point(certificate(ed25519.Ed25519PrivateKey.generate(), None)) is None
    assert end_point(b"no certificate") is None
