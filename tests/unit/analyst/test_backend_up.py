"""Whether a backend is up is told by whether it answers, yes or no first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from tests.unit.analyst.constructed import World, answer_now


@dataclass
class Away(World):
    """A homelab whose Grafana gives no answer."""

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        return None if tool.startswith("grafana") else super().answer(tool, arguments)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("is grafana up?", "**Yes: Grafana is up**: it answers. [E1]"),
        ("is loki running", "**Yes: Loki is up**: it answers. [E1]"),
        ("is prometheus down?", "**No: Prometheus is up**: it answers. [E1]"),
    ],
)
def test_what_answers_is_up(question: str, begins: str) -> None:
    assert answer_now(question).startswith(begins)


@pytest.mark.parametrize(
    ("question", "word"), [("is grafana up?", "No"), ("is grafana down", "Yes")]
)
def test_what_gives_no_answer_is_not_up(question: str, word: str) -> None:
    assert answer_now(question, Away()).startswith(f"**{word}: Grafana gives no answer**")
