"""How many log lines and alerts of many programs the bundled patterns recognise.

The validation half was not looked at while the patterns were written, so only its totals count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import Pattern

CORPUS: Final = Path(__file__).parent / "corpus"


class _Labelled(BaseModel):
    model_config = ConfigDict(frozen=True)

    kind: str | None
    also: tuple[str, ...] = ()
    half: str

    def meant_by(self, pattern: Pattern | None) -> bool:
        """Whether the pattern is what the label says."""
        words = {pattern.id, *pattern.also_called} if pattern is not None else set()
        return bool(words & {self.kind, *self.also})


class _Line(_Labelled):
    line: str


class _Alert(_Labelled):
    name: str
    summary: str = ""


@dataclass
class _Totals:
    right: int = 0
    meant: int = 0
    false: int = 0
    harmless: int = 0

    def count(self, one: _Labelled, *, right: bool, false: bool) -> None:
        if one.kind is None:
            self.harmless += 1
            self.false += false
        else:
            self.meant += 1
            self.right += right


_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def _lines(half: str) -> _Totals:
    entries = yaml.load(
        (CORPUS / "log_lines.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    search = bundled().search()
    words = re.compile(
        "|".join(each.removeprefix("(?i)") for each in search.expressions), re.IGNORECASE
    )
    totals = _Totals()
    for one in map(_Line.model_validate, entries):
        if one.half != half:
            continue
        found = words.search(one.line) and search.keeps(one.line)
        told = bundled().telling(one.line) if found else None
        right = told is not None and one.meant_by(told[0])
        false = told is not None and not told[0].symptom and told[1].severity is not Severity.NOTE
        totals.count(one, right=right, false=false)
    return totals


def _pattern_of(alert: _Alert) -> Pattern | None:
    words = _BETWEEN_WORDS.sub(" ", alert.name).casefold()
    texts = (words, words.replace(" ", ""), alert.summary.casefold())
    return next((found for text in texts if (found := bundled().for_alert(text))), None)


def _alerts(half: str) -> _Totals:
    entries = yaml.load(
        (CORPUS / "alerts.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    totals = _Totals()
    for one in map(_Alert.model_validate, entries):
        if one.half == half:
            pattern = _pattern_of(one)
            false = pattern is not None and not pattern.symptom
            totals.count(one, right=one.meant_by(pattern), false=false)
    return totals


@pytest.mark.parametrize(
    ("half", "right", "meant", "false", "harmless"),
    [("tuning", 224, 233, 0, 70), ("validation", 155, 232, 4, 71)],
)
def test_lines(half: str, right: int, meant: int, false: int, harmless: int) -> None:
    totals = _lines(half)
    assert (totals.meant, totals.harmless) == (meant, harmless)
    assert totals.right >= right
    assert totals.false <= false


@pytest.mark.parametrize(
    ("half", "right", "meant", "false", "harmless"),
    [("tuning", 91, 93, 0, 13), ("validation", 73, 92, 2, 14)],
)
def test_alerts(half: str, right: int, meant: int, false: int, harmless: int) -> None:
    totals = _alerts(half)
    assert (totals.meant, totals.harmless) == (meant, harmless)
    assert totals.right >= right
    assert totals.false <= false
