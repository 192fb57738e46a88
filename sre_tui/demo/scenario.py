"""A scenario: what goes wrong when, what else the telemetry shows, and what a good answer says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from sre_tui.demo.faults import Fault
from sre_tui.demo.faults.kind import Length, Offset
from sre_tui.demo.runtime.fault_modes import FaultMode

BackendName = Literal["prometheus", "grafana", "loki", "proxmox", "pbs", "truenas"]
_ENCRYPTED: Final = frozenset({"proxmox", "pbs", "truenas"})


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
    """One line on the stream with exactly these labels.

    With ``per_hour`` it comes again and again from ``at`` on, about that often.
    """

    labels: Mapping[str, str] = Field(min_length=1)
    at: Offset
    line: str
    per_hour: float | None = Field(default=None, gt=0, le=3600)


class RawAlert(_Part):
    """An alert that fires beside those of the rules."""

    name: str
    labels: Mapping[str, str] = {}
    severity: Literal["info", "warning", "critical"] = "warning"
    at: Offset
    summary: str = ""
    duration: Length | None = None


class RawTask(_Part):
    """A task in a backend's task list; ``target`` is a vmid, a guest's name or a datastore.

    While a ``vzdump`` of Proxmox VE or a ``pool.scrub.scrub`` of TrueNAS runs, disks and networks
    are as busy as such a task makes them.
    """

    backend: Literal["proxmox", "pbs", "truenas"]
    type: str
    target: int | str
    at: Offset
    duration: Length = 60.0
    status: str = "OK"


class RawDataset(_Part):
    """Bytes that a dataset of the NAS, ``host/pool/path``, holds: straight lines between points.

    The other datasets of its pool hold the less; a NAS warns from 80 % of a quota on.
    """

    dataset: str
    points: tuple[tuple[Offset, Annotated[float, Field(ge=0)]], ...] = Field(min_length=1)


class Raw(_Part):
    """Anything no fault kind covers, injected as it is."""

    metrics: tuple[RawMetric, ...] = ()
    logs: tuple[RawLog, ...] = ()
    alerts: tuple[RawAlert, ...] = ()
    tasks: tuple[RawTask, ...] = ()
    datasets: tuple[RawDataset, ...] = ()


def _as_text(how: object) -> object:
    # YAML reads a status such as 401 as a number.
    return str(how) if type(how) is int else how


class Outage(_Part):
    """A backend that fails from the start; ``seconds`` is how late ``slow`` answers."""

    backend: BackendName
    how: Annotated[FaultMode, BeforeValidator(_as_text)]
    seconds: float = Field(default=2.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.how == "tls" and self.backend not in _ENCRYPTED:
            allowed = ", ".join(sorted(_ENCRYPTED))
            raise ValueError(f"{self.backend} shows no certificate; tls is allowed for: {allowed}")
        return self


class Cause(_Part):
    """A true cause: a word of ``truth_kinds`` and its subject, written as a fault's target is."""

    kind: str
    subject: str


class Tools(_Part):
    """Tools an answer must and must never use."""

    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Truth(_Part):
    """What a good answer says; of every group in ``mention`` one word must be there.

    ``also`` are further causes that are as true as ``cause`` and independent of it. With
    ``no_cause`` every cause that is named with confidence is false.
    """

    cause: Cause | None = None
    also: tuple[Cause, ...] = ()
    no_cause: bool = False
    mention: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    avoid: tuple[str, ...] = ()
    tools: Tools = Tools()

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All true causes, the one that matters most first."""
        return (*((self.cause,) if self.cause else ()), *self.also)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.no_cause and self.causes:
            raise ValueError("no_cause is true and a cause is given; allowed: one of the two")
        if self.also and self.cause is None:
            raise ValueError("also is given without a cause; allowed: also beside cause")
        if len(set(self.causes)) < len(self.causes):
            raise ValueError("a cause is given twice; allowed: each once")
        return self


class Question(_Part):
    """A question as people ask it, with its truth."""

    ask: str = Field(min_length=3)
    truth: Truth = Truth()


class Sight(_Part):
    """A command that shows the scenario, and from which backend it knows.

    ``run`` stands behind ``sre``; every word of ``shows`` stands in its output, none of ``hides``
    does, in whatever case.
    """

    backend: BackendName
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
    """One whole scenario; ``half`` is the half of the evaluation it belongs to."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=3)
    description: str = ""
    half: Literal["tuning", "reporting"] = "tuning"
    seed: int = 1
    faults: tuple[Fault, ...] = ()
    raw: Raw = Raw()
    outages: tuple[Outage, ...] = ()
    questions: tuple[Question, ...] = ()
    visible: tuple[Sight, ...] = ()

    @property
    def is_control(self) -> bool:
        """Whether no question has a cause that can be known."""
        return bool(self.questions) and all(one.truth.no_cause for one in self.questions)

    @field_validator("outages")
    @classmethod
    def _one_each(cls, outages: tuple[Outage, ...]) -> tuple[Outage, ...]:
        if len({outage.backend for outage in outages}) < len(outages):
            raise ValueError("a backend fails in two ways; allowed: one outage for each")
        return outages


QUIET = Scenario(id="quiet", title="Nothing is wrong")
