"""Lines as real programs write them: what they tell, and what must not be taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import LineSign

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "lines.yaml").read_text(encoding="utf-8")
)
SIGNS: dict[str, LineSign] = {
    f"{pattern.id}/{sign.title}": sign for pattern, sign in bundled().line_signs()
}
HITS = [(key, line, str(name)) for key, one in TABLE.items() for line, name in one["hits"].items()]
MISSES = [(key, line) for key, one in TABLE.items() for line in one["misses"]]


def test_every_sign_has_lines() -> None:
    assert set(SIGNS) == set(TABLE)
    assert all(one["hits"] and one["misses"] for one in TABLE.values())


def test_every_group_that_names_is_seen_at_work() -> None:
    named = {key for key, _, name in HITS if name}
    assert {key for key, sign in SIGNS.items() if sign.names} == named


@pytest.mark.parametrize(("key", "line", "name"), HITS)
def test_line_tells(key: str, line: str, name: str) -> None:
    assert SIGNS[key].regex.search(line)
    assert SIGNS[key].subject_in(line) == name


@pytest.mark.parametrize(("key", "line", "name"), HITS)
def test_no_other_pattern_takes_it_first(key: str, line: str, name: str) -> None:
    first = next(pattern.id for pattern, sign in bundled().line_signs() if sign.regex.search(line))
    assert first == key.partition("/")[0]


@pytest.mark.parametrize(("key", "line"), MISSES)
def test_near_miss_tells_nothing(key: str, line: str) -> None:
    assert not SIGNS[key].regex.search(line)
