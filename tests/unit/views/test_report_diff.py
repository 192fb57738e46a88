"""Two reports compared: only what both know is new or over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Trouble
from sre_tui.views.page import Block
from sre_tui.views.report_diff import diff_of
from sre_tui.views.report_diff_page import diff_page
from tests.stubs.reports import MADE, SINCE, full_report, partial_report, quiet_report
from widgets.cell import Display

DISPLAY = Display(MADE, None, True)


def earlier(report: Report, **changes: Any) -> Report:
    """The same report, made a week before."""
    when = {"id": "r-0", "made": SINCE, "since": SINCE - timedelta(days=7), "until": SINCE}
    return report.model_copy(update=when | changes)


def page_lines(blocks: list[Block]) -> list[str]:
    return [
        line
        for block in blocks
        for line in (block.title, *("".join(piece.text for piece in each.pieces).strip()
                                    for each in block.lines))
    ]  # fmt: skip


def test_a_bad_week_after_a_good_one(snapshot: SnapshotAssertion) -> None:
    diff = diff_of(earlier(quiet_report()), full_report())
    new = {(one.section, one.subject) for one in diff.of("new")}
    assert new >= {
        ("health", ""), ("health", "tank"), ("alerts", "ZfsPoolDegraded"), ("objectives", "pve2"),
        ("capacity", "tank"), ("backups", "paperless (117)"), ("logs", "immich"),
        ("incidents", "i-0042"),
    }  # fmt: skip
    assert not diff.of("over")
    assert [one.subject for one in diff.of("changed")] == ["nginx", "smartd"]
    assert page_lines(diff_page(diff, DISPLAY, 80)) == snapshot


def test_the_other_way_round_everything_is_over() -> None:
    diff = diff_of(quiet_report(), earlier(full_report()))
    assert not diff.of("new")
    assert {one.section for one in diff.of("over")} == {
        "health", "alerts", "capacity", "backups", "logs"
    }  # fmt: skip
    assert "-1,843 better" in " ".join(page_lines(diff_page(diff, DISPLAY)))


def test_amounts_of_windows_of_another_length_are_not_compared() -> None:
    """Twice as many errors in four times as many days are not worse."""
    month = earlier(quiet_report(), since=SINCE - timedelta(days=30))
    diff = diff_of(month, full_report())
    assert {one.section for one in diff.differences} >= {"health", "capacity", "backups"}
    assert not {one.section for one in diff.differences} & {"alerts", "logs"}
    named = {one.name for one in diff.figures}
    assert {"critical findings", "alerts firing", "guests backed up"} <= named
    assert not named & {"alerts fired", "backup runs", "failed backup runs", "error lines"}
    assert diff.not_compared[0].startswith(
        "What was counted: the older one is about 30 days, the newer one about 7 days"
    )
    # The days of a change of the clocks have an hour more or less.
    spring = earlier(quiet_report(), since=SINCE - timedelta(days=7, hours=-1))
    assert not diff_of(spring, full_report()).not_compared


def test_whichever_was_made_first_is_the_old_one() -> None:
    old, new = earlier(quiet_report()), full_report()
    assert diff_of(old, new) == diff_of(new, old)


@pytest.mark.parametrize("report", [full_report(), quiet_report()])
def test_nothing_differs_between_a_report_and_itself(report: Report) -> None:
    same = diff_of(earlier(report), report)
    moved = {one.section for one in same.differences}
    # What is full on a day is nearer a week later, but presses as before.
    assert not moved
    assert "Nothing differs." in page_lines(diff_page(same, DISPLAY))


def test_what_one_of_them_could_not_see_is_neither_new_nor_over() -> None:
    diff = diff_of(earlier(full_report()), partial_report())
    assert not {one.section for one in diff.of("over")} & {"health", "backups", "logs", "alerts"}
    assert not {one.section for one in diff.figures} & {"health", "backups", "logs", "alerts"}
    assert [one.partition(":")[0] for one in diff.not_compared] == [
        "Now", "Alerts", "Capacity", "Backups", "Errors in the logs"
    ]  # fmt: skip
    again = diff_of(earlier(partial_report()), full_report())
    assert not {one.section for one in again.of("new")} & {"health", "backups", "logs", "alerts"}


def test_a_figure_that_moved_is_not_another_trouble() -> None:
    old = full_report()
    moved = [
        one.model_copy(update={"text": one.text.replace("93.4", "95.1")})
        for one in old.health.troubles
    ]
    health = old.health.model_copy(update={"troubles": tuple(moved)})
    diff = diff_of(earlier(old), old.model_copy(update={"health": health}))
    assert not diff.differences
    other = old.health.model_copy(update={"troubles": old.health.troubles[:2], "warnings": 1})
    over = diff_of(earlier(old), old.model_copy(update={"health": other})).of("over")
    assert [one.subject for one in over] == ["pve2, docker1"]


def test_of_many_alike_it_is_one_trouble_whoever_is_named() -> None:
    def week(names: str, more: int, site: str) -> Report:
        one = Trouble(
            subject=f"{names} and {more} more", text=f"https://{site} takes {more} s to answer",
            severity="warning", findings=2 + more,
        )  # fmt: skip
        whole = quiet_report()
        health = whole.health.model_copy(update={"troubles": (one,), "warnings": 2 + more})
        return whole.model_copy(update={"health": health})

    before = earlier(week("cloud.lan, git.lan", 7, "cloud.lan"))
    assert diff_of(before, week("git.lan, wiki.lan", 5, "git.lan")).differences == ()
    (new,) = diff_of(earlier(quiet_report()), week("git.lan, wiki.lan", 5, "git.lan")).of("new")
    assert new.subject == "git.lan, wiki.lan and 5 more"


def test_where_not_all_were_listed_none_is_new() -> None:
    old = full_report()
    listed = old.health.model_copy(update={"troubles": old.health.troubles[:1]})
    diff = diff_of(earlier(old, health=listed), old)
    assert not diff.differences


def test_it_is_json() -> None:
    diff = diff_of(earlier(quiet_report()), full_report())
    assert type(diff).model_validate_json(diff.model_dump_json()) == diff
