"""The built-in analyst names the cause of these bundled scenarios, from evidence only."""

import re
from pathlib import Path

import pytest

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.events import Answer
from sre_tui.demo.scenario import Question
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.evals.measures import INVESTIGATE
from sre_tui.tools.registry import all_tools
from tests.evals.analyst_lab import lab_of
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but

SCENARIOS = [
    "backup-missing-from-job",
    "dns-down",
    "guest-stopped",
    "nas-disk-failing",
    "network-loss",
    "quiet",
    "several-at-once",
    "ups-on-battery",
]
"""One of each kind of trouble; the evaluation asks the questions of all."""
KNOWN = {tool.name for tool in all_tools()}


@pytest.mark.parametrize("scenario_id", slow_but(["dns-down"], SCENARIOS))
async def test_answers_match_the_truth(scenario_id: str, tmp_path: Path) -> None:
    await ask(scenario_id, tmp_path)


async def ask(scenario_id: str, folder: Path) -> None:
    scenario = load_scenario(scenario_id)
    assert scenario.questions
    async with lab_of(scenario_id, folder, guests=fewest_guests(scenario_id)) as lab:
        for question in scenario.questions:
            answer = await lab.ask(question.ask)
            check(question, answer)


def check(question: Question, answer: Answer) -> None:
    said = answer.text.casefold()
    for group in question.truth.mention:
        assert any(word.casefold() in said for word in group), (question.ask, group, answer.text)
    for phrase in question.truth.avoid:
        assert phrase.casefold() not in said, (question.ask, phrase, answer.text)
    called = {one.tool for one in answer.evidence}
    assert set(question.truth.tools.must) & KNOWN <= called or INVESTIGATE in called
    assert not set(question.truth.tools.never) & called
    assert sum(not one.part_of for one in answer.evidence) <= MAX_CALLS
    cited = set(re.findall(r"\[(E\d+)\]", answer.text))
    assert cited, answer.text
    assert cited <= {one.id for one in answer.evidence}
    assert answer.unsupported == (), (question.ask, answer.unsupported, answer.text)
    assert answer.mode == "analyst"
    assert "no language model" in answer.text
