"""Addresses and credentials as an operator may write them, and what is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.endpoint import Endpoint, _normal_form, checked_url
from providers.http_errors import connection_error


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("HTTPS://NAS.lan:9090/Prom", "https://nas.lan:9090/Prom"),
        ("Http://nas/", "http://nas"),
        ("https://nas:443/grafana/", "https://nas/grafana"),
        ("https://nas:80", "https://nas:80"),
        ("http://[FE80::1]:3100/x", "http://[fe80::1]:3100/x"),
        ("http://192.168.1.5:3000", "http://192.168.1.5:3000"),
        ("http://node_exporter:9100", "http://node_exporter:9100"),
        ("http://b\u00fccher.example/x", "http://xn--bcher-kva.example/x"),
        ("http://nas/a%20b", "http://nas/a%20b"),
    ],
)
def test_an_address_has_one_form(written: str, normal: str) -> None:
    assert checked_url(written) == normal
    assert checked_url(normal) == normal
    assert Endpoint(url=written).url == normal
    assert Endpoint(url=written).scheme == normal.partition(":")[0]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("nas:9090", "http:// or https://"),
        ("ftp://nas", "must look like"),
        ("http://", "must look like"),
        ("http://:80", "must look like"),
        ("http://a b", "a blank"),
        ("http://nas/a b", "a blank"),
        ("http://nas\n/x", "a control character"),
        ("http://nas/\u00fc", "written as %XX"),
        ("http://nas//x", "segments"),
        ("http://nas/../x", "segments"),
        ("http://nas/x/.", "segments"),
        ("http://nas/%2e%2e/x", "segments"),
        ("http://nas/a\\b", "segments"),
        ("http://xn--zz--.example", "no valid host name"),
        ("http://xn--a", "no valid host name"),
        ("http://\u2603.example", "no valid host name"),
        ("http://a..b", "no valid host name"),
        ("http://a%20b", "no valid host name"),
        ("http://nas:99999", "host or port"),
        ("http://nas:http", "host or port"),
        ("http://[::1", "host or port"),
        ("http://user:secret@nas", "their own settings"),
        ("http://@nas", "their own settings"),
        ("http://nas?", "? or #"),
        ("http://nas/x#y", "? or #"),
    ],
)
def test_what_is_no_address_is_refused_in_one_line(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"address|settings") as caught:
        checked_url(written)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bad", ["glsa_x\n", "glsa_x\r\nX-Evil: 1", "glsa_x\x00", "glsa_x\x7f"])
@pytest.mark.parametrize("setting", ["token", "password", "username", "tenant", "headers"])
def test_what_cannot_be_sent_is_refused_without_quoting_it(setting: str, bad: str) -> None:
    value: Any = {"X-Proxy": bad} if setting == "headers" else bad
    with pytest.raises(ValidationError) as caught:
        Endpoint.model_validate({"url": "http://nas", setting: value})
    (error,) = caught.value.errors()
    assert "contains a line break or another character that cannot be sent" in error["msg"]
    assert "glsa" not in str(caught.value)


@pytest.mark.parametrize("bad", ["glsa_\u00fc", "glsa_x ", " glsa_x"])
@pytest.mark.parametrize("setting", ["token", "tenant", "headers"])
def test_a_header_takes_plain_text_only(setting: str, bad: str) -> None:
    value: Any = {"X-Proxy": bad} if setting == "headers" else bad
    with pytest.raises(ValidationError, match="cannot be sent") as caught:
        Endpoint.model_validate({"url": "http://nas", setting: value})
    assert "glsa" not in str(caught.value)


def test_a_header_name_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ValidationError, match="header's name"):
        Endpoint.model_validate({"url": "http://nas", "headers": {"X Proxy": "x"}})


def test_a_basic_password_keeps_blanks_and_letters() -> None:
    endpoint = Endpoint.model_validate({"url": " http://nas ", "password": " s\u00fc\u00df "})
    assert endpoint.url == "http://nas"
    assert endpoint.password is not None
    assert endpoint.password.get_secret_value() == " s\u00fc\u00df "


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    error = httpx.LocalProtocolError("Illegal header value b'Bearer glsa_x'")
    found = connection_error(Endpoint(url="http://nas"), error)
    assert "glsa" not in found.detail
    assert "nothing was sent to http://nas" in found.detail
    assert not found.transient


_PARTS = st.sampled_from(["nas", "NAS1", "a-b", "x_y", "127", "0", "256", "xn--nxasmq6b", "lan."])


@given(
    st.sampled_from(["http", "https"]),
    st.lists(_PARTS, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["", ":0", ":80", ":443", ":8006", ":0080"]),
    st.lists(st.sampled_from(["grafana", "a.b", "~me", "%20", "q'", "A"]), max_size=3),
)
def test_plain_addresses_are_read_as_httpx_reads_them(
    scheme: str, host: str, port: str, steps: list[str]
) -> None:
    written = "/".join([f"{scheme}://{host}{port}", *steps])
    assert _outcome(checked_url, written) == _outcome(_normal_form, written)


def _outcome(read: Callable[[str], str], written: str) -> str:
    try:
        return read(written)
    except ValueError as error:
        return f"refused: {error}"
