"""What Grafana says when it gives no answer: JSON in several dialects."""

from __future__ import annotations

import json

import httpx

from providers.errors import BadResponse, NotFound, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.text import one_line


def read_error(response: httpx.Response) -> Exception | None:
    """The error a body describes; None if the status alone has to tell.

    The Alertmanager part answers with a bare string, the newer APIs with a Kubernetes ``Status``,
    everything else with an object that has a ``message``.
    """
    said = message_of(response)
    if not said:
        return None
    status = response.status_code
    base = f"{response.request.url.copy_with(path='/', query=None)}".rstrip("/")
    shown = f"{base}: {said}"
    if status == 401:
        return Unauthorized(
            f"{shown} (is the service account's token right?)",
            status=status,
            obstacle=Obstacle.CREDENTIALS,
        )
    if status == 403:
        return Unauthorized(
            f"{shown} (a right is missing for the token)", status=status, obstacle=Obstacle.RIGHT
        )
    if status in (404, 410):
        return NotFound(shown, status=status)
    if status in (502, 503, 504):
        return Unreachable(shown, status=status, transient=True)
    return BadResponse(f"{base} answered {status}: {said}", status=status)


def message_of(response: httpx.Response) -> str:
    """The message of an error body on one line; empty if there is none."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return ""
    if isinstance(body, dict):
        body = body.get("message") or body.get("error")
    return one_line(body, 200) if isinstance(body, str) else ""
