"""What models cost today, held against the limit for a day.

Questions are kept with their sessions. What is spent beside them, as for the summary of a report,
has a line in a file of its own for each day, in the same folder.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from sre_tui.agent.session_store import SessionStore, Spending
from sre_tui.settings import LlmSettings

log = logging.getLogger(__name__)

_NAME: Final = "spent-{:%Y-%m-%d}.jsonl"


class Spent(BaseModel):
    """One call of a model that belongs to no question."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    model: str
    cost: float | None = None
    """US dollars; None if the price is not known."""


async def spent_today(sessions: SessionStore, llm: LlmSettings, now: datetime) -> Spending:
    """What was spent on this day (UTC); nothing where no limit is set."""
    if llm.max_cost_per_day is None:
        return Spending(0.0)
    return await asyncio.to_thread(_spent, sessions, now)


def note_spent(sessions: SessionStore, spent: Spent) -> None:
    """Count a call that belongs to no question; where that cannot be written it is logged."""
    path = sessions.folder / _NAME.format(spent.at)
    try:
        sessions.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in sessions.folder.glob("spent-*.jsonl"):
            if old.name < path.name:
                old.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            # A power cut can have left half a line, which must not swallow this one.
            file.write(f"\n{spent.model_dump_json()}\n".encode())
    except OSError as error:
        log.warning("what a model cost is not counted for the limit of the day: %s", error)


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


def _spent(sessions: SessionStore, now: datetime) -> Spending:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = sessions.spent_since(midnight)
    beside = [*_noted(sessions.folder, midnight.date())]
    unpriced = [one.model for one in beside if one.cost is None]
    return Spending(
        asked.dollars + sum(one.cost or 0.0 for one in beside),
        tuple(dict.fromkeys((*asked.unpriced, *unpriced))),
    )


def _noted(folder: Path, day: date) -> Iterator[Spent]:
    try:
        lines = (folder / _NAME.format(day)).read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("what was spent on %s beside questions cannot be read: %s", day, error)
        return
    for line in filter(None, lines):
        try:
            yield Spent.model_validate_json(line)
        except ValidationError:
            log.warning("a line of what was spent on %s is left out", day)
