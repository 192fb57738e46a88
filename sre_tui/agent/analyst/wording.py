"""Sentences the answers have in common: times, lists, citations, what was not checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from providers.clock import age_in_words
from providers.text import one_line
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.ranking import Hypothesis

SIGNATURE: Final = "_Built-in analyst: rules and thresholds over the evidence, no language model._"
_MARKED = re.compile(r"\S*(?:[\\*_\[\]<>|]|~~)\S*")
_EDGES = ".,:;!?'\""


def plain(text: str, limit: int = 180) -> str:
    """Text from a backend on one line; words that Markdown would read as markup become code."""
    return _MARKED.sub(_as_code, one_line(text, limit).replace("`", "'"))


def _as_code(match: re.Match[str]) -> str:
    word = match.group()
    bare = word.strip(_EDGES)
    if bare.startswith("("):
        bare = bare.removeprefix("(").removesuffix(")")
    elif "(" not in bare:
        bare = bare.removesuffix(")")
    return word.replace(bare, f"`{bare}`", 1) if bare else word


def code(text: str, limit: int = 180) -> str:
    """Text from a backend as inline code."""
    line = one_line(text, limit).replace("`", "'")
    return f"`{line}`" if line else ""


def clock_time(at: datetime, now: datetime) -> str:
    """``14:02 UTC``, with the date if that is not today."""
    utc = at.astimezone(UTC)
    return (
        f"{utc:%H:%M} UTC"
        if utc.date() == now.astimezone(UTC).date()
        else f"{utc:%Y-%m-%d %H:%M} UTC"
    )


def since(
    at: datetime | None, now: datetime, *, open_start: bool = False, age: bool = False
) -> str:
    """``since 14:02 UTC``, with ``age`` also how long ago; empty if the time is not known."""
    if at is None:
        return ""
    if open_start:
        return f"since before {clock_time(at, now)}"
    # The age is that of the minute shown, or the two would differ by one.
    seconds = (now - at.replace(second=0, microsecond=0)).total_seconds()
    ago = f" ({age_in_words(seconds)} ago)" if age and seconds >= 60 else ""
    return f"since {clock_time(at, now)}{ago}"


def cited(ids: Iterable[str]) -> str:
    """``[E3][E5]`` with a space before it; empty without ids."""
    known = dict.fromkeys(one for one in ids if one)
    return " " + "".join(f"[{one}]" for one in known) if known else ""


def finding_line(finding: Finding, now: datetime) -> str:
    """A finding as a list item's text, cited."""
    text = finding.text
    began = since(finding.onset, now, open_start=finding.open_start)
    if finding.first is not None:
        began = f"on and off since {clock_time(finding.first, now)}"
    if finding.source == "log":
        text = plain(text, 200)
        text += f" ({finding.count} lines)" if finding.count > 1 else ""
        text += f" {began}" if began else ""
        shown = finding.quote and finding.quote not in finding.text
        quote = f": {code(finding.quote)}" if shown else ""
        return f"{text}{quote}{cited([finding.evidence])}"
    text = plain(text, 240)
    over = "" if finding.active or finding.event else " (over by now)"
    quote = f" ({plain(finding.quote, 140)})" if finding.source == "alert" and finding.quote else ""
    return f"{text}{' ' + began if began else ''}{over}{quote}{cited([finding.evidence])}"


def names(items: Sequence[str], limit: int = 6) -> str:
    """``a, b and c``, or ``a, b, c and more``."""
    chosen = list(dict.fromkeys(items))
    if len(chosen) > limit:
        return f"{', '.join(chosen[:limit])} and more"
    if len(chosen) < 2:
        return "".join(chosen)
    return f"{', '.join(chosen[:-1])} and {chosen[-1]}"


def best_findings(hypothesis: Hypothesis, limit: int = 4) -> list[Finding]:
    """The findings that say most: of every source one, then by severity."""
    ordered = sorted(
        hypothesis.findings,
        key=lambda one: (not one.active, -one.severity, one.source == "alert", -one.count),
    )
    chosen: list[Finding] = []
    for finding in ordered:
        if finding.source not in {one.source for one in chosen}:
            chosen.append(finding)
    for finding in ordered:
        if finding not in chosen:
            chosen.append(finding)
    return chosen[:limit]


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
