"""Answers whether anything uses swap, or whether one machine does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.amounts import figures_for
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.figures import measure
from sre_tui.agent.analyst.known import nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import quantities
from sre_tui.views.human import count

SHOWN: Final = 8
_ASKED: Final = re.compile(
    r"^(?:is|are|does|do|has|have|any|wird|nutzt|benutzt)\b"
    r"(?!.*\b(?:enough|full|pressure|ok|okay|fine|high|low|much|too|disk|most|least|normal)\b)"
    r".*\b(?:us(?:es?|ed|ing)|in use|swapped|on|touch\w*|benutzt|nutzt|genutzt)\b.*\bswap\b"
    r"|^(?:is|are|any) .*\bswap\b (?:is )?(?:being )?(?:used|in use|benutzt)\b"
)


async def tell_swap(look: Look) -> Iterator[str] | None:
    """Who uses swap, of the machines named if any are; None if that is not asked."""
    if not _ASKED.search(look.question.folded):
        return None
    await look.discover("identity", "targets")
    if await nothing_known(look):
        return None
    quantity = next(one for one in quantities() if one.id == "swap")
    figures = figures_for(look, quantity) if look.focus.named else quantity.figures
    rows = await measure(look, quantity, figures)
    if not rows:
        return None
    using = sorted((row for row in rows if row.value > 0), key=lambda row: -row.value)
    tell = look.caller.counted
    cite = rows[0].cite
    if not using:
        who = rows[0].who if len(rows) == 1 else f"none of {tell(count(len(rows), 'machine'))}"
        none = rows[0].sentence(look.now) if len(rows) == 1 and not rows[0].whole else "uses swap"
        none = "uses no swap" if len(rows) == 1 and rows[0].whole else none
        return told(look, Opening("No: ", f"{who} {none}**.{cite}"))
    lines = [f"{row.who} {tell(row.sentence(look.now))}" for row in using]
    if len(rows) == 1:
        return told(look, Opening("Yes: ", f"{lines[0]}**.{cite}"))
    share = tell(f"{len(using)} of {count(len(rows), 'machine')}")
    first = f"{using[0].who}, which {tell(using[0].sentence(look.now))}"
    use = "uses" if len(using) == 1 else "use"
    shown = [f"{line}{row.cite}" for line, row in zip(lines, using, strict=True)][:SHOWN]
    return told(
        look, Opening("Yes: ", f"{share} {use} swap**; most of it {first}.{cite}"), ("", shown[1:])
    )


__all__ = ["tell_swap"]
