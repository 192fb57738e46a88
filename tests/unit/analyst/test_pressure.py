"""A question for load is answered with the figure of now, and when its check fires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from sre_tui.tools.prometheus_data import InstantValues
from tests.unit.analyst.constructed import NOW, World, answer_now, sample


@dataclass
class Busy(World):
    """A machine whose processors are that busy, though no check has fired."""

    share: float = 1.0

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        query = str(arguments.get("query", ""))
        if tool == "prometheus_instant_query" and "node_cpu_seconds_total" in query:
            items = (sample(self.share, "", instance="media:9100"),)
            return InstantValues(items=items, query=query, at=NOW, kind="vector")
        return super().answer(tool, arguments)


@pytest.mark.parametrize("question", ["is the cpu busy?", "is the cpu of media busy?"])
def test_what_is_over_the_limit_of_a_check_that_waits_is_told(question: str) -> None:
    text = answer_now(question, Busy())
    assert text.startswith(
        "**Yes, media uses 100 % of its processors** now; no check has fired yet: `cpu-busy` does "
        "at more than 85 % for 10 min."
    )


def test_what_is_well_is_told_with_the_figure_that_comes_nearest() -> None:
    assert answer_now("is the cpu busy?", Busy(share=0.2)).startswith(
        "**No, nothing here is short of processor time**: nearest to it is media, which uses 20 % "
        "of its processors"
    )
    assert answer_now("how is the cpu?", Busy(share=0.2)).startswith(
        "**Nothing here is short of processor time**: nearest to it is media"
    )
