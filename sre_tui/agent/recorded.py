"""What the operator's journal has of a question, for a model that did not ask for it."""

from __future__ import annotations

from sre_tui.memory.recall import Matter
from sre_tui.tools.context import ToolContext
from sre_tui.tools.journal import recalled
from sre_tui.tools.memory_incidents import incident_text
from sre_tui.tools.rendering import ModelView


async def journal_of(context: ToolContext, question: str) -> tuple[str, str]:
    """Open incidents and past ones like it as text, and why they could not be read."""
    found, trouble = await recalled(context, Matter(text=question))
    view = ModelView(now=context.clock())
    return "\n".join(incident_text(one, view) for one in found.all), trouble
