"""``/api/annotations``: marks of deploys and the history of alert states."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from sre_tui.demo.servers.grafana_answers import message
from sre_tui.demo.servers.grafana_history import AlertHistory, Change
from sre_tui.demo.servers.grafana_source import GrafanaSource
from sre_tui.demo.servers.grafana_states import RAW_GROUP, AlertBoard, Instance

_DEFAULT_WINDOW = 24 * 3600.0
_FIRST_ALERT_ID = 1_000_000


def list_annotations(
    request: Request, source: GrafanaSource, board: AlertBoard, history: AlertHistory, now: float
) -> list[dict[str, Any]]:
    """Annotations of the window (``from`` and ``to`` in milliseconds), newest first."""
    params = request.query_params
    end = _milliseconds(request, "to", now)
    start = _milliseconds(request, "from", end - _DEFAULT_WINDOW)
    limit = int(params["limit"]) if params.get("limit", "").isdigit() else 100
    tags = set(params.getlist("tags"))
    found: list[dict[str, Any]] = []
    if params.get("type", "annotation") == "annotation":
        found += [
            _document(one.id, one.time, one.time_end, one.text, list(one.tags))
            for one in source.annotations(start, end)
            if tags <= set(one.tags)
        ]
    if params.get("type", "alert") == "alert" and not tags:
        found += _alert_history(history, board, now, start, end)
    found.sort(key=lambda one: (-int(one["time"]), int(one["id"])))
    return found[: limit or 100]


def _milliseconds(request: Request, name: str, default: float) -> float:
    text = request.query_params.get(name, "")
    if not text:
        return default
    try:
        return int(text) / 1000
    except ValueError:
        raise message(400, "bad request data") from None


def _document(
    number: int, time: float, time_end: float, text: str, tags: list[str], **alert: str | int
) -> dict[str, Any]:
    return {
        "id": number,
        "alertId": 0,
        "alertName": "",
        "dashboardId": 0,
        "dashboardUID": "",
        "panelId": 0,
        "userId": 0,
        "newState": "",
        "prevState": "",
        "created": round(time * 1000),
        "updated": round(time * 1000),
        "time": round(time * 1000),
        "timeEnd": round(max(time_end, time) * 1000),
        "text": text,
        "tags": tags,
        "login": "",
        "email": "",
        "avatarUrl": "",
        "data": {},
        **alert,
    }


def _alert_history(
    history: AlertHistory, board: AlertBoard, now: float, start: float, end: float
) -> list[dict[str, Any]]:
    changes = history.between(start, min(end, now)) if start <= now else []
    known = {(change.labels["alertname"], change.after) for change in changes}
    for rule in board.rules(now):
        changes += [
            Change(instance.active_at, instance.labels, "Normal", instance.state)
            for instance in rule.instances
            if _has_no_series(instance) and (rule.rule.name, instance.state) not in known
        ]
    inside = (change for change in changes if start <= change.time <= end)
    return [_change(number, change) for number, change in enumerate(inside, start=_FIRST_ALERT_ID)]


def _has_no_series(instance: Instance) -> bool:
    """Whether an instance is active without a sample: no data, an error, or injected."""
    return instance.base_state != "normal" and (
        instance.value is None or instance.rule.group == RAW_GROUP
    )


def _change(number: int, change: Change) -> dict[str, Any]:
    name = change.labels["alertname"]
    labels = ", ".join(f"{key}={value}" for key, value in sorted(change.labels.items()))
    return _document(
        number,
        change.time,
        change.time,
        f"{name} {{{labels}}} - {change.after}",
        [],
        alertName=name,
        newState=change.after,
        prevState=change.before,
    )
