"""Incidents on SQLite and on a real PostgreSQL: the same answers from both."""

from __future__ import annotations

from datetime import UTC, datetime, timezone

import pytest
from sqlalchemy import text

from providers.errors import BadResponse
from sre_tui.memory.incident import IncidentError
from sre_tui.memory.incidents import Incidents, UnknownIncident, Wanted
from sre_tui.memory.place import Place
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.store import Store, open_store

from .conftest import HOSTILE, HOUR, NOW, incident, titles


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
