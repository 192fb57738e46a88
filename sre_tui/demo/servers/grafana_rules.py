"""``/api/prometheus/grafana/api/v1``: rule and instance states."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request

from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.servers.grafana_answers import NEVER, GrafanaError, folder_uid, timestamp
from sre_tui.demo.servers.grafana_source import GrafanaVersion
from sre_tui.demo.servers.grafana_states import (
    DATASOURCE_UID,
    AlertBoard,
    EvaluatedRule,
    Instance,
    value_text,
)
from sre_tui.demo.telemetry import Matcher, select_labels

_STATES = {
    "firing": "alerting",
    "alerting": "alerting",
    "pending": "pending",
    "normal": "normal",
    "inactive": "normal",
    "nodata": "nodata",
    "error": "error",
    "recovering": "recovering",
}
_HEALTHS = ("ok", "error", "nodata", "unknown")
_Keep = Callable[[EvaluatedRule], bool]


class RuleStates:
    """Answers the Prometheus-style endpoints of Grafana-managed rules."""

    def __init__(self, board: AlertBoard, version: GrafanaVersion) -> None:
        self._board = board
        # Searching, matchers and limits by rules came with 12.4.
        self._recent = not version.startswith("11.")

    def alerts(self, now: float) -> dict[str, Any]:
        """``/alerts``: every instance of every rule."""
        instances = [one for rule in self._board.rules(now) for one in rule.instances]
        return {"status": "success", "data": {"alerts": [_instance(one) for one in instances]}}

    def rules(self, request: Request, now: float) -> dict[str, Any]:
        """``/rules``: groups with their rules, filtered and paged."""
        keep = self._filters(request)
        chosen = _states_filter(request, [rule for rule in self._board.rules(now) if keep(rule)])
        if self._recent:
            chosen = _matcher_filter(request, chosen)
        groups: dict[tuple[str, str], list[EvaluatedRule]] = {}
        for rule in chosen:
            groups.setdefault((rule.rule.folder, rule.rule.group), []).append(rule)
        ordered = sorted(groups.items())
        totals = _group_totals(chosen)
        page, token = self._page(request, ordered)
        rule_limit = _number(request, "limit_rules")
        alert_limit = _number(request, "limit_alerts")
        documents = [
            self._group(folder, name, rules, rule_limit, alert_limit)
            for (folder, name), rules in page
        ]
        data: dict[str, Any] = {"groups": documents}
        if token is not None or "group_next_token" in request.query_params:
            data["groupNextToken"] = token or ""
        else:
            data["totals"] = totals
        return {"status": "success", "data": data}

    def _filters(self, request: Request) -> _Keep:
        params = request.query_params
        exact: list[tuple[list[str], Callable[[EvaluatedRule], str]]] = [
            (params.getlist("folder_uid"), lambda rule: folder_uid(rule.rule.folder)),
            (params.getlist("rule_group"), lambda rule: rule.rule.group),
            (params.getlist("rule_uid"), lambda rule: rule.rule.uid),
            (params.getlist("rule_name"), lambda rule: rule.rule.name),
            (params.getlist("rule_type"), lambda _: "alerting"),
            (params.getlist("datasource_uid"), lambda _: DATASOURCE_UID),
            (params.getlist("health"), lambda rule: rule.health),
        ]
        for health in params.getlist("health"):
            if health not in _HEALTHS:
                raise _bad_data(f"unknown health '{health}'")
        parts: list[tuple[str, Callable[[EvaluatedRule], str]]] = []
        if self._recent:
            parts = [
                (params.get("search.rule_name", ""), lambda rule: rule.rule.name),
                (params.get("search.folder", ""), lambda rule: rule.rule.folder),
                (params.get("search.rule_group", ""), lambda rule: rule.rule.group),
            ]

        def keep(rule: EvaluatedRule) -> bool:
            return all(not wanted or of(rule) in wanted for wanted, of in exact) and all(
                part.lower() in of(rule).lower() for part, of in parts
            )

        return keep

    def _page(
        self,
        request: Request,
        ordered: Sequence[tuple[tuple[str, str], list[EvaluatedRule]]],
    ) -> tuple[Sequence[tuple[tuple[str, str], list[EvaluatedRule]]], str | None]:
        limit = _number(request, "group_limit")
        rule_limit = _number(request, "rule_limit") if self._recent else None
        token = request.query_params.get("group_next_token", "")
        start = 0
        if token:
            start = next((i for i, (key, _) in enumerate(ordered) if _token(key) == token), -1)
            if start < 0:
                raise _bad_data("invalid group_next_token")
        end, rules = start, 0
        while end < len(ordered):
            if limit and end - start >= limit:
                break
            # A group is never cut in two, so a page may hold more rules than asked for.
            if rule_limit and rules >= rule_limit:
                break
            rules += len(ordered[end][1])
            end += 1
        return ordered[start:end], _token(ordered[end][0]) if end < len(ordered) else None

    def _group(
        self,
        folder: str,
        name: str,
        rules: Sequence[EvaluatedRule],
        rule_limit: int | None,
        alert_limit: int | None,
    ) -> dict[str, Any]:
        shown = rules if rule_limit is None else rules[:rule_limit]
        return {
            "name": name,
            "file": folder,
            "folderUid": folder_uid(folder),
            "rules": [self._rule(rule, alert_limit) for rule in shown],
            "totals": _group_totals(rules),
            "interval": int(EVALUATION_INTERVAL),
            "lastEvaluation": timestamp(rules[0].evaluated_at),
            "evaluationTime": round(sum(rule.duration for rule in rules), 6),
        }

    def _rule(self, evaluated: EvaluatedRule, alert_limit: int | None) -> dict[str, Any]:
        rule, instances = evaluated.rule, evaluated.instances
        shown = instances if alert_limit is None else instances[:alert_limit]
        active = [one.active_at for one in instances if one.base_state != "normal"]
        totals = Counter(one.base_state for one in instances)
        body: dict[str, Any] = {
            "state": evaluated.state,
            "name": rule.name,
            "query": rule.expr,
            "queriedDatasourceUIDs": [DATASOURCE_UID],
            "duration": rule.hold,
            "annotations": dict(rule.annotations),
            "alerts": [_instance(one) for one in shown],
            "totals": dict(totals),
            "totalsFiltered": dict(totals),
            "uid": rule.uid,
            "folderUid": folder_uid(rule.folder),
            "labels": dict(rule.labels),
            "health": evaluated.health,
            "lastError": evaluated.last_error,
            "type": "alerting",
            "lastEvaluation": NEVER if rule.paused else timestamp(evaluated.evaluated_at),
            "evaluationTime": round(evaluated.duration, 6),
            "isPaused": rule.paused,
            "provenance": "",
        }
        if active:
            body["activeAt"] = timestamp(min(active))
        if self._recent:
            body["keepFiringFor"] = 0
        return body


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        "labels": dict(instance.labels),
        "annotations": dict(instance.annotations),
        "state": instance.state,
        "activeAt": timestamp(instance.active_at),
        "value": value_text(instance),
    }


def _group_totals(rules: Sequence[EvaluatedRule]) -> dict[str, int]:
    totals = Counter(rule.state for rule in rules)
    totals.update(rule.health for rule in rules if rule.health in ("error", "nodata"))
    return dict(totals)


def _states_filter(request: Request, rules: Sequence[EvaluatedRule]) -> list[EvaluatedRule]:
    wanted = request.query_params.getlist("state")
    for state in wanted:
        if state.lower() not in _STATES:
            raise _bad_data(f"unknown state '{state}'")
    if not wanted:
        return list(rules)
    states = {_STATES[state.lower()] for state in wanted}
    return _narrowed(rules, lambda one: one.base_state in states)


def _matcher_filter(request: Request, rules: Sequence[EvaluatedRule]) -> list[EvaluatedRule]:
    matchers = [_json_matcher(text) for text in request.query_params.getlist("matcher")]
    if not matchers:
        return list(rules)
    return _narrowed(rules, lambda one: select_labels(matchers, one.labels))


def _narrowed(
    rules: Sequence[EvaluatedRule], wanted: Callable[[Instance], bool]
) -> list[EvaluatedRule]:
    narrowed: list[EvaluatedRule] = []
    for rule in rules:
        instances = [one for one in rule.instances if wanted(one)]
        if instances:
            narrowed.append(
                EvaluatedRule(
                    rule.rule,
                    rule.state,
                    rule.health,
                    rule.last_error,
                    rule.evaluated_at,
                    rule.duration,
                    instances,
                )
            )
    return narrowed


def _json_matcher(text: str) -> Matcher:
    try:
        given = json.loads(text)
        name, value = str(given["name"]), str(given["value"])
        is_regex, is_equal = bool(given.get("isRegex")), bool(given.get("isEqual", True))
        re.compile(value if is_regex else "")
    except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise _bad_data(f"failed to parse matcher: {error}") from error
    if is_regex:
        return Matcher(name, "=~" if is_equal else "!~", value)
    return Matcher(name, "=" if is_equal else "!=", value)


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return max(int(text), 0)
    except ValueError:
        raise _bad_data(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _token(key: tuple[str, str]) -> str:
    return hashlib.sha1("\xff".join(key).encode(), usedforsecurity=False).hexdigest()


def _bad_data(text: str) -> GrafanaError:
    body = {"status": "error", "errorType": "bad_data", "error": text}
    return GrafanaError(400, body)
