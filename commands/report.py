"""`sre report`: what was, is and is to come, on one page; made, archived, mailed and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION, TIMES_OPTION, help_text
from commands.diagnostics import ExitCode, Problem
from commands.fields import Fields, fields_command, fields_option
from commands.main import invocation_of
from commands.noun import noun
from commands.output import OutputOptions, display_of, room_of, write_json
from commands.report_mail import archive, mail, send_test
from commands.report_making import check_backends, made_report
from commands.report_writing import (
    HTML_OPTION,
    MARKDOWN_OPTION,
    OUTPUT_OPTION,
    UTC_OPTION,
    check_writable,
    chosen_format,
    write_report,
)
from commands.sorting import sort_option
from sre_tui.report.files import Format

if TYPE_CHECKING:
    from pathlib import Path

    from commands.invocation import Invocation
    from sre_tui.memory.report import Report
    from sre_tui.memory.reports import Reports

app = noun(
    "report",
    "What was, is and is to come, on one page: made, archived, mailed and read again.",
    default="make",
    tools={"show": "memory_get_previous_report"},
)
QUIET_OPTION = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")]


@app.command(
    help=help_text(
        "Make a report on the last days, archive it, and show it.\n\n"
        "What is wrong, which alerts fired, what was not there, what fills up, whether all could\n"
        "be restored, errors in the logs, what changed, incidents, and what models cost: against\n"
        "the days before. A backend that is away costs its own part, which says so. With --email\n"
        "it is mailed and nothing is printed if that went well; one that could not be mailed is\n"
        "kept, and goes with the next run. Baselines are computed anew as well.",
        (
            "report",
            "report --days 7 --json | jq .data.backups",
            "report --days 30 --output month.html",
            "report --email --test",
        ),
    ),
)
def make(
    context: typer.Context,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            max=90,
            metavar="N",
            help="How far back it looks.  [default: 7, or REPORT_LOOKBACK_DAYS]",
        ),
    ] = None,
    email: Annotated[
        bool, typer.Option("--email", help="Mail it; print nothing if that went well.")
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help="With --email: only a short mail that tries the way.")
    ] = False,
    as_json: JSON_OPTION = False,
    as_markdown: MARKDOWN_OPTION = False,
    as_html: HTML_OPTION = False,
    output: OUTPUT_OPTION = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Let the built-in analyst write the summary.")
    ] = False,
    quiet: QUIET_OPTION = False,
    utc: UTC_OPTION = False,
) -> None:
    """Collect, write, archive, and show or mail."""
    from sre_tui.settings.mailing import mailing_of

    invocation = invocation_of(context)
    form = chosen_format(output, as_json=as_json, as_markdown=as_markdown, as_html=as_html)
    if test and not email:
        raise _usage("--test is about mail", "sre report --email --test")
    if test and (days is not None or form is not None or no_llm):
        raise _usage(
            "--test only sends a short mail: no report is made",
            "sre report --email --test, without --days, --output, a format and --no-llm",
        )
    # What is missing for mail, or in the way of a file, is told before a report is made for it.
    mailing = mailing_of(invocation.settings) if email else None
    if mailing is not None and test:
        send_test(invocation, mailing)
        return
    check_writable(output)
    check_backends(invocation.settings)
    report = made_report(invocation, days, no_llm=no_llm, quiet=quiet or email)
    if mailing is not None:
        # Kept and sent before it is written: a full disk or a closed pipe costs neither.
        undelivered = mail(invocation, report, mailing)
        if form is not None:
            _written_too(invocation, report, form, output, undelivered, utc=utc)
        if undelivered is not None:
            raise undelivered
        return
    trouble = archive(invocation, report)
    shown = form is not None or not quiet
    if shown:
        write_report(invocation, report, form or Format.PAGE, output, utc=utc)
    if trouble and not shown:
        raise Problem(
            f"the report is not archived: {trouble}",
            code="not_archived",
            exit_code=ExitCode.FAILURE,
        )
    if trouble:
        invocation.narrator.warn(f"the report is not archived: {trouble}")
    elif not quiet:
        invocation.narrator.trace(f"archived: sre report show {report.id}")
    if code := _exit_code(report):
        for line in report.missing:
            invocation.narrator.warn(line)
        raise typer.Exit(code)


@app.command(
    help=help_text(
        "Write an archived report as Markdown or HTML.",
        (
            "report export --output report.html",
            "report export 2026-11-16 --markdown | less",
        ),
    ),
)
def export(
    context: typer.Context,
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT",
            help="latest, an id or its beginning, or the day it was made: 2026-11-16.",
        ),
    ] = "latest",
    as_markdown: MARKDOWN_OPTION = False,
    as_html: HTML_OPTION = False,
    output: OUTPUT_OPTION = None,
    utc: UTC_OPTION = False,
) -> None:
    """Write one of the archive, as it was made."""
    from sre_tui.settings.zone import zone_of
    from sre_tui.tools.memory_data import with_reports

    invocation = invocation_of(context)
    form = chosen_format(output, as_json=False, as_markdown=as_markdown, as_html=as_html)
    check_writable(output)
    zone = zone_of(invocation.settings.report)
    found = invocation.run(
        lambda tools: with_reports(tools, lambda reports: reports.get(report, zone))
    )
    write_report(invocation, found, form or Format.MARKDOWN, output, utc=utc)


def _fields() -> Fields:
    from sre_tui.memory.reports import ListedReport
    from sre_tui.views.report_list import ARCHIVE

    return Fields(tuple(ListedReport.model_fields), ARCHIVE.columns, ARCHIVE.made_from)


@app.command(
    "list",
    cls=fields_command(_fields),
    help=help_text(
        "List the archived reports, the latest first, with what became of their mail.",
        ("report list", "report list --fields id,made,mailed --json"),
    ),
)
def list_reports(
    context: typer.Context,
    most: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=5000, metavar="N", help="Most reports.")
    ] = 50,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(_fields)] = None,
    order: Annotated[str | None, sort_option(_fields)] = None,
    absolute: TIMES_OPTION = None,
) -> None:
    """What is in the archive."""
    from commands.listing import listing_options, write_listing
    from sre_tui.tools.memory_data import with_reports

    invocation = invocation_of(context)
    options = listing_options(
        as_json=as_json, as_jsonl=as_jsonl, only=only, order=order, utc=absolute
    )
    rows = invocation.run(
        lambda tools: with_reports(tools, lambda reports: reports.listed(most + 1))
    )
    if rows or options.for_program:
        write_listing(invocation, _fields(), rows, options, folded=("mail",), most=most)
    if not rows:
        invocation.narrator.say("no report has been made yet: `sre report` makes one")


@app.command(
    help=help_text(
        "Tell two reports apart: what is new, what is over, which figures changed.",
        ("report diff", "report diff 2026-11-16 latest --json | jq '.data.differences[]'"),
    ),
)
def diff(
    context: typer.Context,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="An id, the day it was made, or the one before the newer one."
        ),
    ] = "",
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="latest, an id or the day it was made.")
    ] = "latest",
    as_json: JSON_OPTION = False,
    absolute: TIMES_OPTION = None,
) -> None:
    """Compare two of the archive."""
    from commands.pages import write_page
    from sre_tui.settings.zone import zone_of
    from sre_tui.tools.memory_data import with_reports
    from sre_tui.views.report_diff import diff_of
    from sre_tui.views.report_diff_page import diff_page

    invocation = invocation_of(context)
    zone = zone_of(invocation.settings.report)

    def both(reports: Reports) -> tuple[Report, Report]:
        newer = reports.get(new, zone)
        older = reports.get(old, zone) if old else reports.before(newer)
        return older, newer

    found = diff_of(*invocation.run(lambda tools: with_reports(tools, both)))
    if as_json:
        document = {"schema_version": 1, "data": found.model_dump(mode="json")}
        write_json(invocation.environment.stdout, document)
        return
    display = display_of(invocation, OutputOptions(utc=absolute))
    write_page(invocation, diff_page(found, display, room_of(invocation)))


def _written_too(
    invocation: Invocation,
    report: Report,
    form: Format,
    output: Path | None,
    undelivered: Problem | None,
    *,
    utc: bool,
) -> None:
    try:
        write_report(invocation, report, form, output, utc=utc)
    except Problem:
        if undelivered is not None:
            invocation.narrator.warn(undelivered.message)
        raise


def _exit_code(report: Report) -> ExitCode:
    """Whether all of it is there; the way it failed if none of what was asked answered."""
    from commands.endings import EXIT_CODES

    states = [one.state for one in report.sources]
    if states and not any(state.has_data for state in states):
        return EXIT_CODES[states[0]]
    return ExitCode.PARTIAL if report.missing else ExitCode.OK


def _usage(message: str, hint: str) -> Problem:
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)
