"""Annotations: marks that people and deploys leave, and the history of alert states."""

from __future__ import annotations

from pydantic import Field, JsonValue, TypeAdapter

from providers.grafana.models import Annotation
from providers.text import one_line
from providers.wire import Wire, parsed, utc_time


class _Annotation(Wire):
    id: int = 0
    time: int
    time_end: int | None = Field(None, alias="timeEnd")
    text: str | None = None
    tags: list[str] | None = None
    alert_id: int | None = Field(None, alias="alertId")
    alert_name: str | None = Field(None, alias="alertName")
    old_state: str | None = Field(None, alias="prevState")
    new_state: str | None = Field(None, alias="newState")
    dashboard_uid: str | None = Field(None, alias="dashboardUID")
    panel_id: int | None = Field(None, alias="panelId")


_ANNOTATIONS = TypeAdapter(list[_Annotation] | None)


def read_annotations(source: str, answer: JsonValue) -> tuple[Annotation, ...]:
    """The annotations of ``/api/annotations`` in order of time; its times are milliseconds.

    Raises:
        BadResponse: if the answer has another shape.
    """
    found = parsed(_ANNOTATIONS, answer, "/api/annotations")
    made = [_annotation(source, item) for item in found or ()]
    return tuple(sorted(made, key=lambda annotation: (annotation.at, annotation.id)))


def _annotation(source: str, item: _Annotation) -> Annotation:
    at = utc_time(item.time / 1000)
    is_span = item.time_end is not None and item.time_end > item.time
    return Annotation(
        source=source,
        id=item.id,
        at=at,
        end=utc_time((item.time_end or 0) / 1000) if is_span else None,
        text=one_line(item.text or "", 1000),
        tags=tuple(item.tags or ()),
        kind="alert" if item.new_state or item.alert_id else "annotation",
        alert_name=item.alert_name or None,
        old_state=item.old_state or None,
        new_state=item.new_state or None,
        dashboard_uid=item.dashboard_uid or None,
        panel_id=item.panel_id or None,
    )
