"""The names that ``--fields`` takes: a field of the JSON document, or the title of a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import typer
from pydantic import BaseModel
from typer.core import TyperCommand

from commands.diagnostics import ExitCode, Problem
from sre_tui.nearest import nearest
from widgets.cell import Cell, Column, Display

if TYPE_CHECKING:
    from sre_tui.tools.tool import Tool


@dataclass(frozen=True)
class Fields:
    """What the rows of one listing are made of.

    Attributes:
        names: members of a row in the JSON document.
        shown: columns of its table.
        made_from: column key to the member, or the dotted path into one, that the column shows;
            columns that are not named here show the member of their own key.
    """

    names: Sequence[str]
    shown: Sequence[Column[Any]]
    made_from: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, asked: Sequence[str]) -> tuple[str, ...]:
        """The fields meant, each by its name or the title of its column, in any case.

        Raises:
            Problem: naming the nearest and all valid ones.
        """
        known = self._by_spelling()
        return tuple(
            known[_plain(name)] if _plain(name) in known else self._refuse(name) for name in asked
        )

    def columns(self, fields: Sequence[str]) -> tuple[Column[Any], ...]:
        """A column for each field, none of which gives way to another.

        A field that the table does not have is shown as it is.
        """
        by_field = {self._field_of(column): column for column in reversed(self.shown)}
        chosen = (by_field[name] if name in by_field else _column(name) for name in fields)
        return tuple(replace(column, priority=0) for column in chosen)

    def pick(self, row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
        """The row of the document with only these fields."""
        return {name: _reach(row, self.made_from.get(name, name)) for name in fields}

    def reach(self, row: Any, name: str) -> Any:
        """What a field of a row is made of, the row being a model or its members by name."""
        for step in self.made_from.get(name, name).split(".", 1):
            row = row.get(step) if isinstance(row, Mapping) else getattr(row, step, None)
        return row

    def described(self) -> list[str]:
        """Every field, with the title of its column where that differs: ``name (Alert)``."""
        titles = {self._field_of(column): column.title for column in reversed(self.shown)}
        names = dict.fromkeys([*(self._field_of(column) for column in self.shown), *self.names])
        return [
            f"{name} ({titles[name]})"
            if titles.get(name) and _plain(titles[name]) != _plain(name)
            else name
            for name in names
        ]

    def completions(self, incomplete: str) -> list[str]:
        """What a list of names so far may go on with."""
        before, comma, last = incomplete.rpartition(",")
        fields = dict.fromkeys([*(self._field_of(column) for column in self.shown), *self.names])
        return [f"{before}{comma}{name}" for name in fields if name.startswith(last)]

    def _field_of(self, column: Column[Any]) -> str:
        member = self._member(column)
        # Of several columns that show a member, one goes by its name: that which is called so.
        showing = [each for each in self.shown if self._member(each) == member]
        first = next((each for each in showing if each.key == member), showing[0])
        return column.key if "." in member or column is not first else member

    def _member(self, column: Column[Any]) -> str:
        return self.made_from.get(column.key, column.key)

    def _by_spelling(self) -> dict[str, str]:
        # What is named first wins: a member before a column's key, and that before its title.
        spellings = [(_plain(name), name) for name in self.names]
        spellings += [(_plain(column.key), self._field_of(column)) for column in self.shown]
        spellings += [(_plain(column.title), self._field_of(column)) for column in self.shown]
        return dict(reversed(spellings))

    def _refuse(self, name: str) -> str:
        known = self._by_spelling()
        begun = [each for each in known if len(name) > 1 and each.startswith(_plain(name))]
        # Two letters are near to many names that have nothing to do with them.
        near = nearest(_plain(name), known, limit=1) if len(name) > 2 else []
        close = begun[:1] or near
        guess = f" (did you mean {known[close[0]]}?)" if close else ""
        raise Problem(
            f"there is no field {name!r}{guess}",
            code="unknown_field",
            exit_code=ExitCode.USAGE,
            hint=f"valid fields: {', '.join(self.described())}",
        )


def fields_command(fields: Callable[[], Fields], example: str = "") -> type[TyperCommand]:
    """The class of a command whose help says which fields its rows have.

    Args:
        fields: gives them when the help is asked for.
        example: a whole command line, shown where an argument is missing.
    """
    shown = example

    class ListingCommand(TyperCommand):
        example: ClassVar[str] = shown

        def invoke(self, ctx: Any) -> Any:
            if ctx.params.get("as_json") and ctx.params.get("as_jsonl"):
                raise Problem(
                    "--json is one document and --jsonl one for each row: give one of them",
                    code="usage",
                    exit_code=ExitCode.USAGE,
                )
            return super().invoke(ctx)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            # What one command takes as an argument is an option of another: both are understood.
            places = [one.name for one in self.params if one.param_type_name == "argument"]
            if len(places) == 1 and places[0] is not None:
                args = _argument_first(args, f"--{places[0].replace('_', '-')}")
            return super().parse_args(ctx, args)

        def format_epilog(self, ctx: Any, formatter: Any) -> None:
            with formatter.section("Fields"):
                formatter.write_text(", ".join(fields().described()))

    return ListingCommand


def fields_option(fields: Callable[[], Fields]) -> Any:
    """What Typer is to know of the option that takes names of fields."""
    return typer.Option(
        "--fields",
        metavar="A,B",
        help="Only these fields, by name or column title; in JSON none is nested then.",
        autocompletion=lambda incomplete: fields().completions(incomplete),
    )


def split_names(text: str | None) -> tuple[str, ...]:
    """The names in a list with commas; none of None."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def fields_of(tool: Tool[Any]) -> Fields:
    """The fields of the rows that a tool answers with."""
    from sre_tui.views.registry import table_view

    view = table_view(tool.name)
    data: Any = tool.result_type.model_fields["data"].annotation
    items = data.model_fields.get("items")
    row: type[BaseModel] = data if items is None else get_args(items.annotation)[0]
    names = (*row.model_fields, *row.model_computed_fields)
    return Fields(names, view.columns, view.made_from)


def _argument_first(args: list[str], flag: str) -> list[str]:
    """The arguments with ``flag VALUE`` or ``flag=VALUE`` as the plain value, put first."""
    for at, each in enumerate(args):
        if each == "--":
            break
        if each == flag and at + 1 < len(args):
            return [args[at + 1], *args[:at], *args[at + 2 :]]
        if each.startswith(f"{flag}="):
            return [each.partition("=")[2], *args[:at], *args[at + 1 :]]
    return args


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _reach(row: Mapping[str, Any], path: str) -> Any:
    # A label's name may hold dots itself, so only the first one parts member and rest.
    member, _, rest = path.partition(".")
    value = row.get(member)
    return _reach(value, rest) if rest and isinstance(value, Mapping) else value


def _column(name: str) -> Column[Any]:
    def cell(row: Any, display: Display) -> Cell:
        value = row.get(name) if isinstance(row, Mapping) else getattr(row, name)
        text = _text(value, display)
        return Cell(text, text)

    return Column(name, name, cell, 12, flexible=True)


def _text(value: Any, display: Display) -> str:
    from sre_tui.views.human import moment, number

    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return number(value)
        case datetime():
            return moment(value, display)
        case BaseModel():
            return value.model_dump_json(exclude_defaults=True)
        case Mapping():
            return " ".join(f"{key}={_text(each, display)}" for key, each in value.items())
        case tuple() | list():
            return ", ".join(_text(each, display) for each in value)
        case _:
            return str(value)
