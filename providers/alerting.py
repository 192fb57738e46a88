"""Alerts and alert rules, the same whether Prometheus or Grafana evaluates them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field

from providers.series import Labels, SampleValue

HOST_LABELS = ("hostname", "host", "nodename", "node", "instance", "exported_instance", "name")
"""Labels that tell which machine an alert is about, the most telling first."""
_GUEST_LABELS: Final = ("vm_name", "vmname", "guest_name", "guest", "ct_name")
_THING_LABELS: Final = (
    "datastore", "disk", "zpool", "pool", "dataset", "mountpoint", "device", "container", "name",
    "service", "task", "unit",
)  # fmt: skip
"""Labels that name a thing on a machine, the most telling first."""
_PROXMOX_ID: Final = re.compile(r"(node|lxc|qemu|storage)/([^/]+)(?:/(.+))?")


class AlertState(StrEnum):
    """Where an alert instance or a rule stands."""

    FIRING = "firing"
    PENDING = "pending"
    RECOVERING = "recovering"
    NO_DATA = "no_data"
    ERROR = "error"
    INACTIVE = "inactive"

    @property
    def active(self) -> bool:
        """Whether it wants attention now or soon; only an inactive one does not."""
        return self is not AlertState.INACTIVE


class SilenceMatcher(BaseModel):
    """One condition on a label by which a silence applies."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        sign = {(True, False): "=", (False, False): "!=", (True, True): "=~", (False, True): "!~"}
        return f'{self.name}{sign[self.is_equal, self.is_regex]}"{self.value}"'


class Silence(BaseModel):
    """Somebody's decision not to be notified of some alerts for a time."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: str
    state: Literal["active", "pending", "expired"]
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    """None if the silence itself could not be read."""
    created_by: str = ""
    comment: str = ""
    matchers: tuple[SilenceMatcher, ...] = ()


class Alert(BaseModel):
    """One alert instance: a rule and the label set it fires for."""

    model_config = ConfigDict(frozen=True)

    source: str
    """Instance that evaluates it, ``grafana:main`` or ``prometheus:main``."""
    name: str
    state: AlertState
    reason: str = ""
    """Why it is in that state, where Grafana tells: ``NoData``, ``MissingSeries``, ``Error``."""
    severity: str | None = None
    host: str | None = None
    """Machine it is about, from the labels; without the port."""
    labels: Labels
    """As delivered, without Grafana's internal ``__…__`` ones."""
    annotations: Labels = {}
    summary: str = ""
    """The annotation ``summary``, else ``description`` or ``message``."""
    active_at: AwareDatetime | None = None
    """Since when it has been pending or firing."""
    value: SampleValue | None = None
    """The value that was compared; None where none was told."""
    values: dict[str, SampleValue] = {}
    """Values by the letter of Grafana's expression; empty for Prometheus."""
    query: str = ""
    """Expression of the rule, where known."""
    folder: str | None = None
    group: str | None = None
    rule_uid: str | None = None
    dashboard_uid: str | None = None
    panel_id: int | None = None
    fingerprint: str
    """Tells the label sets of one source apart; stable from one answer to the next."""
    silences: tuple[Silence, ...] = ()
    """Active silences that cover it."""
    inhibited: bool = False
    receivers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Unique among all alerts of all sources."""
        return f"{self.source}/{self.name}/{self.fingerprint}"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def about(self) -> str:
        """The guest, node or thing it concerns: ``immich``, ``sdc on nas1``; empty if none is told.

        An exporter that speaks of others, such as that of Proxmox VE, is the host of its alerts
        and not what they concern.
        """
        return concerned(self.labels) or self.host or ""

    @property
    def silenced(self) -> bool:
        """Whether somebody silenced it."""
        return bool(self.silences)


class RuleQuery(BaseModel):
    """One query or expression of a Grafana rule."""

    model_config = ConfigDict(frozen=True)

    ref_id: str
    datasource_uid: str
    expression: str
    """PromQL, LogQL, or for a server-side expression its kind and operands."""
    window: float | None = None
    """Seconds back from now that the query looks at."""


class AlertRule(BaseModel):
    """A rule: what is evaluated, when it fires, and how it stands."""

    model_config = ConfigDict(frozen=True)

    source: str
    uid: str | None = None
    """Grafana's id; Prometheus has none."""
    name: str
    kind: Literal["alerting", "recording"] = "alerting"
    state: AlertState | None = None
    """None for recording rules and where only the definition could be read."""
    health: Literal["ok", "error", "no_data", "unknown"] = "unknown"
    last_error: str = ""
    query: str
    threshold: str = ""
    """The condition in words, as ``C: A > 85``, where the definition was readable."""
    queries: tuple[RuleQuery, ...] = ()
    hold: float = 0.0
    """Seconds the condition must last before it fires (``for``)."""
    keep_firing: float = 0.0
    """Seconds it goes on firing after the condition ended."""
    severity: str | None = None
    labels: Labels = {}
    annotations: Labels = {}
    folder: str | None = None
    """Grafana's folder, or the file of Prometheus."""
    group: str = ""
    interval: float | None = None
    """Seconds between evaluations."""
    last_evaluation: AwareDatetime | None = None
    evaluation_time: float | None = None
    """Seconds the last evaluation took."""
    active_at: AwareDatetime | None = None
    paused: bool = False
    provisioned_by: str = ""
    """How it got there, if not through the web page: ``file``, ``api`` …"""
    no_data_state: str | None = None
    error_state: str | None = None
    dashboard_uid: str | None = None
    panel_id: int | None = None
    alerts: tuple[Alert, ...] = ()
    """Its instances, inactive ones included."""

    @property
    def key(self) -> str:
        """Unique among all rules of all sources."""
        return f"{self.source}/{self.folder}/{self.group}/{self.uid or self.name}/{self.query}"


def host_of(labels: Labels) -> str | None:
    """The machine a label set is about, without the port; None if no label tells."""
    for name in HOST_LABELS:
        value = labels.get(name)
        if value:
            return without_port(value) if name.endswith("instance") else value
    return None


def concerned(labels: Labels) -> str:
    """The guest, node or thing a label set concerns, a thing with its machine; empty if none."""
    guest = next((labels[name] for name in _GUEST_LABELS if labels.get(name)), "")
    if guest:
        return guest
    found = _PROXMOX_ID.fullmatch(labels.get("id", ""))
    if found is not None:
        kind, first, second = found.groups()
        if kind == "storage":
            return f"{second} on {first}" if second else first
        return first if kind == "node" else labels.get("name") or labels["id"]
    host = host_of(labels) or ""
    names = (name for name in _THING_LABELS if labels.get(name))
    thing = next((labels[name] for name in names), "")
    if labels.get("fstype") == "zfs" and labels.get("device"):
        thing = labels["device"]
    if not thing or thing == host:
        return host.removeprefix("https://").removeprefix("http://")
    return f"{thing} on {host}" if host else thing


def without_port(address: str) -> str:
    """``media`` of ``media:9100``, ``::1`` of ``[::1]:9100``; anything else as it is."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, colon, port = address.rpartition(":")
    return host if colon and port.isdigit() and ":" not in host else address
