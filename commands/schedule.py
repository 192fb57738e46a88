"""`sre schedule`: when reports are made, and by whom."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION, JSONL_OPTION, help_text
from commands.diagnostics import ExitCode, Problem
from commands.endings import where_to_look
from commands.fields import Fields, fields_command, fields_option
from commands.main import invocation_of
from commands.noun import noun
from commands.output import write_lines
from commands.report_making import check_backends
from commands.sorting import sort_option
from sre_tui.views.human import ago
from widgets.cell import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.invocation import Invocation
    from sre_tui.schedule.plan import Plan, PlannedRun
    from sre_tui.settings import Settings

app = noun(
    "schedule",
    "When reports are made: keep the plan here, by systemd or by cron.",
    default="list",
)
_VARIABLES = ("SRE_CONFIG", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
"""What a unit has to know of the environment, so that it finds what this shell finds."""
_WHEN = "%a %Y-%m-%d %H:%M"
_COLUMNS: Sequence[Column[PlannedRun]] = (
    Column("due", "Due", lambda row, _: Cell(f"{row.local:{_WHEN}} {row.timezone}", row.due), 24),
    Column("in", "In", lambda row, display: Cell(ago(row.due, display.now), row.due), 12),
)
_LOCAL: Column[PlannedRun] = Column(
    "local",
    "Local",
    lambda row, _: Cell(f"{row.local:%Y-%m-%d %H:%M} {row.timezone}", row.due),
    22,
)
"""Shown where it is asked for: the time that is due is in that zone already."""


def _fields() -> Fields:
    from sre_tui.schedule.plan import PlannedRun

    return Fields(tuple(PlannedRun.model_fields), (*_COLUMNS, _LOCAL), {"in": "due"})


@app.command(
    "list",
    cls=fields_command(_fields),
    help=help_text(
        "List when the next reports are due, and where they would go.",
        ("schedule list", "schedule list -n 3 --json | jq -r '.data.items[].due'"),
    ),
)
def list_runs(
    context: typer.Context,
    most: Annotated[
        int, typer.Option("-n", "--limit", min=1, max=100, metavar="N", help="How many.")
    ] = 5,
    as_json: JSON_OPTION = False,
    as_jsonl: JSONL_OPTION = False,
    only: Annotated[str | None, fields_option(_fields)] = None,
    order: Annotated[str | None, sort_option(_fields)] = None,
) -> None:
    """The next runs, in the zone of the plan."""
    from commands.listing import listing_options, write_listing
    from sre_tui.schedule.plan import plan_of
    from sre_tui.settings.mailing import mail_in_words

    invocation = invocation_of(context)
    settings = invocation.settings
    plan = plan_of(settings.report)
    runs = plan.listed(invocation.environment.clock(), most)
    if not runs:
        invocation.narrator.warn(f"{plan.expression!r} is never due")
    options = listing_options(as_json=as_json, as_jsonl=as_jsonl, only=only, order=order)
    if runs or options.for_program:
        of_plan = {
            "schedule": plan.expression,
            "timezone": plan.zone_name,
            "recipients": list(settings.report.recipients),
        }
        fields = _fields() if options.fields else replace(_fields(), shown=_COLUMNS)
        write_listing(invocation, fields, runs, options, beside=of_plan)
    if options.for_program:
        return
    invocation.narrator.trace(f"schedule {plan.expression} in {plan.zone_name}")
    invocation.narrator.trace(f"mail {mail_in_words(settings)}")
    _tell_mail(invocation)
    invocation.narrator.trace(
        f"kept by whoever runs `sre schedule run`, or `sre {' '.join(_report(settings))}` by cron"
    )


@app.command(
    help=help_text(
        "Make a report whenever one is due, until Ctrl-C, and mail it where mail is set up.\n\n"
        "One at a time. One that was due within the last 12 hours, while this was not running,\n"
        "is made at once. Settings are read at the start: run it anew after a change.",
        ("schedule run", "--config ~/homelab.toml schedule run"),
    ),
)
def run(context: typer.Context) -> None:
    """Keep the plan."""
    from sre_tui.schedule.plan import plan_of

    invocation = invocation_of(context)
    plan = plan_of(invocation.settings.report)
    if not plan.next_runs(invocation.environment.clock(), 1):
        raise Problem(
            f"the schedule {plan.expression!r} is never due",
            code="settings",
            exit_code=ExitCode.USAGE,
            hint="REPORT_SCHEDULE_CRON='0 7 * * 1' is Monday at seven",
        )
    check_backends(invocation.settings)
    _tell_mail(invocation)
    last = invocation.run_async(_last_made(invocation))
    invocation.run_async(_keep(invocation, plan, last))


@app.command(
    help=help_text(
        "Print a unit for systemd that keeps `sre schedule run` alive.",
        (
            "schedule systemd > ~/.config/systemd/user/sre-report.service",
            "schedule systemd | sudo tee /etc/systemd/system/sre-report.service",
        ),
    ),
)
def systemd(context: typer.Context) -> None:
    """A unit, on stdout; what to do with it, on stderr."""
    from sre_tui.schedule.units import systemd_unit

    invocation = invocation_of(context)
    _check(invocation.settings)
    variables = {
        name: str(Path(value).absolute()) if name == "SRE_CONFIG" else value
        for name in _VARIABLES
        if (value := invocation.environment.variables.get(name))
    }
    unit = systemd_unit([*_command(), "schedule", "run"], variables)
    write_lines(invocation.environment.stdout, unit)
    say = invocation.narrator.say
    say("save it as ~/.config/systemd/user/sre-report.service, then:")
    say("  systemctl --user daemon-reload")
    say("  systemctl --user enable --now sre-report.service")
    say(f"  loginctl enable-linger {os.environ.get('USER', '$USER')}  # runs without a login, too")
    _tell_variables(invocation)


@app.command(
    help=help_text(
        "Print a line for cron that makes a report, and mails it where mail is set up.\n\n"
        "That is `sre report --email` with a server for mail (SMTP_HOST), else\n"
        "`sre report --quiet`, which only archives it.",
        ("schedule cron", "schedule cron 2>/dev/null"),
    ),
)
def cron(context: typer.Context) -> None:
    """A line, on stdout; what to do with it, on stderr."""
    from sre_tui.schedule.units import crontab_line

    invocation = invocation_of(context)
    settings = invocation.settings
    _check(settings)
    config = invocation.environment.variables.get("SRE_CONFIG")
    given = ["--config", str(Path(config).absolute())] if config else []
    line = crontab_line(
        settings.report.schedule,
        settings.report.timezone,
        [*_command(), *given, *_report(settings)],
    )
    write_lines(invocation.environment.stdout, line)
    invocation.narrator.say(
        "add it with `crontab -e`, or: (crontab -l; sre schedule cron) | crontab -"
    )
    if settings.mail is None:
        invocation.narrator.say(
            "mail is not set up, so the reports are only archived: with SMTP_HOST the line is "
            "another one, which mails them"
        )
    _tell_mail(invocation)
    if zone := settings.report.timezone:
        invocation.narrator.say(
            "cron of Debian and Ubuntu knows no CRON_TZ: there the hours are the machine's own, "
            f"so set it to {zone}, or use `sre schedule systemd`"
        )
    _tell_variables(invocation)


def _check(settings: Settings) -> None:
    """Refuse a schedule that nobody can keep."""
    from sre_tui.schedule.plan import plan_of

    plan_of(settings.report)


def _tell_mail(invocation: Invocation) -> None:
    """What is likely not meant so: each report would go nowhere."""
    from sre_tui.settings.mailing import mail_remarks

    remarks = tuple(mail_remarks(invocation.settings))
    for remark in remarks:
        invocation.narrator.warn(remark)
    if remarks:
        invocation.narrator.say("  `sre doctor` tries the mail server, and says what to mend")


def _tell_variables(invocation: Invocation) -> None:
    """Settings in variables of this shell are not there when systemd or cron calls."""
    from sre_tui.settings.variables import VARIABLES

    found = sorted(name for name in VARIABLES if name in invocation.environment.variables)
    if found:
        shown = ", ".join(found[:4]) + (" and more" if len(found) > 4 else "")
        invocation.narrator.warn(
            f"{shown} come from this shell and are not there then: "
            "put them into config.toml or .env"
        )


def _command() -> list[str]:
    """How this program is called from anywhere."""
    own = Path(sys.argv[0])
    if own.name == "sre" and own.exists():
        return [str(own.absolute())]
    return [sys.executable, "-m", "sre_tui"]


def _report(settings: Settings) -> list[str]:
    return ["report", "--email"] if settings.mail is not None else ["report", "--quiet"]


async def _last_made(invocation: Invocation) -> datetime | None:
    from sre_tui.tools.memory_data import asked_reports

    async with invocation.tool_context() as tools:
        found, status = await asked_reports(tools, lambda each: each.latest(1))
    if status.detail:
        invocation.narrator.warn(status.detail)
        if hint := where_to_look(status.source, status.state):
            invocation.narrator.say(f"  {hint}")
    return found[0].made if found else None


async def _keep(invocation: Invocation, plan: Plan, last: datetime | None) -> None:
    from sre_tui.schedule.keeper import keep

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    missed = plan.missed(last, invocation.environment.clock())
    say = invocation.narrator.say
    say(f"reports are made at {plan.expression} in {plan.zone_name}; Ctrl-C ends it")
    if missed is not None:
        say(f"the report of {missed:%a %Y-%m-%d %H:%M} is missing: it is made now")
    await keep(plan, lambda: _make(invocation), stopped, say, at_once=missed is not None)


async def _make(invocation: Invocation) -> int:
    """Make one in a process of its own, as cron would: what it loads goes with it."""
    environment = invocation.environment
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sre_tui", "--no-input", *_report(invocation.settings)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        env=dict(environment.variables),
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
