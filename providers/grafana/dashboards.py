"""Dashboards in Grafana's classic schema, and what the search lists.

People, scripts and twenty versions of Grafana wrote them: one odd part must not cost the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, JsonValue, TypeAdapter, field_validator

from providers.coercion import Amount, Flag, Maybe, Objects, Text, Whole, text
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


def texts(value: object) -> tuple[str, ...]:
    """One value or several as a tuple of texts; what is none of either is left out."""
    if isinstance(value, bool):
        return (str(value).lower(),)
    found = value if isinstance(value, list | tuple) else [value]
    return tuple(text(each) for each in found if each is not None and not isinstance(each, dict))


_Texts = Annotated[tuple[str, ...], BeforeValidator(texts)]


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

    type: Text = ""
    uid: Text = ""


class WireThreshold(Wire):
    """One step of a threshold scale."""

    value: Amount = None
    color: Text = ""


class WireThresholds(Wire):
    """A threshold scale."""

    mode: Text = "absolute"
    steps: Objects[WireThreshold] = ()


class WireDefaults(Wire):
    """Defaults of a panel's fields."""

    unit: Text = ""
    min: Amount = None
    max: Amount = None
    thresholds: Maybe[WireThresholds] = None


class WireFieldConfig(Wire):
    """How a panel shows its fields."""

    defaults: Maybe[WireDefaults] = None


class _Target(Wire):
    ref_id: Text = Field("", alias="refId")
    datasource: WireDatasource | None = None
    text: JsonValue = Field(
        None,
        validation_alias=AliasChoices("expr", "rawSql", "query", "target", "expression"),
    )
    legend: Text = Field("", alias="legendFormat")
    hidden: Flag = Field(False, alias="hide")

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)


class _Library(Wire):
    uid: Text = ""
    name: Text = ""


class _Panel(Wire):
    id: Whole = None
    title: Text = ""
    type: Text = ""
    description: Text = ""
    datasource: WireDatasource | None = None
    targets: Objects[_Target] = ()
    panels: Objects[_Panel] = ()
    library: Maybe[_Library] = Field(None, alias="libraryPanel")
    field_config: Maybe[WireFieldConfig] = Field(None, alias="fieldConfig")

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)


class _Value(Wire):
    """What a variable is set to, or may be set to."""

    value: _Texts = ()


class _Variable(Wire):
    name: Text = ""
    type: Text = ""
    label: Text = ""
    query: JsonValue = None
    definition: Text = ""
    current: Maybe[_Value] = None
    options: Objects[_Value] = ()
    datasource: WireDatasource | None = None

    @field_validator("datasource", mode="before")
    @classmethod
    def _any_form(cls, value: object) -> object:
        return datasource_form(value)


class _Templating(Wire):
    variables: Objects[_Variable] = Field(default=(), alias="list")


class _Time(Wire):
    start: Text = Field("", alias="from")
    end: Text = Field("", alias="to")


class _Row(Wire):
    title: Text = ""
    panels: Objects[_Panel] = ()


class _Classic(Wire):
    uid: Text = ""
    title: Text = ""
    description: Text = ""
    tags: _Texts = ()
    version: Whole = None
    panels: Objects[_Panel] = ()
    rows: Objects[_Row] = ()
    templating: Maybe[_Templating] = None
    time: Maybe[_Time] = None


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
        description=found.description,
        folder=meta.folder,
        tags=found.tags,
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
    return DatasourceRef(type=found.type or None, uid=found.uid or None)


def thresholds_of(
    config: WireFieldConfig | None,
) -> tuple[tuple[Threshold, ...], Literal["absolute", "percentage"]]:
    """The threshold scale of a panel; the base step's value is null or left out."""
    scale = config.defaults.thresholds if config and config.defaults else None
    if scale is None:
        return (), "absolute"
    steps = tuple(Threshold(value=step.value, color=step.color) for step in scale.steps)
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


def _panels(found: _Classic) -> Iterator[Panel]:
    row: str | None = None
    for panel in found.panels:
        if panel.type == "row":
            row = panel.title
            yield from (_panel(nested, row) for nested in panel.panels)
        else:
            yield _panel(panel, row)
    for old_row in found.rows:
        yield from (_panel(panel, old_row.title) for panel in old_row.panels)


def _panel(panel: _Panel, row: str | None) -> Panel:
    own = datasource_ref(panel.datasource)
    steps, mode = thresholds_of(panel.field_config)
    defaults = panel.field_config.defaults if panel.field_config else None
    library = panel.library
    return Panel(
        id=panel.id if panel.id is not None else 0,
        title=panel.title or (library.name if library else ""),
        type=panel.type or ("library panel" if library else "unknown"),
        description=panel.description,
        row=row or None,
        datasource=own,
        library_panel=(library.uid if library else "") or None,
        queries=tuple(_queries(panel.targets, own)),
        unit=defaults.unit if defaults else "",
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
            legend=target.legend,
            hidden=target.hidden,
        )


def _variables(templating: _Templating | None) -> Iterator[Variable]:
    for variable in templating.variables if templating else ():
        yield Variable(
            name=variable.name,
            type=variable.type,
            label=variable.label,
            query=query_text(variable.query) or variable.definition,
            current=variable.current.value if variable.current else (),
            options=tuple(each for option in variable.options for each in option.value),
            datasource=datasource_ref(variable.datasource),
        )
