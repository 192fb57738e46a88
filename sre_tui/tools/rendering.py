"""How a result is written for a model: compact, with units and ages, and honest about the rest.

A rendering has a heading that states scope and window, then rows sorted by what matters, cut to a
budget of tokens with a note of what was left out, then hints. Nothing here knows a backend.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from providers.clock import age_in_words

CHARACTERS_PER_TOKEN = 3.5
"""Low for English prose, right for labels, paths and figures: an estimate that errs high."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a text costs, without loading any tokenizer."""
    return int(len(text) / CHARACTERS_PER_TOKEN) + 1


@dataclass(frozen=True)
class ModelView:
    """How much of a result a model gets to see, and from where on."""

    now: datetime
    budget: int = 1200
    """Tokens."""
    first_row: int = 1
    """Number of the first row to show, for paging."""


@dataclass
class Page:
    """A rendering in the making."""

    view: ModelView
    heading: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nothing: str = "Nothing found."
    """What stands in the place of the rows if there are none."""

    def text(self) -> str:
        """The whole, within the budget where that is possible; the heading is never cut."""
        if not self.rows:
            return "\n".join([*self.heading, self.nothing, *self.notes])
        fixed = estimate_tokens("\n".join([*self.heading, *self.notes])) + 20
        start = max(0, self.view.first_row - 1)
        shown: list[str] = []
        used = fixed
        for row in self.rows[start:]:
            cost = estimate_tokens(row)
            if shown and used + cost > self.view.budget:
                break
            shown.append(row)
            used += cost
        lines = [*self.heading, *shown]
        after = start + len(shown)
        left = len(self.rows) - after
        if left > 0:
            lines.append(
                f"…and {left} more; ask for rows {after + 1}-{min(len(self.rows), after + 40)}"
            )
        elif start:
            lines.append(f"(rows {start + 1}-{after} of {len(self.rows)})")
        return "\n".join([*lines, *self.notes])


def stamp(at: datetime, now: datetime) -> str:
    """A time with its age: ``2026-11-22 14:02:05 UTC (6 min ago)``."""
    utc = at.astimezone(UTC)
    seconds = (now - at).total_seconds()
    if abs(seconds) < 1:
        age = "now"
    elif seconds > 0:
        age = f"{age_in_words(seconds)} ago"
    else:
        age = f"in {age_in_words(-seconds)}"
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC ({age})"
