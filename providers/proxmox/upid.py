"""The ids of tasks, which tell most of what there is to know about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from providers.proxmox.tasks import TaskState

_UPID: Final = re.compile(
    r"UPID:(?P<node>[^:\s]+):(?P<pid>[0-9A-Fa-f]{8,9}):(?P<pstart>[0-9A-Fa-f]{8,9})"
    r":(?P<start>[0-9A-Fa-f]{8}):(?P<type>[^:\s]+):(?P<id>[^:\s]*):(?P<user>[^:\s]+):[^:\s]*"
)


@dataclass(frozen=True)
class Upid:
    """The parts of ``UPID:node:PID:PSTART:START:type:id:user:``, numbers in hexadecimal."""

    node: str
    started: datetime
    type: str
    subject: str
    user: str


def read_upid(written: str) -> Upid:
    """The parts of a task id.

    Raises:
        ValueError: if it is none; one line that shows the form.
    """
    return upid_parts(
        _UPID, written, "no task id: it looks like UPID:node:PID:PSTART:START:type:id:user@realm:"
    )


def upid_parts(form: re.Pattern[str], written: str, otherwise: str) -> Upid:
    """The parts of a task id of a form with groups for node, start, type, id and user.

    Raises:
        ValueError: if it has another form; one line, which ends as given.
    """
    found = form.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is {otherwise}")
    return Upid(
        node=found["node"],
        started=datetime.fromtimestamp(int(found["start"], 16), UTC),
        type=found["type"],
        subject=found["id"],
        user=found["user"],
    )


def task_state(status: str | None, *, ended: bool) -> TaskState:
    """What a task's status text means; a task without an end is running."""
    if status is None or status == "":
        return "unknown" if ended else "running"
    if status == "RUNNING":
        return "running"
    if status == "OK":
        return "ok"
    if status.startswith("WARNINGS"):
        return "warning"
    return "unknown" if status in ("unknown", "unexpected status") else "error"
