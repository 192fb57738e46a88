"""What Proxmox Backup Server says when it gives no answer: plain text, whatever its header says."""

from __future__ import annotations

import json

import httpx

from providers.data_api import API
from providers.errors import BadResponse, NotFound, Unauthorized
from providers.reading import Obstacle
from providers.text import one_line


def read_error(response: httpx.Response) -> Exception | None:
    """The error a text describes; None if the status alone has to tell.

    An ordinary failure is a 400, a datastore that does not exist included.
    """
    status = response.status_code
    said = message_of(response)
    base = f"{response.request.url.copy_with(path='/', query=None)}".rstrip("/")
    if status == 401:
        return Unauthorized(
            f"{base} answered 401 {said or 'authentication failed'} (the token is not accepted: "
            "wrong name or secret, expired or disabled; its form is user@realm!name:secret, with "
            "a colon)",
            status=status,
            obstacle=Obstacle.CREDENTIALS,
        )
    if status == 403:
        return Unauthorized(
            f"{base}: {said or 'Forbidden'} ({_right(response.request.url.path)})",
            status=status,
            obstacle=Obstacle.RIGHT,
        )
    if not said:
        return None
    if status == 404 or (status == 400 and said.startswith("no such")):
        return NotFound(f"{base}: {said}", status=status)
    if status in (400, 500):
        return BadResponse(f"{base}: {said}", status=status)
    return None


def _right(path: str) -> str:
    """What the token lacks, by what was asked; the server never names it."""
    match path.removeprefix(API).strip("/").split("/"):
        case ["nodes", _, "tasks", *_]:
            return "a right is missing: this needs Sys.Audit on /system/tasks"
        case ["nodes", _, "status"]:
            return "a right is missing: this needs Sys.Audit on /system/status"
        case ["admin", "datastore", store, *_]:
            return f"a right is missing: this needs Datastore.Audit on /datastore/{store}"
        case ["admin" | "status", *_]:
            return "a right is missing: this needs Datastore.Audit on /datastore"
    return "a right is missing"


def message_of(response: httpx.Response) -> str:
    """The reason on one line; empty for a web page or an empty body."""
    text = response.text.strip()
    if text.startswith("<"):
        return ""
    if text.startswith("{"):
        try:
            body = json.loads(text)
        except ValueError:
            return ""
        text = body.get("message") if isinstance(body.get("message"), str) else ""
    return one_line(text, 200)
