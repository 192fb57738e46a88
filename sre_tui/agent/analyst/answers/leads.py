"""What an investigation alone leaves open: who fills a pool, and which targets are not up."""

from __future__ import annotations

import re
from typing import Final

from sre_tui.agent.analyst.answers.logins import login_lead
from sre_tui.agent.analyst.answers.told import read
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import size

SHOWN: Final = 3
_WHO: Final = re.compile(
    r"^(?:who|what|which \w+|wer|was|welche\w* \w+)\b.*"
    r"\b(?:fill(?:s|ing|ed)?|writ(?:es?|ing)|eat(?:s|ing)|füllt|schreibt|frisst)\b"
)
_UP: Final = re.compile(r"\b(?:all|everything|anything|alles|irgendwas)\b.*\b(?:up|down|offline)\b")


async def lead_of(look: Look) -> str:
    """A paragraph for behind the conclusion; empty if the question asks for nothing like it."""
    folded = look.question.folded
    if _UP.search(folded):
        return await _not_up(look)
    return await (_writers(look) if _WHO.match(folded) else login_lead(look))


async def _not_up(look: Look) -> str:
    await look.discover("targets")
    # One that was not asked yet is not down.
    down = [one for one in look.inventory.targets if one.health == "down"]
    if not down:
        return ""
    said = [
        f"{plain(one.instance, 80)} (job {plain(one.job, 40)})"
        + (f": {plain(one.last_error, 100)}" if one.last_error else "")
        for one in down[:SHOWN]
    ]
    tell = look.caller.counted
    more = f"; and {len(down) - SHOWN} more: `sre metrics targets`" if len(down) > SHOWN else ""
    total = len(look.inventory.targets)
    lead = f"**Not up, {len(down)} of {total} scrape targets**: {'; '.join(said)}{more}"
    return tell(f"{lead}.{look.cite('targets')}")


async def _writers(look: Look) -> str:
    """What is known of who writes to a pool, which no backend tells by itself."""
    if not look.caller.offers("truenas_pool_status"):
        return ""
    data, cite = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    pools = data.items if data is not None else ()
    named = mentioned(look.question, [one.name for one in pools])
    if not named:
        return ""
    tell = look.caller.counted
    own = [one for pool in pools if pool.name in named for one in pool.datasets
           if "/" in one.name and one.used]  # fmt: skip
    own.sort(key=lambda one: -(one.used or 0))
    largest = [f"{plain(one.name, 60)} with {size(one.used or 0)}" for one in own[:SHOWN]]
    said = f" The largest datasets are {names(largest)}.{cite}" if largest else ""
    return tell(f"**No backend tells who writes to {names(named)}.**{said}")


__all__ = ["lead_of"]
