"""Answers with metrics and logs: what was asked for, shortly, with its figures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from providers.series import Series
from sre_tui.agent.analyst.answers.unanswered import say_unanswered
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.data import table
from sre_tui.agent.analyst.endings import gaps, unknown_names
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.fact_questions import asks_a_fact
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.matchers import (
    any_of,
    host_matcher,
    instance_matcher,
    literal,
    stream_selector,
)
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.tools.loki_data import LogListing, PatternListing
from sre_tui.tools.prometheus_data import MetricMatches, SeriesListing
from sre_tui.views.units import metric_unit, query_unit, with_unit

ROWS: Final = 8
_METRIC_NAME: Final = re.compile(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*_[a-zA-Z0-9_:]+\b")
_ABOUT: Final = re.compile(
    r"\b(?:about|containing|contain|mentioning|mention|with|matching|über|say|saying)\s+"
    r"(?:the (?:word )?)?(?P<word>[\w.-]{2,40})"
)
_OF_METRICS: Final = re.compile(r"\b(?:metri[ck]\w*|promql|series)\b")
_COUNTER: Final = re.compile(r"(_total|_count|_sum)$")

_DATA: Final[list[tuple[str, str, str]]] = table("everyday_metrics")
WORDS: Final = tuple((re.compile(words), title, query) for words, title, query in _DATA)
"""Expression over the question, title and PromQL of what everyday words stand for."""


async def show_metric(look: Look) -> Iterator[str]:
    """A metric by its name, or what an everyday word stands for, of the machines named."""
    named = _METRIC_NAME.findall(look.question.text)
    if named and _is_metric(named[0]):
        return await _metric_by_name(look, named[0])
    await look.discover("identity", "targets")
    look.note_missing_backends("prometheus")
    if await nothing_known(look):
        return not_known(look)
    for pattern, title, query in WORDS:
        if pattern.search(look.question.folded):
            matcher = _matcher(look, query)
            filled = query.replace("$S", matcher) if matcher else _bare(query)
            found = await look.ask(
                metric=Call("prometheus_range_query", {"query": filled, **look.window()})
            )
            return _metric(look, title, found["metric"])
    if asks_a_fact(look.question.folded) and not _OF_METRICS.search(look.question.folded):
        unanswered = await say_unanswered(look)
        if unanswered is not None:
            return unanswered
    words = [word for word in look.question.candidates if word not in look.focus.hosts]
    found = await look.ask(
        matches=Call("prometheus_search_metrics", {"pattern": " ".join(words[:2]), "limit": 20})
    )
    return _matches(look, found["matches"])


def _matcher(look: Look, query: str) -> str:
    """The machines that are named, and the disks where the series are of disks."""
    hosts = look.focus.hosts
    disks = [one.name for one in look.focus.of(EntityKind.DISK)] if "device)" in query else []
    parts = [
        instance_matcher(hosts, look.inventory.instances),
        f'device=~"{any_of(disks)}"' if disks else "",
    ]
    return ",".join(part for part in parts if part)


def _is_metric(word: str) -> bool:
    return word.count("_") >= 1 and not word.endswith((".service", ".sh"))


def _bare(query: str) -> str:
    return query.replace(",$S", "").replace("{$S}", "")


async def _metric_by_name(look: Look, name: str) -> Iterator[str]:
    await look.discover("identity", "targets")
    matcher = instance_matcher(look.focus.hosts, look.inventory.instances)
    selector = f"{name}{{{matcher}}}" if matcher else name
    query = f"rate({selector}[5m])" if _COUNTER.search(name) else selector
    found = await look.ask(metric=Call("prometheus_range_query", {"query": query, **look.window()}))
    data = found["metric"].data(SeriesListing)
    if data is not None and not data.items:
        await look.ask(matches=Call("prometheus_search_metrics", {"pattern": name, "limit": 10}))
    return _metric(look, name, found["metric"])


def _metric(look: Look, title: str, found: Found) -> Iterator[str]:
    yield from unknown_names(look)
    data = found.data(SeriesListing)
    if data is None:
        yield f"**{plain(title)} could not be read.**{found.cite}\n\n"
    elif not data.items:
        yield f"**There are no values of {code(title, 80)}** in this window.{found.cite}\n\n"
        for hint in data.hints[:2]:
            yield f"{plain(hint, 240)}{found.cite}\n\n"
    else:
        unit = query_unit(data.query)
        items = sorted(data.items, key=lambda each: _ended(data, each))
        first = items[0]
        lead = with_unit(first.stats.last, unit or metric_unit(first.labels.get("__name__", "")))
        if len(items) == 1 and _ended(data, first):
            who = _who(look, first.labels)
            yield f"**{plain(title)}: none is reported of {who} now**"
            yield f", the last was {lead}{_last_at(look, first)}.{found.cite}\n\n"
        elif len(items) == 1:
            yield f"**{plain(title)}: {lead}** now on {_who(look, first.labels)}.{found.cite}\n\n"
        else:
            amount = look.caller.counted(f"{len(items)} series")
            yield f"**{plain(title)}**, {amount}, the highest first{found.cite}\n\n"
        for each in items[:ROWS]:
            own = unit or metric_unit(each.labels.get("__name__", ""))
            stats = each.stats
            when = f" at {clock_time(stats.max_at, look.now)}" if stats.max_at else ""
            low, high = with_unit(stats.min, own), with_unit(stats.max, own)
            span = f", between {low} and {high}{when}" if low != high else ""
            last = with_unit(stats.last, own)
            now = f"{last} now"
            if _ended(data, each):
                now = f"not reported now, the last was {last}{_last_at(look, each)}"
            yield f"- {_who(look, each.labels)}: {now}{span}{found.cite}\n"
        if "`" not in data.query:
            yield f"\nAs a chart: `sre metrics range {shlex.quote(data.query)}`\n\n"
    yield from gaps(look)


def _ended(data: SeriesListing, each: Series) -> bool:
    """Whether a series stopped before the end of the window: what it measured may be gone."""
    return each.stats.missing_end > 1.5 * data.step


def _last_at(look: Look, each: Series) -> str:
    at = each.stats.last_at
    return f" at {clock_time(at, look.now)}" if at is not None else ""


def _who(look: Look, labels: dict[str, str]) -> str:
    host = look.inventory.host_of(labels)
    thing = next(
        (labels[n] for n in ("device", "mountpoint", "name", "ups", "mode") if labels.get(n)), ""
    )
    return plain(" ".join(part for part in (host, thing) if part) or "all", 100)


def _matches(look: Look, found: Found) -> Iterator[str]:
    data = found.data(MetricMatches)
    if data is None or not data.items:
        yield f"**No metric matches that.**{found.cite}\n\n"
        for hint in data.hints[:1] if data is not None else ():
            yield f"{plain(hint, 200)}{found.cite}\n\n"
    else:
        match = "metric matches" if data.total == 1 else "metrics match"
        yield f"**{data.total} {match}**{found.cite}\n"
        for item in data.items[:ROWS]:
            yield f"- {code(item.name, 100)}: {plain(item.help, 120)}{found.cite}\n"
        yield "\n"
    yield from gaps(look)


async def show_logs(look: Look) -> Iterator[str]:
    """Log lines of what the question names, worst first, with their patterns."""
    await look.discover("logs", *(("targets",) if look.caller.offers("prometheus_targets") else ()))
    look.note_missing_backends("loki")
    selector = _selector(look)
    level = _level(look.question.folded)
    window = look.window()
    arguments: dict[str, object] = {"query": selector, **window}
    if level:
        arguments["level"] = level
    quoted = re.search(r"[\"'`]([^\"'`]{2,80})[\"'`]", look.question.text)
    about = _ABOUT.search(look.question.folded)
    if about and not quoted and not _is_named(look, about["word"]):
        arguments["query"] = f'{selector} |~ "(?i){literal(about["word"])}"'
    if quoted:
        text = quoted.group(1).replace("\\", "\\\\").replace('"', '\\"')
        arguments["query"] = f'{selector} |= "{text}"'
    found = await look.ask(
        lines=Call("loki_query_logs", {**arguments, "limit": 20}),
        patterns=Call("loki_patterns", {**arguments, "limit": 8}),
    )
    return _logs(look, found["lines"], found["patterns"], level)


def _is_named(look: Look, word: str) -> bool:
    return any(word in (one.said.casefold(), one.name.casefold()) for one in look.focus.entities)


def _selector(look: Look) -> str:
    inventory = look.inventory
    services = [name for name in look.focus.services if name in inventory.services]
    named = [entity.name for entity in look.focus.of(EntityKind.HOST)]
    if services:
        return stream_selector(inventory.service_label, services)
    return stream_selector(inventory.host_label, named) if named else look.all_streams()


def _level(folded: str) -> str:
    if re.search(r"\b(errors?|fehler|failed|failures?)\b", folded):
        return "error"
    return "warning" if re.search(r"\bwarn\w*\b", folded) else ""


def _logs(look: Look, lines: Found, patterns: Found, level: str) -> Iterator[str]:
    yield from unknown_names(look)
    data = lines.data(LogListing)
    grouped = patterns.data(PatternListing)
    scope = look.question.scope
    window = f"between {clock_time(scope.start, look.now)} and {clock_time(scope.end, look.now)}"
    what = f"{level} lines" if level else "log lines"
    if data is None:
        yield f"**The logs could not be read.**{lines.cite}\n\n"
    elif not data.items:
        yield f"**There are no {what}** {window}.{lines.cite}\n\n"
        # What is said of labels is about the whole selector, which has lines of other levels.
        for hint in () if level else data.hints[:2]:
            yield f"{plain(hint, 200)}{lines.cite}\n\n"
    else:
        amount = grouped.lines if grouped is not None and grouped.lines else len(data.items)
        cite = patterns.cite if grouped is not None and grouped.lines else lines.cite
        yield f"**{look.caller.counted(f'{amount} {what}')}** {window}.{cite}\n\n"
        if grouped is not None and grouped.items:
            yield "Most frequent:\n"
            for one in grouped.items[:5]:
                who = names([plain(s, 40) for s in one.services[:2]])
                yield f"- {one.count} × {who}: {code(one.example, 160)}{patterns.cite}\n"
            yield "\n"
        yield "Newest:\n"
        for entry in data.items[:ROWS]:
            who = plain(entry.service or "", 40)
            line = code(entry.line, 180)
            yield f"- {clock_time(entry.at, look.now)} {who} {line}{lines.cite}\n"
        yield "\n"
    yield from gaps(look)


def metric_templates() -> Iterator[str]:
    """Every expression of this module, with sample labels."""
    for _, _, query in WORDS:
        yield _bare(query)
        yield query.replace("$S", host_matcher("media"))


__all__ = ["metric_templates", "show_logs", "show_metric"]
