"""Proxies as the environment names them, rightly and wrongly."""

from __future__ import annotations

import os
import sys

import pytest

from providers.endpoint import Endpoint
from providers.errors import Unreachable
from providers.guard import Allow
from providers.http import Fetched, HttpBackend
from providers.proxies import proxy_for
from providers.reading import State


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variable", "value", "url", "expected"),
    [
        ("http_proxy", "127.0.0.1:3128", "http://nas", "http://127.0.0.1:3128"),
        ("http_proxy", "http://proxy:3128", "HTTP://nas", "http://proxy:3128"),
        ("https_proxy", "https://proxy:3128", "HTTPS://nas", "https://proxy:3128"),
        ("all_proxy", "proxy:3128", "https://nas", "http://proxy:3128"),
        ("ALL_PROXY", "proxy:3128", "http://nas", "http://proxy:3128"),
        ("http_proxy", "proxy:3128", "https://nas", None),
        ("all_proxy", "proxy:3128", "http://localhost:9090", None),
        ("all_proxy", "proxy:3128", "http://127.0.0.2:9090", None),
        ("all_proxy", "proxy:3128", "http://[::1]:9090", None),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, url: str, expected: str | None
) -> None:
    monkeypatch.setenv(variable, value)
    proxy = proxy_for(Endpoint(url=url))
    assert (None if proxy is None else str(proxy.url)) == expected


def test_the_scheme_goes_before_all_and_no_proxy_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("all_proxy", "other:1")
    monkeypatch.setenv("http_proxy", "proxy:3128")
    monkeypatch.setenv("no_proxy", "nas.lan")
    proxy = proxy_for(Endpoint(url="http://pve"))
    assert proxy is not None
    assert str(proxy.url) == "http://proxy:3128"
    assert proxy_for(Endpoint(url="http://nas.lan")) is None


@pytest.mark.parametrize(
    "value", ["ftp://u:hidden@proxy:21", "http://u:hidden@proxy:port", "http://"]
)
@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
async def test_what_is_no_proxy_is_a_reading_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    async def fetch() -> Fetched[str]:
        return Fetched(await http.get_text("/ready"))

    endpoint = Endpoint(url="http://nas.invalid")
    async with HttpBackend("test", endpoint, allow=(Allow("GET", "/ready"),)) as http:
        reading = await http.reading("x", str, fetch)
    assert reading.state is State.UNREACHABLE
    assert reading.detail.startswith(f"{variable} is not the address of a proxy")
    assert "hidden" not in reading.detail


def test_a_socks_proxy_without_its_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("all_proxy", "socks5://proxy:1080")
    with pytest.raises(Unreachable, match="all_proxy names a SOCKS proxy"):
        proxy_for(Endpoint(url="https://nas"))
