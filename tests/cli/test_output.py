"""What stdout and stderr look like: for programs, in a pipe, in a terminal, in colour."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Done, Sre

Telling = Callable[..., Done]
ESCAPE = "\x1b["


def test_json_is_one_document_with_states_and_utc_times(told: Telling) -> None:
    done = told("alerts", "list", "--json")
    assert done.err == ""
    document = done.document
    assert (document["schema_version"], document["tool"]) == (1, "grafana_get_alerts")
    assert document["state"] == "ok"
    assert {source["source"] for source in document["sources"]} == {
        "grafana:main",
        "prometheus:main",
    }
    times = [row["active_at"] for row in document["data"]["items"]]
    assert times
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time) for time in times)


def test_jsonl_is_one_object_per_row(told: Telling) -> None:
    rows = [json.loads(line) for line in told("logs", "labels", "--jsonl").lines]
    whole = told("logs", "labels", "--json").document
    assert rows == whole["data"]["items"]


def test_fields_choose_columns_and_members(told: Telling) -> None:
    table = told("alerts", "list", "--fields", "about,name")
    assert table.lines[0].split() == ["About", "Alert"]
    document = told("alerts", "list", "--fields", "host,name", "--json").document
    assert {tuple(row) for row in document["data"]["items"]} == {("host", "name")}
    assert document["state"] == "ok"
    lines = told("alerts", "list", "--fields", "name", "--jsonl").lines
    assert {tuple(json.loads(line)) for line in lines} == {("name",)}


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--utc"])
def test_unknown_fields_list_the_valid_ones(sre: Sre, form: str) -> None:
    done = sre("alerts", "list", "--fields", "naem", form)
    assert (done.code, done.out) == (2, "")
    assert "did you mean name?" in done.err
    assert "valid fields" in done.err
    assert "severity" in done.err


def test_times_are_relative_unless_asked_for(told: Telling) -> None:
    assert " ago" in told("alerts", "list").out
    assert re.search(r"\d\d:\d\d", told("alerts", "list", "--utc").out)
    assert " ago" not in told("alerts", "list", "--utc").out.replace("Summary", "")


def test_a_pipe_gets_everything_untruncated_and_aligned(told: Telling) -> None:
    done = told("alerts", "rules")
    heading, *rows = done.lines
    assert "…" not in done.out
    assert ESCAPE not in done.out
    assert heading.split() == [
        *("State", "Severity", "Rule", "Query", "Condition"),
        *("For", "Health", "Error", "Group", "Source"),
    ]
    start = heading.index("Query")
    assert all(row[start - 1] == " " for row in rows)
    assert not any(line.endswith(" ") for line in done.lines)


@pytest.mark.parametrize("columns", [80, 200])
def test_a_terminal_gets_what_fits(sre: Sre, columns: int) -> None:
    with sre.terminal("alerts", "rules", columns=columns) as terminal:
        code, text = terminal.wait()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert code == 0
    assert ESCAPE in text
    assert all(len(line) <= columns for line in plain.splitlines())
    heading = plain.splitlines()[0]
    assert heading.startswith("State       Severity      Rule")
    assert ("Group" in heading) == (columns == 200)
    assert "SmartDiskFailing" in plain


def test_columns_without_room_are_named_and_a_pipe_has_the_width_that_is_given(sre: Sre) -> None:
    narrow = sre.having(COLUMNS="80")("alerts", "rules", "-n", "2")
    assert max(map(len, narrow.lines)) <= 80
    hidden, _, rest = " ".join(narrow.err.split()).partition(" (a wider terminal, --fields)")
    names = hidden.removeprefix("hidden for want of width: ").split(", ")
    assert rest.startswith(" … ")
    assert "Group" in names
    assert "Source" not in names
    assert not set(names) & set(narrow.lines[0].split())
    wide = sre.having(COLUMNS="400")("alerts", "rules", "-n", "2", "--fields", ",".join(names))
    assert all(name in wide.lines[0] for name in names)
    assert "hidden" not in wide.err
    unknown = sre.having(COLUMNS="wide")("alerts", "rules", "-n", "2")
    assert "Group" in unknown.lines[0]


@pytest.mark.parametrize(
    ("variables", "options", "out", "err"),
    [
        ({}, [], True, True),
        ({"NO_COLOR": "1"}, [], False, False),
        ({"NO_COLOR": ""}, [], True, True),
        ({"TERM": "dumb"}, [], False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, [], True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], False, False),
        ({}, ["--no-color"], False, False),
        ({"FORCE_COLOR": "1"}, ["--no-color"], False, False),
    ],
)
def test_colour_in_a_terminal(
    bare: Sre, variables: dict[str, str], options: list[str], out: bool, err: bool
) -> None:
    with bare.having(**variables).terminal(*options, "config", "show") as terminal:
        _, table = terminal.wait()
    assert (ESCAPE in table) == out
    with bare.having(**variables).terminal(*options, "alrts") as terminal:
        _, error = terminal.wait()
    assert (f"{ESCAPE}31m" in error) == err


def test_colour_is_decided_for_each_stream(sre: Sre, tmp_path: Path) -> None:
    line = "sre config show > table.txt; sre alrts"
    with sre.terminal(shell=line) as terminal:
        _, error = terminal.wait()
    assert ESCAPE not in (tmp_path / "table.txt").read_text()
    assert f"{ESCAPE}31m" in error


def test_colour_can_be_forced_into_a_pipe(sre: Sre) -> None:
    assert ESCAPE in sre.having(FORCE_COLOR="1")("alerts", "list").out
    assert ESCAPE not in sre.having(FORCE_COLOR="1")("alerts", "list", "--json").out


def test_colour_never_stands_alone(told: Telling) -> None:
    assert "◆ critical" in told("alerts", "list").out
    assert "◆ firing" in told("alerts", "list").out


@pytest.mark.parametrize("command", ["alerts rules", "runbooks list"])
def test_a_broken_pipe_ends_quietly(sre: Sre, command: str) -> None:
    done = sre.shell(f"set -o pipefail; sre {command} | head -1")
    assert done.code == 0
    assert len(done.lines) == 1
    assert done.err == ""


def test_a_reader_that_is_gone_already_ends_it_quietly(sre: Sre) -> None:
    done = sre.shell("set -o pipefail; sre logs labels hostname --jsonl | exec 0<&-")
    assert (done.code, done.err) == (0, "")


def test_closed_streams_do_no_harm(sre: Sre) -> None:
    closed = sre.shell("sre runbooks list >&-")
    assert (closed.code, closed.err) == (0, "")
    assert sre.shell("sre runbooks list 2>&-").code == 0
    assert sre.shell("sre ask <&-").out.startswith("Usage: sre ask")


def test_a_full_disk_is_one_line(sre: Sre) -> None:
    done = sre.shell("sre runbooks list > /dev/full")
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert "No space left" in done.err


def test_a_runbook_is_markdown_in_a_pipe_and_rendered_in_a_terminal(bare: Sre) -> None:
    done = bare("runbooks", "show", "dns-down")
    assert done.code == 0
    assert done.lines[0] == "# DNS down or slow"
    assert done.out.count("# DNS down or slow\n") == 1
    assert "\n## Symptoms\n" in done.out
    assert "\n\n\n" not in done.out
    with bare.terminal("runbooks", "show", "dns-down") as terminal:
        code, text = terminal.wait()
    assert code == 0
    assert "## Symptoms" not in text
    assert "Symptoms" in text
    assert "\x1b]8;" not in text


def test_rows_that_were_left_out_are_told_on_stderr(sre: Sre) -> None:
    cut = sre("metrics", "targets", "-n", "2")
    assert (cut.code, len(cut.lines)) == (0, 3)
    told = re.fullmatch(r"… (\d+) more rows: -n (\d+) shows all\n", cut.err)
    assert told is not None
    assert int(told[1]) + 2 == int(told[2])
    assert sre("metrics", "targets", "-n", told[2]).err == ""
    series = sre("metrics", "query", "up[5m]", "-n", "2")
    assert re.fullmatch(r"… \d+ more rows: -n \d+ shows all\n", series.err)
    assert sre("metrics", "targets", "-n", "2", "--json").err == ""


def test_runbooks_are_counted_after_they_are_sorted(bare: Sre) -> None:
    done = bare("runbooks", "list", "--sort=-id", "--fields", "id", "-n", "1")
    assert (done.code, done.lines) == (0, ["Runbook", "zfs-pool-full"])
    assert re.fullmatch(r"… \d+ more rows: -n \d+ shows all\n", done.err)


def test_what_is_no_list_of_values_is_shown_too(told: Telling) -> None:
    text = told("metrics", "query", '"some text"')
    assert (text.code, text.out, text.err) == (0, "some text\n", "")
    window = told("metrics", "query", 'node_load1{hostname="media"}[3m]')
    assert window.code == 0
    assert window.lines[0] == 'node_load1{hostname="media"}[3m]'
    assert window.lines[1].split()[:3] == ["Series", "Last", "Min"]
    assert "hostname=media" in window.lines[2]


def test_two_forms_at_once_are_refused(sre: Sre) -> None:
    done = sre("alerts", "--json", "--jsonl")
    assert done.code == 2
    assert "give one of them" in done.err
    assert done.out == ""


def test_columns_that_only_content_fills_are_shown_with_it(told: Telling) -> None:
    plain, full = told("storage"), told("storage", "--content")
    assert (plain.code, full.code) == (0, 0)
    assert "Newest backup" not in plain.lines[0]
    assert "Newest backup" in full.lines[0]


def test_two_letters_suggest_only_what_begins_with_them(sre: Sre) -> None:
    assert "did you mean" not in sre("guests", "--fields", "IO").err
    assert "did you mean wait?" in sre("nodes", "--fields", "IO").err
