"""An investigation as text: within its budget however large, and nothing of it is markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.reading import SourceStatus, State
from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, Investigation, Step, Verdict
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.tools.investigate_text import render
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.views.investigation import page_of
from sre_tui.views.page import Block
from widgets.cell import Display

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LONG = "the pool is waiting for a disk that does not answer " * 40


def guest(number: int) -> Subject:
    return Subject(kind=SubjectKind.GUEST, name=f"guest-with-a-long-name-{number:04}")


def cause(number: int, confidence: float, *, guests: int, words: str) -> Cause:
    subject = Subject(kind=SubjectKind.POOL, name=f"nas{number}/tank")
    said = Evidence(source="prometheus:main", kind="metric", says=words, at=NOW)
    return Cause(
        kind="pool_degraded",
        subject=subject,
        claim=f"pool tank on nas{number} is degraded",
        confidence=confidence,
        severity=Severity.CRITICAL,
        since=NOW - timedelta(hours=3),
        speaks_for=tuple(Argument(text=f"{each}. {words}", evidence=(said,)) for each in range(6)),
        speaks_against=(Argument(text=words),),
        would_confirm=(f"sre metrics query '{words}'",),
        effects=tuple(
            Effect(kind="io_wait", subject=guest(each), text=f"{guest(each)} waits", since=NOW)
            for each in range(guests)
        ),
        runbook="zfs-pool-degraded",
    )


def investigation(guests: int, words: str, verdict: Verdict = "several") -> Investigation:
    return Investigation(
        asked="why is everything slow",
        verdict=verdict,
        headline="2 independent causes: pool tank on nas1 is degraded and more.",
        window_start=NOW - timedelta(hours=6),
        window_end=NOW,
        since=NOW - timedelta(hours=3),
        impact=tuple(guest(each) for each in range(guests)),
        causes=tuple(
            cause(each, 1 - each / 6, guests=guests, words=words) for each in range(1, 6)
        ),
        timeline=tuple(
            Event(at=NOW, kind="finding_began", subject=guest(each), text=words)
            for each in range(30)
        ),
        steps=tuple(Step(text=words, commands=(words,), runbook="x", heading="Fix")
                    for _ in range(5)),
        not_checked=tuple(words for _ in range(9)),
    )  # fmt: skip


def answered(found: Investigation) -> ToolResult[Investigation]:
    status = SourceStatus(source="prometheus:main", state=State.OK, observed_at=NOW)
    return ToolResult[Investigation](
        tool="investigate", state=State.OK, observed_at=NOW, sources=(status,), data=found
    )


@pytest.mark.parametrize("guests", [1, 12, 1000])
@pytest.mark.parametrize("words", ["short", LONG])
@pytest.mark.parametrize("budget", [300, 1200, 9000])
def test_it_never_costs_more_than_it_may(guests: int, words: str, budget: int) -> None:
    said = render(answered(investigation(guests, words)), ModelView(now=NOW, budget=budget))
    assert estimate_tokens(said) <= min(budget, 1500)
    lines = said.splitlines()
    assert lines[0].startswith('Investigation of "why is everything slow"')
    assert lines[1].startswith(
        "Verdict: 3 causes found, from very likely (83.3 %) to likely (50 %)."
    )


def test_effects_of_one_kind_are_one_entry() -> None:
    said = render(answered(investigation(1000, "short")), ModelView(now=NOW, budget=1500))
    assert "Affected now: 1,000 guests: guest-with-a-long-name-0000, " in said
    assert "effects: io wait on 1,000 guests: guest-with-a-long-name-0000, " in said
    assert "since 15:00 (now)" in said


def test_trouble_elsewhere_is_told_as_such() -> None:
    found = investigation(1, "short", "elsewhere").model_copy(
        update={"causes": (), "elsewhere": (cause(7, 0.9, guests=1, words="short"),)}
    )
    said = render(answered(found), ModelView(now=NOW, budget=1500))
    assert "Verdict: no cause for what was asked; trouble elsewhere, very likely (90 %)." in said
    assert "\nTrouble elsewhere 1: pool tank on nas7 is degraded [pool_degraded" in said


def test_a_page_holds_the_words_of_backends_as_they_are() -> None:
    words = "disk [red]sdc[/red] [/] failed"
    blocks = page_of(investigation(2, words), Display(now=NOW, utc=None, wide=True))
    told = [cell.text for block in blocks if isinstance(block, Block)
            for each in block.lines for cell in each.pieces]  # fmt: skip
    assert f"0. {words}" in told
    assert words in told


def test_effects_that_are_not_among_those_told_are_counted() -> None:
    found = investigation(12, "short")
    first = found.causes[0].model_copy(update={"effects_total": 37})
    cut = found.model_copy(update={"causes": (first, *found.causes[1:])})
    said = render(answered(cut), ModelView(now=NOW, budget=4000))
    assert said.count("effects (12 of 37): ") == 1
    assert said.count("effects: ") >= 1
    shown = page_of(cut, Display(now=NOW, utc=None, wide=True))
    lines = [
        "".join(cell.text for cell in each.pieces)
        for block in shown
        if isinstance(block, Block)
        for each in block.lines
    ]
    assert "Effects (12 of 37):" in lines
