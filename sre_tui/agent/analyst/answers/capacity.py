"""Answers whether there is room for something, and when something will be full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sre_tui.agent.analyst import amounts
from sre_tui.agent.analyst.answers.pressure import lines_of_trouble
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.figures import Row, measure
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import Quantity, quantities
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.wording import capital, plain
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.tools.capacity_forecast import CapacityListing
from sre_tui.views.forecasts import basis_text, outlook_text
from sre_tui.views.human import percent, size

FORECAST: Final = "capacity_forecast"
_ROOM: Final = re.compile(
    r"\b(enough|genug|genügend|sufficient|room|fits?|headroom|passt|passen)\b|\bspace for\b"
    r"|\bplatz für\b"
)
_BACKUPS: Final = re.compile(r"\b(backups?|datastores?|sicherung\w*)\b")
_MEMORY: Final = re.compile(r"\b(memory|ram|mem|arbeitsspeicher)\b")
_AMOUNT: Final = re.compile(
    r"(?<![\w.])(?P<n>\d+(?:[.,]\d+)?) ?(?P<unit>[kmgtp])(?P<binary>i?)(?:b|ytes?)?\b",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"\b(when|wann|how (long|soon|many|much longer)|wie (lange|viele))\b.*"
    r"\b(full|fill\w* up|run(s|ning)? out( of (space|room))?|voll)\b"
)
_UNLIKE_FULL: Final = re.compile(r"\b(moon|charged|battery|akku|memory|ram|backup\w*)\b")
NEAR: Final = timedelta(days=365)
"""What is full later is counted and not listed, where nothing is named."""
_STORES: Final = ("pool", "datastore", "storage")
TIGHT: Final = 0.8
"""Fill from which on a pool is slow and wants to be emptied."""


def asked_amount(text: str, *, memory: bool) -> float | None:
    """The bytes a question names: ``2 TB`` of storage is decimal, ``8 GB`` of memory is not."""
    match = _AMOUNT.search(text)
    if match is None:
        return None
    base = 1024 if memory or match["binary"] else 1000
    return float(match["n"].replace(",", ".")) * float(
        base ** ("kmgtp".index(match["unit"].casefold()) + 1)
    )


async def tell_capacity(look: Look) -> Iterator[str] | None:
    """Whether there is room, or when it ends; None if neither is asked."""
    folded = look.question.folded
    if look.question.intent in (Intent.RUNBOOK, Intent.ACT, Intent.HELP, Intent.WHY):
        return None
    if _FULL.search(folded) and not _UNLIKE_FULL.search(folded):
        return await _when_full(look)
    memory = _MEMORY.search(folded) is not None
    wanted = asked_amount(look.question.text, memory=memory)
    closed = re.match(r"^(do|does|is|are|have|has|will|can|could|would|hab\w*|ist|reicht|passt)\b",
                      folded)  # fmt: skip
    if not closed or not _ROOM.search(folded) or (_BACKUPS.search(folded) and wanted is None):
        return None
    if not memory and wanted is None and not re.search(r"\b(space|room|platz|storage)\b", folded):
        return None
    return await _room(look, wanted, memory=memory)


# -- room ----------------------------------------------------------------------------------------


async def _room(look: Look, wanted: float | None, *, memory: bool) -> Iterator[str] | None:
    await look.discover("identity", "targets")
    if await nothing_known(look):
        return not_known(look)
    quantity = next(one for one in quantities() if one.id == ("memory_free" if memory else "space"))
    rows = await _free(look, quantity, memory=memory)
    rows = [row for row in rows if row.whole]
    if not rows:
        return None
    rows.sort(key=lambda row: row.value, reverse=True)
    first = rows[0]
    asked = _AMOUNT.search(look.question.text)
    enough = _is_enough(first, wanted, memory=memory)
    who = first.who
    said = f"{who} has {size(first.value)} of {size(first.whole or 0)} {_what(memory)}"
    after = _after(first, wanted, asked[0] if asked else "", memory=memory)
    tell = look.caller.counted
    lead = tell(Opening(f"{'Yes' if enough else 'No'}, ", f"{said}**{after}.")) + first.cite
    others = [f"{row.who}: {tell(size(row.value))} of {tell(size(row.whole or 0))} "
              f"{_what(memory)}{row.cite}" for row in rows]  # fmt: skip
    if not (memory or look.focus.named) and wanted is None:
        short = await lines_of_trouble(look, Topic.SPACE)
        if short:
            # A pool with room is no comfort to what may not use it.
            lead = Opening("No, ", f"not everywhere**: {short[0]}")
            return told(look, lead, ("Also short", short[1:]), ("Pools", others))
    others = others[1:]
    return told(look, lead, ("Elsewhere" if not look.focus.named else "Also", others))


def _what(memory: bool) -> str:
    return "of memory free" if memory else "free"


async def _free(look: Look, quantity: Quantity, *, memory: bool) -> list[Row]:
    if look.focus.named:
        found = await measure(look, quantity, amounts.figures_for(look, quantity))
        leading = [row for row in found if row.figure is found[0].figure] if found else []
        pools = {one.name for one in look.focus.of(EntityKind.POOL)}
        return [row for row in leading if row.name in pools] or leading
    kinds = ("node", "host") if memory else ("pool",)
    return await measure(look, quantity, quantity.of(*kinds)[:1])


def _is_enough(row: Row, wanted: float | None, *, memory: bool) -> bool:
    if wanted is not None:
        return row.value >= wanted
    least = 0.1 if memory else 1 - 0.9
    return bool(row.whole) and row.value / (row.whole or 1) > least


def _after(row: Row, wanted: float | None, said: str, *, memory: bool) -> str:
    if wanted is None or not row.whole:
        return ""
    if row.value < wanted:
        return f"; {said} is {size(wanted - row.value)} more than that"
    left = row.value - wanted
    full = 1 - left / row.whole
    tight = "" if memory or full < TIGHT else ", which is more than a pool should hold"
    return f"; with {said} more it would be {percent(full)} full{tight}"


# -- when it ends --------------------------------------------------------------------------------


async def _when_full(look: Look) -> Iterator[str] | None:
    if not look.caller.offers(FORECAST):
        return None
    await look.discover("identity", "targets")
    found = (await look.ask(forecast=Call(FORECAST, {})))["forecast"]
    data = found.data(CapacityListing)
    if data is None:
        return None
    rows = [row for row in data.items if row.kind != "certificate"]
    stores = [row.subject.own_name for row in rows if row.kind in _STORES]
    spoken = [name.casefold() for name in mentioned(look.question, stores)]
    if not spoken and await nothing_known(look):
        return not_known(look)
    named = spoken or _named(look)
    folded = look.question.folded
    rows = [row for row in rows if re.search(rf"\b{row.kind}s?\b", folded)] or rows
    chosen = [row for row in rows if not named or row.subject.own_name.casefold() in named]
    if named and not chosen:
        chosen = [row for row in rows if row.subject.host.casefold() in named]
    if not chosen:
        return None
    far = [] if named else [row for row in chosen[1:] if not _is_near(row, look.now)]
    chosen = [row for row in chosen if row not in far]
    lines = []
    for row in chosen:
        fill = f"{percent(row.ratio)} of {size(row.size)}" if row.ratio and row.size else ""
        pace = f"{size(abs(row.growth))} a day" if row.growth and row.growth > 0 else ""
        about = [fill and f"now {fill}", pace and f"grows by {pace}",
                 basis_text(row) and f"from {basis_text(row)}"]  # fmt: skip
        who = f"{row.kind} {plain(str(row.subject), 80)}"
        told_of = "; ".join(one for one in about if one)
        lines.append((who, outlook_text(row, look.now), told_of))
    first, what, told_of = lines[0]
    tell = look.caller.counted
    basis = f" ({told_of})" if told_of else ""
    said = f"{capital(first)} is {what}" if what.startswith("full") else (
        f"When {first} is full cannot be told: {what}" if what.startswith("too little")
        else f"{capital(first)}: {what}"
    )  # fmt: skip
    lead = tell(f"**{said}**{basis}.") + found.cite
    rest = [
        tell(f"{other}: {outlook}{f' ({basis})' if basis else ''}") + found.cite
        for other, outlook, basis in lines[1:]
    ]
    if far:
        rest.append(tell(f"{len(far)} more, none of them full within a year") + found.cite)
    return told(look, lead, ("Also" if named else "After it", rest))


def _is_near(row: Capacity, now: datetime) -> bool:
    return row.outlook == "full" or (row.first is not None and row.first - now < NEAR)


def _named(look: Look) -> Sequence[str]:
    """What the question names: a store if it names one, else the machine."""
    stores = [one.name.casefold() for one in look.focus.entities
              if one.kind in (EntityKind.POOL, EntityKind.DATASTORE)]  # fmt: skip
    return stores or [one.name.casefold() for one in look.focus.entities]


__all__ = ["asked_amount", "tell_capacity"]
