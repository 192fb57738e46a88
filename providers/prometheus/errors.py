"""What Prometheus and its relatives say when they give no result."""

from __future__ import annotations

import json
import re

import httpx

from providers.errors import BadResponse, NotFound, Unreachable
from providers.query_errors import rejected
from providers.text import one_line

_PLACE = re.compile(r"(?:^|[\s\"])(\d+):(\d+): parse error: ")
_ASKER = frozenset({"bad_data", "execution", "422", "400", "query", "invalid_argument"})


def read_error(response: httpx.Response) -> Exception | None:
    """The error an API answer describes; None if it does not describe any.

    ``bad_data`` and ``execution`` (400 and 422) are the query's fault and become InvalidQuery.
    VictoriaMetrics writes the status where Prometheus writes the error's type.
    """
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return None
    return described(response.request, str(body.get("errorType", "")), body["error"], response)


def described(
    request: httpx.Request, kind: str, message: str, response: httpx.Response
) -> Exception | None:
    """The error for a type and a message of the error envelope."""
    status = response.status_code
    if kind in _ASKER and status in (200, 400, 422):
        found = _PLACE.search(message)
        place = (int(found.group(1)), int(found.group(2))) if found else None
        text = message[found.end() :] if found else message
        return rejected(request, text, place)
    said = one_line(message, 200)
    base = f"{request.url.copy_with(path='/', query=None)}".rstrip("/")
    match kind:
        case "timeout" | "canceled":
            return Unreachable(f"{base} gave the query up: {said}", status=status)
        case "not_found":
            return NotFound(f"{base}: {said}", status=status)
        case "internal":
            return BadResponse(f"{base} failed inside: {said}", status=status)
        case _:
            return None
