"""How much was used in some days, and whether it went as well as it should."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.usage.records import Total

LEAST: Final = 20
"""Calls without which neither a 95th percentile nor a share of failures tells anything."""
LIKE_OK: Final = frozenset({"ok", "partial", "stale"})
"""Outcomes that gave what was asked for, or what there was of it."""
NO_FAULT: Final = frozenset({"rejected", "cancelled", "not_configured"})
"""Outcomes that tell of who asked, and neither of a success nor of a failure."""

Verdict = Literal["pass", "fail", "too_few", "no_calls"]
Kind = Literal["question", "command", "tool", "model"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Used(_Frozen):
    """Calls of one name."""

    kind: Kind
    name: str
    """Of the command, tool or model; who answered, for a question."""
    calls: int
    failed: int
    """Those that gave nothing, though nobody had called them off and nothing was wrong with what
    was asked."""
    success: float | None
    """Share 0..1 of those that could have failed; None if there are none."""
    median: float | None
    """Seconds; None if all were called off."""
    p95: float | None
    """Seconds; None of fewer than 20."""
    tokens_in: int | None
    """None if none of them counted any; so is what follows."""
    tokens_out: int | None
    cost: float | None
    """US dollars of the calls whose price is known; None if there are none."""
    unpriced: int
    """Calls of a model that were answered, and whose price nobody knows."""


class Objective(_Frozen):
    """What is aimed at, and what was reached."""

    name: Literal["answer_p95", "tool_success", "llm_errors", "availability"]
    title: str
    target: float
    """Seconds, or a share 0..1, after `unit`."""
    unit: Literal["seconds", "ratio"]
    bound: Literal["below", "above"]
    measured: float | None
    """None if there are no calls, or too few for a percentile."""
    calls: int
    """What it is measured on."""
    verdict: Verdict


class UsageSummary(_Frozen):
    """The usage since a moment."""

    since: AwareDatetime
    until: AwareDatetime
    first: AwareDatetime | None
    """When the first of these calls began; None if there are none."""
    objectives: tuple[Objective, ...]
    calls: tuple[Used, ...]
    """Questions, commands, tools, models; of each the most used first."""


@dataclass(frozen=True)
class Timed:
    """Calls that have all but their times in common, and the seconds that each of them took."""

    total: Total
    seconds: Sequence[float]


def summarized(timed: Sequence[Timed], since: datetime, until: datetime) -> UsageSummary:
    """Sum up calls that began in this time."""
    groups: dict[tuple[Kind, str], list[Timed]] = {}
    for each in timed:
        groups.setdefault((_kind(each.total), each.total.name), []).append(each)
    used = [_used(kind, name, each) for (kind, name), each in groups.items()]
    order: tuple[Kind, ...] = ("question", "command", "tool", "model")
    return UsageSummary(
        since=since,
        until=until,
        first=min((each.total.first for each in timed), default=None),
        objectives=_objectives(timed),
        calls=tuple(sorted(used, key=lambda u: (order.index(u.kind), -u.calls, u.name))),
    )


def percentile(seconds: Iterable[float], share: float) -> float:
    """The smallest of them that this share does not exceed; there has to be one."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _kind(total: Total) -> Kind:
    if total.kind == "question" and total.front == "command":
        return "command"
    return total.kind


def _used(kind: Kind, name: str, timed: Sequence[Timed]) -> Used:
    totals = [each.total for each in timed]
    calls, good = _judged(totals)
    ended = [s for each in timed if each.total.outcome != "cancelled" for s in each.seconds]
    answered = sum(each.calls for each in totals if each.outcome == "ok")
    priced = sum(each.priced for each in totals)
    tokens_in = sum(each.tokens_in for each in totals)
    tokens_out = sum(each.tokens_out for each in totals)
    return Used(
        kind=kind,
        name=name,
        calls=sum(each.calls for each in totals),
        failed=calls - good,
        success=good / calls if calls else None,
        median=percentile(ended, 0.5) if ended else None,
        p95=percentile(ended, 0.95) if len(ended) >= LEAST else None,
        tokens_in=tokens_in or None,
        tokens_out=tokens_out or None,
        cost=sum(each.cost for each in totals) if priced else None,
        unpriced=answered - priced if kind == "model" else 0,
    )


def _judged(totals: Iterable[Total]) -> tuple[int, int]:
    """How many calls could have failed, and how many of them did not."""
    judged = [each for each in totals if each.outcome not in NO_FAULT]
    good = sum(each.calls for each in judged if each.outcome in LIKE_OK)
    return sum(each.calls for each in judged), good


def _objectives(timed: Sequence[Timed]) -> tuple[Objective, ...]:
    questions = [
        seconds
        for each in timed
        if _kind(each.total) == "question" and each.total.outcome not in NO_FAULT
        for seconds in each.seconds
    ]
    totals = [each.total for each in timed]
    tools = [each for each in totals if each.kind == "tool"]
    models = [each for each in totals if each.kind == "model"]
    requests = [each for each in totals if each.kind == "question"]
    p95 = percentile(questions, 0.95) if len(questions) >= LEAST else None
    verdict: Verdict = "no_calls" if not questions else "too_few"
    if p95 is not None:
        verdict = "pass" if p95 < 15 else "fail"
    return (
        Objective(
            name="answer_p95",
            title="95 of 100 answers came within",
            target=15,
            unit="seconds",
            bound="below",
            measured=p95,
            calls=len(questions),
            verdict=verdict,
        ),
        _share("tool_success", "Tool calls that gave data", tools, 0.99, "above"),
        _share("llm_errors", "Model calls that failed", models, 0.01, "below"),
        _share("availability", "Questions and commands answered", requests, 0.995, "above"),
    )


def _share(
    name: Literal["tool_success", "llm_errors", "availability"],
    title: str,
    totals: Sequence[Total],
    target: float,
    bound: Literal["below", "above"],
) -> Objective:
    calls, good = _judged(totals)
    wanted = good if bound == "above" else calls - good
    measured = wanted / calls if calls else None
    verdict: Verdict = "no_calls" if measured is None else "too_few"
    if measured is not None and calls >= LEAST:
        reached = measured > target if bound == "above" else measured < target
        verdict = "pass" if reached else "fail"
    return Objective(
        name=name,
        title=title,
        target=target,
        unit="ratio",
        bound=bound,
        measured=measured,
        calls=calls,
        verdict=verdict,
    )
