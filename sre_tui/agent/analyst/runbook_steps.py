"""Takes the next steps out of the runbook passages that match a trouble."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from providers.text import clean, one_line
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.tools.runbooks import RunbookMatches, RunbookPassage

PASSAGES: Final = 6
STEPS: Final = 3
STEP_LENGTH: Final = 260
_TELLING: Final = ("fix", "checks", "causes", "verify")
_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*])\s+(?P<text>.+)$")
_CASE = re.compile(r"(?P<case>[A-Z][^:.;`]{2,40}): ")
_VAGUE: Final = frozenset({"disk", "disks", "with", "from", "that", "when", "high", "pool"})
_FENCE = re.compile(r"^\s*```")


@dataclass(frozen=True)
class Steps:
    """What a runbook says to do.

    Attributes:
        title: of the runbook.
        id: for ``sre runbooks show``.
        heading: the section the steps are from.
        items: the first steps, shortened.
        cite: citation with a space before it.
    """

    title: str
    id: str
    heading: str
    items: tuple[str, ...]
    cite: str


def runbook_call(query: str, section: str = "fix") -> Call:
    """The search for a runbook, of which that section is wanted whole."""
    asked = {"query": one_line(query, 300) or "?", "limit": PASSAGES, "section": section}
    return Call("runbook_search", asked)


def fix_call(trouble: str) -> Call:
    """The search for what to do about a kind of trouble."""
    return runbook_call(f"{trouble}: fix")


def steps_of(found: Found | None, prefer: str = "fix", about: str = "") -> Steps | None:
    """The first steps of the best matching runbook, in its order; None if none was found.

    Args:
        found: the outcome of the search.
        prefer: the section the steps are taken from.
        about: what is wrong, in words; steps for another case are left out then.
    """
    data = found.data(RunbookMatches) if found is not None else None
    if found is None or data is None or not data.items:
        return None
    chosen = _best_section(data.items, prefer)
    items = () if "symptoms" in chosen.heading.casefold() else _items(chosen.passage, about)
    return Steps(
        title=one_line(chosen.title, 80),
        id=chosen.id,
        heading=one_line(chosen.heading.split(" > ")[-1], 60) if chosen.heading else "",
        items=items,
        cite=found.cite,
    )


def _best_section(passages: Sequence[RunbookPassage], prefer: str) -> RunbookPassage:
    """The wanted section of the document that matches best, else another telling one of it."""
    own = [one for one in passages if one.id == passages[0].id]
    order = [prefer, *(name for name in _TELLING if name != prefer)]
    for name in order:
        for one in own:
            if name in one.heading.casefold():
                return one
    return own[0]


def _items(passage: str, about: str) -> tuple[str, ...]:
    """The first list items, each with its continuation lines, without code blocks."""
    items: list[str] = []
    in_code = False
    for line in clean(passage).splitlines():
        if _FENCE.match(line):
            in_code = not in_code
            continue
        if in_code:
            continue
        item = _ITEM.match(line)
        if item:
            items.append(item["text"].strip())
        elif items and line.startswith(("   ", "\t")) and line.strip():
            items[-1] += f" {line.strip()}"
    if not items:
        prose = " ".join(
            line for line in clean(passage).splitlines() if line and not line.startswith("#")
        )
        items = [prose] if prose else []
    # A runbook begins with what is safe and urgent in every case.
    fitting = [*items[:1], *sorted(items[1:], key=lambda item: not _fits(item, about))][:STEPS]
    return tuple(_shortened(item) for item in items if item in fitting)


def _fits(item: str, about: str) -> bool:
    """Whether it is a step for every case, or for this one: ``Failing disk: replace it``."""
    case = _CASE.match(item)
    return not about or case is None or bool(_stems(case["case"]) & _stems(about))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.casefold())} - _VAGUE


def _shortened(text: str) -> str:
    """At most two sentences."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    if len(plain) <= STEP_LENGTH:
        return one_line(plain, STEP_LENGTH)
    cut = plain[:STEP_LENGTH]
    end = max(cut.rfind(". "), cut.rfind(": "), cut.rfind("; "))
    return one_line(cut[: end + 1] if end > 60 else cut + "…", STEP_LENGTH + 1)
