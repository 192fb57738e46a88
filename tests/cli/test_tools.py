"""Every registered tool: its command, its schema, its view, its help and its document."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.core import TyperGroup

from commands.adapter import is_listing
from commands.main import COMMANDS, RootGroup, app
from sre_tui.tools.registry import MODULES, WRITING, all_tools, get_tool
from sre_tui.tools.tool import registered
from sre_tui.views.registry import VIEWS, table_view
from tests.cli.running import Sre

TOOLS = [name for names in MODULES.values() for name in names]
ARGUMENTS: dict[str, list[str]] = {
    "investigate": ["why", "is", "jellyfin", "buffering"],
    "what_changed": ["--window", "3h"],
    "topology": ["media"],
    "prometheus_search_metrics": ["load"],
    "prometheus_instant_query": ["topk(3, node_load1)"],
    "prometheus_range_query": ['node_load1{hostname="media"}', "--since", "30m"],
    "correlate_series": ["HostHighIoWait", "--host", "media"],
    "prometheus_targets": ["-n", "5"],
    "grafana_get_alerts": [],
    "grafana_get_alert_rules": ["disk"],
    "grafana_search_dashboards": [],
    "grafana_get_dashboard": ["homelab-zfs"],
    "loki_query_logs": ['{service_name="jellyfin"}', "-n", "5"],
    "loki_metric_query": ['sum by (level) (count_over_time({service_name="jellyfin"}[5m]))'],
    "loki_list_label_values": ["service_name"],
    "loki_correlate_changes": [],
    "loki_patterns": ['{service_name="jellyfin"}'],
    "truenas_pool_status": [],
    "truenas_list_shares": [],
    "truenas_snapshots": [],
    "truenas_system_status": [],
    "truenas_apps": [],
    "hdd_power_status": [],
    "proxmox_list_guests": [],
    "proxmox_get_guest_config": ["media"],
    "proxmox_node_status": ["--disks"],
    "proxmox_list_tasks": [],
    "proxmox_storage": ["--content"],
    "backup_coverage": [],
    "backup_jobs": [],
    "check_health": ["--only", "disks,pools"],
    "health_overview": ["-n", "1"],
    "pbs_datastore_status": [],
    "pbs_list_backups": ["--each", "-n", "20"],
    "pbs_list_tasks": ["-n", "20"],
    "capacity_forecast": [],
    "runbook_search": ["replace a failed disk"],
    "memory_search_incidents": [],
    "memory_check_baseline": ["load", "20"],
    "memory_get_previous_report": [],
}

REMEMBERED = {
    "memory_search_incidents": ("incidents", "record", "Power cut"),
    "memory_check_baseline": ("baselines", "compute", "--metric", "load", "--since", "2d"),
    "memory_get_previous_report": ("report", "--days", "1", "--quiet"),
}
"""What fills the memory that a tool reads."""
NEEDED = {"memory_get_previous_report": "LOKI_"}
"""Variables of the only backend that is asked for that, where all of them would take long."""

HEADED = (
    "backup_coverage", "backup_jobs", "check_health", "correlate_series", "grafana_get_alerts",
    "grafana_get_dashboard", "health_overview", "loki_metric_query", "memory_check_baseline",
    "prometheus_instant_query", "prometheus_range_query", "proxmox_get_guest_config",
    "proxmox_node_status", "what_changed",
)  # fmt: skip
"""Tools whose table stands below a line that names what it is about, or says how things are."""
PAGES = ("investigate", "memory_get_previous_report", "topology")
"""Tools that people read as a page; only who asks for fields gets a table."""

LINES = (
    "check_health",
    "grafana_get_alerts",
    "investigate",
    "proxmox_get_guest_config",
    "proxmox_node_status",
    "topology",
)
"""Those read as JSON lines, too. Of each kind one: with a command of its own, a table, no rows, a
headed table, two, a page."""


@pytest.fixture(scope="module")
def sound() -> Callable[[dict[str, Any]], None]:
    """Checks a schema, and what several of them define alike only once."""
    known: set[str] = set()

    def check(schema: dict[str, Any]) -> None:
        own = {key: value for key, value in schema.items() if key != "$defs"}
        for part in (own, *schema.get("$defs", {}).values()):
            text = json.dumps(part, sort_keys=True)
            if text not in known:
                Draft202012Validator.check_schema(part)
                known.add(text)

    return check


def test_every_tool_is_tried_here() -> None:
    assert set(ARGUMENTS) == set(TOOLS)


def test_the_registry_names_what_the_modules_register() -> None:
    assert [tool.name for tool in all_tools()] == TOOLS
    folder = Path(__file__).parents[2] / "sre_tui" / "tools"
    for module in folder.glob("*.py"):
        if "@tool(" in module.read_text():
            assert module.stem in {**MODULES, **WRITING}
    # A model is offered none of the others.
    others = {name for names in WRITING.values() for name in names}
    assert not others & set(TOOLS)
    assert set(registered()) - others == set(TOOLS)


def test_every_tool_has_a_view() -> None:
    assert set(VIEWS) == set(TOOLS)
    for name in TOOLS:
        columns = table_view(name).columns
        assert len({column.key for column in columns}) == len(columns)
        assert min(column.priority for column in columns) == 0


@pytest.mark.parametrize("name", TOOLS)
def test_help_comes_from_the_tool_with_two_examples(help_of: Callable[..., str], name: str) -> None:
    tool = get_tool(name)
    flat = " ".join(help_of(*tool.command).split())
    assert " ".join(tool.description.split()) in flat
    assert len(tool.examples) >= 2
    for example in tool.examples:
        assert f"sre {example}" in flat
        assert tuple(shlex.split(example)[: len(tool.command)]) == tool.command
    for field in tool.arguments.model_fields.values():
        assert field.description
        assert " ".join(field.description.split()) in flat


@pytest.mark.parametrize("name", TOOLS)
def test_the_document_fits_the_schema_and_the_table_shows_its_rows(
    sre: Sre, sound: Callable[[dict[str, Any]], None], name: str, tmp_path: Path
) -> None:
    tool = get_tool(name)
    if name in REMEMBERED:
        sre = sre.having(MEMORY_DB_URL=f"sqlite:///{tmp_path / 'memory.db'}")
        needed = NEEDED.get(name, "")
        kept = {n: v for n, v in sre.variables.items() if n.startswith((needed, "MEMORY_"))}
        assert Sre(sre.home, kept)(*REMEMBERED[name]).code == 0
    schema: dict[str, Any] = sre("schema", name).document
    assert (schema["name"], schema["command"]) == (name, f"sre {' '.join(tool.command)}")
    sound(schema["arguments"])
    sound(schema["answer"])
    done = sre(*tool.command, *ARGUMENTS[name], "--json")
    # Without an index the runbooks are searched as plain text, which is said to be partial.
    assert done.code == (5 if name == "runbook_search" else 0), done.err
    Draft202012Validator(schema["answer"]).validate(done.document)
    assert done.document["tool"] == name
    data = done.document["data"]
    telling = {"investigate": "causes", "memory_get_previous_report": "sources"}.get(name, "items")
    assert data[telling], "one without rows proves little"
    rows = data.get("items", [data])
    if name in LINES:
        lines = [json.loads(line) for line in sre(*tool.command, *ARGUMENTS[name], "--jsonl").lines]
        assert [set(line) for line in lines] == [set(row) for row in rows]
    every = ",".join(column.key for column in table_view(name).columns)
    fields = ["--fields", every] if name in PAGES else []
    order = ["--sort", f"-{table_view(name).columns[1].key}"] if is_listing(tool) else []
    shown = sre(*tool.command, *ARGUMENTS[name], *fields, *order).lines
    table = shown[1:] if name in HEADED else shown
    titles = [column.title for column in table_view(name).columns if column.title]
    assert all(title in table[0] for title in titles)
    assert all(isinstance(row, dict) for row in rows)
    if name == "what_changed":  # The two runs are at two moments, between which things happen.
        return
    # What stands below the rows, such as the disks of nodes, is a table of its own.
    assert len(list(takewhile(bool, table))) == len(rows) + 1


@cache
def top_level(word: str) -> tuple[Any, Any]:
    root = typer.main.get_command(app)
    assert isinstance(root, RootGroup)
    context: Any = root.make_context("sre", [], resilient_parsing=True)
    return context, root.resolve_command(context, [word])[1]


@pytest.mark.parametrize("name", TOOLS)
def test_examples_are_command_lines_that_fit(name: str) -> None:
    assert get_tool(name).command[0] in {entry.name for entry in COMMANDS}
    for example in get_tool(name).examples:
        word, *options = shlex.split(example)
        parent, command = top_level(word)
        if isinstance(command, TyperGroup):
            parent = command.make_context(
                command.name, options, parent=parent, resilient_parsing=True
            )
            rest = [*parent._protected_args, *parent.args]
            _, command, options = command.resolve_command(parent, rest)
        parsed = command.make_context(command.name, options, parent=parent)
        values = {
            key: value
            for key, value in parsed.params.items()
            if key in get_tool(name).arguments.model_fields and value not in (None, (), [])
        }
        get_tool(name).parse(values)
