"""The summary of a report: written by a model from its figures alone, or by the built-in analyst.

A model is given the report in words and nothing else, no tool and no earlier conversation; what it
writes is compared with them, as every answer is with its evidence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from providers.clock import Clock
from providers.llm.chunks import Finished, TextPiece
from providers.llm.errors import LlmError
from providers.text import clean
from sre_tui.agent.grounding import Grounds, check
from sre_tui.agent.session_store import SessionStore, Spending
from sre_tui.agent.spending import (
    Spent,
    no_daily_limit,
    note_spent,
    over_daily_cost,
    spent_today,
)
from sre_tui.agent.streaming import without_thinking
from sre_tui.agent.untrusted import Fence, bounded
from sre_tui.memory.report import Report, Summary
from sre_tui.report.summary_words import summary_words
from sre_tui.settings import LlmSettings
from sre_tui.tools.context import ToolContext

if TYPE_CHECKING:
    from providers.llm import LanguageModel
    from sre_tui.agent.anonymize import Anonymizer

log = logging.getLogger(__name__)

_RULES: Final = """\
You write the summary on top of a homelab's report, for its operator, who may read nothing else. \
The report is all you know.

Write three to six items of a Markdown list, the most pressing first, each one or two sentences: \
what is wrong or about to be, since when, what to do; then what got better or worse against the \
time before. No heading, no greeting, no table. If all is well say so in one sentence.
- Take every figure, name and time from the report as it stands there, with its unit.
- What the report calls not known is not known: never call it well.
- Advise nothing that the report does not advise."""
_TRIES: Final = 2
"""How often a model is asked: once more if what it wrote is not borne out."""
_ANSWER_TOKENS: Final = 900
"""More than six items need."""


@dataclass
class _Purse:
    """What the calls for one summary may cost, and what they did."""

    sessions: SessionStore
    llm: LlmSettings
    clock: Clock
    costs: list[float | None] = field(default_factory=list)

    @property
    def cost(self) -> float | None:
        """US dollars; None if the price of a call is not known."""
        known = [each for each in self.costs if each is not None]
        return sum(known) if known and len(known) == len(self.costs) else None

    async def empty(self) -> str:
        """Why no model is asked any more; empty if it may be."""
        limit, so_far = self.llm.max_cost_per_question, sum(each or 0.0 for each in self.costs)
        if limit is not None and so_far >= limit:
            return f"the cost limit of ${limit:.2f} is used up (${so_far:.2f})"
        return over_daily_cost(self.llm, await self._today())

    async def doubt(self) -> str:
        """That the limit of the day cannot be held, if it cannot."""
        unpriced = (await self._today()).unpriced
        return no_daily_limit(self.llm, unpriced[0]) if unpriced else ""

    def take(self, finished: Finished | None) -> None:
        """Count a call; one that did not come to its end told no price."""
        self.costs.append(None if finished is None else finished.cost)
        if finished is not None:
            spent = Spent(at=self.clock(), model=finished.model, cost=finished.cost)
            note_spent(self.sessions, spent)

    async def _today(self) -> Spending:
        return await spent_today(self.sessions, self.llm, self.clock())


@dataclass
class _Written:
    """What a model wrote."""

    text: str = ""
    model: str = ""


async def write_summary(
    context: ToolContext, report: Report, words: str, llm: LlmSettings
) -> Summary:
    """The summary of a report; by the analyst where no model is configured, or none answers.

    Args:
        context: settings, folders, clock and the counter of usage.
        report: with everything but its summary.
        words: the report as a person reads it, in plain text.
        llm: which model is asked; one without a provider asks none.
    """
    if llm.provider is None:
        return Summary(text=summary_words(report))
    try:
        return await _by_model(context, report, words, llm)
    except LlmError as error:
        why = error.detail or type(error).__name__
    except TimeoutError:
        why = f"the model had no answer within {llm.max_seconds:.0f} s"
    except _NotAsked as error:
        why = str(error)
    except Exception as error:
        # A report that was collected is not lost to what a provider's library may raise.
        log.exception("a model could not be asked for the summary of a report")
        why = f"the model could not be asked ({type(error).__name__}; the log has details)"
    log.warning("the summary of a report is the built-in analyst's: %s", why)
    return Summary(text=summary_words(report), note=clean(why))


class _NotAsked(Exception):
    """Why no model was asked."""


async def _by_model(context: ToolContext, report: Report, words: str, llm: LlmSettings) -> Summary:
    from providers.llm import LanguageModel
    from sre_tui.agent.model import model_config
    from sre_tui.agent.redaction import Redactor

    config = model_config(llm)
    if config is None:
        raise _NotAsked("LLM_PROVIDER is set, but no model: set LLM_MODEL")
    folder = context.settings.conversation_dir or context.folders.sessions
    purse = _Purse(SessionStore(folder, context.clock), llm, context.clock)
    if why := await purse.empty():
        raise _NotAsked(why)
    redactor = Redactor.of(context.settings)
    figures = await asyncio.to_thread(redactor.text, words)
    hidden = await _anonymizer(context, report) if llm.anonymize else None
    model = LanguageModel(config)
    deadline = asyncio.get_running_loop().time() + llm.max_seconds
    try:
        written, unsupported = await _written(
            context, model, report, figures, hidden, deadline, purse
        )
    finally:
        await model.aclose()
    spent = await purse.empty() if unsupported else ""
    once = f"it was not asked for without what the report does not say: {spent}" if spent else ""
    return Summary(
        text=redactor.text(written.text),
        by="model",
        model=written.model or model.name,
        unsupported=unsupported,
        note=clean("; ".join(filter(None, (once, await purse.doubt())))),
        cost=purse.cost,
    )


async def _anonymizer(context: ToolContext, report: Report) -> Anonymizer:
    from sre_tui.agent.anonymize import Anonymizer
    from sre_tui.agent.discovery import Discovery
    from sre_tui.agent.hiding import learn_site, not_hidden

    made = Anonymizer()
    for source in await learn_site(made, context.settings, Discovery(context)):
        log.warning("%s", not_hidden(source))
    made.learn("HOST", report.homelab)
    for name in _names(report):
        made.learn("HOST", name)
    return made


def _names(report: Report) -> Iterator[str]:
    """The machines and guests that the report tells of."""
    told = [
        *(one.subject for one in report.health.troubles),
        *(name for one in report.alerts.alerts for name in one.subjects),
        *(one.guest for one in (*report.backups.uncovered, *report.backups.in_part)),
        *(one.subject for one in report.changes.changes),
        *(one.subject for one in report.incidents.incidents),
        *(one.name for one in report.capacity.rows),
    ]
    for each in told:
        # ``sdc on nas1``, ``paperless (104)``: what a thing is part of, and names alone.
        yield each.rpartition(" on ")[2].partition(" (")[0]


async def _written(
    context: ToolContext,
    model: LanguageModel,
    report: Report,
    figures: str,
    hidden: Anonymizer | None,
    deadline: float,
    purse: _Purse,
) -> tuple[_Written, tuple[str, ...]]:
    """What the model wrote in the end, and what of it is not borne out.

    Raises:
        LlmError: if it wrote nothing.
        TimeoutError: if it wrote nothing by the deadline.
    """
    fence = Fence.random()
    async with asyncio.timeout_at(deadline):
        room = max(500, await model.context_tokens() - 3 * _ANSWER_TOKENS)
    told = bounded(figures, room)
    # Only what the model was shown bears out what it says.
    grounds = await asyncio.to_thread(Grounds.of, evidence=(), said=(told, _RULES), now=report.made)
    messages: list[dict[str, object]] = [
        {"role": "system", "content": f"{_RULES}\n\n{fence.rule}"},
        {"role": "user", "content": fence.wrap("report", hidden.hide(told) if hidden else told)},
    ]
    written = _Written()
    unsupported: tuple[str, ...] = ()
    for number in range(_TRIES):
        try:
            async with asyncio.timeout_at(deadline):
                raw = await _call(context, model, messages, written, purse)
        except (LlmError, TimeoutError):
            # What was written before stands, with what is not borne out named.
            if not number:
                raise
            break
        text = without_thinking(clean(hidden.restore(raw) if hidden else raw))
        if not text:
            if not number:
                raise LlmError(f"{model.name} wrote nothing")
            break
        found = await asyncio.to_thread(check, text, grounds)
        claims = tuple(dict.fromkeys(each.text for each in found))
        if not number or len(claims) < len(unsupported):
            written.text, unsupported = text, claims
        if not claims or await purse.empty():
            break
        named = "; ".join(hidden.hide(each) if hidden else each for each in claims)
        messages += [
            {"role": "assistant", "content": raw},
            {
                "role": "user",
                "content": f"The report does not say: {named}. Write it again without that.",
            },
        ]
    return written, unsupported


async def _call(
    context: ToolContext,
    model: LanguageModel,
    messages: list[dict[str, object]],
    written: _Written,
    purse: _Purse,
) -> str:
    """One call; its usage is counted whatever becomes of it."""
    began = monotonic()
    pieces: list[str] = []
    finished: Finished | None = None
    outcome = "failed"
    try:
        async with aclosing(model.stream(messages, max_tokens=_ANSWER_TOKENS)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextPiece):
                    pieces.append(chunk.text)
                elif isinstance(chunk, Finished):
                    finished = chunk
        outcome = "ok"
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    finally:
        purse.take(finished)
        if context.usage is not None:
            context.usage.ended(
                "model",
                model.name if finished is None else finished.model,
                monotonic() - began,
                outcome,
                tokens_in=None if finished is None else finished.prompt_tokens,
                tokens_out=None if finished is None else finished.completion_tokens,
                cost=None if finished is None else finished.cost,
            )
    if finished is not None:
        written.model = finished.model
    return "".join(pieces)
