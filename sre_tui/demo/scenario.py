"""A scenario: what goes wrong when, what else the telemetry shows, and what a good answer says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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


class Sight(_Part):
    """A command that shows the scenario, and from which backend it knows.

    ``run`` stands behind ``sre``; every word of ``shows`` stands in its output, none of ``hides``
    does, in whatever case.
    """

    backend: Literal["prometheus", "grafana", "loki", "proxmox", "pbs", "truenas"]
    run: str
    shows: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    hides: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    exit_code: int = Field(default=0, ge=0, le=255)

    @field_validator("run")
    @classmethod
    def _is_command_line(cls, run: str) -> str:
        words = shlex.split(run)
        if not words or words[0] == "sre":
            raise ValueError(f"{run!r} is no command; allowed: what stands behind sre")
        return run

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        if not self.shows and not self.hides:
            raise ValueError("a sight shows or hides words; allowed: shows, hides")
        return self


class Scenario(_Part):
    """One whole scenario."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=3)
    description: str = ""
    seed: int = 1
    faults: tuple[Fault, ...] = ()
    raw: Raw = Raw()
    questions: tuple[Question, ...] = ()
    visible: tuple[Sight, ...] = ()


QUIET = Scenario(id="quiet", title="Nothing is wrong")
