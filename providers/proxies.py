"""Which proxy the environment names for an endpoint."""

from __future__ import annotations

import importlib
import os
import urllib.request

import httpx

from providers.endpoint import Endpoint, is_loopback
from providers.errors import Unreachable


def proxy_for(endpoint: Endpoint) -> httpx.Proxy | None:
    """The proxy of ``http_proxy``, ``https_proxy`` or ``all_proxy``; None without one.

    Loopback and what ``no_proxy`` lists are reached directly.

    Raises:
        Unreachable: if the proxy's address cannot be used; it names the variable, not its value.
    """
    host = endpoint.host
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    found = urllib.request.getproxies()
    scheme = endpoint.scheme if endpoint.scheme in found else "all"
    address = found.get(scheme)
    if address is None:
        return None
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        if not proxy.url.host:
            raise ValueError("no host")
        if proxy.url.scheme.startswith("socks"):
            importlib.import_module("socksio")
    except ImportError as error:
        raise Unreachable(
            f"{_variable(scheme)} names a SOCKS proxy, which needs the package socksio"
        ) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreachable(
            f"{_variable(scheme)} is not the address of a proxy: write http://host:port"
        ) from error
    return proxy


def _variable(scheme: str) -> str:
    name = f"{scheme}_proxy"
    # The system's own settings have no variable; they are named like one then.
    return name if name in os.environ or name.upper() not in os.environ else name.upper()
