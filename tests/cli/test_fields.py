"""`--fields`: one set of names for tables and documents, shown by `--help`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from commands.fields import Fields, fields_of
from sre_tui.tools.registry import all_tools
from sre_tui.tools.tool import Tool
from tests.cli.running import Sre
from widgets.cell import Cell, Column

TOOLS = all_tools()
FIELDS = Fields(
    names=("active_at", "name", "silences", "stats", "labels"),
    shown=(
        Column("name", "Alert", lambda row, _: Cell(row["name"], row["name"]), 5),
        Column("active_at", "Since", lambda row, _: Cell("now", 0.0), 5),
        Column("silence", "Silenced by", lambda row, _: Cell("me", "me"), 5),
        Column("last", "Last", lambda row, _: Cell("1", 1.0), 5),
    ),
    made_from={"silence": "silences", "last": "stats.last"},
)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("since", "active_at"),
        ("SINCE", "active_at"),
        ("active_at", "active_at"),
        ("Active-At", "active_at"),
        ("alert", "name"),
        ("Silenced By", "silences"),
        ("silenced_by", "silences"),
        ("silence", "silences"),
        ("last", "last"),
        ("labels", "labels"),
    ],
)
def test_a_field_is_named_by_its_member_or_its_title(asked: str, meant: str) -> None:
    assert FIELDS.resolve([asked]) == (meant,)


def test_a_member_is_picked_under_the_name_of_its_field() -> None:
    row = {"name": "x", "stats": {"last": 2.5}, "silences": []}
    assert FIELDS.pick(row, ("last", "silences", "name")) == {
        "last": 2.5,
        "silences": [],
        "name": "x",
    }


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_column_shows_a_member_of_the_row(tool: Tool[Any]) -> None:
    fields = fields_of(tool)
    for column in fields.shown:
        made_from = fields.made_from.get(column.key, column.key)
        assert made_from.partition(".")[0] in fields.names, column.key
        assert fields.resolve([column.title]) == fields.resolve([column.key])
    # Either name of a column brings that very column, though another may show the same member.
    for column in fields.shown:
        (shown,) = fields.columns(fields.resolve([column.title]))
        assert shown.key == column.key


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_help_lists_every_field(help_of: Callable[..., str], tool: Tool[Any]) -> None:
    flat = " ".join(help_of(*tool.command).partition("\nFields:\n")[2].split())
    assert flat == ", ".join(fields_of(tool).described())


def test_tables_and_documents_take_the_same_names(sre: Sre) -> None:
    asked = "since,Alert,fingerprint,silenced_by"
    table = sre("alerts", "list", "--fields", asked)
    assert table.lines[0].split() == ["Since", "Alert", "fingerprint", "Silenced", "by"]
    rows = sre("alerts", "list", "--fields", asked, "--json").document["data"]["items"]
    assert {tuple(row) for row in rows} == {("active_at", "name", "fingerprint", "silences")}
    line = sre("alerts", "list", "--fields", asked, "--jsonl").lines[0]
    assert json.loads(line) == rows[0]
    assert rows[0]["fingerprint"] in table.out


def test_a_member_of_a_member_is_a_field(sre: Sre) -> None:
    done = sre("metrics", "range", "max(node_load1)", "--fields", "series,LAST", "--json")
    (row,) = done.document["data"]["items"]
    assert isinstance(row["last"], float)
    assert set(row) == {"labels", "last"}


def test_wrong_fields_are_refused_before_anything_is_asked(bare: Sre) -> None:
    nowhere = bare.having(LOKI_URL="http://127.0.0.1:9")
    done = nowhere("logs", "labels", "--fields", "Lable", "--json")
    assert (done.code, done.error["code"]) == (2, "unknown_field")
    assert "did you mean label?" in done.error["message"]
    done = nowhere("logs", "query", "{a='b'}", "--fields", "lien")
    assert "did you mean line?" in done.err
    assert "at (Time)" in done.err


def test_fields_are_completed_one_after_the_other(bare: Sre) -> None:
    offered = bare.complete("sre", "alerts", "list", "--fields", "name,fing").lines
    assert offered == ["name,fingerprint"]


@pytest.mark.parametrize(
    ("command", "asked", "members"),
    [
        ("runbooks list", "runbook,TITLE,kind", ("id", "title", "kind")),
        ("demo list", "what-happens,id", ("title", "id")),
        ("config show", "setting,comes from", ("setting", "origin")),
        ("schedule list", "due,timezone", ("due", "timezone")),
        ("doctor --no-model", "what,fix", ("subject", "fix")),
    ],
)
def test_listings_that_no_tool_answers_take_them_too(
    sre: Sre, command: str, asked: str, members: tuple[str, ...]
) -> None:
    words = command.split()
    rows = sre(*words, "--fields", asked, "--json").document["data"]["items"]
    assert {tuple(row) for row in rows} == {members}
    lines = sre(*words, "--fields", asked, "--jsonl").lines
    assert [json.loads(line).keys() for line in lines] == [row.keys() for row in rows]
    assert len(sre(*words, "--fields", asked).lines) == len(rows) + 1
    refused = sre(*words, "--fields", "nonsense", "--json")
    assert (refused.code, refused.error["code"]) == (2, "unknown_field")
    assert "Fields:" in sre(*words, "--help").out


def test_fields_that_were_asked_for_are_shown_on_a_narrow_terminal(sre: Sre) -> None:
    asked = "severity,alert,host,state,since,value,summary,source"
    with sre.terminal("alerts", "list", "--fields", asked) as terminal:
        code, text = terminal.wait()
    assert code == 0
    heading = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()[0]
    assert len(heading) <= 80
    assert len(heading.split()) == 8
