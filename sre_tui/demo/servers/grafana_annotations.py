"""``/api/annotations``: marks of deploys and the history of alert states."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from sre_tui.demo.servers.grafana_answers import message
from sre_tui.demo.servers.grafana_source import GrafanaSource
from sre_tui.demo.servers.grafana_states import AlertBoard, Instance

_DEFAULT_WINDOW = 24 * 3600.0
_FIRST_ALERT_ID = 1_000_000


def list_annotations(
    request: Request, source: GrafanaSource, board: AlertBoard, now: float
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
        found += [one for one in _alert_history(board, now) if _inside(one, start, end)]
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


def _inside(annotation: dict[str, Any], start: float, end: float) -> bool:
    return bool(start * 1000 <= annotation["time"] <= end * 1000)


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


def _alert_history(board: AlertBoard, now: float) -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = []
    for rule in board.rules(now):
        for instance in rule.instances:
            if instance.base_state == "normal":
                continue
            changes = _changes(instance)
            for time, before, after in changes:
                labels = ", ".join(f"{k}={v}" for k, v in sorted(instance.labels.items()))
                history.append(
                    _document(
                        _FIRST_ALERT_ID + len(history),
                        time,
                        time,
                        f"{rule.rule.name} {{{labels}}} - {after}",
                        [],
                        alertName=rule.rule.name,
                        newState=after,
                        prevState=before,
                    )
                )
    return history


def _changes(instance: Instance) -> list[tuple[float, str, str]]:
    if instance.firing_since is None:
        return [(instance.active_at, "Normal", instance.state)]
    if instance.firing_since <= instance.active_at:
        return [(instance.active_at, "Normal", instance.state)]
    return [
        (instance.active_at, "Normal", "Pending"),
        (instance.firing_since, "Pending", instance.state),
    ]
