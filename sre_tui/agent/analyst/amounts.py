"""Answers how much there is of something, and which thing has the most of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.answers.told import hedge
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.figures import COUNTED, Row, measure
from sre_tui.agent.analyst.guest_kinds import kind_of, may_be_either_container
from sre_tui.agent.analyst.known import not_told, unplaced
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.narrowing import narrowed
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import (
    Figure,
    Quantity,
    meant_kinds,
    quantity_of,
    thing_of,
    things,
)
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.views.human import count
from sre_tui.views.units import TIMESTAMP

SHOWN: Final = 5
MOST_SHOWN: Final = 20
HOUR: Final = 3600
_TOP: Final = re.compile(
    r"\b(?:top|first|die)\s+(?P<n>\d{1,2})\b"
    r"|\b(?P<m>\d{1,2})\s+(?:most|largest|biggest|hottest|fullest|busiest)\b"
)
_KINDS_OF: Final = {
    EntityKind.HOST: ("guest", "node", "host", "pool", "storage", "disk", "site", "datastore"),
    EntityKind.SERVICE: ("container", "unit", "process", "site", "service"),
    EntityKind.POOL: ("pool", "storage", "datastore"),
    EntityKind.DISK: ("disk",),
    EntityKind.UPS: ("ups",),
    EntityKind.DATASTORE: ("datastore",),
}  # fmt: skip
"""Kinds of things that a name of this kind can be asked about, the nearest first."""
_NAS: Final = re.compile(r"\b(z?pools?|nas|truenas|zfs)\b")


def _kinds(look: Look, quantity: Quantity) -> tuple[str, ...]:
    offered = {figure.thing for figure in quantity.figures}
    # "how much disk space": the word for a thing may belong to the quantity.
    return tuple(kind for kind in meant_kinds(look.question.folded) if kind in offered)


async def rank(look: Look) -> Iterator[str]:
    """Which things have the most or least of what is asked for, in order."""
    quantity = quantity_of(look.question.folded)
    assert quantity is not None
    kinds = _kinds(look, quantity)
    figures = quantity.of(*kinds) or list(quantity.figures)
    windowed = _over_window(look, quantity)
    if not _NAS.search(look.question.folded):
        # What is full may be any file system, of which the NAS knows only its pools.
        figures = [figure for figure in figures if figure.tool != "truenas_pool_status"]
    for figure in figures:
        rows = await measure(look, quantity, [figure], over_window=windowed)
        if figure.thing == "pool" and not kinds and not kind_of(look.question.folded):
            others = [one for one in figures if one.thing == "datastore"]
            stores = await measure(look, quantity, others, over_window=windowed)
            held = tuple(f"/{row.name}" for row in stores)
            rows = [*stores, *(row for row in rows if not row.name.endswith(held or "\0"))]
        if re.search(r"\bz?pools?\b", look.question.folded):
            rows = [row for row in rows if not row.name.startswith("/")] or rows
        if rows:
            also = await _other_containers(look, quantity, figure, windowed)
            return chain(_ranked(look, quantity, rows, windowed), also)
    return _not_recorded(look, quantity, windowed)


async def _other_containers(
    look: Look, quantity: Quantity, told_of: Figure, windowed: bool
) -> list[str]:
    """The first of the LXC containers, where Docker's were told and either may be meant."""
    if told_of.thing != "container" or not may_be_either_container(look.question.folded):
        return []
    for figure in quantity.of("guest"):
        rows = await measure(look, quantity, [figure], over_window=windowed)
        if rows:
            low = re.search(quantity.turned, look.question.folded) is not None
            first = (min if low else max)(rows, key=lambda row: row.order)
            does = _unwindowed(quantity.low if low else quantity.high, windowed)
            said = look.caller.counted(_unwindowed(first.sentence(look.now), windowed))
            return [f"Of LXC containers {first.who} {does}: it {said}.{first.cite}\n\n"]
    return []


def _over_window(look: Look, quantity: Quantity) -> bool:
    scope = look.question.scope
    asked = scope.said and scope.seconds > timedelta(minutes=10).seconds
    if quantity.id in COUNTED and scope.end == look.now and scope.seconds == HOUR:
        return False
    return asked and quantity.unit != TIMESTAMP and quantity.id not in ("growth", "space")


