"""Every listing takes the same options; `--sort` orders rows by what they show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from commands.adapter import is_listing
from commands.fields import Fields, fields_of
from commands.main import COMMANDS, RootGroup, app
from commands.sorting import UNREAD, in_order, sorted_answer
from providers.loki import LabelValue
from providers.reading import State
from sre_tui.tools.loki_data import LabelValues
from sre_tui.tools.registry import all_tools, get_tool
from sre_tui.tools.result import ToolResult
from tests.cli.running import Sre
from widgets.cell import Cell, Column

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ALL_THERE_IS = {
    "backups datastores", "dashboards show", "guests show", "nodes", "topology",
}  # fmt: skip
"""Listings of a handful of things, which need no limit."""
RANKS = {"failed": 0.0, "ok": 1.0}
FIELDS = Fields(
    names=("name", "state", "size", "at", "extra"),
    shown=(
        Column("name", "Name", lambda row, _: Cell(row["name"], row["name"]), 5),
        Column("state", "State", lambda row, _: Cell(row["state"], RANKS[row["state"]]), 5),
        Column("size", "Size", lambda row, _: Cell("", row["size"]), 5),
        Column("at", "When", lambda row, _: Cell("", row["at"]), 5),
    ),
)
ROWS: list[dict[str, Any]] = [
    {"name": "b", "state": "ok", "size": 1, "at": NOW - timedelta(days=3), "extra": 10},
    {"name": "a", "state": "ok", "size": 30, "at": NOW + timedelta(days=1), "extra": None},
    {"name": "c", "state": "failed", "size": None, "at": None, "extra": 9},
]


def _leaves(command: Any, context: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name in command.list_commands(context):
        inner: Any = command.get_command(context, name)
        below = inner.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _leaves(inner, below, f"{path} {name}")


def _commands() -> Iterator[tuple[str, set[str]]]:
    root = typer.main.get_command(app)
    assert isinstance(root, RootGroup)
    context = root.make_context("sre", [], resilient_parsing=True)
    for entry in COMMANDS:
        _, command, _ = root.resolve_command(context, [entry.name])
        assert command is not None
        inner = command.make_context(entry.name, [], parent=context, resilient_parsing=True)
        for path, leaf in _leaves(command, inner, entry.name):
            yield path, {option for one in leaf.params for option in one.opts}


def test_every_listing_takes_the_same_options() -> None:
    commands = dict(_commands())
    tools = {" ".join(tool.command): tool for tool in all_tools()}
    assert set(tools) <= set(commands)
    for path, tool in tools.items():
        common = {"--json", "--jsonl", "--fields", "--watch", "--utc"}
        if is_listing(tool):
            common |= {"--sort"} if path in ALL_THERE_IS else {"--sort", "--limit", "-n"}
        assert common <= commands[path], path
        assert not (path in ALL_THERE_IS and "--limit" in commands[path]), path
    for path, options in commands.items():
        if "--fields" in options and path not in ("investigate", "report show"):
            assert {"--json", "--jsonl", "--sort"} <= options, path


@pytest.mark.parametrize(
    ("orders", "names"),
    [
        (["name"], "abc"),
        (["-name"], "cba"),
        (["size"], "abc"),
        (["-size"], "bac"),
        (["at"], "abc"),
        (["state"], "cba"),
        (["state", "name"], "cab"),
        (["extra"], "bca"),
    ],
)
def test_rows_come_by_what_matters(orders: list[str], names: str) -> None:
    assert "".join(row["name"] for row in in_order(FIELDS, ROWS, orders, NOW)) == names


def test_what_is_first_in_another_order_is_found_behind_the_limit(sre: Sre) -> None:
    every = sre("guests", "list", "--sort", "disk_size", "--json").document["data"]
    some = sre("guests", "list", "--sort", "disk_size", "-n", "2", "--json").document["data"]
    sizes = [guest["disk_size"] for guest in every["items"] if guest["disk_size"] is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert [guest["disk_size"] for guest in some["items"]] == sizes[:2]
    assert (some["truncated"], some["total"]) == (True, len(every["items"]))
    refused = sre("tasks", "--sort", "tookk", "--json")
    assert (refused.code, refused.error["code"]) == (2, "unknown_field")
    pools = sre("pools", "--sort", "free", "--fields", "pool,free")
    assert [line.split()[0] for line in pools.lines[1:]] == ["tank", "fast"]


def test_rows_that_a_backend_did_not_tell_are_in_no_order() -> None:
    tool = get_tool("loki_list_label_values")
    items = tuple(LabelValue(source="loki:main", label="", value=name) for name in ("a", "c", "b"))

    def last(truncated: bool) -> Any:
        answer: ToolResult[LabelValues] = ToolResult(
            state=State.OK,
            observed_at=NOW,
            sources=(),
            data=LabelValues(items=items, truncated=truncated, label=None, start=NOW, end=NOW),
        )
        return sorted_answer(tool, answer, fields_of(tool), ("-value",), {"limit": 1}, NOW).data

    assert [row.value for row in last(False).items] == ["c"]
    assert last(False).hints == ()
    assert last(True).hints == (f"{UNREAD}: only 3 rows of more could be read",)
    assert (last(True).truncated, last(True).total) == (True, None)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nas disks --pool tnak", "did you mean tank?"),
        ("nas snapshots --pool nix", "there are: fast, tank"),
        ("tasks --node pve9", "did you mean pve1, pve2 or pve3?"),
        ("tasks --guest zzqq", "(100)"),
        ("guests --tag zz", "no tag 'zz'; there are: core, no-backup"),
        ("backups --node zz", "no node 'zz'; there are: pve1, pve2, pve3"),
        ("backups tasks --guest zzqq", "no guest or host with backups 'zzqq'; there are: "),
        ("changes --host zz", "'zz'; there are: "),
        ("topology qqqqqqqqqq", "'qqqqqqqqqq'; there are: pve1, pve2, pve3, nas1, "),
        ("storage --node pve9", "did you mean pve1, pve2 or pve3?"),
        ("backups list --datastore mian", "mean main? There are: archive, main, usb"),
        ("backups tasks --datastore mian", "did you mean main?"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_those_that_do(
    sre: Sre, line: str, told: str
) -> None:
    done = sre(*line.split(), "--json")
    assert (done.code, done.out) == (2, "")
    assert told in done.error["message"]


def test_a_filter_that_nothing_fits_is_no_mistake(sre: Sre) -> None:
    done = sre("guests", "--tag", "core", "--status", "paused")
    assert (done.code, done.out) == (0, "")
    assert "without these filters" in done.err
