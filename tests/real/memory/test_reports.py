"""Archived reports on SQLite and on a real PostgreSQL: the same answers from both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text, update

from providers.errors import BadResponse
from sre_tui.memory.place import Place
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.report import ArchivedReport, Report
from sre_tui.memory.reports import Reports, UnknownReport
from sre_tui.memory.schema import REPORTS
from sre_tui.memory.steps import STEPS
from sre_tui.memory.store import Store, open_store

from .conftest import HOUR, NOW

MINUTE = timedelta(minutes=1)


def report(id_: str, made: datetime = NOW, **values: object) -> Report:
    whole = {"homelab": "attic", "since": made - 168 * HOUR, "until": made}
    return Report.model_validate({"id": id_, "made": made, **whole, **values})


def test_reports_are_archived_and_mailed_once(store: Store) -> None:
    reports = Reports(store)
    first = report("r1", summary={"text": "All is well.", "cost": 0.5}, health={"critical": 2})
    second = report("r2", NOW + HOUR)
    reports.add(first, mail_due=True)
    reports.add(second)
    assert (reports.get("r1"), reports.get(), reports.get("latest")) == (first, second, second)
    row = ArchivedReport(
        id="r1", made=NOW, since=first.since, until=NOW, summary="All is well.", mail_due=True
    )
    assert reports.latest()[1] == row
    assert [each.id for each in reports.latest(1)] == ["r2"]
    assert reports.due() == (row,)
    assert reports.claim("r1", "a", lambda: NOW, HOUR)
    reports.not_mailed("r1", "a", "refused")
    assert reports.due() == (row.model_copy(update={"mail_problem": "refused", "mail_tries": 1}),)
    assert reports.claim("r1", "a", lambda: NOW, HOUR)
    reports.mailed("r1", "a", lambda: NOW + HOUR)
    assert reports.due() == ()
    assert not reports.claim("r1", "a", lambda: NOW, HOUR), "it is not to be sent again"
    assert (reports.latest()[1].mailed, reports.latest()[1].mail_tries) == (NOW + HOUR, 1)
    with pytest.raises((NotKept, BadResponse)):
        reports.add(first)


def test_a_report_is_claimed_by_one_until_whoever_it_was_must_be_dead(store: Store) -> None:
    reports = Reports(store)
    reports.add(report("r1"), mail_due=True)
    assert reports.claim("r1", "a", lambda: NOW, MINUTE)
    assert not reports.claim("r1", "b", lambda: NOW + MINUTE / 2, MINUTE)
    assert reports.claim("r1", "b", lambda: NOW + MINUTE, MINUTE)
    # What the first one has to say, if it lives after all, is no longer asked.
    reports.not_mailed("r1", "a", "cut off")
    assert (reports.due()[0].mail_tries, reports.due()[0].mail_problem) == (0, "")
    assert not reports.claim("r1", "c", lambda: NOW + MINUTE, MINUTE)
    reports.release("r1", "b")
    assert reports.claim("r1", "c", lambda: NOW + MINUTE, MINUTE)
    reports.not_mailed("r1", "c", "too old", again=False)
    assert reports.due() == ()
    assert reports.latest()[0].mail_problem == "too old"


def test_several_that_claim_at_once_get_each_report_once(place: Place) -> None:
    with open_store(place) as store:
        for number in range(8):
            Reports(store).add(report(f"r{number}"), mail_due=True)

    def claim(claimer: str) -> list[str]:
        with open_store(place) as store:
            reports = Reports(store)
            due = [each.id for each in reports.due()]
            return [each for each in due if reports.claim(each, claimer, lambda: NOW, MINUTE)]

    with ThreadPoolExecutor(3) as pool:
        claimed = [each for found in pool.map(claim, "abc") for each in found]
    assert sorted(claimed) == [f"r{number}" for number in range(8)]


def test_a_report_is_found_by_its_id_its_beginning_and_its_day(store: Store) -> None:
    reports = Reports(store)
    with pytest.raises(UnknownReport, match="there is no report; no"):
        reports.get()
    for id_, made in (("abcd", NOW - 24 * HOUR), ("abxy", NOW - HOUR), ("ab", NOW)):
        reports.add(report(id_, made))
    assert reports.get("AB").id == "ab"
    assert reports.get("abx").id == "abxy"
    assert (reports.get("2026-11-19").id, reports.get("2026-11-20").id) == ("abcd", "ab")
    # In Tokyo the last two were made a day later.
    tokyo = timezone(9 * HOUR)
    assert (reports.get("2026-11-20", tokyo).id, reports.get("2026-11-21", tokyo).id) == (
        "abcd", "ab",
    )  # fmt: skip
    for day in ("9999-12-31", "0001-01-01"):
        with pytest.raises(UnknownReport, match="there is no report"):
            reports.get(day, tokyo)
    reports.add(report("abcz"))
    for wanted, said in (
        ("abc", "several reports begin with 'abc': abcd, abcz"),
        ("2026-11-01", "none was made that day; `sre report list` has them"),
        ("abyx", r"there is no report 'abyx'; did you mean ab\?"),
        ("%", "there is no report '%'"),
        ("", "there is no report ''"),
    ):
        with pytest.raises(UnknownReport, match=said):
            reports.get(wanted)


def test_old_reports_are_forgotten_but_not_before_they_are_mailed(store: Store) -> None:
    reports = Reports(store)
    reports.add(report("due", NOW - 9 * HOUR), mail_due=True)
    for number in range(4):
        reports.add(report(f"r{number}", NOW + number * HOUR), keep=2)
    assert [each.id for each in reports.latest()] == ["r3", "r2", "due"]
    # One that is made at a time long past, by a clock that is wrong, is no reason to lose it.
    reports.add(report("late", NOW - 99 * HOUR), mail_due=True, keep=2)
    assert reports.get("late").id == "late"


def test_a_report_of_another_version_is_read_or_told_in_a_line(store: Store) -> None:
    reports = Reports(store)
    reports.add(report("r1"))
    for change, said in (
        ({"version": 9, "news": {"a": 1}}, ""),
        ({"health": {"critical": "many"}}, "the report r1 cannot be read: health.critical: Input"),
    ):
        document = {**report("r1").model_dump(mode="json"), **change}
        with store.writing() as connection:
            connection.execute(update(REPORTS).values(document=document))
        if not said:
            assert reports.get("r1").version == 9
            continue
        with pytest.raises(BadResponse, match=said) as caught:
            reports.get("r1")
        assert "\n" not in str(caught.value)


def test_reports_of_the_first_version_are_brought_along(place: Place) -> None:
    with open_store(place, STEPS[:1]) as store, store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO reports (id, made, since, until, document, mail_due)"
                " VALUES ('r1', :at, :at, :at, :document, :due)"
            ),
            {
                "at": NOW if store.dialect == "postgresql" else NOW.isoformat(),
                "document": report("r1").model_dump_json(),
                "due": True,
            },
        )
    with open_store(place) as store:
        assert Reports(store).get() == report("r1")
        assert Reports(store).claim("r1", "a", lambda: NOW, MINUTE)
        assert Reports(store).due()[0].mail_tries == 0
