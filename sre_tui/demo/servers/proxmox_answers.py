"""Proxmox VE's ways to answer: data, and errors whose reason is in the status line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from sre_tui.demo.runtime.reason_phrase import REASON_HEADER


class ProxmoxError(Exception):
    """An answer with an error status; ``errors`` are wrong parameters."""

    def __init__(self, status: int, reason: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.errors = dict(errors or {})


def document(data: object, total: int | None = None) -> Response:
    """An answer with data."""
    body: dict[str, object] = {"data": data}
    if total is not None:
        body["total"] = total
    return Response(
        json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        media_type="application/json;charset=UTF-8",
    )


def failure(error: ProxmoxError, *, bare: bool) -> Response:
    """An error; 401 and failed proxying have no body, and with ``bare`` it says nothing."""
    headers = {REASON_HEADER: error.reason}
    if error.status == 401 or error.status >= 590:
        if error.status == 401:
            headers["Connection"] = "close"
        return Response(b"", error.status, headers)
    body: dict[str, object] = {"data": None}
    if not bare:
        body["message"] = f"{error.reason}\n"
    if error.errors:
        body["errors"] = error.errors
    return Response(
        json.dumps(body), error.status, headers, media_type="application/json;charset=UTF-8"
    )


def not_permitted(path: str, privilege: str) -> ProxmoxError:
    """What a missing privilege leads to."""
    return ProxmoxError(403, f"Permission check failed ({path}, {privilege})")


def wrong_parameter(name: str, why: str) -> ProxmoxError:
    """What a parameter leads to that does not fit the schema."""
    return ProxmoxError(400, "Parameter verification failed.", {name: why})


def stringly(value: object) -> object:
    """The same data with every number as text, as old versions write some of them."""
    if isinstance(value, dict):
        return {key: stringly(each) for key, each in value.items()}
    if isinstance(value, list):
        return [stringly(each) for each in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
