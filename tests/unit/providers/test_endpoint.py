"""Addresses and credentials as an operator may write them, and what is refused at once."""

from __future__ import annotations

import pytest

from providers.endpoint import Endpoint, checked_url


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
