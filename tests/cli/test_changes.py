"""`sre changes` over the demo: tables, documents, moments, names, exit codes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from tests.cli.running import Done, Sre

Breaking = Callable[..., AbstractContextManager[None]]
Telling = Callable[..., Done]


def test_the_table_is_in_order_of_time(told: Telling) -> None:
    done = told("changes", "--window", "4h")
    assert done.code == 0, done.err
    assert done.lines[0].startswith("What changed from ")
    assert done.lines[1].split()[:4] == ["Severity", "Time", "Subject", "What"]
    assert any("critical" in row and "sdc on nas1" in row for row in done.lines)
    assert any("resilver of tank" in row for row in done.lines)
    items = told("changes", "--window", "4h", "--json").document["data"]["items"]
    times = [datetime.fromisoformat(each["at"]) for each in items]
    assert times == sorted(times)
    assert all(each["evidence"] and not each["routine"] for each in items)
    assert all(one["source"] for each in items for one in each["evidence"])


def test_routine_is_shown_when_asked_for(told: Telling) -> None:
    assert "--all shows them" in told("changes", "--window", "4h").err
    every = told("changes", "--window", "26h", "--all", "--json").document["data"]
    assert {"backup"} <= {each["kind"] for each in every["items"] if each["routine"]}
    assert every["routine"] == 0
    assert every["total"] == len(every["items"])


def test_the_limit_keeps_the_gravest(sre: Sre) -> None:
    few = sre("changes", "--window", "4h", "-n", "1", "--json").document["data"]
    assert [each["severity"] for each in few["items"]] == ["critical"]
    assert few["truncated"]
    assert few["total"] > 1


def test_a_time_of_day_is_the_last_one_there_was(sre: Sre) -> None:
    data = sre("changes", "--at", "14:05", "--window", "10m", "--json").document["data"]
    assert data["around"].endswith("T14:05:00Z")


def test_only_some_things_around_a_moment(sre: Sre) -> None:
    only = ("--host", "nas1", "--host", "pbs")
    done = sre("changes", "--at", "-2h", "--window", "4h", *only, "--json")
    assert done.code == 0, done.err
    data = done.document["data"]
    assert data["start"] < data["around"] < data["end"]
    assert all(data["start"] <= (each["until"] or each["at"]) for each in data["items"])
    assert data["about"] == ["nas1", "pbs"]
    assert {each["subject"]["name"].partition("/")[0] for each in data["items"]} == {"nas1"}


def test_names_times_and_windows_are_corrected(sre: Sre) -> None:
    wrong = sre("changes", "--host", "nas11")
    assert wrong.code == 2
    assert "did you mean nas1" in wrong.err
    assert sre("changes", "--at", "25:71").code == 2
    long = sre("changes", "--window", "30d")
    assert long.code == 2
    assert "between 2m and 3d" in long.err


def test_a_dead_source_is_named(sre: Sre, broken: Breaking) -> None:
    with broken("refuse", "loki"):
        done = sre("changes", "--window", "4h", "--json")
    assert done.code == 5
    assert done.document["state"] == "partial"
    assert "loki:main" in done.err
    assert done.document["data"]["items"]


def test_without_backends_it_says_what_is_needed(bare: Sre) -> None:
    done = bare("changes")
    assert done.code == 2
    assert "PROMETHEUS_URL" in done.err
