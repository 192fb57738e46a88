"""The shapes in which the products of Proxmox write tasks and their logs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field, TypeAdapter

from providers.coercion import Epoch, Text, Whole
from providers.proxmox.tasks import TaskState
from providers.proxmox.upid import task_state
from providers.text import one_line
from providers.wire import Wire

LOG_LINES: Final = 5000
"""Lines of a log asked for at once; of a longer one the end is asked for then."""


class TaskRow(Wire):
    """What every row of a task list has."""

    upid: Text
    node: Text = ""
    user: Text = ""
    started: Epoch = Field(None, alias="starttime")
    ended: Epoch = Field(None, alias="endtime")
    status: Text = ""


class TaskEnd(Wire):
    """The status of one task."""

    status: Text = ""
    exitstatus: Text = ""

    @property
    def outcome(self) -> tuple[TaskState, str]:
        """What became of it, and the server's own words for that."""
        if self.status == "running":
            return "running", ""
        return task_state(self.exitstatus, ended=True), one_line(self.exitstatus)


class LogLine(Wire):
    """A line of a log; ``n`` counts from one."""

    n: Whole = None
    t: Text = ""


TASK_END: Final = TypeAdapter(TaskEnd)
LOG: Final = TypeAdapter(list[LogLine])


def seconds(at: datetime | None) -> str | None:
    """A time as parameters take it."""
    return None if at is None else str(int(at.timestamp()))
