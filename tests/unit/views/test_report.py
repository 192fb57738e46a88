"""A report as a page: short if all is well, what is wrong with its figures, like things once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import (
    AlertDay,
    Alerts,
    Backups,
    Changes,
    FailedRun,
    Heading,
    JournalIncidents,
    ReportedChange,
    ReportedIncident,
    UncoveredGuest,
)
from sre_tui.report.summary_words import summary_words
from sre_tui.views.page import Block
from sre_tui.views.report import document_of, page_of
from sre_tui.views.report_figures import against, share
from sre_tui.views.report_markup import paragraphs
from sre_tui.views.report_text import text_of
from tests.stubs.reports import (
    MADE,
    SINCE,
    full_report,
    hostile_report,
    partial_report,
    quiet_report,
)
from widgets.cell import Display, Tone

DISPLAY = Display(MADE, None, True)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("made", [full_report, quiet_report, partial_report])
def test_it_looks_like_this(
    made: Callable[[], Report], width: int, snapshot: SnapshotAssertion
) -> None:
    text = text_of(made(), width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.index("\nSummary\n") < text.index("Use of sre")
    assert text == snapshot


def test_what_is_wrong_is_told_with_its_figures() -> None:
    text = text_of(full_report(), width=120)
    for told in (
        "◆ CRITICAL", "Replace disk sdc", "22 times, 13 more than in the 7 days before",
        "flapping HostMemoryPressure", "98.21 %", "full in 12 d (8-20 d)",
        "30 of 32 guests are covered",
        "ENOSPC: no space left on device", "1,843 error lines, 941 more", "Connection refused",
        "Not borne out by the figures below: “three times”", "restarted (x4)", "$0.4312",
    ):  # fmt: skip
        assert told in text


def test_what_was_there_before_it_was_looked_at_may_have_begun_earlier() -> None:
    whole = full_report()
    health = whole.health.model_copy(
        update={
            "causes": tuple(o.model_copy(update={"open_start": True}) for o in whole.health.causes),
            "troubles": tuple(
                o.model_copy(update={"open_start": o.subject == "pve2, docker1"})
                for o in whole.health.troubles
            ),
        }
    )
    text = text_of(whole.model_copy(update={"health": health}), width=200)
    assert text.count("or before") == 2
    assert "memory is at 93.4 %, since Mon 23 Nov 00:00 or before" in text
    words = summary_words(whole.model_copy(update={"health": health}))
    assert "98 %), since Thu 19 Nov 20:00 or before; 4 other troubles" in words


def test_alike_findings_are_told_once_and_those_left_out_are_counted() -> None:
    whole = full_report()
    text = text_of(whole)
    assert text.count("sre runbooks show zfs-degraded-pool") == 1
    assert "more finding" not in text
    more = whole.health.model_copy(update={"warnings": 5})
    assert "… 2 more findings" in text_of(whole.model_copy(update={"health": more}))


def test_what_happened_to_many_is_told_once() -> None:
    """As when a full datastore fails the backup of every guest, night after night."""
    whole = quiet_report()
    failures, uncovered, changes = [], [], []
    for number in range(12):
        at = MADE - timedelta(hours=20 - number)
        guest = f"vm{number} ({100 + number})"
        failures.append(FailedRun(at=at, what=f"backup of {guest}", error=f"VM {number}: ENOSPC"))
        uncovered.append(
            UncoveredGuest(
                guest=guest, verdict="stale", newest=at - timedelta(days=2),
                reason=f"no backup; the newest good one is of {at:%Y-%m-%d %H:%M} UTC; ENOSPC",
            )
        )  # fmt: skip
        text = f"failed backup: VM {number}; the same for 1 other: x{number}"
        changes.append(
            ReportedChange(at=at, kind="task_failed", subject=f"vm{number}", text=text, count=2)
        )
    changes.insert(1, changes[0].model_copy(update={"kind": "updated", "text": "was updated"}))
    backups = whole.backups.model_copy(
        update={
            "covered": 20, "runs": 84, "failed_runs": 14, "failures": tuple(failures),
            "uncovered": tuple(uncovered),
        }
    )  # fmt: skip
    changed = Changes(changes=tuple(changes))
    text = text_of(whole.model_copy(update={"backups": backups, "changes": changed}), width=200)
    lines = [line.strip() for line in text.splitlines()]
    assert "▲ stale  vm0 (100), vm1 (101), vm2 (102) and 9 more  no backup; ENOSPC" in text
    assert "from Fri 20 Nov on" in text
    several = "backup of vm0 (100), backup of vm1 (101), backup of vm2 (102) and 9 more"
    assert f"✗ Sun 22 Nov 11:00 {several}" in lines
    assert "… 2 more failed runs: sre report show --json has all" in lines
    often = "12 changes alike, x24, until Sun 22 Nov 22:00"
    many = f"vm0, vm1, vm2 and 9 more: failed backup: VM 0 ({often})"
    place = lines.index(f"• Sun 22 Nov 11:00 {many}")
    assert lines[place + 1] == "• Sun 22 Nov 11:00 vm0: was updated (x2)"


def test_failed_runs_are_told_by_night_each_guest_once() -> None:
    whole = quiet_report()
    failures = [
        FailedRun(
            at=MADE - timedelta(days=night, minutes=number), source="pbs:main",
            what=f"backup of vm{number}", error="ENOSPC",
        )
        for night in range(2) for number in range(10)
    ]  # fmt: skip
    # Somebody tried two of them once more that night.
    again = [one.model_copy(update={"at": one.at - timedelta(hours=1)}) for one in failures[:2]]
    backups = whole.backups.model_copy(
        update={"failed_runs": 22, "failures": (*failures[:10], *again, *failures[10:])}
    )
    text = text_of(whole.model_copy(update={"backups": backups}), width=200)
    lines = [line.strip() for line in text.splitlines()]
    every = "backup of vm0, backup of vm1, backup of vm2 and 7 more (pbs:main)"
    assert [one for one in lines if "backup of vm" in one] == [
        f"✗ Mon 23 Nov 07:00 {every}",
        "✗ Mon 23 Nov 06:00 backup of vm0 (pbs:main)",
        "✗ Mon 23 Nov 05:59 backup of vm1 (pbs:main)",
        f"✗ Sun 22 Nov 07:00 {every}",
    ]
    assert "more failed run" not in text


def test_one_of_a_kind_is_told_as_one() -> None:
    whole = quiet_report()
    closed = ReportedIncident(id="i-1", title="Jellyfin buffers", started=SINCE, ended=MADE)
    told = text_of(
        whole.model_copy(
            update={
                "objectives": whole.objectives.model_copy(update={"objectives": (), "passed": 1}),
                "incidents": JournalIncidents(incidents=(closed,), open=0),
            }
        )
    )
    assert "Objectives: the only one was met" in told
    assert "1 incident in the journal; it is closed." in told


def test_a_quiet_week_is_a_short_page() -> None:
    text = text_of(quiet_report(), width=80)
    assert len(text.splitlines()) < 45
    assert "✓ OK" in text
    # The verdict, and all sections but the use of sre.
    assert text.count("✓") == len(get_args(Heading))
    for sign in ("✗", "▲", "◆", "◌"):
        assert sign not in text


@pytest.mark.parametrize(
    ("figures", "tile", "note", "sentence"),
    [
        (
            {"fired": 0, "within": 44, "within_before": 40, "firing": 44},
            "44 alerts fired",
            "4 more than in the 7 days before; all of them began earlier",
            (
                "Alerts fired 44 times (all of them began earlier), 4 more than in the 7 days "
                "before; 44 fire now."
            ),
        ),
        (
            {"fired": 1, "within": 3, "within_before": None, "firing": 0},
            "3 alerts fired",
            "how many in the 7 days before is not known; 2 of them began earlier",
            (
                "Alerts fired 3 times (2 of them began earlier), how many in the 7 days before is "
                "not known; none fire now."
            ),
        ),
        # As it was archived before it was known how many went on.
        (
            {"fired": 5, "fired_before": 2, "firing": 7},
            "5 alerts that began to fire",
            "3 more than in the 7 days before",
            "5 alerts began to fire, 3 more than in the 7 days before; 7 fire now.",
        ),
    ],
)
def test_alerts_that_went_on_fired_too(
    figures: dict[str, Any], tile: str, note: str, sentence: str
) -> None:
    section = Alerts(alerts=full_report().alerts.alerts, **figures)
    document = document_of(quiet_report().model_copy(update={"alerts": section}), DISPLAY)
    first = document.figures[0]
    assert (f"{first.value} {first.name}", first.note) == (tile, note)
    assert document.chapters[1].sentence == sentence


def test_a_late_backup_is_not_a_missing_one() -> None:
    late = UncoveredGuest(
        guest="vm1 (101)", verdict="stale", newest=MADE - timedelta(days=2), reason="ENOSPC"
    )
    section = Backups(
        guests=40, covered=0, verdicts={"stale": 40, "excluded": 1}, uncovered=(late,),
        runs=120, failed_runs=80, unverified=0,
    )  # fmt: skip
    report = quiet_report().model_copy(update={"backups": section})
    document = document_of(report, DISPLAY)
    told = next(one for one in document.figures if one.name.startswith("guests backed up"))
    assert (told.value, told.name, told.note) == (
        "40 of 40", "guests backed up, 40 of them late",
        "80 runs failed; 1 more left out on purpose",
    )  # fmt: skip
    chapter = next(one for one in document.chapters if one.key == "backups")
    assert (chapter.tone, chapter.word) == (Tone.WARNING, "40 late")
    assert chapter.sentence == (
        "Every guest has a good backup, but that of 40 of 40 is older than it should be; "
        "1 more left out on purpose; 120 backup runs, 80 failed."
    )
    text = text_of(report)
    assert "Guests whose newest good backup is older than it should be" in text
    assert "cannot be restored" not in text


def test_where_disks_are_left_out_not_all_could_be_restored() -> None:
    whole = quiet_report()
    backups = whole.backups.model_copy(update={"verdicts": {"ok": 31, "ok_in_part": 1}})
    text = text_of(whole.model_copy(update={"backups": backups}), width=200)
    assert (
        "Every guest has a good backup: 32 of 32 are covered, 1 of them without some disks" in text
    )


def test_in_a_pipe_nothing_is_cut() -> None:
    blocks = [block for block in page_of(full_report(), DISPLAY) if isinstance(block, Block)]
    text = "\n".join(
        "".join(piece.text for piece in line.pieces) for block in blocks for line in block.lines
    )
    for told in (
        "web1, web2, web3 and 1 more", "no job covers it, and no backup of it is known",
        "garbage collection has not run for 19 d", "runs that ended well", "i-0042",
    ):  # fmt: skip
        assert told in text


def test_times_are_in_the_zone_of_the_report_or_in_utc() -> None:
    troubles = text_of(full_report())
    assert "since Thu 19 Nov 20:00" in troubles
    assert "times in Europe/Berlin" in troubles
    assert "since Thu 19 Nov 19:00" in text_of(full_report(), utc=True)
    assert "times in UTC" in text_of(
        full_report().model_copy(update={"timezone": "Nowhere/Atlantis"})
    )


def test_many_days_are_one_line() -> None:
    days = tuple(
        AlertDay(day=(SINCE + timedelta(days=each)).date(), warning=each % 5) for each in range(30)
    )
    alerts = Alerts(fired=60, fired_before=60, within=60, within_before=60, days=days)
    text = text_of(quiet_report().model_copy(update={"alerts": alerts}))
    assert "60 times, as many as in the 7 days before" in text
    assert "Mon 16 Nov to Tue 15 Dec, most on Fri 20 Nov: 4" in text


def test_strangers_neither_break_lines_nor_hide_anything() -> None:
    text = text_of(hostile_report(), width=80)
    assert max(map(cell_len, text.splitlines())) <= 80
    assert all(char.isprintable() or char == "\n" for char in text)


def test_the_markdown_of_a_summary_does_not_act() -> None:
    found = paragraphs(
        "# Head\n\nA **bold** ![p](https://e.example/p.png) [l](x)\nand <b>`c`</b>\n\n"
        "3. three\n   - nested\n4. four\n\n[x]: https://e.example\n\n```\nrm -rf\n```\n"
    )
    told = [(one.mark, one.depth, one.text, one.verbatim) for one in found]
    assert told == [
        ("", 0, "Head", False),
        ("", 0, "A bold ![p](https://e.example/p.png) [l](x) and <b>c</b>", False),
        ("3.", 0, "three", False),
        ("·", 1, "nested", False),
        ("4.", 0, "four", False),
        ("", 0, "[x]: https://e.example", False),
        ("", 0, "rm -rf", True),
    ]
    assert [span.text for span in found[1].spans if span.strong] == ["bold"]


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1.0, "100 %"), (0.99999, "99.99 %"), (0.995, "99.5 %"), (0.29, "29 %"), (0.0, "0 %")],
)
def test_a_share_is_never_rounded_up(ratio: float, told: str) -> None:
    assert share(ratio) == told


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (3, None, "how many in the day before is not known"),
        (0, 0, "as in the day before"),
        (3, 3, "as many as in the day before"),
        (1, 3, "2 fewer than in the day before"),
        (1003, 3, "1,000 more than in the day before"),
    ],
)
def test_a_change_in_words(now: int, before: int | None, told: str) -> None:
    assert against(now, before, "the day before") == told
