"""`sre demo faults`: what can go wrong in a scenario, as its own file would say it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.fields import Fields, fields_command, fields_option
from commands.listing import listing_options, write_listing
from commands.main import invocation_of
from commands.sorting import sort_option
from sre_tui.nearest import nearest
from widgets.cell import Cell, Column, Display

if TYPE_CHECKING:
    from sre_tui.demo.faults.catalogue import KindDescription

_HELP: Final = """List every kind of fault: what it hits, what it does, its own options.

A scenario is a YAML file with a list of them. Besides its own options each takes `target`, `at`
(when it begins, such as -3h), `severity` (0 to 1, 0.6 if left out) and `duration` (such as 15m,
for ever if left out); docs/demo.md tells of the rest of the file.

A file that `sre --scenario FILE alerts` plays:

\b
  id: my-scenario
  title: A disk dies while another pool fills up
  faults:
    - {kind: disk_dead, target: nas1/sdb, at: -40m}
    - {kind: pool_filling, target: nas1/fast, at: -3h, within: 4h}

Examples:

\b
  sre demo faults
  sre demo faults disk_failing --json | jq -r '.data.items[].example'"""


def add_kinds(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("faults", cls=fields_command(lambda: _FIELDS), help=_HELP)(faults)


def _complete_kind(incomplete: str) -> list[str]:
    from sre_tui.demo.faults import FAULT_KINDS

    return [kind for kind in FAULT_KINDS if kind.startswith(incomplete)]


def faults(
    context: typer.Context,
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="Only this kind.", autocompletion=_complete_kind),
    ] = None,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(lambda: _FIELDS)] = None,
    order: Annotated[str | None, sort_option(lambda: _FIELDS)] = None,
) -> None:
    """Every fault kind, or the one asked for."""
    from sre_tui.demo.faults.catalogue import described_kinds

    every = described_kinds()
    chosen = [each for each in every if kind in (None, each.kind)]
    if not chosen:
        raise _unknown(kind or "", every)
    rows = [asdict(each) for each in chosen]
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    write_listing(invocation_of(context), _FIELDS, rows, options, folded=["target", "summary"])


def _unknown(kind: str, every: tuple[KindDescription, ...]) -> Problem:
    known = [each.kind for each in every]
    close = nearest(kind, known, limit=1)
    return Problem(
        f"there is no fault kind {kind!r}" + (f"; did you mean {close[0]}?" if close else ""),
        code="usage",
        exit_code=ExitCode.USAGE,
        hint=f"there are {', '.join(known)}",
    )


def _text(name: str) -> Any:
    def cell(row: dict[str, Any], _: Display) -> Cell:
        return Cell(row[name], row[name])

    return cell


def _options(row: dict[str, Any], _: Display) -> Cell:
    told = "; ".join(_told(each) for each in row["options"])
    return Cell(told, told or None)


def _told(option: dict[str, Any]) -> str:
    default = option["default"]
    if default is None:
        return f"{option['name']} ({option['description']})"
    shown = str(default).lower() if isinstance(default, bool) else default
    return f"{option['name']}: {shown} ({option['description']})"


_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("kind", "Fault", _text("kind"), 22),
    Column("target", "Hits", _text("target"), 12, flexible=True),
    Column("summary", "What happens", _text("summary"), 36, flexible=True),
    Column("options", "Its own options", _options, 40, priority=1, flexible=True),
)
_FIELDS: Final = Fields(("kind", "target", "summary", "effect", "options", "example"), _COLUMNS)
