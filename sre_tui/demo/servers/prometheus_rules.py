"""The rule and alert endpoints: state from the engine, filters and paging by version."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sre_tui.demo.promql import Dialect
from sre_tui.demo.promql.alerting import Ruler, RuleState
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.servers.prometheus_documents import (
    RULE_FILE,
    Document,
    alert_document,
    alerting_document,
    group_document,
    group_token,
    recording_document,
)
from sre_tui.demo.servers.prometheus_requests import BadRequestError, Parameters
from sre_tui.demo.telemetry import RecordingRule, select_labels


class RulesApi:
    """Answers ``/api/v1/alerts`` and ``/api/v1/rules``."""

    def __init__(
        self,
        ruler: Ruler,
        recording_rules: Callable[[], Sequence[RecordingRule]],
        clock: Callable[[], float],
        dialect: Dialect,
    ) -> None:
        """Keep where the rules come from; they are read at every request."""
        self._ruler = ruler
        self._recording_rules = recording_rules
        self._clock = clock
        self._dialect = dialect

    def _states(self) -> list[RuleState]:
        """The rules as of the newest evaluation; a paused one is not handed to Prometheus."""
        return [state for state in self._ruler.states(self._clock()) if not state.rule.paused]

    def alerts(self) -> Document:
        """The ``data`` of ``/api/v1/alerts``."""
        return {
            "alerts": [alert_document(one) for state in self._states() for one in state.instances]
        }

    def rules(self, parameters: Parameters) -> Document:
        """The ``data`` of ``/api/v1/rules``.

        Raises:
            BadRequestError: a parameter has a value that Prometheus refuses.
        """
        wanted = parameters.first("type").lower()
        if wanted not in {"", "alert", "record"}:
            raise BadRequestError(f'invalid parameter "type": not supported value "{wanted}"')
        groups: dict[str, list[Document]] = {}
        modern = self._dialect.version == "3.x"
        with_alerts = not (modern and parameters.first("exclude_alerts").lower() in {"true", "1"})
        if wanted != "record":
            for state in self._states():
                document = alerting_document(state, with_alerts=with_alerts)
                groups.setdefault(state.rule.group, []).append(document)
        evaluated = self._clock() // EVALUATION_INTERVAL * EVALUATION_INTERVAL
        if wanted != "alert":
            for rule in self._recording_rules():
                groups.setdefault(rule.group, []).append(recording_document(rule, evaluated))
        if modern:
            groups = self._filtered(groups, parameters)
        names = sorted(groups)
        data: Document = {}
        if modern:
            names, token = _page(names, parameters)
            if token:
                data["groupNextToken"] = token
        data["groups"] = [
            group_document(name, groups[name], EVALUATION_INTERVAL, evaluated) for name in names
        ]
        return data

    def _filtered(
        self, groups: dict[str, list[Document]], parameters: Parameters
    ) -> dict[str, list[Document]]:
        files = parameters.every("file[]")
        if files and RULE_FILE not in files:
            return {}
        group_names, rule_names = (parameters.every(f"rule_{one}[]") for one in ("group", "name"))
        matchers = parameters.selectors(self._dialect)
        kept = {}
        for name, rules in groups.items():
            if group_names and name not in group_names:
                continue
            chosen = [
                rule
                for rule in rules
                if (not rule_names or rule["name"] in rule_names)
                and (
                    not matchers
                    or any(select_labels(one, rule.get("labels", {})) for one in matchers)
                )
            ]
            if chosen:
                kept[name] = chosen
        return kept


def _page(names: list[str], parameters: Parameters) -> tuple[list[str], str]:
    """The names on the page asked for, and the token of the next group."""
    limit, token = parameters.limit("group_limit"), parameters.first("group_next_token")
    if token and not limit:
        raise BadRequestError(
            'invalid parameter "group_limit": group_limit needs to be set in order to paginate'
            " over the groups"
        )
    begin = 0
    if token:
        tokens = [group_token(name) for name in names]
        if token not in tokens:
            raise BadRequestError(f"invalid group_next_token '{token}'. were rule groups changed?")
        begin = tokens.index(token)
    if not limit or begin + limit >= len(names):
        return names[begin:], ""
    return names[begin : begin + limit], group_token(names[begin + limit])
