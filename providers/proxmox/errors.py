"""What Proxmox VE says when it gives no answer: a message in the body, or only a status line."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import ClassVar

import httpx

from providers.data_api import API
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized
from providers.reading import Obstacle, State
from providers.text import one_line


class NodeUnreachable(BackendError):
    """The host that was asked answers, but the node that the question is about does not.

    It is not ``Unreachable``, so that one dead node does not stop questions about the others.
    """

    state: ClassVar[State] = State.UNREACHABLE


def read_error(response: httpx.Response) -> Exception | None:
    """The error of a response; None if the status alone has to tell.

    Versions before 8.3 and refused logins have the reason only in the status line; a guest that
    does not exist is a 500; 595 to 599 stand for a node that could not be asked.
    """
    status = response.status_code
    said = message_of(response)
    base = f"{response.request.url.copy_with(path='/', query=None)}".rstrip("/")
    if status == 401:
        return Unauthorized(
            f"{base} answered 401 {said}".rstrip()
            + " (the token is not accepted: wrong name or secret, expired or disabled; its form "
            "is user@realm!name=secret)",
            status=status,
            obstacle=Obstacle.CREDENTIALS,
        )
    if status == 403:
        return Unauthorized(
            f"{base}: {said or 'Forbidden'} ({_right(response.request.url.path, said)})",
            status=status,
            obstacle=Obstacle.RIGHT,
        )
    if 595 <= status <= 599:
        return NodeUnreachable(
            f"{_node_of(response)} could not be asked ({status} {said or 'no connection'}): "
            "is the node online?",
            status=status,
        )
    if not said or status in (502, 503, 504):
        return None
    if "does not exist" in said or "hostname lookup" in said or "no such" in said:
        return NotFound(f"{base}: {said}", status=status)
    return BadResponse(f"{base} answered {status}: {said}", status=status)


def message_of(response: httpx.Response) -> str:
    """The reason on one line: from the body, else from the status line; empty if there is none."""
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    parts: list[str] = []
    if isinstance(body, dict):
        if isinstance(body.get("message"), str):
            parts.append(one_line(body["message"], 200))
        if isinstance(body.get("errors"), dict):
            parts += [
                one_line(f"{name}: {why}", 200) for name, why in sorted(body["errors"].items())
            ]
    if any(parts):
        return " ".join(part for part in parts if part)
    reason = one_line(response.reason_phrase, 200)
    return "" if reason == _standard(response.status_code) else reason


def _right(path: str, said: str) -> str:
    """What the token lacks, by what was asked; the server does not always name it."""
    needed = _needed_right(path.removeprefix(API))
    if not needed or needed.partition(" ")[0] in said:
        return "a right is missing"
    return f"a right is missing: this needs {needed}"


def _needed_right(path: str) -> str:
    """The privilege that a question needs, and where; empty if it needs none."""
    match path.strip("/").split("/"):
        case ["cluster", "resources"]:
            return "VM.Audit on /vms, Sys.Audit on /nodes and Datastore.Audit on /storage"
        case ["cluster", *_]:
            return "Sys.Audit on /"
        case ["nodes", _, "qemu", vmid, "agent", *_]:
            return f"VM.GuestAgent.Audit (VM.Monitor before version 9) on /vms/{vmid}"
        case ["nodes", _, "qemu" | "lxc", vmid, *_]:
            return f"VM.Audit on /vms/{vmid}"
        case ["nodes", _, "storage", storage, *_]:
            return f"Datastore.Audit on /storage/{storage}"
        case ["nodes", node, *_]:
            return f"Sys.Audit on /nodes/{node}"
    return ""


def _node_of(response: httpx.Response) -> str:
    _, marker, rest = response.request.url.path.partition("/nodes/")
    return one_line(rest.partition("/")[0], 80) if marker else "the node"


def _standard(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
