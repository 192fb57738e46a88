"""Which steps of a runbook are told for a trouble."""

import pytest

from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.steps import fits, steps_of


@pytest.mark.parametrize(
    ("step", "about", "fitting"),
    [
        ("Heat: clean the filters.", "disk sdc on nas1 is failing", False),
        ("Failing or self-test failed: replace now.", "disk sdc on nas1 is failing", True),
        ("Lock. Careful: unlocking can damage the disk", "guest tdarr is locked by a task", True),
        ("Lock. Careful: unlocking can damage the disk", "guest mail was stopped", False),
        ("It was only stopped: start it.", "guest mail was stopped by somebody", True),
        ("Run a long self-test; it is read-only.", "anything", True),
        ("Heat: cool it.", "", True),
    ],
)
def test_a_step_is_for_every_case_or_for_this_one(step: str, about: str, fitting: bool) -> None:
    assert fits(step, about) is fitting


def test_steps_for_another_case_are_left_out_where_enough_fit() -> None:
    told = [one.text for one in steps_of("disk-smart-warning", "Fix", 3, "disk sdc is failing")]
    assert len(told) == 3
    assert told[0].startswith("Check that backups")
    assert told[2].startswith("Failing or self-test failed: replace now")
    first = steps_of("dns-down", "Fix", 2, "name server dns1 is down")[0]
    assert first.text.startswith("Give the house names again, then repair: ")
    assert len(steps_of("disk-smart-warning", "Fix", 9, "disk sdc is failing")) == 3
    assert len(steps_of("disk-smart-warning", "Fix", 9)) == 6


def test_a_node_that_is_down_has_steps_for_power_and_cable_before_any_vote() -> None:
    pattern = bundled()["node_down"]
    steps = [*steps_of(pattern.runbook, "Checks", 2), *steps_of(pattern.runbook, "Fix", 3)]
    assert steps[0].text.startswith("Power, console, cable")
    assert not any("expected" in command for step in steps for command in step.commands)
