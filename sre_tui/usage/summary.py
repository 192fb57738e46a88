"""How much was used in some days, and whether it went as well as it should."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.usage.records import Counted

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


def summarized(counted: Sequence[Counted], since: datetime, until: datetime) -> UsageSummary:
    """Sum up calls that began in this time."""
    groups: dict[tuple[Kind, str], list[Counted]] = {}
    for each in counted:
        groups.setdefault((_kind(each), each.call.name), []).append(each)
    used = [_used(kind, name, each) for (kind, name), each in groups.items()]
    order: tuple[Kind, ...] = ("question", "command", "tool", "model")
    return UsageSummary(
        since=since,
        until=until,
        first=min((each.call.started for each in counted), default=None),
        objectives=_objectives(counted),
        calls=tuple(sorted(used, key=lambda u: (order.index(u.kind), -u.calls, u.name))),
    )


def percentile(seconds: Iterable[float], share: float) -> float:
    """The smallest of them that this share does not exceed; there has to be one."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _kind(each: Counted) -> Kind:
    if each.call.kind == "question" and each.run.front == "command":
        return "command"
    return each.call.kind


def _used(kind: Kind, name: str, counted: Sequence[Counted]) -> Used:
    calls = [each.call for each in counted]
    judged = [call for call in calls if call.outcome not in NO_FAULT]
    failed = sum(call.outcome not in LIKE_OK for call in judged)
    ended = [call.seconds for call in calls if call.outcome != "cancelled"]
    tokens_in = [call.tokens_in for call in calls if call.tokens_in is not None]
    tokens_out = [call.tokens_out for call in calls if call.tokens_out is not None]
    costs = [call.cost for call in calls if call.cost is not None]
    answered = sum(kind == "model" and call.outcome == "ok" for call in calls)
    return Used(
        kind=kind,
        name=name,
        calls=len(calls),
        failed=failed,
        success=1 - failed / len(judged) if judged else None,
        median=percentile(ended, 0.5) if ended else None,
        p95=percentile(ended, 0.95) if len(ended) >= LEAST else None,
        tokens_in=sum(tokens_in) if tokens_in else None,
        tokens_out=sum(tokens_out) if tokens_out else None,
        cost=sum(costs) if costs else None,
        unpriced=answered - len(costs),
    )


def _objectives(counted: Sequence[Counted]) -> tuple[Objective, ...]:
    def chosen(wanted: Callable[[Counted], bool]) -> list[Counted]:
        return [each for each in counted if wanted(each) and each.call.outcome not in NO_FAULT]

    questions = chosen(lambda each: _kind(each) == "question")
    tools = chosen(lambda each: each.call.kind == "tool")
    models = chosen(lambda each: each.call.kind == "model")
    requests = chosen(lambda each: each.call.kind == "question")
    enough = len(questions) >= LEAST
    p95 = percentile((each.call.seconds for each in questions), 0.95) if enough else None
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
    counted: Sequence[Counted],
    target: float,
    bound: Literal["below", "above"],
) -> Objective:
    good = sum(each.call.outcome in LIKE_OK for each in counted)
    wanted = good if bound == "above" else len(counted) - good
    measured = wanted / len(counted) if counted else None
    verdict: Verdict = "no_calls" if measured is None else "too_few"
    if measured is not None and len(counted) >= LEAST:
        reached = measured > target if bound == "above" else measured < target
        verdict = "pass" if reached else "fail"
    return Objective(
        name=name,
        title=title,
        target=target,
        unit="ratio",
        bound=bound,
        measured=measured,
        calls=len(counted),
        verdict=verdict,
    )