def _ranked(look: Look, quantity: Quantity, rows: Sequence[Row], windowed: bool) -> Iterator[str]:
    low = re.search(quantity.turned, look.question.folded) is not None
    ordered = sorted(rows, key=lambda row: row.order, reverse=not low)
    asked = _TOP.search(look.question.folded)
    most = min(int(asked["n"] or asked["m"]), MOST_SHOWN) if asked else SHOWN
    shown = ordered[: max(1, most)]
    when = _when(look, windowed, shown)
    first = shown[0]
    yield from _other_kind(look, first)
    does = _unwindowed(quantity.low if low else quantity.high, windowed)
    tell = look.caller.counted
    said = tell(_unwindowed(first.sentence(look.now), windowed))
    known = _hedge(look, first)
    if len(ordered) == 1:
        yield Opening("", f"{first.who} {said}** ({tell(when)}).{first.cite}\n\n", by=known)
    else:
        does = f"{first.who} {does}**: it {said} ({tell(when)})"
        yield Opening("", f"{does}.{first.cite}\n\n", by=known)
        for place, row in enumerate(shown, 1):
            own = tell(_unwindowed(row.sentence(look.now), windowed))
            yield f"{place}. {row.who} {own}{row.cite}\n"
        left = len(ordered) - len(shown)
        yield f"\n{tell(count(left, 'other'))} not shown.\n\n" if left else "\n"
    yield from gaps(look)


def _unwindowed(said: str, windowed: bool) -> str:
    """A sentence without its own window, where another one was asked for and is told."""
    return said.replace(" in the last hour", "") if windowed else said


def _hedge(look: Look, row: Row) -> str:
    tools = [figure.tool for figure in row.quantity.of(row.figure.thing)]
    return hedge(look, tools, row.figure.tool)


_PARTS_OF: Final = frozenset({"space", "growth"})
"""Quantities of pools that people ask for by other words: "which disk is full"."""


def _other_kind(look: Look, first: Row) -> Iterator[str]:
    """Says so where a ranking is of another kind of thing than the question names."""
    asked = thing_of(look.question.folded)
    told = next((one for one in things() if one.id == first.figure.thing), None)
    if asked is None or told is None or first.quantity.id in _PARTS_OF:
        return
    if told.id not in meant_kinds(look.question.folded):
        yield f"**That is not recorded of {asked.one}s**, but of {told.one}s.\n\n"


def _when(look: Look, windowed: bool, rows: Sequence[Row]) -> str:
    scope = look.question.scope
    if not windowed:
        cites = "".join(row.cite for row in rows)
        old = [at for found in look.caller.made if found.id and f"[{found.id}]" in cites
               for at in found.stale_since]  # fmt: skip
        return f"as of {clock_time(min([look.now, *old]), look.now)}"
    start, end = clock_time(scope.start, look.now), clock_time(scope.end, look.now)
    most = "" if rows[0].quantity.id in COUNTED else "the most "
    return f"{most}between {start} and {end}"


async def amount(look: Look) -> Iterator[str]:
    """How much there is of what is asked for, of the things named; a ranking if none is."""
    quantity = quantity_of(look.question.folded)
    assert quantity is not None
    if not look.focus.named:
        strange = unplaced(look)
        return await (_of_strange(look, quantity, strange) if strange else rank(look))
    figures = figures_for(look, quantity)
    windowed = _over_window(look, quantity)
    rows = await measure(look, quantity, figures, over_window=windowed)
    if rows:
        return _amount(look, quantity, rows, windowed)
    carrying = [figure for figure in quantity.of("guest", "host", "node") if narrowed(look, figure)]
    rows = await measure(look, quantity, carrying[:1], over_window=windowed)
    return _carried(look, quantity, rows) if rows else _not_recorded(look, quantity, windowed)


async def _of_strange(look: Look, quantity: Quantity, words: Sequence[str]) -> Iterator[str]:
    """What those backends know of a name that tell by themselves how their things are called."""
    told = [figure for figure in quantity.figures if figure.value]
    rows = await measure(look, quantity, told)
    wanted = set(mentioned(look.question, [row.name for row in rows]))
    rows = [row for row in rows if row.name in wanted]
    return _amount(look, quantity, rows, windowed=False) if rows else not_told(look, words)


