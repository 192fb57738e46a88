"""Dashboards in Grafana's second schema: elements by name, and a layout that refers to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from providers.errors import BadResponse
from providers.grafana.dashboards import (
    WireDatasource,
    WireFieldConfig,
    absolute,
    datasource_form,
    datasource_ref,
    query_text,
    thresholds_of,
)
from providers.grafana.models import Dashboard, DatasourceRef, Panel, PanelQuery, Variable

Spec = dict[str, Any]
"""A JSON object: this schema is still changing, so its parts are looked up one by one."""


def second(source: str, base_url: str, uid: str, spec: object, folder: str | None) -> Dashboard:
    """A dashboard of the second schema.

    Raises:
        BadResponse: if it has no elements.
    """
    content = _object(spec)
    elements = content.get("elements")
    if not isinstance(elements, dict):
        raise BadResponse("the dashboard has neither panels nor elements")
    rows = dict(_rows(_object(content.get("layout")), None))
    placed = [name for name in rows if name in elements]
    ordered = [*placed, *(name for name in elements if name not in rows)]
    times = _object(content.get("timeSettings"))
    return Dashboard(
        source=source,
        uid=uid,
        title=_text(content.get("title")),
        description=_text(content.get("description")),
        folder=folder,
        tags=tuple(_text(tag) for tag in _list(content.get("tags"))),
        url=absolute(base_url, f"/d/{uid}"),
        time_from=_text(times.get("from")),
        time_to=_text(times.get("to")),
        schema_kind="v2",
        variables=tuple(_variable(_object(each)) for each in _list(content.get("variables"))),
        panels=tuple(_panel(_object(elements[name]), rows.get(name)) for name in ordered),
    )


def _rows(layout: Spec, row: str | None) -> Iterator[tuple[str, str | None]]:
    """Element names with the title of the row or tab they are in, in order of the layout."""
    spec = _object(layout.get("spec"))
    for item in _list(spec.get("items")):
        inner = _object(_object(item).get("spec"))
        name = _text(_object(inner.get("element")).get("name"))
        if name:
            yield name, row
    for part in (*_list(spec.get("rows")), *_list(spec.get("tabs"))):
        inner = _object(_object(part).get("spec"))
        yield from _rows(_object(inner.get("layout")), _text(inner.get("title")) or row)


def _panel(element: Spec, row: str | None) -> Panel:
    spec = _object(element.get("spec"))
    library = _object(spec.get("libraryPanel"))
    visual = _object(spec.get("vizConfig"))
    shown = _object(visual.get("spec"))
    config: WireFieldConfig | None = None
    with suppress(ValidationError):
        config = WireFieldConfig.model_validate(shown.get("fieldConfig") or {})
    steps, mode = thresholds_of(config)
    defaults = config.defaults if config else None
    data = _object(_object(spec.get("data")).get("spec"))
    queries = tuple(_query(_object(each)) for each in _list(data.get("queries")))
    kind = _text(visual.get("group")) or _text(visual.get("kind"))
    ident = spec.get("id")
    return Panel(
        id=ident if isinstance(ident, int) else 0,
        title=_text(spec.get("title")) or _text(library.get("name")),
        type="library panel" if library else kind or "unknown",
        description=_text(spec.get("description")),
        row=row,
        datasource=queries[0].datasource if queries else DatasourceRef(),
        library_panel=_text(library.get("uid")) or None,
        queries=queries,
        unit=defaults.unit if defaults else "",
        thresholds=steps,
        thresholds_mode=mode,
        min=defaults.min if defaults else None,
        max=defaults.max if defaults else None,
    )


def _query(item: Spec) -> PanelQuery:
    spec = _object(item.get("spec"))
    query = _object(spec.get("query"))
    inner = _object(query.get("spec"))
    return PanelQuery(
        ref_id=_text(spec.get("refId")),
        expression=query_text(inner),
        datasource=_datasource(query, spec.get("datasource")),
        legend=_text(inner.get("legendFormat")),
        hidden=spec.get("hidden") is True,
    )


def _datasource(query: Spec, older: object) -> DatasourceRef:
    """Later versions name type and instance inside the query, earlier ones beside it."""
    named = _object(query.get("datasource")).get("name")
    group = _text(query.get("group"))
    if named or group:
        return DatasourceRef(type=group or None, uid=_text(named) or None)
    with suppress(ValidationError):
        form = datasource_form(older)
        if form is not None:
            return datasource_ref(WireDatasource.model_validate(form))
    return DatasourceRef(type=_text(query.get("kind")) or None)


def _variable(item: Spec) -> Variable:
    spec = _object(item.get("spec"))
    query = _object(spec.get("query"))
    current = _object(spec.get("current")).get("value")
    values = current if isinstance(current, list) else [current]
    return Variable(
        name=_text(spec.get("name")),
        type=_text(item.get("kind")).removesuffix("Variable").lower(),
        label=_text(spec.get("label")),
        query=query_text(spec.get("query")) or query_text(query.get("spec")),
        current=tuple(str(value) for value in values if value is not None),
        options=tuple(_text(_object(option).get("value")) for option in _list(spec.get("options"))),
        datasource=_datasource(query, spec.get("datasource")),
    )


def _object(value: object) -> Spec:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
