"""Room and its end: the amount asked for is held against what is free."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sre_tui.agent.analyst.answers.capacity import asked_amount
from tests.evals.analyst_lab import Lab, lab_of
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with lab_of("several-at-once", tmp_path_factory.mktemp("lab"), guests=32) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("do I have enough ram on pve3 for another 8 GB vm?",
         r"Yes, pve3 has [\d.]+ GiB of 64.0 GiB of memory free\*\*; with 8 GB more it would be"),
        ("do I have enough ram on pve3 for another 80 GB vm?",
         r"No, pve3 has .* free\*\*; 80 GB is [\d.]+ GiB more than that"),
        ("do I have enough ram for another 8 GB vm?", r"Yes, pve\d has"),
        ("do I have enough space on tank for 2 TB?",
         r"Yes, tank on nas1 has [\d.]+ TiB of [\d.]+ TiB free\*\*; with 2 TB more it would be"),
        ("do I have enough space on tank for 20 TB?", r"No, tank on nas1 has .*20 TB is "),
        ("is there room for 500 GB on fast?", r"Yes, fast .*more than a pool should hold"),
        ("do I have enough space on tank?", r"Yes, tank on nas1 has [\d.]+ TiB of"),
        ("when will tank be full?", r"Pool tank on nas1 is full in \d+ years.*now [\d.]+ % of"),
        ("how many days until tank is full?", r"Pool tank on nas1 is full in"),
        ("how big is the datastore main and when is it full",
         r"Datastore main is full in \d+ years\*\* \(now [\d.]+ % of 7.1 TiB"),
        ("is there room for 2 TB on flurb?", r"Nothing here is called `flurb`"),
    ]),
)  # fmt: skip
async def test_room_is_compared(lab: Lab, question: str, told: str) -> None:
    answer = await lab.ask(question)
    assert re.match(rf"\*\*{told}", answer.text), answer.text
    assert answer.unsupported == ()


@pytest.mark.parametrize(
    ("text", "memory", "amount"),
    [
        ("room for 2 TB", False, 2e12),
        ("room for 1,5 TiB", False, 1.5 * 2**40),
        ("ram for 8 GB", True, 8 * 2**30),
        ("ram for 512M", True, 512 * 2**20),
        ("room for 3 more", False, None),
    ],
)
async def test_amounts_are_read(text: str, memory: bool, amount: float | None) -> None:
    assert asked_amount(text, memory=memory) == amount
