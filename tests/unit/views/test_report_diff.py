"""Two reports compared: only what both know is new or over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import SourceStatus, State
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Trouble, UncoveredGuest
from sre_tui.views.page import Block
from sre_tui.views.report_alike import without_figures
from sre_tui.views.report_diff import diff_of
from sre_tui.views.report_diff_page import diff_page
from sre_tui.views.report_troubles import troubles_of
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
    assert not {one.section for one in diff.differences} & {"alerts", "logs", "objectives"}
    named = {one.name for one in diff.figures}
    assert {"critical findings", "alerts firing", "guests covered"} <= named
    assert not named & {"alerts fired", "backup runs", "failed backup runs", "error lines"}
    assert "objectives missed" not in named
    assert diff.not_compared[0].startswith(
        "What was counted: the older one is about 30 days, the newer one about 7 days"
    )
    # The days of a change of the clocks have an hour more or less.
    spring = earlier(quiet_report(), since=SINCE - timedelta(days=7, hours=-1))
    assert not diff_of(spring, full_report()).not_compared


def asked(report: Report, *sources: str) -> Report:
    """The same of a homelab in which these are configured."""
    heard = (SourceStatus(source=one, state=State.OK, observed_at=MADE) for one in sources)
    return report.model_copy(update={"sources": tuple(heard)})


def test_what_only_one_of_them_asked_makes_nothing_new_over_or_fewer() -> None:
    every = asked(full_report(), "pbs:main", "proxmox:main", "truenas:main")
    narrow = asked(quiet_report(), "pbs:main")
    diff = diff_of(earlier(every), narrow)
    assert {one.section for one in diff.differences} == {"alerts", "logs"}
    assert not {one.section for one in diff.figures} & {"health", "objectives", "capacity"}
    assert not {one.name for one in diff.figures} & {"guests", "backup runs"}
    assert diff.not_compared[0] == (
        "Now: not all known in the newer one: without proxmox:main, truenas:main, which the other "
        "one asked"
    )
    assert [one.partition(":")[0] for one in diff.not_compared] == [
        "Now", "Objectives", "Capacity", "Backups"
    ]  # fmt: skip
    # The other way round what has been added since is not new.
    new = diff_of(earlier(narrow), every).of("new")
    assert {one.section for one in new} == {"alerts", "logs", "incidents"}


def test_what_was_counted_in_part_is_not_fewer() -> None:
    whole = full_report()
    half = asked(whole, "prometheus:main")
    every = asked(whole, "prometheus:main", "prometheus:attic")
    fewer = tuple(one.model_copy(update={"times": 1}) for one in whole.alerts.alerts)
    half = half.model_copy(update={"alerts": whole.alerts.model_copy(update={"alerts": fewer})})
    assert diff_of(earlier(asked(whole, "prometheus:main")), half).of("changed")
    assert not diff_of(earlier(every), half).differences


def test_what_is_set_up_for_neither_is_one_line() -> None:
    def without(report: Report) -> Report:
        off = {"state": "not_configured", "reasons": ("none is configured",)}
        parts = {name: getattr(report, name).model_copy(update=off) for name in ("logs", "usage")}
        return report.model_copy(update=parts)

    both = diff_of(earlier(without(quiet_report())), without(quiet_report()))
    assert both.not_compared == ("Not set up for either: Errors in the logs, Use of sre",)
    one = diff_of(earlier(quiet_report()), without(quiet_report()))
    assert [line.partition(":")[0] for line in one.not_compared] == [
        "Errors in the logs", "Use of sre"
    ]  # fmt: skip


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


def full_pools(names: str, percent: int, severity: str = "warning") -> list[Finding]:
    """One for each pool on nas1."""
    return [
        Finding(
            check="zfs-capacity", kind="pool_full", severity=Severity(severity),
            subject=Subject(kind=SubjectKind.POOL, name=f"nas1/{name}"),
            text=f"pool {name} is {percent} % full",
        )
        for name in names.split()
    ]  # fmt: skip


def with_troubles(troubles: tuple[Trouble, ...]) -> Report:
    whole = quiet_report()
    health = whole.health.model_copy(
        update={"troubles": troubles, "warnings": sum(one.findings for one in troubles)}
    )
    return whole.model_copy(update={"health": health})


def week(*findings: Finding) -> Report:
    return with_troubles(troubles_of(findings))


def unchecked(report: Report) -> Report:
    """As it was archived before the checks were."""
    plain = (one.model_copy(update={"check": "", "kind": ""}) for one in report.health.troubles)
    return with_troubles(tuple(plain))


def told(old: Report, new: Report) -> list[tuple[str, str, str]]:
    return [(one.way, one.subject, one.text) for one in diff_of(earlier(old), new).differences]


@pytest.mark.parametrize("kept", [lambda report: report, unchecked])
def test_many_at_another_severity_are_another_trouble(kept: Callable[[Report], Report]) -> None:
    """Though they are told in the same words."""
    usual = full_pools("old1 old2 old3 old4", 85)
    grave = full_pools("far1 far2 far3 far4", 97, "critical")
    who = "far1 on nas1, far2 on nas1, far3 on nas1, far4 on nas1"
    text = "critical: pool far1 is 97 % full"
    before, after = kept(week(*usual)), week(*grave, *usual)
    assert told(before, after) == [("new", who, text)]
    assert told(after, before) == [("over", who, text)]
    assert [way for way, _, _ in told(kept(week(*grave)), after)] == ["new"]


def test_of_many_that_become_few_none_is_new() -> None:
    many = week(*full_pools("a b c d", 85))
    few = week(*full_pools("b c d", 86))
    assert len(few.health.troubles) == 3
    assert told(many, few) == told(few, many) == []
    assert told(unchecked(many), few) == told(few, unchecked(many)) == []
    # Another one is named first, in words of its own.
    assert told(many, week(*full_pools("e c d f", 86))) == []


def test_of_many_that_become_many_more_that_is_told() -> None:
    few, many = week(*full_pools("a", 85)), week(*full_pools("b c d e", 86))
    who = "b on nas1, c on nas1, d on nas1, e on nas1"
    assert told(few, many) == [("changed", who, "pool b is 86 % full: 4 such now, 1 before")]
    assert told(many, few) == [
        ("changed", "a on nas1", "pool a is 85 % full: 1 such now, 4 before")
    ]
    # As many as it looks like are not known where it could not look everywhere.
    partly = few.health.model_copy(update={"state": "partial"})
    assert told(few.model_copy(update={"health": partly}), many) == []


def test_what_got_graver_out_of_many_is_not_new() -> None:
    usual = full_pools("a b c d e", 85)
    worse = week(*full_pools("a", 97, "critical"), *usual[1:])
    text = "pool a is 97 % full: warning before, critical now"
    assert told(week(*usual), worse) == [("changed", "a on nas1", text)]
    text = "pool a is 97 % full: critical before, warning now"
    assert told(worse, week(*usual)) == [("changed", "a on nas1", text)]
    all_of_them = week(*full_pools("a b c d e", 97, "critical"))
    assert [way for way, _, _ in told(week(*usual), all_of_them)] == ["changed"]


def test_a_name_within_a_word_is_no_name() -> None:
    """A host may be called pi, and its certificate expires all the same."""
    text = without_figures(
        "the certificate of pi expires, pi-hole.lan and web.lan too.", "pi", "web"
    )
    assert text == "the certificate of * expires, pi-hole.lan and web.lan too."
    assert without_figures("pool tank is full (nas)", "tank on nas") == "pool * is full (*)"


def test_a_disk_that_is_newly_left_out_of_a_backup_is_told() -> None:
    def left_out(*guests: tuple[str, str], known: bool = True) -> Report:
        whole = quiet_report()
        rows = tuple(
            UncoveredGuest(guest=name, verdict="ok_in_part", reason=f"without {disks}")
            for name, disks in guests
        )
        verdicts = {"ok": 32 - len(rows), "ok_in_part": len(rows)}
        kept = {"in_part": rows if known else (), "verdicts": verdicts}
        return whole.model_copy(update={"backups": whole.backups.model_copy(update=kept)})

    one = left_out(("media (101)", "scsi1"))
    assert told(quiet_report(), one) == [("new", "media (101)", "ok in part: without scsi1")]
    assert told(one, quiet_report()) == [("over", "media (101)", "ok in part before, not now")]
    assert told(one, left_out(("media (101)", "scsi1, scsi2"))) == [
        ("changed", "media (101)", "ok in part: without scsi1, scsi2; before: without scsi1")
    ]
    # Which guests they were is not in it.
    assert told(left_out(("media (101)", "scsi1"), known=False), one) == []


def test_where_not_all_were_listed_none_is_new() -> None:
    old = full_report()
    listed = old.health.model_copy(update={"troubles": old.health.troubles[:1]})
    diff = diff_of(earlier(old, health=listed), old)
    assert not diff.differences


def test_it_is_json() -> None:
    diff = diff_of(earlier(quiet_report()), full_report())
    assert type(diff).model_validate_json(diff.model_dump_json()) == diff


def test_alerts_that_went_on_are_compared_with_those_that_did() -> None:
    """What fires all the time began but once; a history that did not come compares with none."""
    many = quiet_report().alerts.model_copy(update={"within": 44, "firing": 44})
    few = quiet_report().model_copy(update={"alerts": many})
    later = full_report()

    def fired(old: Report, new: Report) -> tuple[float | None, float | None]:
        (one,) = (one for one in diff_of(earlier(old), new).figures if one.name == "alerts fired")
        return one.before, one.now

    assert fired(few, later) == (44, 22)
    unheard = many.model_copy(update={"fired": None})
    assert fired(few.model_copy(update={"alerts": unheard}), later) == (None, 22)
