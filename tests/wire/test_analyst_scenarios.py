"""The built-in analyst names the cause of these bundled scenarios, from evidence only."""

import re
from pathlib import Path

import pytest

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.events import Answer
from sre_tui.demo.scenario import Question
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.tools.registry import all_tools
from tests.evals.analyst_lab import lab_of

ABOUT_DATA = [
    "backup-failing-one-guest",
    "backup-missing-from-job",
    "backups-failing-datastore-full",
    "backups-unverified",
    "nas-disk-dead",
    "nas-disk-failing",
    "nas-disks-never-sleep",
    "nas-replication-stuck",
    "nas-scrub-errors",
    "pool-filling",
]
ABOUT_MACHINES = [
    "clock-skew",
    "container-restart-loop-after-update",
    "dns-down",
    "guest-crash-loop",
    "guest-memory-leak-oom",
    "guest-stopped",
    "log-flood",
    "network-loss",
    "node-io-wait-neighbour",
    "node-offline",
    "proxy-certificate-expired",
    "quiet",
    "several-at-once",
    "target-down-red-herring",
    "ups-on-battery",
]
GUESTS = 32
"""As many as the scenarios name, and no more, because every one costs time."""
KNOWN = {tool.name for tool in all_tools()}


class TestAboutData:
    """Backups, pools and disks; a class of its own, so that another worker may take it."""

    @pytest.mark.parametrize("scenario_id", ABOUT_DATA)
    async def test_answers_match_the_truth(self, scenario_id: str, tmp_path: Path) -> None:
        await ask(scenario_id, tmp_path)


class TestAboutMachines:
    """Nodes, guests, services and the network."""

    @pytest.mark.parametrize("scenario_id", ABOUT_MACHINES)
    async def test_answers_match_the_truth(self, scenario_id: str, tmp_path: Path) -> None:
        await ask(scenario_id, tmp_path)


async def ask(scenario_id: str, folder: Path) -> None:
    scenario = load_scenario(scenario_id)
    assert scenario.questions
    async with lab_of(scenario_id, folder, guests=GUESTS) as lab:
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
    assert set(question.truth.tools.must) & KNOWN <= called
    assert not set(question.truth.tools.never) & called
    assert len(answer.evidence) <= MAX_CALLS
    cited = set(re.findall(r"\[(E\d+)\]", answer.text))
    assert cited, answer.text
    assert cited <= {one.id for one in answer.evidence}
    assert answer.unsupported == (), (question.ask, answer.unsupported, answer.text)
    assert answer.mode == "analyst"
    assert "no language model" in answer.text
