"""A scenario: what goes wrong when, what else the telemetry shows, and what a good answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sre_tui.demo.faults import Fault
from sre_tui.demo.faults.kind import Length, Offset


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RawMetric(_Part):
    """Samples as they are: straight lines between ``points`` (time, value), then the last value.

    They replace the series whose labels contain ``labels``; if there is none they make a new one.
    """

    name: str = Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")
    labels: Mapping[str, str] = {}
    points: tuple[tuple[Offset, float], ...] = Field(min_length=1)


class RawLog(_Part):
    """One line on the stream with exactly these labels."""

    labels: Mapping[str, str] = Field(min_length=1)
    at: Offset
    line: str


class RawAlert(_Part):
    """An alert that fires beside those of the rules."""

    name: str
    labels: Mapping[str, str] = {}
    severity: Literal["info", "warning", "critical"] = "warning"
    at: Offset
    summary: str = ""
    duration: Length | None = None


class RawTask(_Part):
    """A task in a backend's task list; ``target`` is a vmid, a guest's name or a datastore."""

    backend: Literal["proxmox", "pbs", "truenas"]
    type: str
    target: int | str
    at: Offset
    duration: Length = 60.0
    status: str = "OK"


class Raw(_Part):
    """Anything no fault kind covers, injected as it is."""

    metrics: tuple[RawMetric, ...] = ()
    logs: tuple[RawLog, ...] = ()
    alerts: tuple[RawAlert, ...] = ()
    tasks: tuple[RawTask, ...] = ()


class Cause(_Part):
    """The true cause: a fault kind (or another word for it) and its subject."""

    kind: str
    subject: str


class Tools(_Part):
    """Tools an answer must and must never use."""

    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Truth(_Part):
    """What a good answer says; of every group in ``mention`` one word must be there."""

    cause: Cause | None = None
    mention: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    avoid: tuple[str, ...] = ()
    tools: Tools = Tools()


class Question(_Part):
    """A question as people ask it, with its truth."""

    ask: str = Field(min_length=3)
    truth: Truth = Truth()


class Scenario(_Part):
    """One whole scenario."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=3)
    description: str = ""
    seed: int = 1
    faults: tuple[Fault, ...] = ()
    raw: Raw = Raw()
    questions: tuple[Question, ...] = ()


QUIET = Scenario(id="quiet", title="Nothing is wrong")
