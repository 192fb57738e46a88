"""The built-in analyst asks the backend that knows, and its first sentence says so."""

import re
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.events import Answer
from sre_tui.evals.measures import INVESTIGATE
from tests.evals.analyst_lab import lab_of
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but

RIGHT = 0.95
GUESTS = {"quiet": 20}
"""Questions of the quiet homelab name more guests than the smallest one has."""
WORDED = {"questions": 0.95, "validation": 0.95, "held_out": 0.8}
"""How many first sentences must say what is expected; those held out were never tuned on."""
Question = dict[str, Any]


def _read(name: str) -> list[Question]:
    made: list[Question] = yaml.load(
        Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"),
        Loader=yaml.CSafeLoader,
    )
    return made


SETS = {name: _read(f"tool_choice_{name}") for name in ("questions", "validation", "held_out")}


def scenario_of(question: Question) -> str:
    found: str = question.get("scenario", "quiet")
    return found


def first_sentence(text: str) -> str:
    """What stands before the end of the first sentence that is cited, or of the paragraph."""
    return re.split(r"(?<=\])\.?\s(?!\[)|\n\n", text, maxsplit=1)[0]


def mistakes(question: Question, answer: Answer) -> list[str]:
    called = {one.tool for one in answer.evidence}
    groups = [one if isinstance(one, list) else [one] for one in question["must"]]
    # Who looks into it reads every backend.
    groups = [] if INVESTIGATE in called else groups
    missing = [f"{' or '.join(one)} was not called" for one in groups if not called & set(one)]
    wrong = [
        f"{tool} was called"
        for tool in sorted(called)
        if any(fnmatch(tool, pattern) for pattern in question["never"])
    ]
    return missing + wrong


def unsaid(question: Question, answer: Answer) -> list[str]:
    said = first_sentence(answer.text).replace("*", "")
    return [
        f"{words!r} is not in {said!r}"
        for words in question.get("says", [])
        if not re.search(words, said, re.IGNORECASE)
    ]


def test_there_are_enough_questions() -> None:
    assert len(SETS["questions"]) >= 70
    assert len(SETS["held_out"]) >= 20
    every = [one for questions in SETS.values() for one in questions]
    assert sum("says" in one for one in every) >= 40
    tools = {tool for one in every for group in one["must"]
             for tool in (group if isinstance(group, list) else [group])}  # fmt: skip
    for backend in ("proxmox", "pbs", "truenas", "prometheus", "grafana", "loki", "runbook",
                    "backup", "hdd"):  # fmt: skip
        assert any(tool.startswith(backend) for tool in tools), backend


async def answers_to(questions: list[Question], folder: Path) -> dict[tuple[str, str], Answer]:
    """The answer to each question in its scenario; every homelab is started once for all."""
    by_scenario: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        by_scenario[scenario_of(question)].add(question["ask"])
    found: dict[tuple[str, str], Answer] = {}
    for scenario, asked in by_scenario.items():
        guests = GUESTS.get(scenario) or fewest_guests(scenario)
        async with lab_of(scenario, folder / scenario, guests=guests) as lab:
            for ask in sorted(asked):
                found[scenario, ask] = await lab.ask(ask)
    return found


@pytest.mark.parametrize("name", slow_but(["validation"], SETS))
async def test_the_right_tools_are_chosen(name: str, tmp_path: Path) -> None:
    answers = await answers_to(SETS[name], tmp_path)
    failed: list[str] = []
    silent: list[str] = []
    for question in SETS[name]:
        scenario = scenario_of(question)
        asked = f"{question['ask']} ({scenario})"
        answer = answers[scenario, question["ask"]]
        wrong = mistakes(question, answer)
        if wrong:
            failed.append(f"{asked}: {'; '.join(wrong)}")
        silent += [f"{asked}: {one}" for one in unsaid(question, answer)]
        calls = [one for one in answer.evidence if not one.part_of]
        assert 0 < len(calls) <= MAX_CALLS, asked
        assert answer.unsupported == (), (asked, answer.unsupported)
    assert len(failed) <= (1 - RIGHT) * len(SETS[name]), "\n".join(failed)
    said = sum("says" in one for one in SETS[name])
    assert len(silent) <= (1 - WORDED[name]) * said, "\n".join(silent)
