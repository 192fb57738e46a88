"""`sre alerts`: what fires, what is pending, and the rules behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import (
    JSON_OPTION,
    TIMES_OPTION,
    WATCH_OPTION,
    help_text,
    require_backend,
    require_data,
)
from commands.endings import EXIT_CODES
from commands.main import invocation_of
from commands.noun import noun
from commands.output import OutputOptions, display_of, write_json, write_record
from commands.parameters import completed_with
from sre_tui.tools.registry import get_tool

if TYPE_CHECKING:
    from commands.diagnostics import ExitCode
    from commands.invocation import Invocation

app = noun(
    "alerts",
    "Alerts that are firing or pending, and their rules.",
    default="list",
    tools={"list": "grafana_get_alerts", "rules": "grafana_get_alert_rules"},
)


@app.command(
    help=help_text(
        "Show one alert with all that is known of it: its rule, its labels, what to do.",
        ("alerts show SmartDiskFailing", "alerts show HostHighIoWait --host media --json"),
    )
)
def show(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FINGERPRINT",
            help="Its name, or the fingerprint of one instance.",
            autocompletion=completed_with("alert"),
        ),
    ],
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            metavar="TEXT",
            help="Of several instances the one about this machine.",
            autocompletion=completed_with("host"),
        ),
    ] = None,
    as_json: JSON_OPTION = False,
    absolute: TIMES_OPTION = None,
    every: WATCH_OPTION = None,
) -> None:
    """One alert instance, or a rule that has none at present."""
    invocation = invocation_of(context)
    options = OutputOptions(json=as_json, utc=absolute, watch=every)

    def look(invocation: Invocation, options: OutputOptions) -> ExitCode:
        return _show(invocation, options, name, host)

    if every is not None:
        from commands.watch import watch

        watch(invocation, options, f"sre alerts show {name}", look)
    if code := look(invocation, options):
        raise typer.Exit(code)


def _show(invocation: Invocation, options: OutputOptions, name: str, host: str | None) -> ExitCode:
    from sre_tui.tools.alert_detail import alert_detail, known_alerts
    from sre_tui.views.alert_detail import alert_sections

    require_backend(invocation, get_tool("grafana_get_alerts"), f"alerts show {name}")
    alerts, rules = invocation.run(known_alerts)
    require_data(invocation, alerts)
    # What could not be read may be why nothing is found.
    for warning in dict.fromkeys((*alerts.warnings, *rules.warnings)):
        invocation.narrator.warn(warning)
    answer = alert_detail(alerts, rules, name, host, invocation.settings)
    stdout = invocation.environment.stdout
    if options.for_program:
        write_json(stdout, answer.model_dump(mode="json"), compact=options.compact)
    else:
        display = display_of(invocation, options)
        found = answer.data
        sections = alert_sections(found.alert, found.rules, found.runbooks, display, found.recorded)
        write_record(invocation, sections)
        # Of what is told beside a listing only the journal's trouble is about one alert.
        for hint in alerts.data.hints:
            invocation.narrator.trace(hint)
    return EXIT_CODES[answer.state]
