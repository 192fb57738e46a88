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
from tests.evals.analyst_lab import lab_of

RIGHT = 0.95
WORDED = {"questions": 0.95, "validation": 0.95, "held_out": 0.8}
"""How many first sentences must say what is expected; those held out were never tuned on."""
GUESTS = {"several-at-once": 32}
FEW_GUESTS = 20
"""Every guest costs time; some scenarios name more of them."""
Question = dict[str, Any]


def _read(name: str) -> list[Question]:
    made: list[Question] = yaml.safe_load(
        Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    )
    return made


SETS = {name: _read(f"tool_choice_{name}") for name in ("questions", "validation", "held_out")}


def first_sentence(text: str) -> str:
    """What stands before the end of the first sentence that is cited, or of the paragraph."""
    return re.split(r"(?<=\])\.?\s(?!\[)|\n\n", text, maxsplit=1)[0]


def mistakes(question: Question, answer: Answer) -> list[str]:
    called = {one.tool for one in answer.evidence}
    groups = [one if isinstance(one, list) else [one] for one in question["must"]]
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


@pytest.mark.parametrize("name", SETS)
async def test_the_right_tools_are_chosen(name: str, tmp_path: Path) -> None:
    by_scenario: dict[str, list[Question]] = defaultdict(list)
    for question in SETS[name]:
        by_scenario[question.get("scenario", "quiet")].append(question)
    failed: list[str] = []
    silent: list[str] = []
    for scenario, questions in by_scenario.items():
        async with lab_of(
            scenario, tmp_path / scenario, guests=GUESTS.get(scenario, FEW_GUESTS)
        ) as lab:
            for question in questions:
                asked = f"{question['ask']} ({scenario})"
                answer = await lab.ask(question["ask"])
                wrong = mistakes(question, answer)
                if wrong:
                    failed.append(f"{asked}: {'; '.join(wrong)}")
                silent += [f"{asked}: {one}" for one in unsaid(question, answer)]
                assert 0 < len(answer.evidence) <= MAX_CALLS, asked
                assert answer.unsupported == (), (asked, answer.unsupported)
    assert len(failed) <= (1 - RIGHT) * len(SETS[name]), "\n".join(failed)
    said = sum("says" in one for one in SETS[name])
    assert len(silent) <= (1 - WORDED[name]) * said, "\n".join(silent)
