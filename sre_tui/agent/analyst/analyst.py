"""The built-in analyst: understands a question, runs the tools, and answers from what they say."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from sre_tui.agent.analyst import lookups, series_answers
from sre_tui.agent.analyst.calls import MAX_CALLS, Caller, Runner
from sre_tui.agent.analyst.explain_alert import explain_alert
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.investigation import investigate
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.piped import answer_piped
from sre_tui.agent.analyst.pressure import answer_pressure, resource_of
from sre_tui.agent.analyst.question import Intent, Question
from sre_tui.agent.analyst.report import report
from sre_tui.agent.analyst.wording import SIGNATURE
from sre_tui.agent.analyst_protocol import AnalystTask

Handler = Callable[[Look], Awaitable[Iterator[str]]]


async def _investigated(look: Look) -> Iterator[str]:
    return report(look, await investigate(look))


async def _pressed(look: Look) -> Iterator[str]:
    topic = resource_of(look)
    if topic is not None:
        pieces = await answer_pressure(look, topic)
        if pieces is not None:
            return pieces
    return await _investigated(look)


HANDLERS: Final[Mapping[Intent, Handler]] = {
    Intent.EXPLAIN_ALERT: explain_alert,
    Intent.WHY: _investigated,
    Intent.PRESSURE: _pressed,
    Intent.OVERVIEW: _investigated,
    Intent.CHANGES: series_answers.show_changes,
    Intent.METRIC: series_answers.show_metric,
    Intent.LOGS: series_answers.show_logs,
    Intent.RUNBOOK: lookups.tell_runbook,
    Intent.TARGETS: lookups.list_targets,
    Intent.ALERTS: lookups.list_alerts,
    Intent.RULES: lookups.list_rules,
    Intent.DASHBOARDS: lookups.list_dashboards,
}
_FOLLOWS_UP: Final = re.compile(
    r"\b(it|its|that|this|they|them|there|es|das|davon|dort|daran)\b"
    r"|^(why|since when|warum|seit wann|and|und|more|details?|how long)\b"
)
NEEDED: Final[Mapping[Intent, str]] = {
    Intent.METRIC: "prometheus_range_query", Intent.LOGS: "loki_query_logs",
    Intent.CHANGES: "loki_correlate_changes", Intent.TARGETS: "prometheus_targets",
    Intent.ALERTS: "grafana_get_alerts", Intent.RULES: "grafana_get_alert_rules",
    Intent.DASHBOARDS: "grafana_search_dashboards",
}  # fmt: skip
"""The tool without which an intent cannot be answered at all."""


class BuiltInAnalyst:
    """Answers without a language model.

    Args:
        zone: where clock times in questions are meant; the machine's own zone by default.
        here: name of the machine the questions are asked on; asked from the system by default.
        max_calls: most tool calls for one question.
    """

    def __init__(
        self,
        *,
        zone: tzinfo | None = None,
        here: str | None = None,
        max_calls: int = MAX_CALLS,
    ) -> None:
        self._zone = zone
        self._here = here
        self._max_calls = max_calls

    async def answer(self, task: AnalystTask, runner: Runner) -> AsyncIterator[str]:
        """The answer, piece by piece, as Markdown with citations such as ``[E1]``."""
        look = self._look(task, runner)
        if look.question.piped.strip():
            pieces = await answer_piped(look)
        else:
            pieces = await self._handler(look)(look)
        for piece in pieces:
            yield piece
        yield SIGNATURE

    def _look(self, task: AnalystTask, runner: Runner) -> Look:
        zone = self._zone or _local_zone(task.now)
        here = socket.gethostname().partition(".")[0] if self._here is None else self._here
        question = understand(task.question, task.attached, task.now, zone)
        return Look(
            question=_with_context(question, task, zone),
            caller=Caller(runner, self._max_calls),
            now=task.now,
            here=here,
            configured=frozenset(task.settings.configured),
        )

    @staticmethod
    def _handler(look: Look) -> Handler:
        intent = look.question.intent
        needed = NEEDED.get(intent)
        if needed is not None and not look.caller.offers(needed):
            look.note_missing_backends(needed.partition("_")[0])
            if intent in (Intent.METRIC, Intent.LOGS, Intent.DASHBOARDS, Intent.RULES):
                return _not_possible
            return _investigated
        return HANDLERS[intent]


async def _not_possible(look: Look) -> Iterator[str]:
    """Says that the backend for this is missing; asks nobody."""
    from sre_tui.agent.analyst.report import gaps

    return iter([f"**This cannot be answered here**: {'; '.join(look.gaps)}.\n\n", *gaps(look)][:1])


def _local_zone(now: datetime) -> tzinfo:
    zone = now.astimezone().tzinfo
    assert zone is not None
    return zone


def _with_context(question: Question, task: AnalystTask, zone: tzinfo) -> Question:
    """A follow-up such as "and since when?" is about what the question before was about."""
    if not task.earlier or question.named or not _FOLLOWS_UP.search(question.folded):
        return question
    before = understand(task.earlier[-1].question, "", task.now, zone)
    return replace(
        question,
        candidates=tuple(dict.fromkeys((*question.candidates, *before.candidates))),
        topics=question.topics or before.topics,
    )
