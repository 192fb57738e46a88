"""The memory on SQLite and on a real PostgreSQL: the same answers from both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from providers.errors import BadResponse, Unauthorized, Unreachable
from providers.text import one_line
from sre_tui.environment import Folders
from sre_tui.memory import postgresql_store
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.memory.baselines import Baselines
from sre_tui.memory.condition import condition_of
from sre_tui.memory.incident import Incident, IncidentError
from sre_tui.memory.incidents import Incidents, UnknownIncident, Wanted, new_id
from sre_tui.memory.place import Place
from sre_tui.memory.recall import Matter
from sre_tui.memory.refusals import NotKept, NotSetUp, PerhapsKept
from sre_tui.memory.report import ArchivedReport, Report
from sre_tui.memory.reports import Reports, UnknownReport
from sre_tui.memory.schema import QUESTIONS, REPORTS
from sre_tui.memory.steps import STEPS, Step
from sre_tui.memory.store import Store, open_store
from sre_tui.memory.usage import Usage
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.journal import recalled_with_questions
from sre_tui.usage.counter import Counter
from sre_tui.usage.records import AskedQuestion, Call, Counted, Run
from sre_tui.usage.spool import Spool
from sre_tui.usage.taking import take_over
from tests.real.postgresql import (
    URL_PASSWORD,
    USER,
    programs,
    running_postgresql,
    throw_away_folder,
)
from tests.stubs.ports import free_ports

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = (*STEPS, Step(both=("ALTER TABLE incidents ADD COLUMN note TEXT NOT NULL DEFAULT 'n'",)))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    if programs() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed: Debian's package is postgresql")
    with throw_away_folder() as folder, running_postgresql(folder) as port:
        yield port


@pytest.fixture
def schema(port: int) -> Callable[[], str]:
    """Gives addresses of empty memories, each in a schema of its own."""

    def make() -> str:
        name = f"s{new_id()}"
        with open_store(Place(url=address(port))) as store, store.writing() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        return f"{address(port)}?options=-csearch_path%3D{name}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(path=tmp_path / "memory.db")
    return Place(url=request.getfixturevalue("schema")())


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with open_store(place) as store:
        yield store


def address(port: int, password: str = URL_PASSWORD, database: str = "postgres") -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"


def incident(title: str = "Jellyfin buffers", **values: object) -> Incident:
    whole = {"id": new_id(), "title": title, "started": NOW, "recorded": NOW, "updated": NOW}
    return Incident.model_validate({**whole, **values})


def titles(store: Store, words: str = "", **wanted: object) -> list[str]:
    found = Incidents(store).find(Wanted(words=words, **wanted))  # type: ignore[arg-type]
    return [each.title for each in found.items]


def test_what_is_kept_comes_back_as_it_was(place: Place) -> None:
    one = incident(
        description="two\nlines\tand 'quotes\" \\ %s :x {y}",
        alert="SmartDiskFailing",
        subject="nas1/sdc",
        services=("jellyfin", "straße"),
        severity="critical",
        cause="sdc",
        resolution="replaced",
        started=datetime(2026, 11, 20, 18, 30, 0, 123456, timezone(-5 * HOUR)),
        ended=NOW + HOUR,
        session="20261120-230000-abcd",
    )
    with open_store(place) as store:
        Incidents(store).add(one)
    with open_store(place) as store:
        found = Incidents(store).get(one.id)
        assert found == one
        assert found.started.tzinfo is UTC
        assert found.started == datetime(2026, 11, 20, 23, 30, 0, 123456, UTC)
        assert Incidents(store).get(one.id[:4].upper()) == one
        assert Incidents(store).all() == (one,)


def test_words_are_found_in_every_text_and_the_best_comes_first(store: Store) -> None:
    incidents = Incidents(store)
    incidents.add(incident("Jellyfin buffers", alert="SmartDiskFailing", cause="a failing disk"))
    incidents.add(incident("DNS was down", services=("pihole",), description="buffers were empty"))
    incidents.add(incident("Disk replaced on nas1", resolution="swapped sdc, jellyfin restarted"))
    assert titles(store, "buffering") == ["Jellyfin buffers", "DNS was down"]
    assert titles(store, "pihole") == ["DNS was down"]
    assert titles(store, "SmartDiskFailing") == ["Jellyfin buffers"]
    assert titles(store, "smart disk") == ["Jellyfin buffers"]
    assert titles(store, "jelly sdc") == ["Disk replaced on nas1"]
    assert titles(store, "nas1/sdc") == ["Disk replaced on nas1"]
    some = incidents.find(Wanted(words="pihole kernel panic"))
    assert [each.title for each in some.items] == ["DNS was down"]
    assert some.only_some_words
    assert titles(store, "the of and") == []
    assert titles(store, "kernel") == []


HOSTILE = (
    *('"', "'", "a AND", "NEAR(a b, 3)", "title:x", "*", "-x", "^a", "(", ")", "a OR OR b", "!"),
    *("&", "a & | !", "':*", "\\", "x:*AB", "%", "_", "{a b}:c", "\x00", "\ud800", "−", "日本"),
    *("'; DROP TABLE incidents--", "a" * 5000, " ".join(f"w{n}" for n in range(500))),
)


def test_no_query_is_a_mistake(store: Store) -> None:
    Incidents(store).add(incident("nothing of that"))
    for words in HOSTILE:
        assert titles(store, words) == [], words
        assert titles(store, f"nothing {words}") == ["nothing of that"], words
        assert titles(store, alert=f"x{words}", service=f"x{words}") == [], words
        with pytest.raises(UnknownIncident, match="there is no incident"):
            Incidents(store).get(words)


def test_filters(store: Store) -> None:
    incidents = Incidents(store)
    incidents.add(incident("old", started=NOW - 9 * HOUR, ended=NOW - 8 * HOUR, alert="HostDown"))
    incidents.add(incident("long", started=NOW - 9 * HOUR, ended=NOW, services=("a_b", 'q"q')))
    incidents.add(incident("open", started=NOW - HOUR, subject="nas1/tank", services=("aXb",)))
    assert titles(store) == ["open", "long", "old"]
    assert titles(store, alert="hostdown") == ["old"]
    assert titles(store, service="A_B") == ["long"]
    assert titles(store, service='q"Q') == ["long"]
    assert titles(store, service="q") == []
    assert titles(store, subject="NAS1/tank") == ["open"]
    assert titles(store, since=NOW - 2 * HOUR) == ["open", "long"]
    assert titles(store, until=NOW - 2 * HOUR) == ["long", "old"]
    assert titles(store, is_open=True) == ["open"]
    incidents.add(incident("near", ended=NOW, services=("Küche", "CAFE\u0301"), alert="ÜberLast"))
    assert titles(store, service="KÜCHE") == titles(store, service="café") == ["near"]
    assert titles(store, alert="überlast") == ["near"]
    assert titles(store, is_open=False, limit=1) == ["near"]
    assert incidents.find(Wanted(is_open=False, limit=1)).total == 3


def test_changes_are_found_and_what_was_there_before_is_not(store: Store) -> None:
    incidents = Incidents(store)
    one = incident(cause="unknown")
    incidents.add(one)
    changed = incidents.change(one.id, {"cause": "cable", "ended": NOW + HOUR}, lambda: NOW + HOUR)
    assert (changed.state, changed.updated) == ("closed", NOW + HOUR)
    assert incidents.get(one.id) == changed
    assert (titles(store, "cable"), titles(store, "unknown")) == ([one.title], [])
    with pytest.raises(IncidentError, match="ended before it began"):
        incidents.change(one.id, {"ended": NOW - HOUR}, lambda: NOW)
    with pytest.raises(IncidentError, match=r"ended in the future, at 2026-11-21 00:00:00Z"):
        incidents.change(one.id, {"ended": NOW + HOUR}, lambda: NOW)
    with pytest.raises(IncidentError, match="started: Input should have timezone info"):
        incidents.change(one.id, {"started": datetime(2026, 11, 20)}, lambda: NOW)  # noqa: DTZ001
    with pytest.raises(UnknownIncident):
        incidents.change("zzzz", {"title": "x"}, lambda: NOW)
    assert incidents.get(one.id) == changed


def test_closing_keeps_the_end_that_there_is(store: Store) -> None:
    incidents = Incidents(store)
    one = incident()
    incidents.add(one)
    first = incidents.close(one.id, {}, lambda: NOW + HOUR)
    assert (first.incident.ended, first.was_closed) == (NOW + HOUR, False)
    again = incidents.close(one.id, {}, lambda: NOW + 2 * HOUR)
    assert (again.incident, again.was_closed) == (first.incident, True)
    told = incidents.close(one.id, {"cause": "cable"}, lambda: NOW + 3 * HOUR).incident
    assert (told.ended, told.cause, told.updated) == (NOW + HOUR, "cable", NOW + 3 * HOUR)
    # The clock of whoever recorded the end may be ahead.
    ahead = incidents.close(one.id, {"resolution": "replaced"}, lambda: NOW).incident
    assert (ahead.ended, ahead.resolution) == (NOW + HOUR, "replaced")
    moved = incidents.close(one.id, {"ended": NOW + 2 * HOUR}, lambda: NOW + 3 * HOUR)
    assert incidents.get(one.id).ended == moved.incident.ended == NOW + 2 * HOUR


def test_an_id_that_is_none_names_the_nearest_or_those_that_begin_so(store: Store) -> None:
    incidents = Incidents(store)
    with pytest.raises(UnknownIncident, match="nothing has been recorded yet"):
        incidents.get("abc")
    for name in ("abcd2345", "abce2345", *(f"wxyz{n}" for n in "98765432"), "wxyz"):
        incidents.add(incident(id=name))
    assert incidents.get("wxyz").id == "wxyz"
    with pytest.raises(UnknownIncident, match=r"'wxy': wxyz, wxyz2, wxyz3, wxyz4, wxyz5$"):
        incidents.get("wxy")
    with pytest.raises(UnknownIncident, match="several incidents begin with 'abc': abcd2345, abce"):
        incidents.get("abc")
    with pytest.raises(UnknownIncident, match="'abcd2354'; did you mean abcd2345"):
        incidents.get("abcd2354")
    with pytest.raises(UnknownIncident, match="`sre incidents list` has them"):
        incidents.get("9999")


def test_merging_twice_does_no_more_than_once_and_the_later_change_wins(store: Store) -> None:
    incidents = Incidents(store)
    old, other = incident("old"), incident("other")
    newer = old.changed({"title": "newer"}, lambda: NOW + HOUR)
    done = incidents.merge([old, other])
    assert (done.new, done.updated, done.same) == (2, 0, 0)
    done = incidents.merge([newer, other])
    assert (done.new, done.updated, done.same) == (0, 1, 1)
    done = incidents.merge([old, newer])
    assert (done.new, done.updated, done.same) == (0, 0, 1)
    assert incidents.all() == (newer, other)
    assert (titles(store, "newer"), titles(store, "old")) == (["newer"], [])
    newest = newer.changed({"title": "newest"}, lambda: NOW + 2 * HOUR)
    done = incidents.merge([old, newest, newer])
    assert (done.new, done.updated, done.same) == (0, 1, 0)
    assert incidents.all() == (newest, other)
    with pytest.raises(IncidentError):
        incidents.merge([incident("new"), incident("")])
    assert len(incidents.all()) == 2


def test_a_value_that_cannot_be_kept_is_no_fault_of_the_database(store: Store) -> None:
    bare = incident().model_copy(update={"started": datetime(2026, 11, 20)})  # noqa: DTZ001
    nul = incident().model_copy(update={"title": "a\x00b", "cause": "\ud800"})
    for wrong in (bare, nul):
        with pytest.raises(NotKept, match="cannot keep such a value: ") as caught:
            Incidents(store).add(wrong)
        assert "reached" not in str(caught.value)
    assert titles(store) == []


def test_what_others_wrote_is_safe_to_show_and_what_cannot_be_read_is_told(store: Store) -> None:
    one = incident()
    Incidents(store).add(one)
    hostile = "\x1b[2Jgone\u202e \n second"
    with store.writing() as connection:
        connection.execute(
            text("UPDATE incidents SET title = :t, services = :s, severity = :t"),
            {"t": hostile, "s": '["\\u001b[1mx", 7]'},
        )
    found = Incidents(store).get(one.id)
    assert (found.title, found.services, found.severity) == (
        "gone second", ("x", "7"), "gone second",
    )  # fmt: skip
    for wrong in ("no json", "[" * 100_000):
        with store.writing() as connection:
            connection.execute(text("UPDATE incidents SET services = :s"), {"s": wrong})
        with pytest.raises(BadResponse, match="a row that cannot be read"):
            Incidents(store).get(one.id)


def report(id_: str, made: datetime = NOW, **values: object) -> Report:
    whole = {"homelab": "attic", "since": made - 168 * HOUR, "until": made}
    return Report.model_validate({"id": id_, "made": made, **whole, **values})


MINUTE = timedelta(minutes=1)


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
        ("2026-11-01", "there is no report '2026-11-01'; `sre report list` has them"),
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


def test_baselines_replace_earlier_ones(store: Store) -> None:
    baselines = Baselines(store)
    whole = Baseline(
        metric="node_load1", host="media", median=0.5, spread=0.1, p95=2.0, least=0.0, most=9.25,
        samples=2016, since=NOW - 168 * HOUR, until=NOW, computed=NOW,
    )  # fmt: skip
    hours = [whole.model_copy(update={"hour": hour}) for hour in (0, 167)]
    up = whole.model_copy(update={"metric": "up", "host": ""})
    elsewhere = whole.model_copy(update={"host": "nas1"})
    baselines.put([whole, *hours, elsewhere, up])
    assert baselines.of("node_load1", "media") == (whole, *hours)
    assert baselines.of(["node_load1"], hours=[WHOLE_WEEK]) == (whole, elsewhere)
    assert baselines.of() == (whole, *hours, elsewhere, up)
    assert baselines.hours_of() == {("node_load1", "media"): 2}
    later = whole.model_copy(update={"median": 0.75, "computed": NOW + HOUR})
    # Hours that are not among them are no longer known: they would be older than the whole.
    baselines.put([later])
    baselines.put([])
    assert baselines.metrics() == ("node_load1", "up")
    assert baselines.of("node_load1") == (later, elsewhere)
    assert baselines.of("node_load1", "nas7") == ()
    with pytest.raises((BadResponse, NotKept)):
        baselines.put([whole.model_copy(update={"hour": 168})])
    assert baselines.of("node_load1", "media") == (later,)
    assert baselines.forget("node_load1", "nas7") == 0
    assert baselines.forget("node_load1", "nas1") == 1
    assert baselines.forget("node_load1") == 1
    assert baselines.metrics() == ("up",)


def asked(number: int) -> AskedQuestion:
    at = NOW + timedelta(seconds=number)
    return AskedQuestion(asked=at, question=f"why {number}?", tools=("b", "a"), answered_by="qwen3")


def how_many(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(QUESTIONS)).scalar_one()


def test_the_last_hundred_questions_are_kept_each_once(store: Store) -> None:
    usage = Usage(store)
    usage.take([], [asked(n) for n in range(100)])
    usage.take([], [asked(100), asked(100), asked(101)])
    latest = usage.questions()
    assert (latest[0], latest[-1], how_many(store)) == (asked(101), asked(2), 100)
    # A taker that is killed leaves all of it to the next one.
    usage.take([], [asked(n) for n in range(102)])
    assert usage.questions() == latest
    assert [each.question for each in usage.questions(2)] == ["why 101?", "why 100?"]
    # They wait in several places, and the latest need not come last.
    usage.take([], [asked(-1), asked(500), asked(300)])
    assert [each.question for each in usage.questions(3)] == ["why 500?", "why 300?", "why 101?"]
    assert how_many(store) == 100


def test_those_who_write_at_once_leave_a_hundred_questions(place: Place) -> None:
    def write(first: int) -> None:
        with open_store(place) as store:
            for n in range(first, first + 120, 30):
                Usage(store).take([], [asked(each) for each in range(n, n + 30)])

    with ThreadPoolExecutor(3) as writers:
        list(writers.map(write, (0, 1000, 2000)))
    with open_store(place) as store:
        assert how_many(store) == 100
        assert [each.asked for each in Usage(store).questions()] == [
            asked(n).asked for n in range(2119, 2019, -1)
        ]


async def test_the_journal_and_the_questions_are_read_together(
    place: Place, tmp_path: Path
) -> None:
    memory = {"url": place.url} if place.url else {"path": place.path}
    with open_store(place) as store:
        Usage(store).take([], [asked(1), asked(2)])
        Incidents(store).add(incident())
    settings = Settings.model_validate({"memory": memory})
    async with ToolContext(settings, Folders.under(tmp_path), lambda: NOW) as context:
        found, trouble, questions = await recalled_with_questions(context, Matter(text="x"))
    assert ([each.title for each in found.all], trouble) == (["Jellyfin buffers"], "")
    assert questions == (asked(2), asked(1))


def test_a_question_comes_out_of_the_spool_as_it_was_answered(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "usage")
    counter = Counter(spool, lambda: NOW, "ask")
    for each in (*HOSTILE, "why\nis it\t\x1b[31mred?"):
        counter.answered(each, NOW, ("investigate", "loki_query", "investigate"), "analyst")
    counter.ended("question", "analyst", 1.0, "ok")
    usage = Usage(store)
    assert take_over(spool, usage) == 1
    kept = usage.questions()
    assert kept[0].question == "why is it red?"
    assert {each.tools for each in kept} == {("investigate", "loki_query")}
    assert [each.question for each in reversed(kept)][: len(HOSTILE)] == [
        one_line(each, 500) for each in HOSTILE
    ]
    assert len({each.asked for each in kept}) == len(HOSTILE) + 1
    assert max(len(each.question) for each in kept) == 500
    assert usage.forget(NOW) == (0, 0)
    assert usage.forget(NOW + HOUR) == (1, len(kept))
    assert usage.questions() == ()


def test_usage_is_counted_by_run_and_forgotten_with_it(store: Store) -> None:
    usage = Usage(store)
    run = Run(id="a", front="ask", version="1.0", started=NOW)
    tool = Call(kind="tool", name="investigate", started=NOW, seconds=1.5, outcome="ok")
    model = Call(
        kind="model", name="qwen3", started=NOW + HOUR, seconds=9, outcome="timeout",
        tokens_in=3_000_000_000, tokens_out=0, cost=0.25,
    )  # fmt: skip
    first, second = Counted(run=run, call=model), Counted(run=run, call=tool)
    later = Counted(run=run.model_copy(update={"id": "b", "started": NOW + HOUR}), call=model)
    for each in (first, second, later):
        usage.take([each])
    assert [(each.name, each.calls) for each in usage.totals()] == [
        ("qwen3", 2),
        ("investigate", 1),
    ]
    assert [(each.name, each.calls) for each in usage.totals(NOW + HOUR)] == [("qwen3", 2)]
    assert usage.forget(NOW + HOUR) == (1, 0)
    assert [(each.name, each.calls) for each in usage.totals()] == [("qwen3", 1)]


def test_usage_that_waited_is_kept_once_and_summed_up(store: Store) -> None:
    usage = Usage(store)
    run = Run(id="a", front="ask", version="1.0", started=NOW)

    def counted(*seconds: float, **values: object) -> list[Counted]:
        call = {"kind": "model", "name": "qwen3", "outcome": "ok", **values}
        return [
            Counted.model_validate(
                {"run": run, "call": {**call, "seconds": each, "started": NOW + each * HOUR}}
            )
            for each in seconds
        ]

    some = counted(0.1, 2, cost=0.25, tokens_in=3_000_000_000) + counted(200, outcome="timed_out")
    assert usage.take(some[:2]) == 2
    assert usage.take(some) == 1
    assert usage.take(some) == 0
    key = "ask", "model", "qwen3"
    assert {each: list(seconds) for each, seconds in usage.durations(NOW + HOUR).items()} == {
        (*key, "ok"): [2], (*key, "timed_out"): [200],
    }  # fmt: skip
    ok, late = usage.totals()
    assert (ok.front, ok.kind, ok.name, ok.outcome) == ("ask", "model", "qwen3", "ok")
    assert (ok.calls, ok.priced, ok.cost, ok.tokens_in) == (2, 2, 0.5, 6_000_000_000)
    assert ok.seconds == pytest.approx(2.1)
    assert (ok.first, ok.last) == (NOW + 0.1 * HOUR, NOW + 2 * HOUR)
    assert ok.within == (1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2)
    assert (late.outcome, late.calls, late.priced, late.tokens_out) == ("timed_out", 1, 0, 0)
    assert sum(late.within) == 0
    assert usage.reports() == (0, None)


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    Incidents(store).add(incident("kept"))

    def delete_and_fail() -> None:
        with store.writing() as connection:
            connection.execute(text("DELETE FROM incidents"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_and_fail()
    assert titles(store, "kept") == ["kept"]


def test_every_earlier_version_is_brought_up_to_date_with_what_it_holds(place: Place) -> None:
    with open_store(place, ()) as store, store.writing():
        pass
    with open_store(place) as store:
        Incidents(store).add(incident("from before"))
    with open_store(place, LATER) as store:
        assert titles(store, "before") == ["from before"]
        with store.reading() as connection:
            assert connection.execute(text("SELECT note FROM incidents")).scalar() == "n"
    with (
        open_store(place) as store,
        pytest.raises(BadResponse, match=r"newer sre-tui .its version is 3, this program's 2"),
        store.reading(),
    ):
        pass


def test_who_only_looks_creates_and_changes_nothing(place: Place) -> None:
    def told(steps: Sequence[Step]) -> str:
        return str(condition_of(place, steps))

    def version() -> int:
        with open_store(place) as store, store.looking() as (_, found):
            return found

    with open_store(place) as store:
        name = store.name
    assert told(LATER) == f"nothing recorded yet: the first incident creates {name}"
    assert version() == 0
    with open_store(place) as store:
        Incidents(store).add(incident("over", ended=NOW))
        Incidents(store).add(incident("open"))
    assert told(STEPS) == f"{name}: 2 incidents, 1 of them open"
    assert told(LATER) == (
        f"{name}: 2 incidents, 1 of them open; an earlier version made it, which is brought up to "
        "date when it is next used"
    )
    assert version() == len(STEPS)
    with open_store(place, LATER) as store:
        Incidents(store).add(incident())
    assert told(LATER) == f"{name}: 3 incidents, 2 of them open"
    with pytest.raises(BadResponse, match="newer sre-tui"):
        told(STEPS)


def test_a_step_that_fails_leaves_the_earlier_version(place: Place) -> None:
    broken = (*STEPS, Step(both=("CREATE TABLE half (a TEXT)", "CREATE NONSENSE")))
    with open_store(place) as store:
        Incidents(store).add(incident())
    with (
        open_store(place, broken) as store,
        pytest.raises((BadResponse, NotKept)) as caught,
        store.writing(),
    ):
        pass
    assert "\n" not in str(caught.value)
    with open_store(place, LATER) as store:
        assert titles(store) == ["Jellyfin buffers"]


def test_several_processes_that_start_and_write_at_once_lose_nothing(
    schema: Callable[[], str],
) -> None:
    command = [sys.executable, "-m", "tests.unit.memory.killing", "--kills=0", "--rows=10"]
    done = subprocess.run(
        [*command, f"--url={schema()}"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "3 writers at once: 30 rows acknowledged, all there\n", done.stderr


def test_a_server_that_cannot_be_used_is_told_in_a_line_without_the_password(port: int) -> None:
    nowhere = free_ports()
    for url, kind in (
        (address(port, "wrong"), Unauthorized),
        (address(port, database="none"), NotSetUp),
        (address(nowhere), Unreachable),
        (f"{address(port)}?foo=bar", NotSetUp),
        (address(port, ""), Unauthorized),
        (
            f"postgresql:///postgres?host=127.0.0.1&port={port}&user=sre&password=wrong",
            Unauthorized,
        ),
    ):
        with (
            open_store(Place(url=url)) as store,
            pytest.raises(kind, match=r"PostgreSQL at 127\.0\.0\.1:") as caught,
        ):
            Incidents(store).all()
        assert "\n" not in str(caught.value)
        assert not any(word in repr(caught.value) for word in ("wrong", "horse"))


def test_a_refusal_is_told_by_its_code_and_not_by_the_names_in_it(port: int) -> None:
    with open_store(Place(url=address(port))) as store, store.writing() as connection:
        connection.exec_driver_sql("CREATE ROLE guest LOGIN PASSWORD 'gh0st' CONNECTION LIMIT 0")
    for url, kind, said in (
        (address(port, "wr0ng"), Unauthorized, "refuses the password: "),
        (address(port, database="none"), NotSetUp, "has no such database: "),
        (f"postgresql://guest:gh0st@127.0.0.1:{port}/postgres", Unreachable, "no connection free"),
    ):
        with open_store(Place(url=url)) as store, pytest.raises(kind, match=said) as caught:
            Incidents(store).all()
        assert not any(word in repr(caught.value) for word in ("wr0ng", "gh0st", "horse"))


def test_a_lock_that_another_one_holds_is_a_matter_of_time(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place) as store, open_store(place) as other:
        one = incident()
        Incidents(store).add(one)

        def write_beside() -> None:
            with other.writing() as waiting:
                waiting.execute(text("SET LOCAL lock_timeout = '1ms'"))
                waiting.execute(text("DELETE FROM incidents"))

        with store.writing() as holding:
            holding.execute(text("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(Unreachable, match="is too busy: ") as caught:
                write_beside()
        assert caught.value.transient


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss-w0rd@127.0.0.1/d",
        "postgresql://u:p@ss/w0rd@127.0.0.1/d",
        "postgresql://u:p@ss?w0rd=x@127.0.0.1/d",
        "postgresql://u:p@127.0.0.1/d?password=p@w0rd",
    ],
)
def test_an_address_whose_password_ends_nobody_knows_where_is_refused(url: str) -> None:
    with pytest.raises(NotSetUp, match=r"more than one @: .* is written %40$") as caught:
        open_store(Place(url=url))
    assert "w0rd" not in str(caught.value)


def test_a_server_is_called_by_what_the_parameters_say() -> None:
    for url, name in (
        ("postgresql://u:p%40x@db.home/d", "db.home:5432/d"),
        ("postgresql://u@[::1]:5433", "::1:5433/u"),
        ("postgresql:///?host=/run/pg&dbname=d&user=u", "/run/pg:5432/d"),
        ("postgresql:///d?host=a:1&host=b:2", "a:1,b:2/d"),
    ):
        with open_store(Place(url=url)) as store:
            assert store.name == f"PostgreSQL at {name}"


def test_tables_of_another_program_are_left_alone(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place, ()) as store, store.writing() as connection:
        connection.execute(text("CREATE TABLE runs (a TEXT)"))
    with open_store(place) as store, pytest.raises(NotSetUp, match="tables of another program"):
        Incidents(store).all()
    with open_store(place, ()) as store, store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 0


def test_reading_cannot_write_and_a_lost_connection_is_made_anew(
    schema: Callable[[], str], port: int
) -> None:
    with open_store(Place(url=schema())) as store:
        Incidents(store).add(incident())
        with pytest.raises(BadResponse, match=r"(?i)read-only"), store.reading() as one:
            one.execute(text("DELETE FROM incidents"))
        with open_store(Place(url=address(port))) as other, other.writing() as connection:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> %s"
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            connection.exec_driver_sql(f"{ended} AND usename = 'sre'", (own,))
        assert titles(store) == ["Jellyfin buffers"]


def test_patience_is_over_for_all_that_is_asked_after_it(schema: Callable[[], str]) -> None:
    place = Place(url=schema())
    with open_store(place) as store:
        Incidents(store).add(incident())
    with open_store(place, patience=0.5) as store:

        def sleep() -> None:
            with store.reading() as connection:
                connection.execute(text("SELECT pg_sleep(20)"))

        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(Unreachable):
                sleep()
        assert time.monotonic() - began < 10


def test_a_server_that_goes_silent_is_not_waited_for(
    schema: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(Place(url=schema())) as store:
        Incidents(store).add(incident())
        monkeypatch.setattr(postgresql_store, "PATIENCE", 0.2)
        monkeypatch.setattr(postgresql_store, "PATIENCE_WITH_AN_OLD_ONE", 0.2)
        stopped = 0

        def ask_while_it_is_silent() -> None:
            nonlocal stopped
            with store.writing() as connection:
                stopped = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                os.kill(stopped, signal.SIGSTOP)
                connection.execute(text("SELECT 1"))

        try:
            with pytest.raises(Unreachable, match="does not answer"):
                ask_while_it_is_silent()
        finally:
            os.kill(stopped, signal.SIGCONT)

        def keep_while_it_is_silent() -> None:
            nonlocal stopped
            with store.writing() as connection:
                stopped = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                connection.execute(text("DELETE FROM incidents WHERE title = 'another'"))
                os.kill(stopped, signal.SIGSTOP)

        try:
            with pytest.raises(PerhapsKept, match="not known whether it was written: Postgre"):
                keep_while_it_is_silent()
        finally:
            os.kill(stopped, signal.SIGCONT)
        with store.reading() as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGSTOP)
        try:
            assert titles(store) == ["Jellyfin buffers"]
        finally:
            os.kill(pid, signal.SIGCONT)
