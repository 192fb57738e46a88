"""Writes what a closer look at a cause brought: who does it, how much, how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.calls import Found
from sre_tui.agent.analyst.investigation import Investigation
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import code, names, plain
from sre_tui.tools.loki_data import LogSeries, PatternListing
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.units import metric_unit, query_unit, with_unit

FAR_AHEAD: Final = 4.0
"""Factor by which the first of a ranking must lead to be named as the one who does it."""


def details(look: Look, made: Investigation) -> Iterator[str]:
    """What a closer look at the cause brought, cited, for a list."""
    subject = made.cause.subject.name if made.cause is not None else ""
    for name, found in made.details.items():
        values = found.data(InstantValues)
        if values is not None:
            yield from _values(look, name, found, values, subject)
        written = found.data(LogSeries)
        for each in written.items[:3] if written is not None else ():
            who = plain(look.inventory.service_of(each.labels) or "somebody", 60)
            host = plain(look.inventory.host_of(each.labels), 60)
            lines = with_unit(each.stats.last, None)
            where = f" on {host}" if host else ""
            yield f"{who}{where} wrote {lines} lines within 10 min{found.cite}"
        patterns = found.data(PatternListing)
        for pattern in patterns.items[:3] if patterns is not None else ():
            who = names([plain(one, 40) for one in pattern.services])
            where = (
                f" on {names([plain(one, 40) for one in pattern.hosts])}" if pattern.hosts else ""
            )
            yield f"{who}{where} writes: {code(pattern.example)}{found.cite}"


def _values(
    look: Look, name: str, found: Found, values: InstantValues, subject: str
) -> Iterator[str]:
    unit = query_unit(values.query)
    says = {
        "detail_containers": "container {name} holds {value} of memory",
        "detail_senders": "{host} sends {value} over the network",
        "detail_guests": "guest {host} uses {value} of its processors",
        "detail_time_to_full": "at this rate {mountpoint} is full in {value}",
        "detail_memory": "{host}: {metric} is {value}",
        "detail_power": "{metric} is {value}",
        "detail_disk": "{device} is a {model_name}, serial {serial_number}",
    }[name]
    for sample in values.items[:40]:
        labels = {key: plain(value, 60) for key, value in sample.labels.items()}
        own = unit or metric_unit(sample.labels.get("__name__", ""))
        value = with_unit(sample.value, own)
        metric = sample.labels.get("__name__", "")
        if name == "detail_time_to_full":
            if sample.labels.get("fstype", "").startswith(("nfs", "cifs")):
                continue
            value = with_unit(sample.value, "s")
        if name == "detail_power":
            value, metric = _power(metric, sample.value or 0.0)
        if name == "detail_disk" and sample.labels.get("device") != subject:
            continue
        yield says.format_map(
            _Blank(labels | {"value": value, "host": plain(look.inventory.host_of(sample.labels)),
                             "metric": code(metric, 60) if name != "detail_power" else metric})
        ) + found.cite  # fmt: skip


def _power(metric: str, value: float) -> tuple[str, str]:
    if metric.endswith("runtime"):
        return with_unit(value, "s"), "the battery's remaining runtime"
    if metric.endswith("charge"):
        return with_unit(value, "%"), "the battery's charge"
    return with_unit(value, "%"), "the load on the UPS"


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def culprit(look: Look, made: Investigation) -> str:
    """Who does it, where a closer look names one far ahead of all others; how long it lasts."""
    return f"{_left(made)}{_who(look, made)}"


def _left(made: Investigation) -> str:
    """How much time is left: of the battery, or until it is full."""
    power = made.details.get("detail_power")
    values = power.data(InstantValues) if power is not None else None
    for sample in values.items if values is not None else ():
        if power is not None and sample.labels.get("__name__", "").endswith("_runtime"):
            return f" The battery lasts another {with_unit(sample.value, 's')}{power.cite}."
    growth = made.details.get("detail_time_to_full")
    values = growth.data(InstantValues) if growth is not None else None
    for sample in values.items if values is not None else ():
        own = not sample.labels.get("fstype", "").startswith(("nfs", "cifs"))
        if growth is not None and own and sample.value is not None:
            return f" At this rate it is full in {with_unit(sample.value, 's')}{growth.cite}."
    return ""


def _who(look: Look, made: Investigation) -> str:
    sent = made.details.get("detail_senders")
    values = sent.data(InstantValues) if sent is not None else None
    if sent is not None and values is not None and values.items:
        first, *rest = values.items
        if (first.value or 0.0) > FAR_AHEAD * max((one.value or 0.0 for one in rest), default=0.0):
            who = plain(look.inventory.host_of(first.labels), 60)
            return f" Most of the traffic to it comes from {who}.{sent.cite}"
    written = made.details.get("detail_writing")
    lines = written.data(LogSeries) if written is not None else None
    if written is not None and lines is not None and lines.items:
        top = [each.stats.max or 0.0 for each in lines.items]
        if top[0] > FAR_AHEAD * max(top[1:], default=0.0):
            who = plain(look.inventory.service_of(lines.items[0].labels), 60)
            host = plain(look.inventory.host_of(lines.items[0].labels), 60)
            return (
                f" Most of the lines come from {who}{f' on {host}' if host else ''}.{written.cite}"
            )
    return ""
