"""An answer knows its verdict, and none is given in the name of a backend that is away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources

import pytest

from sre_tui.agent.analyst.answers.unseen import honest
from sre_tui.agent.analyst.calls import Caller
from sre_tui.agent.analyst.coverage import Coverage
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from tests.unit.analyst.constructed import HandedOut

NOW = datetime(2026, 3, 14, 15, tzinfo=UTC)
CANNOT = "**Cannot tell: TrueNAS cannot be reached**. "


class Told(Coverage):
    """Sources that are away, and others with the age of their data in seconds."""

    def __init__(self, *away: str, **old: float) -> None:
        super().__init__()
        self._away = away
        self._old = old

    @property
    def failed(self) -> tuple[str, ...]:
        return self._away

    def trouble(self, name: str) -> str:
        return f"{name} cannot be reached." if name in self._away else ""

    def ages(self, now: datetime) -> dict[str, float]:
        return {name.replace("_", " "): age for name, age in self._old.items()}


def told(question: str, coverage: Coverage, *pieces: str) -> str:
    caller = Caller(HandedOut(lambda tool, arguments: None), 5)
    asked = understand(question, "", NOW, UTC)
    look = Look(question=asked, caller=caller, now=NOW, coverage=coverage)
    return "".join(honest(look, pieces))


def test_an_opening_is_text_that_knows_its_word() -> None:
    lead = Opening("Yes: ", "all pools are online**.") + " [E1]"
    assert lead == "**Yes: all pools are online**. [E1]"
    assert (lead.said, lead.unworded) == ("yes", "all pools are online. [E1]")
    hedged = Opening("None", "**: all of 3 run.", by="Prometheus")
    assert hedged == "**As far as Prometheus knows, none**: all of 3 run."
    quiet = Opening("", "Nothing wrong was found**.", well=True, caveat=" No all-clear.") + "\n\n"
    assert quiet == "**Nothing wrong was found**. No all-clear.\n\n"
    assert quiet.with_caveat("").unworded == "nothing wrong was found."


@pytest.mark.parametrize(
    ("question", "lead", "expected"),
    [
        ("are the pools ok?", Opening("Yes: ", "pool tank is online**."),
         f"{CANNOT}As far as the others tell: pool tank is online."),
        ("are the pools ok?", Opening("No: ", "pool tank is degraded**."),
         "**No: pool tank is degraded**."),
        ("is any pool degraded?", Opening("No: ", "pool tank is online**.", by="Prometheus"),
         f"{CANNOT}As far as Prometheus knows: pool tank is online."),
        ("is any pool degraded?", Opening("Yes: ", "pool tank is**."), "**Yes: pool tank is**."),
        ("which pools are degraded?", Opening("None: ", "all are online**."),
         f"{CANNOT}As far as the others tell: all are online."),
        ("which pools are there?", Opening("", "2 pools**: tank and No: fast."),
         "**2 pools**: tank and No: fast."),
        ("are the pools ok?", "**Yes: says a stranger**.", "**Yes: says a stranger**."),
        ("is loki up?", Opening("Yes: ", "it is**."), "**Yes: it is**."),
    ],
)  # fmt: skip
def test_no_all_clear_without_the_backend_that_knows(
    question: str, lead: str, expected: str
) -> None:
    assert told(question, Told("TrueNAS"), lead) == expected


@pytest.mark.parametrize(
    ("old", "age"),
    [({"TrueNAS": 58.0, "TrueNAS_b": 7200.0}, "2 h"), ({"TrueNAS": 3540.0}, "59 min"),
     ({"TrueNAS": 90000.0, "TrueNAS_b": 3599.0}, "1 d 1 h")],
)  # fmt: skip
def test_the_oldest_data_tells_how_old_an_answer_is(old: Mapping[str, float], age: str) -> None:
    lead = told("are the pools ok?", Told(**old), Opening("Yes: ", "all are online**."))
    assert f"as it was {age} ago: all are online." in lead


def test_every_answer_that_says_yes_or_no_says_so_as_data() -> None:
    spoken = re.compile(r'"\*\*(?:Yes|No|None)[:,] |"\*\*\{(?:head|yes_no)\b')
    folder = resources.files("sre_tui.agent.analyst")
    sources = [*folder.iterdir(), *(folder / "answers").iterdir()]
    found = [one.name for one in sources if one.name.endswith(".py")
             and spoken.search(one.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []
