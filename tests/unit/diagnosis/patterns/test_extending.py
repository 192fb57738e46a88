"""The example of the documentation is a pattern that works as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sre_tui.diagnosis.patterns.load import PatternError, Patterns, bundled, with_own
from tests.unit.diagnosis.signs.stage import found, homelab, written

DOCUMENT = Path(__file__).parents[4] / "docs" / "extending.md"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.partition("## A failure pattern")[2]
    block = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert block is not None
    path = tmp_path / "patterns" / "zigbee.yaml"
    path.parent.mkdir()
    path.write_text(block.group(1), encoding="utf-8")
    return path


@pytest.fixture
def patterns(example: Path) -> Patterns:
    return with_own(example.parent)


def test_it_is_added_to_the_bundled_ones(patterns: Patterns) -> None:
    added = {one.id for one in patterns} - {one.id for one in bundled()}
    assert added == {"zigbee_stick_lost"}
    search = patterns.search()
    assert any("adapter disconnected" in each for each in search.expressions)
    assert search.keeps("error: Adapter disconnected, stopping")


def test_its_lines_and_alerts_are_known(patterns: Patterns) -> None:
    entries = written("error: Adapter disconnected, stopping", (5, 6), service="zigbee2mqtt")
    (one,) = found(entries, homelab(), patterns)
    assert (one.kind, one.subject.name) == ("zigbee_stick_lost", "docker1/zigbee2mqtt")
    meant = patterns.for_alert("zigbee bridge offline")
    assert meant is not None
    assert meant.id == "zigbee_stick_lost"


def test_no_folder_is_no_mistake(tmp_path: Path) -> None:
    assert with_own(tmp_path / "patterns") is bundled()


def test_a_mistake_is_told_with_its_place(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace("brings: [restart_loop", "brings: [restart_lop"), "utf-8")
    with pytest.raises(PatternError, match=r"zigbee_stick_lost .*restart_lop.*restart_loop\?"):
        with_own(example.parent)
    example.write_text(text.replace("advice:", "advise:"), "utf-8")
    with pytest.raises(PatternError, match=r"zigbee\.yaml: zigbee_stick_lost: advise"):
        with_own(example.parent)
    example.write_text(text.replace("adapter disconnected|", "error|"), "utf-8")
    with pytest.raises(PatternError, match=r"lines\.0: 'error' has no word to search for.*false"):
        with_own(example.parent)
