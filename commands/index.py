"""`sre index`: build the search index over runbooks and your own documents, and look at it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands.adapter import JSON_OPTION
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.noun import noun
from commands.output import write_json
from commands.progress import Progress
from providers.clock import age_in_words

if TYPE_CHECKING:
    from index.builder import BuildReport

app = noun("index", "The search index over runbooks and your own documents.", default="status")


@app.command(
    help="Build or update the index; only what changed is embedded again.\n\n"
    "Examples:\n\n\b\n  sre index build\n  EXTRA_DOCS_DIRS=~/homelab/docs sre index build"
)
def build(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")] = False,
    as_json: JSON_OPTION = False,
) -> None:
    """Bring the index up to date; the old one stays usable until the new one is complete."""
    from index.builder import build as build_index
    from index.errors import DocumentIndexError
    from sre_tui.tools.incident_meaning import incident_documents
    from sre_tui.tools.report_documents import report_documents
    from sre_tui.tools.runbook_index import sources

    invocation = invocation_of(context)
    progress = Progress(invocation, quiet=quiet)
    incidents, trouble = invocation.run(incident_documents)
    if trouble:
        invocation.narrator.warn(f"{trouble}; its incidents are not in the index")
    reports, unread = invocation.run(report_documents)
    if unread and not trouble:
        invocation.narrator.warn(f"{unread}; they are not in the index")
    try:
        report = build_index(
            [*sources(invocation.settings), *incidents, *reports],
            invocation.environment.folders.index,
            progress,
        )
    except DocumentIndexError as error:
        raise Problem(
            str(error),
            code="index",
            exit_code=ExitCode.FAILURE,
            hint="the previous index, if there was one, is unchanged",
        ) from error
    finally:
        progress.finish()
    for problem in report.problems:
        invocation.narrator.warn(problem)
    if report.rebuilt_because and not quiet:
        invocation.narrator.say(f"built anew: {report.rebuilt_because}")
    if as_json:
        document = {"schema_version": 1, "data": report.model_dump(mode="json")}
        write_json(invocation.environment.stdout, document)
    elif not quiet:
        invocation.narrator.say(_summary(report))


@app.command(
    help="Say what the index holds, and whether it is usable.\n\n"
    "Examples:\n\n\b\n  sre index status\n  sre index status --json"
)
def status(context: typer.Context, as_json: JSON_OPTION = False) -> None:
    """Print what is in the index; exit 1 if it cannot be used."""
    from index.errors import DocumentIndexError
    from sre_tui.tools.runbook_index import open_index

    invocation = invocation_of(context)
    folders = invocation.environment.folders
    try:
        manifest = open_index(invocation.settings, folders).manifest()
    except DocumentIndexError as error:
        raise Problem(
            f"{error}; runbooks are searched as plain text",
            code="index",
            exit_code=ExitCode.FAILURE,
            hint="`sre index build` makes a new one",
        ) from error
    built = datetime.fromtimestamp(manifest.built_at, UTC)
    stdout = invocation.environment.stdout
    if as_json:
        data = {
            "path": str(folders.index),
            "documents": manifest.documents,
            "passages": manifest.chunks,
            "model": manifest.model_name,
            "built_at": built.isoformat().replace("+00:00", "Z"),
        }
        write_json(stdout, {"schema_version": 1, "data": data})
        return
    age = age_in_words((invocation.environment.clock() - built).total_seconds())
    stdout.write(
        f"{manifest.documents} documents in {manifest.chunks} passages, built {age} ago\n"
        f"model {manifest.model_name}, {folders.index}\n"
    )


def _summary(report: BuildReport) -> str:
    changes = ", ".join(
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.updated, "updated"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
        )
        if count
    )
    return f"{changes or 'nothing'} ({report.chunks} passages) in {report.seconds:.1f} s"
