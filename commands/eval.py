"""`sre eval`: how often the diagnosis is right, on simulated incidents whose truth is known."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.adapter import JSON_OPTION
from commands.ask import with_model
from commands.diagnostics import ExitCode, Problem
from commands.main import invocation_of
from commands.output import write_json

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.evals.report import Report
    from sre_tui.evals.run import Outcomes, Plan
    from sre_tui.settings import LlmSettings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


_MOST_JOBS = 8
"""Each takes some hundred megabytes."""


class Half(StrEnum):
    """Which scenarios are asked."""

    TUNING = "tuning"
    REPORTING = "reporting"
    ALL = "all"


@app.command(
    help="Measure diagnosis and answers on simulated incidents whose truth is known.\n\n"
    "Every scenario is served on loopback and read as a homelab is. The diagnosis and the built-in "
    "analyst are always measured, a model if one is configured or named. The reporting half shows "
    "figures only, so that nobody improves anything by looking at its cases.\n\n"
    "Examples:\n\n\b\n"
    "  sre eval --half tuning\n"
    "  sre eval --case dns-down --show-cases --json\n"
    "  sre eval --scenarios my-incidents --model ollama/qwen3:8b --repeat 3"
)
def eval_(
    context: typer.Context,
    half: Annotated[
        Half, typer.Option("--half", help="Which half of the scenarios.", show_default=True)
    ] = Half.ALL,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="ID", help="Only this scenario, or ID/2 for a question."),
    ] = None,
    scenarios: Annotated[
        Path | None,
        typer.Option(
            "--scenarios",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Scenario files to ask about instead of the bundled ones.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="NAME", help="Measure this model too."),
    ] = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Leave out the configured model.")
    ] = False,
    echo: Annotated[
        bool,
        typer.Option("--echo", help="Measure a script that asks one tool once and repeats it."),
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option("--judge", metavar="NAME", help="Let another model judge the answers."),
    ] = None,
    repeat: Annotated[
        int,
        typer.Option("--repeat", min=1, max=20, metavar="N", help="Rounds, each with other loads."),
    ] = 1,
    hour: Annotated[
        str | None,
        typer.Option(
            "--hour",
            metavar="HH:MM",
            help="Ask at this hour (UTC), instead of each scenario at one of its own.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, max=64, metavar="N", help="Scenarios played at the same time."
        ),
    ] = None,
    show_cases: Annotated[
        bool, typer.Option("--show-cases", help="Show single cases of the reporting half too.")
    ] = False,
    as_json: JSON_OPTION = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="DIR", help="Also write the report to DIR/eval.json."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Fail where figures are worse than these."),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write what was reached to the baseline.")
    ] = False,
    write_docs: Annotated[
        Path | None,
        typer.Option("--write-docs", metavar="FILE", help="Renew the figures in a document."),
    ] = None,
    retrieval: Annotated[
        bool, typer.Option("--retrieval", help="Measure the runbook search, and nothing else.")
    ] = False,
    questions: Annotated[
        list[Path] | None,
        typer.Option("--questions", metavar="FILE", help="Questions for --retrieval."),
    ] = None,
) -> None:
    """Measure, and write what was reached."""
    invocation = invocation_of(context)
    if retrieval:
        _retrieval(invocation, questions or [], as_json=as_json, misses=show_cases)
        return
    if questions:
        raise _usage("--questions belongs to --retrieval")
    from sre_tui.evals.run import Plan

    plan = Plan(
        llm=_model(invocation, model, no_llm=no_llm),
        echo=echo,
        judge=None if judge is None else with_model(invocation.settings.llm, judge),
        rounds=repeat,
        hour=None if hour is None else _hour(hour),
    )
    wanted = _Wanted(half, tuple(case or ()), scenarios, plan, _jobs(jobs, plan))
    stored = _stored(wanted, baseline, update=update_baseline)
    began = perf_counter()
    outcomes = invocation.run_async(_measure(invocation, wanted))
    seconds = perf_counter() - began
    report = _report(outcomes, seconds, show_cases=show_cases)
    _write(invocation, report, as_json=as_json, output=output)
    if write_docs is not None:
        from sre_tui.evals.document import renew

        renew(write_docs, report)
    if update_baseline:
        _update(invocation, wanted, outcomes, baseline)
    elif stored is not None:
        _compare(wanted, outcomes, stored)


@dataclass(frozen=True)
class _Wanted:
    half: Half
    cases: tuple[str, ...]
    folder: Path | None
    plan: Plan
    jobs: int

    @property
    def whole(self) -> bool:
        """Whether each half that is asked is asked completely."""
        return not self.cases


def _usage(message: str, hint: str | None = None) -> Problem:
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text if re.fullmatch(r"\d\d:\d\d", text) else "")
    except ValueError as error:
        raise _usage(f"--hour {text}: no hour such as 02:30, from 00:00 to 23:59") from error


def _model(invocation: Invocation, name: str | None, *, no_llm: bool) -> LlmSettings | None:
    """The model to measure; None if there is none."""
    if no_llm and name is not None:
        raise _usage("--model and --no-llm contradict each other")
    chosen = with_model(invocation.settings.llm, name)
    return None if no_llm or chosen.provider is None else chosen


def _check(wanted: _Wanted) -> None:
    """Refuse what cannot be measured.

    Raises:
        Problem: there is nobody to judge, or no tool to repeat.
        JudgeError: a model would judge itself.
    """
    plan = wanted.plan
    if plan.judge is not None:
        from sre_tui.evals.judge import check_judge

        if plan.llm is None and not plan.echo:
            raise _usage("--judge judges the answers of a model, and none is measured")
        check_judge(plan.judge, plan.llm)
    if plan.echo:
        from sre_tui.evals.measures import INVESTIGATE
        from sre_tui.tools.registry import all_tools

        if all(tool.name != INVESTIGATE for tool in all_tools()):
            raise _usage(f"--echo repeats what the tool {INVESTIGATE} says, and there is none")


async def _measure(invocation: Invocation, wanted: _Wanted) -> Outcomes:
    from sre_tui.evals.cases import exams
    from sre_tui.evals.run import run

    _check(wanted)
    chosen = exams(wanted.half.value, wanted.cases, wanted.folder)
    if not chosen:
        raise _usage("no scenario of these has a question")
    return await run(chosen, wanted.plan, jobs=wanted.jobs, tell=invocation.narrator.trace)


def _jobs(asked: int | None, plan: Plan) -> int:
    """One at a time for a model, whose answers would wait for each other; else one per core."""
    if asked is not None:
        return asked
    return 1 if plan.llm is not None else min(_MOST_JOBS, os.cpu_count() or 1)


def _report(outcomes: Outcomes, seconds: float, *, show_cases: bool) -> Report:
    from sre_tui.evals.report import report_of

    return report_of(
        outcomes, seconds=seconds, show=lambda asked: show_cases or asked.half == "tuning"
    )


def _write(invocation: Invocation, report: Report, *, as_json: bool, output: Path | None) -> None:
    from commands.eval_tables import write_report
    from sre_tui.evals.goals import goals_of

    document: dict[str, Any] = {"schema_version": 1, "data": report.model_dump(mode="json")}
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        with (output / "eval.json").open("w", encoding="utf-8") as stream:
            write_json(stream, document)
    if as_json:
        write_json(invocation.environment.stdout, document)
    else:
        write_report(invocation, report, list(goals_of(report)))


def _stored(wanted: _Wanted, path: Path | None, *, update: bool) -> Any:
    """The baseline to hold figures against; None if there is none."""
    from sre_tui.evals.baseline import load_baseline

    if wanted.plan.rounds > 1 and (update or path is not None):
        raise _usage("a baseline is of one round; leave out --repeat")
    if wanted.plan.hour is not None and (update or path is not None):
        raise _usage("a baseline is of each scenario's own hour; leave out --hour")
    if update and path is None and wanted.folder is not None:
        raise _usage("name the file to write with --baseline")
    return None if path is None or update else load_baseline(path)


def _update(invocation: Invocation, wanted: _Wanted, outcomes: Outcomes, path: Path | None) -> None:
    from sre_tui.evals.baseline import BUNDLED, Baseline, levels_of, load_baseline

    target = path or BUNDLED
    known = load_baseline(target) if target.exists() else Baseline(subset=(), levels={})
    found = levels_of(outcomes, known.subset, whole=wanted.whole)
    if not found:
        raise _usage("these cases are neither a whole half nor the baseline's subset")
    renewed = known.model_copy(update={"levels": {**known.levels, **found}})
    target.write_text(renewed.model_dump_json(indent=2) + "\n", encoding="utf-8")
    invocation.narrator.say(f"wrote {', '.join(found)} to {target}")


def _compare(wanted: _Wanted, outcomes: Outcomes, stored: Any) -> None:
    from sre_tui.evals.baseline import levels_of, losses

    found = levels_of(outcomes, stored.subset, whole=wanted.whole)
    both = [name for name in found if name in stored.levels]
    if not both:
        raise _usage("the baseline says nothing about these cases")
    worse = [line for name in both for line in losses(name, stored.levels[name], found[name])]
    if worse:
        raise Problem(
            "worse than the baseline: " + "; ".join(worse),
            code="baseline",
            exit_code=ExitCode.FAILURE,
        )


def _retrieval(
    invocation: Invocation, files: Sequence[Path], *, as_json: bool, misses: bool
) -> None:
    from sre_tui.evals.search_quality import missed, reached, search_quality, table

    reports = search_quality(files, invocation.narrator.say)
    stdout = invocation.environment.stdout
    if as_json:
        items = [report.model_dump(mode="json") for report in reports]
        write_json(stdout, {"schema_version": 1, "data": {"items": items}})
    else:
        parts = [table(report) + (missed(report) if misses else "") for report in reports]
        stdout.write("\n".join(parts))
    if not all(reached(report) for report in reports):
        raise Problem(
            "the runbook search misses its goals", code="retrieval", exit_code=ExitCode.FAILURE
        )
