"""`sre eval` as a user runs it, on scenarios from outside the project."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from sre_tui.evals.report import Report
from tests.cli.inside import run_inside
from tests.cli.running import Done
from tests.stubs.at_hand import played_at_hand

Sre = Callable[..., Done]

DISK = """\
id: disk-dies
title: A disk dies
faults: [{kind: disk_dead, target: nas1/sde, at: -40m}]
raw:
  metrics: [{name: room_temperature_celsius, labels: {room: attic}, points: [[-2h, 24], [-1h, 39]]}]
questions:
  - ask: What is wrong with my NAS?
    truth:
      cause: {kind: disk_dead, subject: nas1/sde}
      mention: [["sde"], ["unobtainium"]]
  - ask: Is my database corrupt?
    truth: {no_cause: true}
"""
HIDDEN = """\
id: name-server-fails
title: A name server fails
half: reporting
faults: [{kind: dns_down, target: dns1, at: -40m}]
questions:
  - ask: Why is nothing reachable by name?
    truth: {cause: {kind: dns_down, subject: dns1}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("eval")
    (made / "incidents").mkdir()
    (made / "incidents" / "disk.yaml").write_text(DISK)
    (made / "incidents" / "names.yaml").write_text(HIDDEN)
    (made / "page.md").write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    return made


@pytest.fixture(scope="module")
def sre(home: Path) -> Sre:
    def run(*arguments: str) -> Done:
        with chdir(home), played_at_hand(str(home)):
            return run_inside(arguments, home)

    return run


@pytest.fixture(scope="module")
def first(sre: Sre) -> Done:
    """A whole run, which leaves report, baseline and document behind."""
    return sre(
        "eval", "--scenarios", "incidents", "--jobs", "1", "--json", "--output", "out",
        "--baseline", "base.json", "--update-baseline", "--write-docs", "page.md",
    )  # fmt: skip


@pytest.fixture(scope="module")
def report(first: Done) -> Report:
    assert first.code == 0, first.err
    assert first.document["schema_version"] == 1
    return Report.model_validate(first.document["data"])


def test_scenarios_from_outside_are_measured(report: Report) -> None:
    assert (report.scenarios, report.questions) == (2, 3)
    tuning = report.conclusions("tuning")
    assert tuning is not None
    assert (tuning.questions, tuning.controls) == (1, 1)
    assert tuning.rank_1 == 1.0
    assert report.conclusions("reporting") is not None
    assert report.of_subject("analyst", "tuning") is not None


def test_a_group_that_was_not_mentioned_is_told(report: Report) -> None:
    (disk,) = [one for one in report.answer_cases if one.asked.case == "disk-dies/1"]
    assert disk.missing == (("unobtainium",),)
    assert not disk.passed


def test_single_cases_of_the_reporting_half_stay_hidden(first: Done, report: Report) -> None:
    assert {one.asked.half for one in report.cause_cases} == {"tuning"}
    assert {one.asked.half for one in report.answer_cases} == {"tuning"}
    assert "reachable by name" not in first.out


def test_progress_goes_to_stderr(first: Done) -> None:
    assert "1/2 disk-dies" in first.err
    assert "2/2 name-server-fails" in first.err


def test_the_report_stands_in_a_file_too(first: Done, home: Path) -> None:
    assert json.loads((home / "out" / "eval.json").read_text()) == first.document


def test_the_document_gets_the_figures(first: Done, home: Path) -> None:
    assert first.code == 0
    text = (home / "page.md").read_text()
    assert text.startswith("before\n<!-- figures -->\n| goal")
    assert text.endswith("<!-- end of figures -->\nafter\n")
    assert "old" not in text
    assert "| tuning | all | 1 | 100.0 % | 100.0 % |" in text


def test_figures_below_the_baseline_fail(first: Done, sre: Sre, home: Path) -> None:
    assert first.code == 0
    baseline = json.loads((home / "base.json").read_text())
    analyst = baseline["levels"]["reporting"]["analyst"]
    assert set(baseline["levels"]) == {"tuning", "reporting"}
    analyst["passed"] = 1.5
    (home / "higher.json").write_text(json.dumps(baseline))
    done = sre(
        "eval", "--scenarios", "incidents", "--half", "reporting", "--jobs", "1",
        "--baseline", "higher.json",
    )  # fmt: skip
    assert done.code == 1
    assert "worse than the baseline: reporting, analyst: passed fell from 1.5" in done.err
    assert "Causes, by the diagnosis alone" in done.out
    assert "Goals, on the reporting half" in done.out
    assert "Cases" not in done.lines


def test_mistakes_in_files_are_told_by_line(sre: Sre, home: Path) -> None:
    folder = home / "wrong"
    folder.mkdir()
    (folder / "a.yaml").write_text(DISK.replace("disk_dead", "disc_dead"))
    (folder / "b.yaml").write_text(HIDDEN.replace("subject: dns1", "subject: dns9"))
    done = sre("eval", "--scenarios", "wrong")
    assert done.code == 2
    assert "wrong/a.yaml:3: unknown fault kind 'disc_dead', did you mean 'disk_dead'?" in done.err
    assert "wrong/b.yaml:7: unknown subject 'dns9' of dns_down" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--case", "dns-dwn"], "no case 'dns-dwn' among the chosen scenarios; did you mean dns-d"),
        (["--case", "dns-down/9"], "no case 'dns-down/9'"),
        (["--half", "most"], "--half"),
        (["--repeat", "0"], "greater than or equal to 1"),
        (["--judge", "openai/gpt-5"], "--judge judges the answers of a model, and none is"),
        (["--judge", "openai/one", "--model", "openai/one"], "would judge its own answers"),
        (["--model", "ollama/x", "--no-llm"], "contradict each other"),
        (["--hour", "2:30"], "--hour 2:30: no hour such as 02:30"),
        (["--hour", "24:00"], "--hour 24:00: no hour such as 02:30"),
        (["--hour", "02:30", "--baseline", "b.json"], "a baseline is of each scenario's own hour"),
        (["--repeat", "2", "--baseline", "b.json"], "a baseline is of one round"),
        (["--baseline", "nowhere.json"], "nowhere.json: cannot be read"),
        (["--scenarios", "incidents", "--update-baseline"], "name the file to write"),
        (["--questions", "x.yaml"], "--questions belongs to --retrieval"),
        (["--retrieval", "--questions", "x.yaml"], "x.yaml: no such file"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_done(
    sre: Sre, arguments: list[str], told: str
) -> None:
    done = sre("eval", *arguments)
    assert done.code == 2
    assert told in done.err
    assert done.out == ""