def figures_for(look: Look, quantity: Quantity) -> list[Figure]:
    """The figures of what the question names, the nearest kind of thing first."""
    kinds = [kind for entity in look.focus.entities for kind in _KINDS_OF.get(entity.kind, ())]
    if look.focus.of(EntityKind.HOST):
        kinds.append("container")
    asked = _kinds(look, quantity)
    chosen = [kind for kind in kinds if kind in asked] or kinds
    return [one for one in quantity.of(*dict.fromkeys(chosen)) if narrowed(look, one)]


def _amount(look: Look, quantity: Quantity, rows: Sequence[Row], windowed: bool) -> Iterator[str]:
    tell = look.caller.counted
    leading = [row for row in rows if row.figure is rows[0].figure]
    # Of several stores the largest is meant first, not the fullest.
    sizes = quantity.order == "rest_share"
    leading.sort(key=lambda row: (row.whole or 0.0) if sizes else row.order, reverse=True)
    when = tell(_when(look, windowed, leading[:3]))
    said = "; ".join(
        f"{row.who} {tell(_unwindowed(row.sentence(look.now), windowed))}" for row in leading[:3]
    )
    cites = "".join(dict.fromkeys(row.cite for row in leading[:3]))
    yield Opening("", f"{said}** ({when}).{cites}\n\n", by=_hedge(look, leading[0]))
    if len(leading) > 3:
        yield from (f"- {row.who} {tell(row.sentence(look.now))}{row.cite}\n" for row in leading)
        yield "\n"
    parts = [row for row in rows if row.figure.thing == "container" and row not in leading]
    if parts:
        parts.sort(key=lambda row: row.order, reverse=True)
        yield "Its containers:\n"
        for row in parts[: 2 * SHOWN]:
            yield f"- {plain(row.name, 80)} {tell(row.sentence(look.now))}{row.cite}\n"
        yield "\n"
    yield from gaps(look)


def _carried(look: Look, quantity: Quantity, rows: Sequence[Row]) -> Iterator[str]:
    who = names([plain(one.name, 60) for one in look.focus.entities])
    yield f"**That is not recorded of {who} itself.** "
    yield "What is known is about the machine it is on:\n"
    for row in rows:
        yield f"- {row.who} {look.caller.counted(row.sentence(look.now))}{row.cite}\n"
    yield "\n"
    yield from gaps(look)


def _not_recorded(look: Look, quantity: Quantity, windowed: bool) -> Iterator[str]:
    who = names([plain(one.name, 60) for one in look.focus.entities])
    about = f" of {who}" if who else ""
    asked = [found for found in look.caller.made if found.call.tool != "prometheus_targets"]
    cite = asked[-1].cite if asked else ""
    if quantity.none and asked and asked[-1].ok:
        none = _unwindowed(quantity.none, windowed)
        scope = look.question.scope
        start, end = clock_time(scope.start, look.now), clock_time(scope.end, look.now)
        when = f" between {start} and {end}" if none != quantity.none else ""
        yield f"**{look.caller.counted(none)}{when}{about}.**{cite}\n\n"
        yield from gaps(look)
        return
    what = quantity.id.replace("_", " ")
    if asked and not asked[-1].usable:
        yield f"**Cannot tell {what}{about}**: no backend that would know answered"
    else:
        yield f"**That is not recorded{about}**: there are no values of {what}"
    # What nobody looked for is not said to be missing.
    sought = {name for one in asked if one.id for name in _metrics(one.call)}
    every = dict.fromkeys(name for one in quantity.figures for name in _metrics(one))
    metrics = [name for name in every if name in sought]
    looked = f" (looked for {names([code(name) for name in metrics], 3)})" if metrics else ""
    yield f"{looked}.{cite}\n\n"
    yield from gaps(look)


def _metrics(asking: Call | Figure) -> list[str]:
    return re.findall(r"\b[a-z]+_[a-z0-9_]+(?=\{|\[)", str(asking.arguments.get("query", "")))


__all__ = ["amount", "figures_for", "rank"]
