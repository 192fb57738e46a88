"""Dashboards in Grafana's classic schema, and what the search lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pydantic import AliasChoices, Field, JsonValue, TypeAdapter, field_validator

from providers.grafana.models import (
    Dashboard,
    DashboardHit,
    DatasourceRef,
    Panel,
    PanelQuery,
    Threshold,
    Variable,
)
from providers.wire import Wire, WireTime, parsed


class Hit(Wire):
    """A hit of ``/api/search``."""

    uid: str
    title: str = ""
    type: str = "dash-db"
    url: str = ""
    tags: list[str] | None = None
    folder: str | None = Field(None, alias="folderTitle")
    folder_uid: str | None = Field(None, alias="folderUid")


class WireDatasource(Wire):
    """A data source, written as nothing, as a name, or as type and uid."""

    type: str | None = None
    uid: str | None = None


class WireThreshold(Wire):
    """One step of a threshold scale."""

    value: float | None = None
    color: str = ""


class WireThresholds(Wire):
    """A threshold scale."""

    mode: str = "absolute"
    steps: list[WireThreshold] | None = None


class WireDefaults(Wire):
    """Defaults of a panel's fields."""

    unit: str | None = None
    min: float | None = None
    max: float | None = None
    thresholds: WireThresholds | None = None


class WireFieldConfig(Wire):
    """How a panel shows its fields."""

    defaults: WireDefaults | None = None


class _Target(Wire):
    ref_id: str = Field("", alias="refId")
    datasource: WireDatasource | None = None
    text: JsonValue = Field(
        None,
        validation_alias=AliasChoices("expr", "rawSql", "query", "target", "expression"),
    )
    legend: str | None = Field(None, alias="legendFormat")
    hidden: bool | None = Field(None, alias="hide")

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)


class _Library(Wire):
    uid: str | None = None
    name: str = ""


class _Panel(Wire):
    id: int | None = None
    title: str | None = None
    type: str | None = None
    description: str | None = None
    datasource: WireDatasource | None = None
    targets: list[_Target] | None = None
    panels: list[_Panel] | None = None
    library: _Library | None = Field(None, alias="libraryPanel")
    field_config: WireFieldConfig | None = Field(None, alias="fieldConfig")

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)


class _Current(Wire):
    value: str | list[str] | bool | None = None


class _Option(Wire):
    value: str | list[str] | bool | None = None


class _Variable(Wire):
    name: str
    type: str = ""
    label: str | None = None
    query: JsonValue = None
    definition: str | None = None
    current: _Current | None = None
    options: list[_Option] | None = None
    datasource: WireDatasource | None = None

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)

    @field_validator("current", mode="before")
    @classmethod
    def _object(cls, value: object) -> object:
        return value if isinstance(value, dict) else None


class _Templating(Wire):
    variables: list[_Variable] | None = Field(None, alias="list")


class _Time(Wire):
    start: str = Field("", alias="from")
    end: str = Field("", alias="to")


class _Row(Wire):
    title: str | None = None
    panels: list[_Panel] | None = None


class _Classic(Wire):
    uid: str | None = None
    title: str = ""
    description: str | None = None
    tags: list[str] | None = None
    version: int | None = None
    panels: list[_Panel] | None = None
    rows: list[_Row] | None = None
    templating: _Templating | None = None
    time: _Time | None = None


class Meta(Wire):
    """What is known of a dashboard beside its content."""

    folder: str | None = Field(None, alias="folderTitle")
    url: str = ""
    updated: WireTime = None
    version: int | None = None
    provisioned: bool | None = None
    api_version: str | None = Field(None, alias="apiVersion")


_HITS = TypeAdapter(list[Hit] | None)
_CLASSIC = TypeAdapter(_Classic)
_PANEL = TypeAdapter(_Panel)

_Panel.model_rebuild()


def hits(source: str, base_url: str, answer: JsonValue) -> list[DashboardHit]:
    """The dashboards among the hits of ``/api/search``."""
    found = parsed(_HITS, answer, "/api/search")
    return [
        DashboardHit(
            source=source,
            uid=hit.uid,
            title=hit.title,
            folder=hit.folder,
            folder_uid=hit.folder_uid,
            tags=tuple(hit.tags or ()),
            url=absolute(base_url, hit.url),
        )
        for hit in found or ()
        if hit.type == "dash-db"
    ]


