"""What Grafana answers beside alerts: dashboards, panels, annotations."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.series import SampleValue


class DashboardHit(BaseModel):
    """A dashboard as the search lists it."""

    model_config = ConfigDict(frozen=True)

    source: str
    uid: str
    title: str
    folder: str | None = None
    """None for the top level."""
    folder_uid: str | None = None
    tags: tuple[str, ...] = ()
    url: str = ""
    """Full address in a browser."""

    @property
    def key(self) -> str:
        """Unique among the dashboards of all sources."""
        return f"{self.source}/{self.uid}"


class DatasourceRef(BaseModel):
    """The data source of a panel or query; all None means the default one."""

    model_config = ConfigDict(frozen=True)

    type: str | None = None
    uid: str | None = None
    """May be a variable such as ``${DS_PROMETHEUS}``, or ``-- Mixed --``."""


class PanelQuery(BaseModel):
    """One query of a panel."""

    model_config = ConfigDict(frozen=True)

    ref_id: str
    expression: str
    """PromQL, LogQL, SQL or whatever its data source speaks; empty if it has no text form."""
    datasource: DatasourceRef
    legend: str = ""
    hidden: bool = False


class Threshold(BaseModel):
    """From ``value`` on the panel takes this colour; the base step has no value."""

    model_config = ConfigDict(frozen=True)

    value: SampleValue | None
    color: str


class Panel(BaseModel):
    """One panel of a dashboard."""

    model_config = ConfigDict(frozen=True)

    id: int
    title: str
    type: str
    """``timeseries``, ``stat``, ``table`` …"""
    description: str = ""
    row: str | None = None
    """Title of the row it is in."""
    datasource: DatasourceRef
    library_panel: str | None = None
    """Uid of the library panel that holds its content; its queries are then only there."""
    queries: tuple[PanelQuery, ...] = ()
    unit: str = ""
    """Grafana's unit id, for example ``bytes``, ``percentunit``, ``s``."""
    thresholds: tuple[Threshold, ...] = ()
    thresholds_mode: Literal["absolute", "percentage"] = "absolute"
    min: SampleValue | None = None
    max: SampleValue | None = None


class Variable(BaseModel):
    """A variable of a dashboard."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    """``query``, ``custom``, ``datasource``, ``interval`` …"""
    label: str = ""
    query: str = ""
    current: tuple[str, ...] = ()
    """Selected values; ``$__all`` stands for all."""
    options: tuple[str, ...] = ()
    datasource: DatasourceRef = DatasourceRef()


class Dashboard(BaseModel):
    """A dashboard without its looks."""

    model_config = ConfigDict(frozen=True)

    source: str
    uid: str
    title: str
    description: str = ""
    folder: str | None = None
    tags: tuple[str, ...] = ()
    url: str = ""
    version: int | None = None
    updated: AwareDatetime | None = None
    provisioned: bool = False
    time_from: str = ""
    """Default window as Grafana writes it, ``now-6h``."""
    time_to: str = ""
    schema_kind: Literal["v1", "v2"] = "v1"
    """Which of Grafana's two dashboard schemas it is stored in."""
    variables: tuple[Variable, ...] = ()
    panels: tuple[Panel, ...] = ()


class Annotation(BaseModel):
    """A mark on the time line: a deploy, a note, or a change of an alert's state."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: int
    at: AwareDatetime
    end: AwareDatetime | None = None
    """None for a moment; else it marks a span."""
    text: str
    tags: tuple[str, ...] = ()
    kind: Literal["annotation", "alert"] = "annotation"
    alert_name: str | None = None
    old_state: str | None = None
    new_state: str | None = None
    dashboard_uid: str | None = None
    panel_id: int | None = None


class Health(BaseModel):
    """What ``/api/health`` says."""

    model_config = ConfigDict(frozen=True)

    version: str
    database: str
