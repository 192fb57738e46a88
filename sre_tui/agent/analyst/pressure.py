"""Answers whether a machine is short of something: memory, processor, storage time, space, heat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from providers.series import Labels
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.matchers import any_of, host_matcher
from sre_tui.agent.analyst.report import gaps, unknown_names
from sre_tui.agent.analyst.signals import BY_ID, Signal
from sre_tui.agent.analyst.wording import capital, clock_time, code, names, plain
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.prometheus_data import InstantValues, SeriesListing
from sre_tui.views.units import metric_unit, query_unit, with_unit

MOST_ROWS: Final = 8
_FREE: Final = (
    'node_filesystem_avail_bytes{fstype!~"tmpfs|devtmpfs|overlay|squashfs|ramfs|nfs.*|cifs",$S}'
)
_UNTIL_FULL: Final = "time until full"
MONTH: Final = 30.4 * 86400
_RATE: Final = "at the rate of the last 6 h (an extrapolation)"


@dataclass(frozen=True)
class Measure:
    """One thing to measure for a resource.

    Attributes:
        title: what it is called.
        query: PromQL with ``$S`` where matchers go.
        metrics: what must exist.
        mode: asked now or over the window.
        signal: the signal whose threshold decides; empty if it only informs.
        note: what it says.
    """

    title: str
    query: str
    metrics: tuple[str, ...]
    mode: Literal["instant", "range"] = "range"
    signal: str = ""


def _of(name: str, title: str) -> Measure:
    signal = BY_ID[name]
    return Measure(title, signal.value, signal.metrics, "range", name)


RESOURCES: Final[Mapping[Topic, tuple[Measure, ...]]] = {
    Topic.MEMORY: (
        Measure(
            "memory",
            '{__name__=~"node_memory_(MemAvailable|MemTotal|SwapFree|SwapTotal)_bytes",$S}',
            ("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"), "instant",
        ),
        _of("memory_available", "available memory"),
        _of("memory_pressure", "time in which work waited for memory (PSI)"),
        Measure(
            "swap traffic in pages",
            "rate(node_vmstat_pswpin{$S}[5m]) + rate(node_vmstat_pswpout{$S}[5m])",
            ("node_vmstat_pswpin", "node_vmstat_pswpout"), "range",
        ),
        Measure(
            "out-of-memory kills within 24 h", "round(increase(node_vmstat_oom_kill{$S}[24h]))",
            ("node_vmstat_oom_kill",), "instant", "oom_kills",
        ),
        Measure(
            "largest containers", 'topk(3, container_memory_working_set_bytes{name!="",$S})',
            ("container_memory_working_set_bytes",), "instant",
        ),
    ),
    Topic.CPU: (
        _of("cpu_busy", "busy processors"),
        _of("load_per_core", "load per core"),
        _of("cpu_pressure", "time in which work waited for a processor (PSI)"),
        _of("cpu_steal", "steal"),
        _of("io_wait", "waiting for storage"),
    ),
    Topic.IO: (
        _of("io_pressure", "time in which work waited for storage (PSI)"),
        _of("io_wait", "processor time spent waiting for storage"),
        _of("disk_busy", "busy share of each disk"),
        _of("read_latency", "time per read"),
        _of("write_latency", "time per write"),
    ),
    Topic.SPACE: (
        Measure(
            "used space", BY_ID["space"].value, BY_ID["space"].metrics, "range", "space",
        ),
        Measure(
            _UNTIL_FULL,
            f"{_FREE} / (-deriv({_FREE}[6h]) > 1000)",
            ("node_filesystem_avail_bytes",), "instant",
        ),
        _of("inodes", "used inodes"),
    ),
    Topic.TEMPERATURE: (
        _of("chip_temperature", "temperature of the sensors"),
        _of("disk_temperature", "temperature of the disks"),
        _of("nvme_temperature", "temperature of the NVMe disks"),
    ),
}  # fmt: skip
FALLBACKS: Final = {Topic.DISK: Topic.IO, Topic.POOL: Topic.SPACE}


@dataclass(frozen=True)
class Row:
    """One value of one measure."""

    measure: Measure
    host: str
    what: str
    shown: str
    lowest: str
    highest: str
    wrong: bool
    was_wrong: datetime | None
    cite: str
    number: float = 0.0


def resource_of(look: Look) -> Topic | None:
    """The resource the question is about; None if it is about none of them."""
    for topic in look.question.topics:
        if topic in RESOURCES:
            return topic
    for topic in look.question.topics:
        if topic in FALLBACKS and "full" in look.question.folded.split():
            return FALLBACKS[topic]
    return None


async def answer_pressure(look: Look, topic: Topic) -> Iterator[str] | None:
    """The answer in pieces; None if there are no such metrics or too many machines."""
    await look.discover("identity", "targets")
    look.note_missing_backends("prometheus")
    hosts = _hosts(look, topic)
    if look.focus.unknown and not look.focus.named:
        return iter([*unknown_names(look), *gaps(look)])
    if not hosts and len(look.inventory.hosts) > 3 and topic is not Topic.SPACE:
        return None
    rows = await _measure(look, topic, hosts)
    return _write(look, topic, hosts, rows)


def _hosts(look: Look, topic: Topic) -> tuple[str, ...]:
    if look.focus.hosts:
        return look.focus.hosts
    every = tuple(look.inventory.hosts.values())
    return every if len(every) == 1 else ()


def _matchers(look: Look, hosts: Sequence[str], topic: Topic) -> str:
    known = look.inventory.instances
    instances = sorted(one for one, host in known.items() if host in hosts)
    parts: list[str] = []
    if instances:
        parts.append(f'instance=~"{any_of(instances)}"')
    elif hosts:
        parts.append(host_matcher(*hosts))
    pools = [entity.name for entity in look.focus.of(EntityKind.POOL)]
    if pools and topic is Topic.SPACE:
        parts.append(f'device=~"({any_of(pools)})(/.*)?"')
    return ",".join(parts)


async def _measure(look: Look, topic: Topic, hosts: Sequence[str]) -> list[Row]:
    matchers = _matchers(look, hosts, topic)
    known = look.inventory.metrics
    calls: dict[str, Call] = {}
    chosen: dict[str, Measure] = {}
    for measure in RESOURCES[topic]:
        absent = [name for name in measure.metrics if known is not None and name not in known]
        if absent:
            if not absent[0].startswith(("container_", "smartctl_")):
                lacking = names([code(name) for name in absent])
                cite = look.cite("identity")
                look.note_gap(f"{measure.title}: this Prometheus has no {lacking}{cite}")
            continue
        calls[measure.title] = _call(look, measure, matchers)
        chosen[measure.title] = measure
    found = await look.ask(**calls)
    rows: list[Row] = []
    for title, one in found.items():
        made = _rows(look, chosen[title], one)
        if not made and one.ok and chosen[title].signal not in ("", "cpu_steal", "inodes"):
            look.note_gap(f"{title}: no values{one.cite}")
        rows += made
    return rows


def _call(look: Look, measure: Measure, matchers: str) -> Call:
    query = measure.query.replace("$S", matchers) if matchers else _bare(measure.query)
    if measure.mode == "instant":
        return Call("prometheus_instant_query", {"query": query})
    return Call("prometheus_range_query", {"query": query, **look.window()})


def _bare(query: str) -> str:
    return query.replace(",$S", "").replace("$S", "")


def _rows(look: Look, measure: Measure, found: Found) -> list[Row]:
    signal = BY_ID.get(measure.signal)
    series = found.data(SeriesListing)
    made: list[Row] = []
    if series is not None:
        unit = query_unit(series.query)
        for each in series.items:
            stats = each.stats
            crossed = [
                at for at, value in each.points if signal is not None and _beyond(signal, value)
            ]
            made.append(
                Row(measure, look.inventory.host_of(each.labels), _thing(each.labels),
                    with_unit(stats.last, unit), with_unit(stats.min, unit),
                    with_unit(stats.max, unit),
                    signal is not None and stats.last is not None and _beyond(signal, stats.last),
                    crossed[0] if crossed else None, found.cite)
            )  # fmt: skip
    values = found.data(InstantValues)
    if values is not None:
        unit = query_unit(values.query)
        for sample in values.items:
            own = unit or metric_unit(sample.labels.get("__name__", ""))
            shown = with_unit(sample.value, own)
            made.append(
                Row(measure, look.inventory.host_of(sample.labels), _thing(sample.labels), shown,
                    shown, shown,
                    signal is not None and sample.value is not None
                    and _beyond(signal, sample.value), None, found.cite, sample.value or 0.0)
            )  # fmt: skip
    return made


def _beyond(signal: Signal, value: float) -> bool:
    match signal.sign:
        case ">":
            return value > signal.threshold
        case "<":
            return value < signal.threshold
        case _:
            return value == signal.threshold


def _thing(labels: Labels) -> str:
    for name in ("mountpoint", "device", "name", "sensor"):
        if labels.get(name):
            return labels[name]
    return labels.get("__name__", "").removeprefix("node_memory_").removesuffix("_bytes")


def _write(look: Look, topic: Topic, hosts: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    yield from unknown_names(look)
    who = names([plain(host, 60) for host in hosts]) or "any machine"
    deciding = [row for row in rows if row.measure.signal]
    if not deciding:
        yield f"**That cannot be told**: there are no metrics about {topic.value} of {who}.\n\n"
        yield from gaps(look)
        return
    wrong = [row for row in deciding if row.wrong]
    tell = look.caller.counted
    yield f"{tell(_verdict(topic, who, wrong, rows, look.question.folded))}\n\n"
    lines = [tell(_line(row, look.now, len(hosts) != 1)) for row in _shown(rows)]
    if lines:
        yield "".join(f"- {line}\n" for line in lines) + "\n"
    was = [row for row in deciding if row.was_wrong is not None and not row.wrong]
    if was:
        first = was[0]
        at = first.was_wrong
        assert at is not None
        yield (
            f"Earlier in this window it was different: {first.measure.title} was beyond its "
            f"threshold at {clock_time(at, look.now)}.{first.cite}\n\n"
        )
    yield from gaps(look)


def _verdict(topic: Topic, who: str, wrong: Sequence[Row], rows: Sequence[Row], folded: str) -> str:
    word = {
        Topic.MEMORY: "under memory pressure", Topic.CPU: "short of processor time",
        Topic.IO: "held up by its disks", Topic.SPACE: "short of space",
        Topic.TEMPERATURE: "too hot",
    }[topic]  # fmt: skip
    lasting = [row for row in rows if row.measure.title == _UNTIL_FULL]
    if lasting and re.search(r"\b(until|till|before|bis|how (long|soon))\b", folded):
        soonest = min(lasting, key=lambda row: row.number)
        return f"**{_until_full(soonest)}** {_RATE}.{soonest.cite}"
    if folded.startswith(("how ", "wie ")):
        first = (wrong or [row for row in rows if row.measure.signal])[0]
        return f"**{capital(_headline(topic, [first, *rows]))}**."
    if wrong:
        why = names(
            [f"{row.measure.title} {_what(row)}is {row.shown}{row.cite}" for row in wrong[:3]]
        )
        subject = names([plain(row.host or row.what, 60) for row in wrong])
        return f"**Yes, {subject or who} is {word}**: {why}."
    key = _headline(topic, rows)
    return f"**No, {who} is not {word}**{': ' + key if key else ''}."


def _headline(topic: Topic, rows: Sequence[Row]) -> str:
    if topic is Topic.MEMORY:
        by_name = {(row.host, row.what): row for row in rows if row.measure.mode == "instant"}
        share = next((row for row in rows if row.measure.signal == "memory_available"), None)
        for (host, what), row in by_name.items():
            total = by_name.get((host, "MemTotal"))
            if what == "MemAvailable" and total is not None:
                part = f" ({share.shown}{share.cite})" if share is not None else ""
                return f"{row.shown} of {total.shown} is available{row.cite}{part}"
    deciding = [row for row in rows if row.measure.signal]
    first = deciding[0]
    return f"{first.measure.title} {_what(first)}is {first.shown} at most{first.cite}"


def _what(row: Row) -> str:
    return f"of {plain(row.what, 60)} " if row.what else ""


def _shown(rows: Sequence[Row]) -> list[Row]:
    """The rows worth a line: those beyond a threshold, then the first two of each measure."""
    chosen = [row for row in rows if row.wrong]
    for row in rows:
        of_measure = sum(one.measure is row.measure for one in chosen)
        most = 4 if row.measure.title == "memory" else 2
        if row not in chosen and of_measure < most and row.measure.signal != "inodes":
            chosen.append(row)
    return chosen[: 3 * MOST_ROWS]


def _until_full(row: Row) -> str:
    what = plain(row.what, 60)
    months = round(row.number / MONTH)
    if months < 2 * 12:
        left = f"about {months} months" if months > 2 else with_unit(row.number, "s")
        return f"{what} is full in {left}"
    return f"{what} is not filling up: it would be full in about {round(months / 12)} years"


def _line(row: Row, now: datetime, with_host: bool) -> str:
    host = f"{plain(row.host, 60)}: " if with_host and row.host else ""
    if row.measure.mode == "instant":
        if row.measure.title == "memory":
            return f"{host}{row.what}: {row.shown}{row.cite}"
        if row.measure.title == _UNTIL_FULL:
            return f"{host}{_until_full(row)} {_RATE}{row.cite}"
        return f"{host}{row.measure.title} {_what(row)}".strip() + f": {row.shown}{row.cite}"
    span = (
        f", between {row.lowest} and {row.highest} in this window"
        if row.lowest != row.highest
        else ""
    )
    signal = BY_ID.get(row.measure.signal)
    limit = (
        f"; that is too {'low' if signal.sign == '<' else 'high'}"
        if signal is not None and row.wrong
        else ""
    )
    return (
        f"{host}{capital(row.measure.title)} {_what(row)}".strip()
        + f": {row.shown}{span}{limit}{row.cite}"
    )


def pressure_templates() -> Iterator[str]:
    """Every expression of this module, with sample labels."""
    for measures in RESOURCES.values():
        for measure in measures:
            yield _bare(measure.query)
            yield measure.query.replace("$S", 'instance=~"media:9100"')
