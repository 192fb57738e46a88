"""How it is now: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report_sections import Health, LikelyCause, Trouble
from sre_tui.views.human import count
from sre_tui.views.investigation_words import how_sure
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_parts import Chapter, Paragraph, Span, Times, text
from widgets.cell import Tone

MOST: Final = 12
"""Troubles that are told; somebody who has more begins with these."""
TONES: Final = {"critical": Tone.CRITICAL, "warning": Tone.WARNING, "note": Tone.INFO}
_VERDICTS: Final = {
    "critical": (Tone.CRITICAL, "critical"),
    "warning": (Tone.WARNING, "warning"),
    "note": (Tone.OK, "ok"),
    "ok": (Tone.OK, "ok"),
}


def verdict_of(health: Health) -> tuple[Tone, str]:
    """The verdict in a word, as `sre check` puts it: unknown if some checks could not look at all,
    but not for what is missing of an answer, which the sentence and the reasons tell.
    """
    tone, word = _VERDICTS.get(health.verdict, (Tone.STALE, "unknown"))
    if health.state in ("missing", "not_configured"):
        return Tone.STALE, "unknown"
    return tone, word


def now(health: Health, times: Times) -> Chapter:
    """What is wrong now, the gravest first."""
    tone, word = verdict_of(health)
    found = count_of(health)
    sentence = (
        f"{found}." if found else "Nothing is wrong." if word == "ok" else "Nothing was found."
    )
    return chapter("health", health, tone, word, sentence, _troubles(health, times))


def cause_words(one: LikelyCause, times: Times) -> str:
    """How sure a cause is, since when, and what follows from it."""
    since = since_words(one, times)
    follow = "follows" if one.effects == 1 else "follow"
    effects = f"; {count(one.effects, 'other trouble')} {follow} from it" if one.effects else ""
    return f"{how_sure(one.confidence)}{since}{effects}"


def since_words(one: Trouble | LikelyCause, times: Times) -> str:
    """``, since Sat 21 Nov 20:17 or before``; empty if it is not known."""
    if one.since is None:
        return ""
    return f", since {times.at(one.since)}{' or before' if one.open_start else ''}"


def _causes(health: Health, times: Times) -> Iterator[Paragraph]:
    for one in health.causes:
        tone = TONES[one.severity]
        told = (
            Span("cause", tone, strong=True),
            Span("  "),
            Span(one.claim, strong=True),
            Span(f", {cause_words(one, times)}", Tone.MUTED),
        )
        yield Paragraph(told, mark=tone.glyph)
        for number, step in enumerate(one.steps, start=1):
            yield Paragraph((Span(step),), mark=f"{number}.", depth=1)


def _troubles(health: Health, times: Times) -> Iterator[Paragraph]:
    yield from _causes(health, times)
    shown = health.troubles[:MOST]
    told: set[str] = set()
    for one in shown:
        yield Paragraph(tuple(_told(one, times)), mark=TONES[one.severity].glyph)
        if one.advice:
            yield Paragraph((Span(f"→ {one.advice}"),), depth=1)
        if one.runbook and one.runbook not in told:
            told.add(one.runbook)
            command = f"sre runbooks show {one.runbook}"
            yield Paragraph((Span(command, Tone.INFO, code=True),), depth=1, verbatim=True)
    known = (health.critical or 0) + (health.warnings or 0) + (health.notes or 0)
    all_told = sum(one.findings for one in health.troubles)
    left = max(known, all_told) - sum(one.findings for one in shown)
    if more := rest(left, "finding"):
        yield text(Span(more, Tone.MUTED))


def _told(one: Trouble, times: Times) -> Iterator[Span]:
    tone = TONES[one.severity]
    yield Span(one.severity, tone, strong=True)
    yield Span("  ")
    if one.subject and one.subject not in one.text:
        yield Span(f"{one.subject}: ", strong=True)
    yield Span(one.text)
    if since := since_words(one, times):
        yield Span(since, Tone.MUTED)


def count_of(health: Health) -> str:
    """How many findings of which gravity."""
    told = [f"{health.critical} critical"] if health.critical else []
    told += [count(health.warnings, "warning")] if health.warnings else []
    told += [count(health.notes, "note")] if health.notes else []
    return ", ".join(told)
