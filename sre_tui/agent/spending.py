"""What models cost today, held against the limit for a day."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sre_tui.agent.session_store import SessionStore, Spending
from sre_tui.settings import LlmSettings


async def spent_today(sessions: SessionStore, llm: LlmSettings, now: datetime) -> Spending:
    """What the questions of this day (UTC) cost; nothing where no limit is set."""
    if llm.max_cost_per_day is None:
        return Spending(0.0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return await asyncio.to_thread(sessions.spent_since, midnight)


def over_daily_cost(llm: LlmSettings, spent: Spending) -> str:
    """Why no model is asked any more today; empty if it may be."""
    limit = llm.max_cost_per_day
    if limit is None or spent.dollars < limit:
        return ""
    return f"today's cost limit of ${limit:.2f} is used up (${spent.dollars:.2f})"


def no_daily_limit(llm: LlmSettings, model: str) -> str:
    """What is said where the limit of a day cannot be held."""
    return (
        f"the price of {model} is not known, "
        f"so the daily limit of ${llm.max_cost_per_day:.2f} cannot be held"
    )
