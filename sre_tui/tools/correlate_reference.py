"""Which series is meant when another is to be compared with it: an alert's, or an expression's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Final

from providers.series import Labels, Series
from providers.text import one_line
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import selector_text
from sre_tui.tools.promql import measured
from sre_tui.tools.tool import ArgumentError

if TYPE_CHECKING:
    from providers.alerting import Alert

USUAL: Final = timedelta(hours=6)
SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=2)
BEFORE: Final = timedelta(hours=1)
"""How far back before the beginning of an alert it is looked, so that the change is seen."""
_NAME: Final = re.compile(r"\w[\w .:-]*")
"""What may be the name of an alert."""


async def meant(context: ToolContext, about: str, host: str | None) -> tuple[Alert | None, str]:
    """The alert that is meant, if any, and the expression of what it measures.

    Raises:
        ArgumentError: if the alert's query is no PromQL of a value.
        AmbiguousAlert: if several instances of it are up.
    """
    if not _NAME.fullmatch(about.strip()):
        return None, measured(about) or about
    from sre_tui.tools.alert_detail import UnknownAlert, alert_detail, known_alerts

    alerts, rules = await known_alerts(context)
    try:
        detail = alert_detail(alerts, rules, about.strip(), host, context.settings).data
    except UnknownAlert:
        if host is not None or " " in about.strip():
            raise
        return None, about
    queries = [detail.alert.query] if detail.alert is not None else []
    queries += [rule.query for rule in detail.rules]
    query = next((one for one in queries if one), "")
    value = measured(query)
    if value is None:
        raise ArgumentError(
            f"alert {detail.name} measures nothing that Prometheus knows"
            f"{f' ({one_line(query, 120)})' if query else ''}; give a PromQL expression instead"
        )
    return detail.alert, value


def window_of(alert: Alert | None, until: datetime) -> timedelta:
    """How far back to look by default: from before the alert's beginning."""
    if alert is None or alert.active_at is None or alert.active_at >= until:
        return USUAL
    lasted = until - alert.active_at
    return min(LONGEST, max(USUAL, lasted + max(BEFORE, lasted / 2)))


def reference_of(
    found: Sequence[Series], alert: Alert | None, host: str | None
) -> tuple[Series | None, list[str]]:
    """The one series that is meant, and what is to be known of how it was chosen."""
    fitting = [one for one in found if any(isfinite(value) for _, value in one.points)]
    if host is not None and alert is None:
        fitting = [one for one in fitting if host.casefold() in _machines(one.labels)]
    if alert is not None:
        agreeing = {id(one): _agreement(one.labels, alert.labels) for one in fitting}
        best = max(agreeing.values(), default=0)
        fitting = [one for one in fitting if agreeing[id(one)] == best]
    if len(fitting) < 2:
        return (fitting[0] if fitting else None), []
    chosen = max(fitting, key=_variation)
    name = one_line(selector_text(chosen.labels), 160)
    return chosen, [f"{len(fitting)} series fit; the one that varies most was compared: {name}"]


def _agreement(labels: Mapping[str, str], wanted: Mapping[str, str]) -> int:
    """How many labels are the same; -1 if one that both have differs."""
    common = [name for name in labels if name in wanted and name != "__name__"]
    if any(labels[name] != wanted[name] for name in common):
        return -1
    return len(common)


def _variation(series: Series) -> float:
    """Standard deviation in units of the usual size."""
    import numpy as np

    values = np.array([value for _, value in series.points if isfinite(value)])
    size = float(np.mean(np.abs(values)))
    return float(np.std(values)) / size if size > 0 else 0.0


def _machines(labels: Labels) -> set[str]:
    told = (labels.get(name, "") for name in ("hostname", "instance", "name", "id"))
    return {form.casefold() for one in told for form in (one, one.partition(":")[0]) if form}


def instances_matcher(labels: Labels) -> str:
    """Quoted expression for every exporter on the machine of a series; empty if none is told."""
    from providers.alerting import HOST_LABELS, without_port
    from providers.loki.selector import quote

    told = next((labels[name] for name in HOST_LABELS if labels.get(name)), "")
    machine = "" if "://" in told else without_port(told)
    return quote(f"{re.escape(machine)}(:[0-9]+)?") if machine else ""
