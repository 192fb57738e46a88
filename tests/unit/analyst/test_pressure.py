"""A question for load is answered with the figure of now, and when its check fires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.tools.health import HealthListing
from sre_tui.tools.prometheus_data import InstantValues
from tests.unit.analyst.constructed import NOW, World, answer_now, sample, subject


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


@dataclass
class Elsewhere(Busy):
    """The same, while another machine is in trouble."""

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        if tool == "check_health":
            other = Finding(
                check="cpu-busy", kind="cpu_saturated", subject=subject("guest", "docker1"),
                severity=Severity.WARNING, text="docker1 uses 99 % of its processors",
            )  # fmt: skip
            return HealthListing(items=(other,), ran=9, verdict="warning")
        return super().answer(tool, arguments)


def test_checks_that_found_trouble_elsewhere_are_not_counted_as_finding_none() -> None:
    text = answer_now("is the cpu of media busy?", Elsewhere(share=0.2))
    assert text.startswith("**No, media is not short of processor time**")
    assert "No check of this has a finding of it;" in text
    assert "9 checks" not in text
    assert "9 checks found nothing wrong" in answer_now("is the cpu busy?", Busy(share=0.2))


def test_a_disk_is_busy_by_its_reads_and_writes() -> None:
    text = answer_now("is disk sdc of nas1 busy?", Busy(share=0.2))
    assert "held up by its disks" in text
    assert "processor" not in text


@dataclass
class Waiting(Busy):
    """A machine that waits for its disk while its processors are idle."""

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        if tool == "check_health":
            waits = Finding(
                check="io-pressure", kind="io_pressure", subject=subject("guest", "media"),
                severity=Severity.WARNING, text="work waits for storage 65 % of the time",
            )  # fmt: skip
            asked = str(arguments["only"]).split(",")
            items = (waits,) if "io-pressure" in asked else ()
            return HealthListing(items=items, ran=len(asked), verdict="warning")
        return super().answer(tool, arguments)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("is media overloaded?", "**Yes, media is overloaded**"),
        ("ist media überlastet?", "**Yes, media is overloaded**"),
        ("is the load on media normal?", "**No, media is overloaded**"),
        ("is the cpu of media busy?", "**No, media is not short of processor time**"),
    ],
)
def test_load_is_what_waits_for_disks_too(question: str, begins: str) -> None:
    assert answer_now(question, Waiting(share=0.1)).startswith(begins)


def test_a_load_that_is_normal_is_a_yes() -> None:
    text = answer_now("is the load on media normal?", Busy(share=0.1))
    assert text.startswith("**Yes, media is not overloaded**")
