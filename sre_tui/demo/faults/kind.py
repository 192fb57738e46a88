"""What a fault kind is: a validated model with a target, and how it acts on a stage."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from sre_tui.demo.world.homelab import Homelab
from sre_tui.demo.world.nas import inventory

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
FORMAT = "a time such as -3h, -90m, -1h30m, 0 or 10s"


def parse_span(value: object) -> float:
    """Seconds of ``-1h30m``, ``90s``, ``0``; the sign is for the whole.

    Raises:
        ValueError: for anything else.
    """
    text = str(value).strip()
    sign, body = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    if body == "0" and not isinstance(value, bool):
        return 0.0
    if not _SPAN.fullmatch(body):
        raise ValueError(f"{value!r} is no time; allowed: {FORMAT}")
    return sign * sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(body))


def _parse_length(value: object) -> float:
    seconds = parse_span(value)
    if seconds <= 0:
        raise ValueError(f"{value!r} is no length; allowed: a time above zero such as 15m")
    return seconds


Offset = Annotated[float, BeforeValidator(parse_span)]
"""Seconds relative to now, written ``-3h``."""
Length = Annotated[float, BeforeValidator(_parse_length)]
"""Seconds, written ``15m``."""


def is_length(field: FieldInfo) -> bool:
    """Whether a parameter of a fault is a length of time."""
    return any(getattr(each, "func", None) is _parse_length for each in field.metadata)


class TargetKind(StrEnum):
    """What a fault can hit."""

    DISK = "disk"
    POOL = "pool"
    NODE = "node"
    GUEST = "guest"
    CONTAINER = "container"
    WORKLOAD = "guest or container"
    MACHINE = "machine"
    DATASTORE = "datastore"
    COVERED = "guest with a backup or datastore"
    DISKS = "disk or pool"
    UPS = "ups"
    SITE = "web address or guest"
    SCRAPE = "scrape instance"
    HOST = "pinged host"
    DNS = "dns guest"
    DATASET = "dataset of the NAS"
    REPLICATION = "replication task of the NAS"


def target_names(lab: Homelab, kind: TargetKind) -> list[str]:
    """The names of everything of a kind, as scenarios write them."""
    guests = list(lab.guest_by_name)
    disks, pools = list(lab.disk_by_id), list(lab.pool_by_id)
    stores = list(lab.datastore_by_name)
    containers = list(lab.container_by_id)
    web = [probe for probe in lab.probes if probe.module == "http"]
    pinged = [probe.instance for probe in lab.probes if probe.module == "icmp"]
    match kind:
        case TargetKind.DISK:
            return disks
        case TargetKind.POOL:
            return pools
        case TargetKind.NODE:
            return list(lab.node_by_name)
        case TargetKind.GUEST:
            return guests
        case TargetKind.CONTAINER:
            return containers
        case TargetKind.WORKLOAD:
            return guests + containers
        case TargetKind.MACHINE:
            return list(lab.machines)
        case TargetKind.DATASTORE:
            return stores
        case TargetKind.COVERED:
            return [guest.name for guest in lab.guests if guest.backed_up] + stores
        case TargetKind.DISKS:
            return disks + pools
        case TargetKind.UPS:
            return [lab.ups]
        case TargetKind.SITE:
            return [p.instance.removeprefix("https://") for p in web] + ["proxy"]
        case TargetKind.SCRAPE:
            return _instances(lab)
        case TargetKind.HOST:
            return pinged + guests
        case TargetKind.DATASET:
            return [dataset.id for dataset in inventory.datasets(lab)]
        case TargetKind.REPLICATION:
            return [plan.id for plan in inventory.replications(lab)]
        case TargetKind.DNS:
            return [probe.host for probe in lab.probes if probe.module == "dns"]


def _instances(lab: Homelab) -> list[str]:
    hosts = [f"{name}:9100" for name in lab.machines]
    smart = [f"{host}:9633" for host in dict.fromkeys(disk.host for disk in lab.disks)]
    docker = [f"{guest.name}:8080" for guest in lab.guests if guest.containers]
    own = ["proxy:8082", "db:9187", "monitor:9090", "monitor:3100", "monitor:3000", lab.ups]
    return hosts + smart + docker + own


class Fault(BaseModel):
    """One thing that goes wrong, from ``at`` on, for ``duration`` or until further notice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hits: ClassVar[TargetKind]
    summary: ClassVar[str]

    kind: str
    target: str
    at: Offset
    severity: float = Field(default=0.6, ge=0.0, le=1.0)
    duration: Length | None = None

    def names(self, lab: Homelab) -> Mapping[str, Sequence[str]]:
        """By parameter, the names that are allowed in it; only of parameters that are set."""
        return {}

    @abstractmethod
    def act(self, stage: Stage, start: float, end: float) -> None:
        """Shape the stage from ``start`` to ``end`` (Unix seconds)."""


FAULT_KINDS: dict[str, type[Fault]] = {}
"""Every fault kind by the name scenarios use."""

F = TypeVar("F", bound=type[Fault])


def fault_kind(cls: F) -> F:
    """Register a kind under its class name in snake case."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    FAULT_KINDS[name] = cls
    return cls
