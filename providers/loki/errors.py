"""What Loki says when it gives no result: plain text, and the status."""

from __future__ import annotations

import json
import re

import httpx

from providers.errors import BadResponse, Unauthorized, Unreachable
from providers.query_errors import rejected
from providers.text import one_line

_PLACE = re.compile(r"parse error at line (\d+), col (\d+): ")
_LIMIT = re.compile(r"limit > max_entries_limit(?:_per_query)? \(\d+ > (\d+)\)")


def read_error(response: httpx.Response) -> Exception | None:
    """The error a text describes; None if the status alone has to tell."""
    status = response.status_code
    message = _message(response)
    if not message:
        return None
    said = one_line(message)
    base = f"{response.request.url.copy_with(path='/', query=None)}".rstrip("/")
    if status in (400, 422):
        found = _PLACE.search(message)
        place = (int(found.group(1)), int(found.group(2))) if found else None
        return rejected(response.request, message[found.end() :] if found else message, place)
    if status == 401 and "no org id" in message:
        return Unauthorized(
            f"{base} wants to know the tenant (no org id): set the instance's tenant",
            status=status,
        )
    if status == 429:
        return Unreachable(f"{base} is overloaded: {said}", status=status, transient=True)
    if status in (499, 504):
        return Unreachable(f"{base} gave the query up: {said}", status=status)
    if status == 500:
        return BadResponse(f"{base} failed inside: {said}", status=status)
    return None


def entries_limit(message: str) -> int | None:
    """The most entries a Loki gives per query, if that is what it complains about."""
    found = _LIMIT.search(message)
    return int(found.group(1)) if found else None


def _message(response: httpx.Response) -> str:
    text = response.text.strip()
    if text.startswith("<"):
        return ""
    if text.startswith("{"):
        try:
            body = json.loads(text)
        except ValueError:
            return ""
        found = body.get("error") or body.get("message")
        return found if isinstance(found, str) else ""
    return text
