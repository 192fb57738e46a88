"""Rule definitions: ``/api/v1/provisioning`` and ``/api/ruler``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.servers.grafana_answers import folder_uid, go_duration, message
from sre_tui.demo.servers.grafana_source import GrafanaSource
from sre_tui.demo.servers.grafana_states import DATASOURCE_UID
from sre_tui.demo.telemetry import AlertRule

_UPDATED = "2026-01-10T08:00:00Z"
_QUERY_WINDOW = 600
_COMPARISON = re.compile(
    r"(.+?)\s*(>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*", re.DOTALL
)
_SET_OPERATOR = re.compile(r"\b(?:and|or|unless)\b|[<>=]=?\s*-?\d")
_EVALUATORS = {">": "gt", "<": "lt", ">=": "gte", "<=": "lte", "==": "eq", "!=": "ne"}


class Definitions:
    """Rules as they were written."""

    def __init__(self, source: GrafanaSource) -> None:
        self._source = source

    def provisioned(self) -> list[dict[str, Any]]:
        """``/alert-rules``: a bare list."""
        rules = self._source.alert_rules()
        return [_provisioned(number, rule) for number, rule in enumerate(rules, start=1)]

    def provisioned_rule(self, uid: str) -> dict[str, Any]:
        """``/alert-rules/{uid}``."""
        for rule in self.provisioned():
            if rule["uid"] == uid:
                return rule
        raise message(404, "rule not found")

    def provisioned_group(self, folder: str, name: str) -> dict[str, Any]:
        """``/folder/{uid}/rule-groups/{group}``."""
        rules = [
            rule
            for rule in self.provisioned()
            if rule["folderUID"] == folder and rule["ruleGroup"] == name
        ]
        if not rules:
            raise message(404, "rule group not found")
        return {
            "title": name,
            "folderUid": folder,
            "interval": int(EVALUATION_INTERVAL),
            "rules": rules,
        }

    def ruler(self, request: Request) -> dict[str, list[dict[str, Any]]]:
        """``/api/ruler/grafana/api/v1/rules``: groups by folder."""
        del request
        folders: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for number, rule in enumerate(self._source.alert_rules(), start=1):
            groups = folders.setdefault(rule.folder, {})
            groups.setdefault(rule.group, []).append(_ruler_rule(number, rule))
        return {
            folder: [
                {
                    "name": name,
                    "interval": go_duration(EVALUATION_INTERVAL),
                    "rules": rules,
                }
                for name, rules in sorted(groups.items())
            ]
            for folder, groups in sorted(folders.items())
        }


def _threshold(expression: str) -> tuple[str, str, float]:
    """Query, evaluator and limit of a rule; a comparison at its end is the threshold."""
    match = _COMPARISON.fullmatch(expression)
    if (
        match is None
        or _SET_OPERATOR.search(match[1])
        or match[1].count("(") != match[1].count(")")
    ):
        return expression, "gt", 0.0
    return match[1], _EVALUATORS[match[2]], float(match[3])


def _queries(rule: AlertRule) -> Sequence[dict[str, Any]]:
    query, evaluator, limit = _threshold(rule.expr)
    expression = {
        "datasource": {"type": "__expr__", "uid": "__expr__"},
        "expression": "A",
        "type": "threshold",
        "refId": "C",
        "conditions": [
            {
                "evaluator": {"params": [limit], "type": evaluator},
                "operator": {"type": "and"},
                "query": {"params": ["C"]},
                "reducer": {"params": [], "type": "last"},
                "type": "query",
            }
        ],
    }
    return [
        {
            "refId": "A",
            "queryType": "",
            "relativeTimeRange": {"from": _QUERY_WINDOW, "to": 0},
            "datasourceUid": DATASOURCE_UID,
            "model": {
                "editorMode": "code",
                "expr": query,
                "instant": True,
                "intervalMs": 1000,
                "maxDataPoints": 43200,
                "refId": "A",
            },
        },
        {
            "refId": "C",
            "queryType": "",
            "relativeTimeRange": {"from": 0, "to": 0},
            "datasourceUid": "__expr__",
            "model": expression,
        },
    ]


def _provisioned(number: int, rule: AlertRule) -> dict[str, Any]:
    return {
        "id": number,
        "uid": rule.uid,
        "orgID": 1,
        "folderUID": folder_uid(rule.folder),
        "ruleGroup": rule.group,
        "title": rule.name,
        "condition": "C",
        "data": _queries(rule),
        "updated": _UPDATED,
        "noDataState": rule.no_data_state,
        "execErrState": "Error",
        "for": go_duration(rule.hold),
        "keep_firing_for": "0s",
        "annotations": dict(rule.annotations),
        "labels": dict(rule.labels),
        "isPaused": rule.paused,
        "notification_settings": None,
        "record": None,
    }


def _ruler_rule(number: int, rule: AlertRule) -> dict[str, Any]:
    return {
        "expr": "",
        "for": go_duration(rule.hold),
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
        "grafana_alert": {
            "id": number,
            "orgId": 1,
            "title": rule.name,
            "condition": "C",
            "data": _queries(rule),
            "updated": _UPDATED,
            "intervalSeconds": int(EVALUATION_INTERVAL),
            "version": 1,
            "uid": rule.uid,
            "namespace_uid": folder_uid(rule.folder),
            "rule_group": rule.group,
            "no_data_state": rule.no_data_state,
            "exec_err_state": "Error",
            "is_paused": rule.paused,
        },
    }
