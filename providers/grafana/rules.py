"""Definitions of Grafana's alert rules: queries, thresholds, what happens without data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import AliasChoices, Field, JsonValue, TypeAdapter

from providers.alerting import AlertRule, RuleQuery
from providers.coercion import Amount, Maybe, Objects, Text, amount, text
from providers.series import Labels
from providers.wire import Wire, parsed

EXPRESSION_SOURCES = frozenset({"__expr__", "-100"})

_SIGNS = {
    "gt": ">",
    "lt": "<",
    "gte": ">=",
    "lte": "<=",
    "eq": "=",
    "ne": "≠",
    "within_range": "within",
    "outside_range": "outside",
    "no_value": "has no value",
}


class _Evaluator(Wire):
    type: Text = ""
    params: JsonValue = None

    @property
    def limits(self) -> list[float]:
        """What is compared with."""
        given = self.params if isinstance(self.params, list) else [self.params]
        return [number for each in given if (number := amount(each)) is not None]


class _ConditionQuery(Wire):
    params: JsonValue = None

    @property
    def subject(self) -> str:
        """The letter of what is compared."""
        return text(self.params[0]) if isinstance(self.params, list) and self.params else ""


class _Condition(Wire):
    evaluator: Maybe[_Evaluator] = None
    query: Maybe[_ConditionQuery] = None


class _Model(Wire):
    """As the data source's own editor wrote it: one odd part must not cost all definitions."""

    expr: Text = ""
    type: Text = ""
    expression: Text = ""
    reducer: Text = ""
    conditions: Objects[_Condition] = ()
    raw_sql: Text = Field("", alias="rawSql")
    query: JsonValue = None


class _TimeRange(Wire):
    back: Amount = Field(None, alias="from")


class _Data(Wire):
    ref_id: Text = Field("", alias="refId")
    datasource_uid: Text = Field("", alias="datasourceUid")
    window: Maybe[_TimeRange] = Field(None, alias="relativeTimeRange")
    model: Maybe[_Model] = None


class Definition(Wire):
    """A rule as provisioning or the ruler gives it."""

    uid: str
    condition: str = ""
    data: list[_Data] | None = None
    no_data_state: str | None = Field(
        None, validation_alias=AliasChoices("noDataState", "no_data_state")
    )
    error_state: str | None = Field(
        None, validation_alias=AliasChoices("execErrState", "exec_err_state")
    )
    paused: bool | None = Field(None, validation_alias=AliasChoices("isPaused", "is_paused"))
    provenance: str | None = None
    annotations: Labels | None = None


class _RulerRule(Wire):
    grafana_alert: Definition | None = None


class _RulerGroup(Wire):
    rules: list[_RulerRule] | None = None


_PROVISIONED = TypeAdapter(list[Definition] | None)
_RULER = TypeAdapter(dict[str, list[_RulerGroup]] | None)


def provisioned(answer: JsonValue) -> dict[str, Definition]:
    """Definitions of ``/api/v1/provisioning/alert-rules`` by the rule's id."""
    found = parsed(_PROVISIONED, answer, "/api/v1/provisioning/alert-rules")
    return {definition.uid: definition for definition in found or ()}


def ruled(answer: JsonValue) -> dict[str, Definition]:
    """Definitions of ``/api/ruler/grafana/api/v1/rules`` by the rule's id."""
    found = parsed(_RULER, answer, "/api/ruler/grafana/api/v1/rules")
    definitions = (
        rule.grafana_alert
        for groups in (found or {}).values()
        for group in groups
        for rule in group.rules or ()
    )
    return {definition.uid: definition for definition in definitions if definition is not None}


def completed(
    rules: Iterable[AlertRule], definitions: Mapping[str, Definition]
) -> Iterator[AlertRule]:
    """The rules with what their definitions add; rules without one as they are."""
    for rule in rules:
        found = definitions.get(rule.uid or "")
        yield rule if found is None else _completed(rule, found)


def _completed(rule: AlertRule, definition: Definition) -> AlertRule:
    data = definition.data or []
    added: dict[str, object] = {
        "queries": tuple(_query(item) for item in data),
        "threshold": threshold(definition.condition, data),
        "no_data_state": definition.no_data_state,
        "error_state": definition.error_state,
    }
    if definition.paused is not None:
        added["paused"] = definition.paused
    if definition.provenance:
        added["provisioned_by"] = definition.provenance
    return rule.model_copy(update=added)


def _query(item: _Data) -> RuleQuery:
    model = item.model or _Model()
    if item.datasource_uid in EXPRESSION_SOURCES:
        expression = _expression(model)
    else:
        expression = (
            model.expr or model.raw_sql or (model.query if isinstance(model.query, str) else "")
        )
    window = item.window.back if item.window is not None else None
    return RuleQuery(
        ref_id=item.ref_id,
        datasource_uid=item.datasource_uid,
        expression=expression,
        window=window if item.datasource_uid not in EXPRESSION_SOURCES else None,
    )


def _expression(model: _Model) -> str:
    match model.type:
        case "reduce":
            return f"{model.reducer or 'reduce'} of {model.expression}"
        case "threshold" | "classic_conditions":
            return " and ".join(_condition(each, model.expression) for each in model.conditions)
        case "math":
            return model.expression
        case kind:
            return f"{kind or 'expression'} of {model.expression}"


def threshold(condition: str, data: Sequence[_Data]) -> str:
    """The condition in words: ``B > 85``; empty where it is not a comparison with numbers."""
    item = next((each for each in data if each.ref_id == condition), None)
    if item is None:
        return ""
    return f"{condition}: {_expression(item.model or _Model())}"


def _condition(condition: _Condition, expression: str) -> str:
    evaluator = condition.evaluator or _Evaluator()
    subject = expression or (condition.query.subject if condition.query is not None else "")
    sign = _SIGNS.get(evaluator.type, evaluator.type)
    shown = evaluator.limits if "range" in evaluator.type else evaluator.limits[:1]
    figures = " to ".join(f"{value:.12g}" for value in shown)
    return f"{subject or 'the query'} {sign} {figures}".rstrip()
