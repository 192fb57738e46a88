"""Lines as real programs write them: what they tell, and what must not be taken for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import LineSign

TABLE: dict[str, dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "lines.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)
SIGNS: dict[str, LineSign] = {
    f"{pattern.id}/{sign.title}": sign for pattern, sign in bundled().line_signs()
}
HITS = [(key, line, str(name)) for key, one in TABLE.items() for line, name in one["hits"].items()]
PATTERNS = sorted({key.partition("/")[0] for key in TABLE})
MISSES = [(key, line) for key, one in TABLE.items() for line in one["misses"]]


def test_every_sign_has_lines() -> None:
    assert set(SIGNS) == set(TABLE)
    assert all(one["hits"] and one["misses"] for one in TABLE.values())


def test_every_group_that_names_is_seen_at_work() -> None:
    named = {key for key, _, name in HITS if name}
    assert {key for key, sign in SIGNS.items() if sign.names} == named


@pytest.mark.parametrize("pattern", PATTERNS)
def test_lines_tell_and_no_other_pattern_takes_them_first(pattern: str) -> None:
    for key, line, name in HITS:
        if key.partition("/")[0] == pattern:
            assert SIGNS[key].regex.search(line), (key, line)
            assert SIGNS[key].subject_in(line) == name, (key, line)
            told = bundled().telling(line)
            assert told is not None
            assert told[0].id == pattern, (key, line)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_near_misses_tell_nothing(pattern: str) -> None:
    for key, line in MISSES:
        if key.partition("/")[0] == pattern:
            assert not SIGNS[key].regex.search(line), (key, line)


def test_words_leave_out_no_sign() -> None:
    signs = list(bundled().line_signs())
    for _, line, _ in HITS[::3]:
        assert bundled().telling(line) == next(one for one in signs if one[1].regex.search(line))


def test_searched_lines_have_a_word_that_is_searched_for() -> None:
    search = bundled().search()
    words = [re.compile(each) for each in search.expressions]
    for key, line, _ in HITS:
        if SIGNS[key].searched:
            assert any(each.search(line) for each in words), (key, line)
            assert search.keeps(line)
