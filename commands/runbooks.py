"""`sre runbooks`: list, read and search what to do."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.fields import Fields, fields_command, fields_option
from commands.listing import listing_options, write_listing
from commands.main import invocation_of
from commands.noun import noun
from commands.output import console_of, write_json
from commands.sorting import sort_option
from providers.text import clean, one_line
from sre_tui.nearest import nearest
from widgets.cell import Cell, Column, Display, Tone

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from index.documents import Document

_FIRST_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>.*?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)

app = noun(
    "runbooks",
    "List, read and search runbooks.",
    default="list",
    tools={"search": "runbook_search"},
)


@app.command(
    "list",
    cls=fields_command(lambda: _FIELDS),
    help="List the runbooks and your own documents.\n\n"
    "Examples:\n\n\b\n  sre runbooks list\n  sre runbooks list --json | jq -r '.data.items[].id'",
)
def list_runbooks(
    context: typer.Context,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(lambda: _FIELDS)] = None,
    order: Annotated[str | None, sort_option(lambda: _FIELDS)] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=10000, help="Most runbooks.")
    ] = 10000,
) -> None:
    """Every document, with the alerts it serves."""
    invocation = invocation_of(context)
    rows = [
        {
            "id": _id(document),
            "title": document.title,
            "kind": document.kind,
            "tags": list(document.tags),
            "alerts": list(document.alerts),
            "source": document.source,
        }
        for document in _documents(invocation)
    ]
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    write_listing(invocation, _FIELDS, rows, options, most=limit)


def _complete_id(context: typer.Context, incomplete: str) -> list[str]:
    from sre_tui.tools.runbook_index import bundled_folder

    return sorted(p.stem for p in bundled_folder().glob(f"{incomplete}*.md"))


@app.command(
    help="Print a runbook; as written when piped.\n\n"
    "Examples:\n\n\b\n  sre runbooks show zfs-pool-degraded\n"
    "  sre runbooks show dns-down | grep -A5 '## Fix'"
)
def show(
    context: typer.Context,
    runbook: Annotated[
        str, typer.Argument(metavar="ID", help="Its id.", autocompletion=_complete_id)
    ],
    as_json: JSON_OPTION = False,
) -> None:
    """Print one document."""
    invocation = invocation_of(context)
    documents = _documents(invocation)
    wanted = PurePosixPath(runbook).stem
    found = [d for d in documents if _id(d) == wanted or d.source == runbook]
    if not found:
        close = nearest(wanted, [_id(document) for document in documents])
        raise Problem(
            f"there is no runbook {runbook!r}",
            code="unknown_runbook",
            exit_code=ExitCode.USAGE,
            hint=f"did you mean {', '.join(close)}?" if close else "`sre runbooks list` has them",
        )
    document = found[0]
    stdout = invocation.environment.stdout
    if as_json:
        data = {**document.model_dump(mode="json"), "id": _id(document)}
        write_json(stdout, {"schema_version": 1, "data": data})
    elif stdout.isatty():
        from rich.markdown import Markdown
        from rich.theme import Theme

        console = console_of(invocation)
        # The terminal's own colours, legible on light and dark grounds.
        console.push_theme(Theme({"markdown.code": "cyan", "markdown.code_block": "cyan"}))
        console.print(Markdown(_whole(document), code_theme="ansi_dark", hyperlinks=False))
    else:
        stdout.write(f"{_whole(document)}\n")


def _documents(invocation: Invocation) -> tuple[Document, ...]:
    from index.sources import load
    from sre_tui.tools.runbook_index import sources

    loaded = load(sources(invocation.settings))
    for problem in loaded.problems:
        invocation.narrator.warn(problem)
    return tuple(_cleaned(document) for document in loaded.documents)


def _cleaned(document: Document) -> Document:
    """The document as it may be shown: anyone may have written it, and named its file."""

    def words(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one_line(text) for text in texts)

    return document.model_copy(
        update={
            "source": clean(document.source),
            "title": one_line(document.title),
            "text": clean(document.text),
            "tags": words(document.tags),
            "alerts": words(document.alerts),
            "sayings": words(document.sayings),
        }
    )


def _whole(document: Document) -> str:
    return f"# {document.title}\n\n{_without_title(document)}".rstrip()


def _without_title(document: Document) -> str:
    """The text without its first heading where that only repeats the title."""
    text = document.text
    first = _FIRST_HEADING.search(text)
    before = text[: first.start()] if first else ""
    if first is None or one_line(first["title"]) != document.title or _FENCE.search(before):
        return text.lstrip("\n")
    parts = (before.strip("\n"), text[first.end() :].lstrip("\n"))
    return "\n\n".join(part for part in parts if part)


def _id(document: Document) -> str:
    return PurePosixPath(document.source).stem


def _joined(name: str, tone: Tone) -> Any:
    def cell(row: dict[str, Any], display: Display) -> Cell:
        text = ", ".join(row[name])
        return Cell(text, text, tone)

    return cell


_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("id", "Runbook", lambda row, _: Cell(row["id"], row["id"]), 22),
    Column("title", "Title", lambda row, _: Cell(row["title"], row["title"]), 30, flexible=True),
    Column("alerts", "Alerts", _joined("alerts", Tone.MUTED), 24, priority=2, flexible=True),
    Column("tags", "Tags", _joined("tags", Tone.MUTED), 16, priority=3),
)
_FIELDS: Fields = Fields(("id", "title", "kind", "tags", "alerts", "source"), _COLUMNS)
