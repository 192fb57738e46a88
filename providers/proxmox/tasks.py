"""Tasks: what Proxmox VE did, does, and failed to do."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

TaskState = Literal["running", "ok", "warning", "error", "unknown"]


class ServerTask(BaseModel):
    """What every task of a Proxmox product has."""

    model_config = ConfigDict(frozen=True)

    source: str
    upid: str
    node: str = ""
    type: str
    """``vzdump``, ``qmstart``, ``aptupdate``; on a backup server ``backup``, ``syncjob`` …"""
    subject: str = ""
    """What it worked on: a vmid, a storage, ``main:vm/100``, a job; often empty."""
    user: str = ""
    """Who started it, ``user@realm`` or ``user@realm!token``."""
    started: AwareDatetime
    ended: AwareDatetime | None = None
    state: TaskState
    status: str = ""
    """The same in the server's own words, for a failed one the error."""
    log: tuple[str, ...] = ()
    """The last lines of its log, if they were asked for."""

    @property
    def key(self) -> str:
        """Unique among the tasks of all sources."""
        return f"{self.source}/{self.upid}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.ended is None else (self.ended - self.started).total_seconds()


class Task(ServerTask):
    """One task of one node."""

    vmid: int | None = None
    guest: str | None = None
    """The guest's name, where the inventory knows it."""


class TaskLog(BaseModel):
    """What a task wrote, and how it ended."""

    model_config = ConfigDict(frozen=True)

    task: Task
    lines: tuple[str, ...]
    total: int | None = None
    """Lines there are in all; more than ``lines`` if only the last were read."""


class TaskPage(BaseModel):
    """Tasks of several nodes, the newest first."""

    model_config = ConfigDict(frozen=True)

    tasks: tuple[Task, ...] = ()
    more: bool = False
    """Whether a node has older ones that fit as well."""
