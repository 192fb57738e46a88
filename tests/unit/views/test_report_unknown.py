"""A report never says that all is well where something is not known, or not set up."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from sre_tui.memory.report import Report, Summary
from sre_tui.memory.report_sections import (
    Alerts,
    Backups,
    Heading,
    Health,
    Logs,
    ProgramUsage,
    ReportedObjective,
)
from sre_tui.report.summary_words import summary_words
from sre_tui.views.report import document_of
from sre_tui.views.report_chapter import TITLES
from tests.stubs.reports import MADE, SINCE, full_report, quiet_report
from widgets.cell import Display, Tone

DISPLAY = Display(MADE, None, True)
HEADINGS: tuple[Heading, ...] = get_args(Heading)


@pytest.mark.parametrize("state", ["partial", "missing"])
@pytest.mark.parametrize("name", HEADINGS)
def test_what_is_not_known_is_never_well(name: Heading, state: str) -> None:
    whole = quiet_report()
    section = getattr(whole, name).model_copy(update={"state": state, "reasons": ("it is away",)})
    document = document_of(whole.model_copy(update={name: section}), DISPLAY)
    chapter = next(one for one in document.chapters if one.key == name)
    assert chapter.tone is Tone.STALE
    assert not chapter.quiet
    assert document.lacking == (TITLES[name],)
    assert "it is away" in " ".join((chapter.sentence, *chapter.lacking))
    assert chapter.sentence.startswith(("Not known: ", "As far as is known, "))
    is_unknown = name == "health" and state == "missing"
    assert document.verdict == ("UNKNOWN" if is_unknown else "OK")


def test_how_it_is_now_is_told_as_the_checks_put_it() -> None:
    """Where a list of disks is late; where a check could not look; where none could."""
    whole = quiet_report()

    def opening(**health: Any) -> str:
        section = whole.health.model_copy(update={"reasons": ("pve2: late",), **health})
        return summary_words(whole.model_copy(update={"health": section})).partition("\n")[0]

    assert opening(state="partial") == "- As far as is known nothing is wrong."
    assert opening(state="partial", verdict="unknown") == (
        "- No check found anything wrong, but not everything could be looked at."
    )
    assert opening(state="missing", critical=None) == "- How it is now is not known."


def sentence_of(usage: ProgramUsage) -> str:
    report = quiet_report().model_copy(update={"usage": usage})
    return document_of(report, DISPLAY).chapters[-1].sentence


def test_an_amount_that_nobody_told_is_not_none() -> None:
    """A part of a section is there, and the amount is not in it."""
    part: dict[str, Any] = {"state": "partial", "reasons": ("x does not answer",)}
    report = quiet_report().model_copy(
        update={
            "alerts": Alerts(**part, firing=2, silenced=0),
            "backups": Backups(**part, guests=20, covered=20, unverified=0),
            "logs": Logs(**part),
        }
    )
    document = document_of(report, DISPLAY)
    told = {one.key: one.sentence for one in document.chapters}
    assert "how often alerts fired is not known; 2 fire now" in told["alerts"]
    assert "20 of 20 are covered; how the backup runs ended is not known" in told["backups"]
    assert "how many errors were logged is not known" in told["logs"]
    assert not [one for one in document.figures if one.name in ("alerts fired", "error lines")]
    assert "how much it was used is not known" in sentence_of(ProgramUsage(**part))
    unseen = document_of(
        report.model_copy(update={"alerts": Alerts(**part, fired=3)}), DISPLAY
    ).chapters[1]
    assert "what fires now is not known" in unseen.sentence
    assert (unseen.tone, unseen.word) == (Tone.STALE, "not all known")


def test_without_the_history_of_alerts_those_that_fire_are_told() -> None:
    section = Alerts(
        state="partial", reasons=("grafana:main partial: late",), within=17, firing=16, silenced=1,
        alerts=full_report().alerts.alerts,
    )  # fmt: skip
    document = document_of(quiet_report().model_copy(update={"alerts": section}), DISPLAY)
    first = document.figures[0]
    assert (first.value, first.name, first.note) == (
        "17 or more", "alerts fired", "history not known",
    )  # fmt: skip
    assert document.chapters[1].sentence == (
        "As far as is known, alerts fired 17 times at least, their history is not known; "
        "16 fire now; 1 silenced."
    )


@pytest.mark.parametrize("name", HEADINGS)
def test_what_is_not_set_up_is_one_line_that_says_so(name: Heading) -> None:
    whole = quiet_report()
    section = getattr(whole, name).model_copy(
        update={"state": "not_configured", "reasons": ("no Loki is configured",)}
    )
    document = document_of(whole.model_copy(update={name: section}), DISPLAY)
    chapter = next(one for one in document.quiet if one.key == name)
    assert (chapter.tone, chapter.sentence) == (Tone.MUTED, "not set up: no Loki is configured")
    assert document.verdict == ("UNKNOWN" if name == "health" else "OK")


def test_a_report_of_nothing_is_unknown() -> None:
    report = Report(id="r", homelab="", made=MADE, since=SINCE, until=MADE)
    document = document_of(report, DISPLAY)
    assert (document.verdict, document.tone) == ("UNKNOWN", Tone.STALE)
    assert "health" not in {chapter.key for chapter in document.quiet}
    well = {chapter.key for chapter in document.chapters if chapter.tone is Tone.OK}
    assert well <= {"alerts", "logs", "changes", "incidents"}


def test_what_nobody_measured_is_no_pass() -> None:
    unknown = ReportedObjective(name="x", kind="probe", target=0.9)
    section = quiet_report().objectives.model_copy(update={"objectives": (unknown,)})
    document = document_of(quiet_report().model_copy(update={"objectives": section}), DISPLAY)
    chapter = next(one for one in document.chapters if one.key == "objectives")
    assert (chapter.tone, chapter.word) == (Tone.STALE, "1 not known")


@pytest.mark.parametrize(
    ("health", "verdict"),
    [
        ({"verdict": "ok"}, "OK"),
        ({"verdict": "note"}, "OK"),
        ({"verdict": "ok", "state": "partial"}, "OK"),
        ({"verdict": "unknown", "state": "partial"}, "UNKNOWN"),
        ({"verdict": "warning", "state": "partial"}, "WARNING"),
        ({"verdict": "critical"}, "CRITICAL"),
        ({"verdict": "unknown"}, "UNKNOWN"),
        ({"verdict": ""}, "UNKNOWN"),
        ({"verdict": "ok", "state": "missing"}, "UNKNOWN"),
    ],
)
def test_the_verdict(health: dict[str, Any], verdict: str) -> None:
    report = quiet_report().model_copy(update={"health": Health(**health), "summary": Summary()})
    assert document_of(report, DISPLAY).verdict == verdict
