"""Proxmox Backup Server's ways to answer: data as JSON, errors as plain text that claim to be."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json;charset=UTF-8"
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


class PbsError(Exception):
    """An answer with an error status and a text."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(text)


@dataclass(frozen=True)
class Page:
    """Rows with the total the server tells beside them."""

    rows: object
    total: int


def document(body: object) -> Response:
    """A JSON answer under ``data``."""
    envelope: dict[str, object] = {"data": body}
    if isinstance(body, Page):
        envelope = {"data": body.rows, "total": body.total}
    return Response(json.dumps(envelope, separators=(",", ":")), media_type=JSON)


def refusal(error: PbsError) -> Response:
    """The answer to a request that failed; the text is no JSON whatever the header says."""
    return Response(error.text, error.status, media_type=JSON)


def bad(text: str) -> PbsError:
    """An ordinary failure: always a 400."""
    return PbsError(400, text)


def checked(request: Request, known: Collection[str]) -> dict[str, str]:
    """The parameters of a request; raises for one that the endpoint does not have."""
    params = dict(request.query_params)
    for name in params:
        if name not in known:
            raise _wrong(name, "schema does not allow additional properties")
    return params


def switch(params: dict[str, str], name: str) -> bool:
    """A boolean parameter, which may be written in several ways; missing is no."""
    value = params.get(name, "0").lower()
    if value not in _YES | _NO:
        raise _wrong(name, "Expected boolean value")
    return value in _YES


def whole(params: dict[str, str], name: str, default: int) -> int:
    """An integer parameter that is not negative."""
    value = params.get(name, str(default))
    if not value.isdigit():
        raise _wrong(name, f"Expected integer value - got '{value}'")
    return int(value)


def _wrong(name: str, why: str) -> PbsError:
    return bad(f"parameter verification errors\n\nparameter '{name}': {why}\n")
