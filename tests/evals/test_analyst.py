"""The built-in analyst chooses the right tools."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.events import Answer
from tests.evals.analyst_lab import lab_of

QUESTIONS: list[dict[str, Any]] = yaml.load(
    Path(__file__).with_name("analyst_questions.yaml").read_text(encoding="utf-8"),
    Loader=yaml.CSafeLoader,
)
RIGHT = 0.95


def mistakes(question: dict[str, Any], answer: Answer) -> list[str]:
    called = [one.tool for one in answer.evidence]
    missing = [f"{tool} was not called" for tool in question.get("must", []) if tool not in called]
    wrong = [
        f"{tool} was called"
        for tool in dict.fromkeys(called)
        if any(fnmatch(tool, pattern) for pattern in question.get("never", []))
    ]
    return missing + wrong


def test_there_are_enough_questions() -> None:
    assert len(QUESTIONS) >= 40


@pytest.mark.slow
async def test_the_right_tools_are_chosen(tmp_path: Path) -> None:
    failed: list[str] = []
    async with lab_of("nas-disk-failing", tmp_path, guests=10) as lab:
        for question in QUESTIONS:
            answer = await lab.ask(question["ask"])
            wrong = mistakes(question, answer)
            if wrong:
                failed.append(f"{question['ask']}: {'; '.join(wrong)}")
            calls = [one for one in answer.evidence if not one.part_of]
            assert 0 < len(calls) <= MAX_CALLS, question["ask"]
            assert answer.unsupported == (), (question["ask"], answer.unsupported)
    assert len(failed) <= (1 - RIGHT) * len(QUESTIONS), "\n".join(failed)
