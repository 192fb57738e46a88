"""docs/walkthrough.md: every scenario is in it, and its keys lead from what is red to the cause."""

import re

import pytest

from docs.make_walkthrough import AT_MOST, sections, walk, walked_ids
from sre_tui.screens.actions import ACTIONS

SECTIONS = sections()
_KEYS = re.compile(r"^Keys: ((?:`[^`]+` ?)+)\((\d+)\)", re.MULTILINE)


def keys_of(name: str) -> list[str]:
    found = _KEYS.search(SECTIONS[name])
    assert found, f"{name} tells no keys"
    return re.findall(r"`([^`]+)`", found[1])


def test_every_scenario_is_walked_through_with_few_keys() -> None:
    assert list(SECTIONS) == walked_ids(), "run: make walkthrough"
    known = {key for action in ACTIONS for key in action.keys.split(",")} | {"j"}
    for name in SECTIONS:
        keys = keys_of(name)
        assert 1 <= len(keys) <= AT_MOST, name
        assert set(keys) <= known, name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["backup-missing-from-job"])
async def test_the_keys_lead_to_the_cause(name: str) -> None:
    walked = await walk(name, (tuple(keys_of(name)),))
    assert walked.right
    assert list(walked.keys) == keys_of(name)
