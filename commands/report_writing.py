"""Writes a report: as a page, JSON, Markdown or HTML, on stdout or into a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.diagnostics import ExitCode, Problem
from commands.output import room_of, write_lines
from sre_tui.report.files import ENDINGS, Format, NotWritten, format_of, report_in, write_file
from widgets.cell import Display

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.memory.report import Report

MARKDOWN_OPTION = Annotated[bool, typer.Option("--markdown", help="Markdown with tables.")]
HTML_OPTION = Annotated[
    bool, typer.Option("--html", help="One HTML document that has its charts in itself.")
]
OUTPUT_OPTION = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write it there; .html, .md, .json or .txt says as what.",
        dir_okay=False,
    ),
]
UTC_OPTION = Annotated[
    bool, typer.Option("--utc", help="Times in UTC instead of the report's own zone.")
]


def chosen_format(
    output: Path | None, *, as_json: bool, as_markdown: bool, as_html: bool
) -> Format | None:
    """What was asked for by an option, or by the ending of a file; None if nothing was.

    Raises:
        Problem: if two things were asked for, or the ending of the file means nothing.
    """
    flags = {Format.JSON: as_json, Format.MARKDOWN: as_markdown, Format.HTML: as_html}
    wanted = [each for each, given in flags.items() if given]
    if len(wanted) > 1:
        raise _usage(f"a report is either {' or '.join(wanted)}", "choose one of the options")
    if wanted or output is None:
        return wanted[0] if wanted else None
    found = format_of(output)
    if found is None:
        raise _usage(
            f"{output.name!r} does not say what to write",
            f"end it in {', '.join(ENDINGS)}, or add --html, --markdown or --json",
        )
    return found


def check_writable(output: Path | None) -> None:
    """Refuse a file that cannot be written before a report is made for it.

    Raises:
        Problem: if its folder is not there, in nobody's home, or may not be written.
    """
    if output is None:
        return
    folder = _place(output).parent
    if not folder.is_dir():
        raise _usage(f"there is no folder {folder}", "make it, or name another one")
    if not os.access(folder, os.W_OK):
        raise Problem(
            f"{folder} cannot be written", code="not_writable", exit_code=ExitCode.FAILURE
        )


def write_report(
    invocation: Invocation,
    report: Report,
    form: Format,
    output: Path | None,
    *,
    utc: bool,
) -> None:
    """Write a report to a file, or to stdout if there is none.

    Args:
        invocation: where to write.
        report: what is written.
        form: as what.
        output: the file.
        utc: whether its times are in UTC instead of its own zone.

    Raises:
        Problem: if the file cannot be written; one that was there before is as it was.
    """
    if form is Format.PAGE and output is None:
        from commands.pages import write_page
        from sre_tui.views.report import page_of

        display = Display(report.made, utc or None, True)
        write_page(invocation, page_of(report, display, room_of(invocation)))
        return
    text = report_in(form, report, utc=utc)
    if output is None:
        write_lines(invocation.environment.stdout, text)
    else:
        _write(_place(output), text)


def _place(output: Path) -> Path:
    try:
        return output.expanduser().absolute()
    except RuntimeError:
        raise _usage(f"{output} is in nobody's home", "name another file") from None


def _write(path: Path, text: str) -> None:
    try:
        write_file(path, text)
    except NotWritten as error:
        raise Problem(str(error), code=error.code, exit_code=ExitCode.FAILURE) from error


def _usage(message: str, hint: str) -> Problem:
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)
