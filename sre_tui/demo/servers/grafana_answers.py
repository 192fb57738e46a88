"""Grafana's ways to answer: JSON, errors, times and names."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from starlette.responses import Response

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
NEVER = "0001-01-01T00:00:00Z"


class GrafanaError(Exception):
    """An answer with an error status; ``body`` is what is sent as JSON."""

    def __init__(self, status: int, body: object) -> None:
        self.status = status
        self.body = body
        super().__init__(str(body))


def document(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(
        json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n",
        status,
        media_type="application/json",
    )


def message(status: int, text: str) -> GrafanaError:
    """The common form of an error."""
    return GrafanaError(status, {"message": text})


def not_found() -> GrafanaError:
    """What unknown routes answer."""
    return message(404, "Not found")


def timestamp(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC, with milliseconds where there are any."""
    moment = datetime.fromtimestamp(seconds, UTC)
    whole = seconds == int(seconds)
    return moment.isoformat(timespec="seconds" if whole else "milliseconds").replace("+00:00", "Z")


def go_duration(seconds: float) -> str:
    """A duration as rules write it: ``5m``, ``1h30m``, ``0s``."""
    rest = round(seconds)
    text = ""
    for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def slug(title: str) -> str:
    """A title as it stands in links."""
    return _NOT_IN_SLUG.sub("-", title.lower()).strip("-") or "untitled"


def folder_uid(title: str) -> str:
    """The uid of the folder with this title."""
    return f"folder-{slug(title)}"
