"""Alerts of Grafana: state from the rules, notifications and silences from its Alertmanager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field, JsonValue, TypeAdapter

from providers.alerting import Alert, AlertState, Silence, SilenceMatcher, host_of
from providers.alerting_wire import fingerprint, public, summary_of
from providers.series import Labels
from providers.wire import Wire, WireTime, parsed

# Grafana puts these on notifications or on rules only; they must not keep the two apart.
_ADDED_LABELS = frozenset({"grafana_folder", "datasource_uid", "ref_id", "rulename"})
_REPLACED_NAMES = frozenset({"DatasourceNoData", "DatasourceError"})


class _Receiver(Wire):
    name: str = ""


class _Status(Wire):
    state: str = "active"
    silenced_by: list[str] | None = Field(None, alias="silencedBy")
    inhibited_by: list[str] | None = Field(None, alias="inhibitedBy")


class Notified(Wire):
    """One alert as the Alertmanager knows it (``/api/v2/alerts``)."""

    labels: Labels
    annotations: Labels | None = None
    starts_at: WireTime = Field(None, alias="startsAt")
    receivers: list[_Receiver] | None = None
    status: _Status = _Status()

    @property
    def suppressed(self) -> bool:
        """Whether nobody is notified of it."""
        return self.status.state == "suppressed"


class _Matcher(Wire):
    name: str
    value: str
    is_regex: bool = Field(False, alias="isRegex")
    is_equal: bool | None = Field(None, alias="isEqual")


class _SilenceStatus(Wire):
    state: str = "active"


class _Silence(Wire):
    id: str
    status: _SilenceStatus = _SilenceStatus()
    starts_at: WireTime = Field(None, alias="startsAt")
    ends_at: WireTime = Field(None, alias="endsAt")
    created_by: str = Field("", alias="createdBy")
    comment: str = ""
    matchers: list[_Matcher] | None = None


_NOTIFIED = TypeAdapter(list[Notified] | None)
_SILENCES = TypeAdapter(list[_Silence] | None)


def notified(answer: JsonValue) -> tuple[Notified, ...]:
    """The alerts of ``/api/v2/alerts``."""
    found = parsed(_NOTIFIED, answer, "the Alertmanager's list of alerts")
    return tuple(found or ())


def silences(source: str, answer: JsonValue) -> tuple[Silence, ...]:
    """The silences of ``/api/v2/silences``; without an end they would not be silences."""
    found = parsed(_SILENCES, answer, "the Alertmanager's list of silences")
    return tuple(
        Silence(
            source=source,
            id=silence.id,
            state=_silence_state(silence.status.state),
            starts_at=silence.starts_at,
            ends_at=silence.ends_at,
            created_by=silence.created_by,
            comment=silence.comment,
            matchers=tuple(
                SilenceMatcher(
                    name=matcher.name,
                    value=matcher.value,
                    is_regex=matcher.is_regex,
                    is_equal=matcher.is_equal is not False,
                )
                for matcher in silence.matchers or ()
            ),
        )
        for silence in found or ()
        if silence.starts_at is not None and silence.ends_at is not None
    )


def joined(
    source: str,
    evaluated: Iterable[Alert],
    sent: Sequence[Notified],
    known: Sequence[Silence],
) -> tuple[Alert, ...]:
    """Evaluated alerts with what the Alertmanager knows of them, then those only it knows.

    They are matched by their labels, without those that Grafana adds on one side only; alerts for
    missing data and failed queries, which are sent under another name, by the rule's id.
    """
    by_id = {silence.id: silence for silence in known}
    waiting = _Waiting(sent)
    answer: list[Alert] = []
    for alert in evaluated:
        match = waiting.take(alert)
        if match is not None:
            alert = alert.model_copy(update=_from_notification(source, match, by_id))
        answer.append(alert)
    answer.extend(_only_notified(source, item, by_id) for item in waiting.left())
    return tuple(answer)


_Telling = frozenset[tuple[str, str]]


class _Waiting:
    """Notifications that no alert has been found for yet, by what tells whose they are."""

    def __init__(self, sent: Sequence[Notified]) -> None:
        self._sent = dict(enumerate(sent))
        self._by_labels: dict[_Telling, list[int]] = {}
        self._by_rule: dict[tuple[str, _Telling], list[int]] = {}
        for place, item in reversed(self._sent.items()):
            self._by_labels.setdefault(_telling(item.labels), []).append(place)
            rule = item.labels.get("__alert_rule_uid__")
            if rule is not None and item.labels.get("alertname") in _REPLACED_NAMES:
                kind = rule, _telling(item.labels, name=False)
                self._by_rule.setdefault(kind, []).append(place)

    def take(self, alert: Alert) -> Notified | None:
        """The first notification of an alert, which then waits no longer."""
        kind = alert.rule_uid or "", _telling(alert.labels, name=False)
        found = (self._by_labels.get(_telling(alert.labels)), self._by_rule.get(kind))
        places = [place for each in found if (place := self._first(each)) is not None]
        return self._sent.pop(min(places)) if places else None

    def left(self) -> Iterable[Notified]:
        """Those that nobody took, in their order."""
        return self._sent.values()

    def _first(self, places: list[int] | None) -> int | None:
        while places and places[-1] not in self._sent:
            places.pop()
        return places[-1] if places else None


def _telling(labels: Labels, *, name: bool = True) -> _Telling:
    return frozenset(
        (key, value)
        for key, value in public(labels).items()
        if key not in _ADDED_LABELS and (name or key != "alertname")
    )


def _from_notification(
    source: str, item: Notified, known: Mapping[str, Silence]
) -> dict[str, object]:
    return {
        "silences": tuple(
            known.get(ident) or Silence(source=source, id=ident, state="active")
            for ident in item.status.silenced_by or ()
        ),
        "inhibited": bool(item.status.inhibited_by),
        "receivers": tuple(receiver.name for receiver in item.receivers or ()),
    }


def _only_notified(source: str, item: Notified, known: Mapping[str, Silence]) -> Alert:
    annotations = item.annotations or {}
    labels = public(item.labels)
    name = item.labels.get("alertname", "unnamed alert")
    alert = Alert(
        source=source,
        name=name,
        state=AlertState.NO_DATA if name == "DatasourceNoData" else AlertState.FIRING,
        severity=labels.get("severity"),
        host=host_of(labels),
        labels=labels,
        annotations=public(annotations),
        summary=summary_of(annotations),
        active_at=item.starts_at,
        folder=item.labels.get("grafana_folder"),
        rule_uid=item.labels.get("__alert_rule_uid__"),
        dashboard_uid=annotations.get("__dashboardUid__"),
        fingerprint=fingerprint(labels),
    )
    return alert.model_copy(update=_from_notification(source, item, known))


def _silence_state(text: str) -> Literal["active", "pending", "expired"]:
    match text:
        case "pending":
            return "pending"
        case "expired":
            return "expired"
        case _:
            return "active"