def classic(source: str, base_url: str, uid: str, content: JsonValue, meta: Meta) -> Dashboard:
    """A dashboard of the classic schema."""
    found = parsed(_CLASSIC, content, "the dashboard")
    return Dashboard(
        source=source,
        uid=found.uid or uid,
        title=found.title,
        description=found.description or "",
        folder=meta.folder,
        tags=tuple(found.tags or ()),
        url=absolute(base_url, meta.url or f"/d/{uid}"),
        version=meta.version if meta.version is not None else found.version,
        updated=meta.updated,
        provisioned=bool(meta.provisioned),
        time_from=found.time.start if found.time else "",
        time_to=found.time.end if found.time else "",
        variables=tuple(_variables(found.templating)),
        panels=tuple(_panels(found)),
    )


def library_panel(panel: Panel, content: JsonValue) -> Panel:
    """A panel with the content of the library panel it shows."""
    found = _panel(parsed(_PANEL, content, "the library panel"), panel.row)
    return found.model_copy(
        update={
            "id": panel.id,
            "title": panel.title or found.title,
            "library_panel": panel.library_panel,
        }
    )


def datasource_form(value: object) -> object:
    """A data source in one form: old dashboards write its name, the default one is null."""
    if isinstance(value, str):
        return {"uid": value}
    return value if isinstance(value, dict) else None


def datasource_ref(found: WireDatasource | None) -> DatasourceRef:
    """The data source as a model."""
    if found is None:
        return DatasourceRef()
    return DatasourceRef(type=found.type, uid=found.uid)


def thresholds_of(
    config: WireFieldConfig | None,
) -> tuple[tuple[Threshold, ...], Literal["absolute", "percentage"]]:
    """The threshold scale of a panel; the base step's value is null or left out."""
    scale = config.defaults.thresholds if config and config.defaults else None
    if scale is None:
        return (), "absolute"
    steps = tuple(Threshold(value=step.value, color=step.color) for step in scale.steps or ())
    return steps, "percentage" if scale.mode == "percentage" else "absolute"


def query_text(value: object) -> str:
    """The text of a query: a string, or the part of an object that holds one."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for key in ("expr", "query", "rawSql", "label"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return ""


def absolute(base_url: str, path: str) -> str:
    """A path as Grafana gives it, which holds its own sub-path, as address for a browser."""
    if not path:
        return base_url
    prefix = base_url.partition("://")[2].partition("/")[2]
    if prefix and path.startswith(f"/{prefix}/"):
        path = path[len(prefix) + 1 :]
    return f"{base_url}{path}"


def texts(value: str | list[str] | bool | None) -> tuple[str, ...]:
    """One value or several as a tuple of texts."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (str(value),)


def _panels(found: _Classic) -> Iterator[Panel]:
    row: str | None = None
    for panel in found.panels or ():
        if panel.type == "row":
            row = panel.title or ""
            yield from (_panel(nested, row) for nested in panel.panels or ())
        else:
            yield _panel(panel, row)
    for old_row in found.rows or ():
        yield from (_panel(panel, old_row.title) for panel in old_row.panels or ())


def _panel(panel: _Panel, row: str | None) -> Panel:
    own = datasource_ref(panel.datasource)
    steps, mode = thresholds_of(panel.field_config)
    defaults = panel.field_config.defaults if panel.field_config else None
    library = panel.library
    return Panel(
        id=panel.id if panel.id is not None else 0,
        title=panel.title or (library.name if library else ""),
        type=panel.type or ("library panel" if library else "unknown"),
        description=panel.description or "",
        row=row or None,
        datasource=own,
        library_panel=library.uid if library else None,
        queries=tuple(_queries(panel.targets or (), own)),
        unit=(defaults.unit if defaults else None) or "",
        thresholds=steps,
        thresholds_mode=mode,
        min=defaults.min if defaults else None,
        max=defaults.max if defaults else None,
    )


def _queries(targets: Iterable[_Target], panel_source: DatasourceRef) -> Iterator[PanelQuery]:
    for target in targets:
        own = datasource_ref(target.datasource)
        yield PanelQuery(
            ref_id=target.ref_id,
            expression=query_text(target.text),
            datasource=own if own.uid or own.type else panel_source,
            legend=target.legend or "",
            hidden=bool(target.hidden),
        )


def _variables(templating: _Templating | None) -> Iterator[Variable]:
    for variable in (templating.variables if templating else None) or ():
        yield Variable(
            name=variable.name,
            type=variable.type,
            label=variable.label or "",
            query=query_text(variable.query) or variable.definition or "",
            current=texts(variable.current.value) if variable.current else (),
            options=tuple(
                text for option in variable.options or () for text in texts(option.value)
            ),
            datasource=datasource_ref(variable.datasource),
        )
