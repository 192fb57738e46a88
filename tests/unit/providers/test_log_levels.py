import re

import pytest

from providers.loki.levels import ORDER, SPELLINGS, at_least, level_of, spellings_pattern
from providers.loki.models import Level


@pytest.mark.parametrize(
    ("labels", "line", "level"),
    [
        ({"level": "ERR"}, "", "error"),
        ({"level": "warn"}, "", "warning"),
        ({"detected_level": "fatal"}, "", "critical"),
        ({"level": "unknown", "detected_level": "info"}, "", "info"),
        ({"severity": "notice"}, "", "info"),
        ({}, 'ts=1 level=error msg="x"', "error"),
        ({}, '{"level":"warn","msg":"x"}', "warning"),
        ({}, "2026-11-22 14:00:00 [ERROR] boom", "error"),
        ({}, "no errors found", "unknown"),
        ({}, "", "unknown"),
    ],
)
def test_one_spelling_for_all(labels: dict[str, str], line: str, level: Level) -> None:
    assert level_of(labels, line) == level


@pytest.mark.parametrize("level", [level for level in ORDER if level != "unknown"])
def test_the_filter_pattern_finds_what_is_read_as_that_level(level: Level) -> None:
    wanted = at_least(level)
    pattern = re.compile(spellings_pattern(wanted))
    common = {"critical", "crit", "fatal", "panic", "emerg", "error", "err", "warning", "warn",
              "info", "notice", "debug", "trace"}  # fmt: skip
    for other, spellings in SPELLINGS.items():
        for spelling in common & set(spellings):
            assert bool(pattern.fullmatch(spelling.upper())) is (other in wanted)
