"""Which certificates are trusted; any other gets no credentials."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from providers.reading import State
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import json_reply, raw_server


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1")


@pytest.fixture(scope="module")
def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def fingerprint(certificate: trustme.LeafCert) -> str:
    pem = certificate.cert_chain_pems[0].bytes().decode()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


async def test_an_unknown_certificate_is_refused_before_anything_is_sent(
    tls: ssl.SSLContext,
) -> None:
    async with raw_server(json_reply({"a": 1}), tls=tls) as server:
        async with backend(server.url, token=SecretStr("s3cret")) as http:
            reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert "is not trusted" in reading.detail
        assert server.received == []


async def test_a_ca_file_makes_it_trusted(
    tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, ca_cert=file) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_a_ca_file_that_is_none_is_named(tls: ssl.SSLContext, tmp_path: Path) -> None:
    async with (
        raw_server(json_reply({}), tls=tls) as server,
        backend(server.url, ca_cert=tmp_path / "missing.pem") as http,
    ):
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "missing.pem" in reading.detail


async def test_verification_is_off_only_when_asked(tls: ssl.SSLContext) -> None:
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, verify_ssl=False) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_a_pinned_certificate_is_accepted_whoever_signed_it(
    tls: ssl.SSLContext, certificate: trustme.LeafCert
) -> None:
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, fingerprint=fingerprint(certificate)) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_another_certificate_than_the_pinned_one_gets_no_credentials(
    tls: ssl.SSLContext, certificate: trustme.LeafCert
) -> None:
    async with raw_server(json_reply({"a": 1}), tls=tls) as server:
        async with backend(server.url, fingerprint="ab" * 32, token=SecretStr("s")) as http:
            reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert f"{fingerprint(certificate)} differs from the configured {'ab' * 32}" in (
            reading.detail
        )
        assert "unless the certificate was renewed" in reading.detail
        assert server.received == []


@pytest.mark.parametrize("pin", [None, "0" * 64])
async def test_a_scheme_in_capitals_is_verified_all_the_same(
    tls: ssl.SSLContext, pin: str | None
) -> None:
    async with (
        raw_server(json_reply({"up": 1}), tls=tls) as server,
        backend(server.url.replace("https", "HTTPS"), token="secret", fingerprint=pin) as http,
    ):
        reading = await read(http)
        assert server.received == []
    assert reading.state is State.UNREACHABLE
    assert "not trusted" in reading.detail


async def test_an_address_past_the_validator_is_verified_all_the_same(tls: ssl.SSLContext) -> None:
    async with raw_server(json_reply({"up": 1}), tls=tls) as server, backend(server.url) as http:
        raw = server.url.replace("https", "HTTPS")
        http.endpoint = http.endpoint.model_copy(update={"url": raw})
        reading = await read(http)
        assert server.received == []
    assert "not trusted" in reading.detail


async def test_https_to_a_plain_port_is_explained() -> None:
    async with (
        raw_server(json_reply({})) as server,
        backend(server.url.replace("http:", "https:")) as http,
    ):
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "TLS" in reading.detail
