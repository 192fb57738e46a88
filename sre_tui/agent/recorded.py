"""What the memory has of a question, for a model that did not ask for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sre_tui.memory.recall import Matter
from sre_tui.tools.context import ToolContext
from sre_tui.tools.journal import recalled, recalled_with_questions
from sre_tui.tools.memory_incidents import incident_text
from sre_tui.tools.rendering import ModelView
from sre_tui.usage.records import AskedQuestion
from sre_tui.usage.waiting import waiting_questions


@dataclass(frozen=True)
class Remembered:
    """What the memory has.

    Attributes:
        journal: open incidents and past ones like it, as text.
        questions: the questions that were answered before, those that still wait for the memory
            among them; no model reads them.
        trouble: why the memory could not be read.
    """

    journal: str
    questions: tuple[AskedQuestion, ...] = ()
    trouble: str = ""


async def remembered(context: ToolContext, question: str) -> Remembered:
    """Look it up, in one opening of the memory at most."""
    matter = Matter(text=question)
    kept: tuple[AskedQuestion, ...] = ()
    waiting: list[AskedQuestion] = []
    if context.usage is None:
        found, trouble = await recalled(context, matter)
    else:
        (found, trouble, kept), waiting = await asyncio.gather(
            recalled_with_questions(context, matter),
            asyncio.to_thread(waiting_questions, context.usage.spool),
        )
    view = ModelView(now=context.clock())
    return Remembered(
        journal="\n".join(incident_text(one, view) for one in found.all),
        questions=tuple({(one.asked, one.question): one for one in (*kept, *waiting)}.values()),
        trouble=trouble,
    )
