"""``/api/alertmanager/grafana/api/v2``: alerts, groups and silences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.servers.grafana_answers import GrafanaError, timestamp
from sre_tui.demo.servers.grafana_source import GrafanaSource
from sre_tui.demo.servers.grafana_states import (
    AlertBoard,
    Instance,
    fingerprint,
    notified_labels,
    silence_state,
    value_text,
)
from sre_tui.demo.telemetry import Matcher, MatchOp, Silence, select_labels

RECEIVER = "grafana-default-email"
_GROUP_BY = ("grafana_folder", "alertname")
_RESOLVE_AFTER = 4 * EVALUATION_INTERVAL
_MATCHER = re.compile(r'\s*([A-Za-z_:][\w:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*')
_OPS: dict[str, MatchOp] = {"=": "=", "!=": "!=", "=~": "=~", "!~": "!~"}


class Alertmanager:
    """Answers Grafana's own Alertmanager API, which knows only firing alerts."""

    def __init__(self, source: GrafanaSource, board: AlertBoard) -> None:
        self._source = source
        self._board = board

    def alerts(self, request: Request, now: float) -> list[dict[str, Any]]:
        """``/alerts``, by fingerprint."""
        matchers = _matchers(request)
        receiver = request.query_params.get("receiver")
        if receiver is not None and not _compile(receiver).fullmatch(RECEIVER):
            return []
        wanted = {
            "active": _flag(request, "active"),
            "suppressed": _flag(request, "silenced"),
        }
        _flag(request, "inhibited")
        _flag(request, "unprocessed")
        alerts = [self._alert(request, instance, now) for instance in self._board.firing(now)]
        return sorted(
            (
                alert
                for alert in alerts
                if wanted[alert["status"]["state"]] and select_labels(matchers, alert["labels"])
            ),
            key=lambda alert: str(alert["fingerprint"]),
        )

    def groups(self, request: Request, now: float) -> list[dict[str, Any]]:
        """``/alerts/groups``, by folder and name."""
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for alert in self.alerts(request, now):
            key = tuple(str(alert["labels"].get(name, "")) for name in _GROUP_BY)
            groups.setdefault(key, []).append(alert)
        return [
            {
                "labels": dict(zip(_GROUP_BY, key, strict=True)),
                "receiver": {"name": RECEIVER},
                "alerts": members,
            }
            for key, members in sorted(groups.items())
        ]

    def silences(self, request: Request, now: float) -> list[dict[str, Any]]:
        """``/silences`` in every state."""
        matchers = _matchers(request)
        return [
            _silence(silence, now)
            for silence in self._source.silences(now)
            if _silence_matches(silence, matchers)
        ]

    def silence(self, silence_id: str, now: float) -> dict[str, Any]:
        """``/silence/{id}``."""
        for silence in self._source.silences(now):
            if silence.id == silence_id:
                return _silence(silence, now)
        raise GrafanaError(404, {"message": "silence not found"})

    def _alert(self, request: Request, instance: Instance, now: float) -> dict[str, Any]:
        labels = notified_labels(instance)
        silenced_by = self._board.silenced_by(labels, now)
        evaluated = now - now % EVALUATION_INTERVAL
        base = str(request.base_url).rstrip("/")
        value = value_text(instance)
        annotations = {**instance.annotations, "__orgId__": "1"}
        if instance.value is not None:
            annotations["__values__"] = f'{{"A":{instance.value!r}}}'
            annotations["__value_string__"] = f"[ var='A' labels={{}} value={value} ]"
        return {
            "annotations": annotations,
            "endsAt": timestamp(evaluated + _RESOLVE_AFTER),
            "fingerprint": fingerprint(labels),
            "receivers": [{"name": RECEIVER}],
            "startsAt": timestamp(instance.firing_since or evaluated),
            "status": {
                "inhibitedBy": [],
                "mutedBy": [],
                "silencedBy": silenced_by,
                "state": "suppressed" if silenced_by else "active",
            },
            "updatedAt": timestamp(evaluated),
            "generatorURL": f"{base}/alerting/grafana/{instance.rule.uid}/view?orgId=1",
            "labels": labels,
        }


def _flag(request: Request, name: str) -> bool:
    text = request.query_params.get(name, "true").lower()
    if text not in ("true", "false", "1", "0", "t", "f"):
        raise GrafanaError(
            422, {"code": 602, "message": f'{name} in query must be of type boolean: "{text}"'}
        )
    return text in ("true", "1", "t")


def _matchers(request: Request) -> list[Matcher]:
    return [parse_matcher(text) for text in request.query_params.getlist("filter")]


def parse_matcher(text: str) -> Matcher:
    """A matcher such as ``severity="critical"``; anything else is a 400 with a bare string."""
    match = _MATCHER.fullmatch(text)
    if match is None:
        raise GrafanaError(400, f"bad matcher format: {text}")
    value = match[4] if match[3] is None else re.sub(r"\\(.)", r"\1", match[3])
    if "~" in match[2]:
        _compile(value)
    return Matcher(match[1], _OPS[match[2]], value)


def _compile(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        reason = f"error parsing regexp: {error}: `{expression}`"
        raise GrafanaError(400, reason) from error


def _silence_matches(silence: Silence, matchers: Sequence[Matcher]) -> bool:
    labels = {matcher.name: matcher.value for matcher in silence.matchers}
    return select_labels(matchers, labels)


def _silence(silence: Silence, now: float) -> dict[str, Any]:
    return {
        "id": silence.id,
        "status": {"state": silence_state(silence, now)},
        "updatedAt": timestamp(silence.starts_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": timestamp(silence.ends_at),
        "matchers": [
            {
                "isEqual": not matcher.op.startswith("!"),
                "isRegex": "~" in matcher.op,
                "name": matcher.name,
                "value": matcher.value,
            }
            for matcher in silence.matchers
        ],
        "startsAt": timestamp(silence.starts_at),
    }
