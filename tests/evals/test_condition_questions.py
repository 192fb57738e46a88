"""Whether one thing is well is answered of that thing first, whatever else is wrong."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.evals.analyst_lab import Labs, shared_labs
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as made:
        yield made


@pytest.mark.parametrize(
    ("scenario", "question", "first", "elsewhere"),
    sampled([
        ("several-at-once", "is the NAS disk sdc dying?",
         r"No, disk sdc on nas1 is healthy\*\*: online in pool tank .*SMART passed, \d+ °C", True),
        ("several-at-once", "is sdc ok?", r"Yes, disk sdc on nas1 is healthy", True),
        ("several-at-once", "is sdg ok?",
         r"Yes, disk sdg .*but in the same pool sdh \(removed.*is not well", True),
        ("several-at-once", "is sdh ok?", r"No, disk sdh on nas1 is not well\*\*: removed", True),
        ("several-at-once", "is pve1 ok?", r"Yes, pve1 is fine.*online, [\d.]+ % of its pro", True),
        ("several-at-once", "is nextcloud down?", r"No, nextcloud is up\*\*: running on pve", True),
        ("several-at-once", "is the ups ok?", r"Yes, UPS ups1 is fine.*charged to 100 %", True),
        ("several-at-once", "how is the ups battery?", r"UPS ups1 is fine.*lasts \d+ min", True),
        ("several-at-once", "are my certificates ok?",
         r"Yes, all \d+ certificates are valid.*expires in \d+ d", True),
        ("several-at-once", "is the certificate of nextcloud valid?",
         r"Yes, the certificate of nextcloud is valid.*expires in \d+ d", True),
        ("nas-disk-failing", "is sda dying?",
         r"No, disk sda on nas1 is healthy.*in the same pool sdc \(.*106 errors", False),
        ("nas-disk-failing", "is sdc dying?", r"Yes: disk sdc on nas1 is failing", False),
    ]),
)  # fmt: skip
async def test_the_thing_asked_about_comes_first(
    labs: Labs, scenario: str, question: str, first: str, elsewhere: bool
) -> None:
    answer = await (await labs.of(scenario, guests=fewest_guests(scenario))).ask(question)
    lead, _, rest = answer.text.partition("\n\n")
    assert re.search(first, lead), answer.text
    assert ("**Elsewhere**" in rest) is elsewhere
    assert answer.unsupported == ()
    if re.search("healthy|fine|is up|valid", lead):
        assert "What to do next" not in rest


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("what is the temperature of sdc?", r"\*\*disk temperature: \d+ °C\*\* now on nas1 sdc"),
        ("what is the temperature of sdh?",
         r"\*\*disk temperature: none is reported of nas1 sdh now\*\*, the last was \d+ °C at 13:"),
        ("which snapshots are oldest?", r"\*\*.*tank/sync.* the oldest snapshots?\*\*: of 2026-10"),
    ]),
)  # fmt: skip
async def test_what_is_gone_has_no_value_now(labs: Labs, question: str, told: str) -> None:
    lab = await labs.of("several-at-once", guests=fewest_guests("several-at-once"))
    answer = await lab.ask(question)
    assert re.match(told, answer.text), answer.text
    assert answer.unsupported == ()


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("is it dns?", r"\*\*No: nothing wrong was found with the name servers"),
        ("is it the certificates?", r"\*\*No: nothing wrong was found with the certificates"),
        ("is there power?", r"\*\*(Nothing wrong was found with the power|UPS ups1)"),
        ("why does nothing load?", r"\*\*(?!Nothing wrong was found with the processors)"),
        ("why won't the pages load", r"\*\*(?!Nothing wrong was found with the processors)"),
        ("which disk is dead?", r"\*\*(?!Yes|No)"),
    ]),
)  # fmt: skip
async def test_where_the_fault_may_lie_is_answered(labs: Labs, question: str, told: str) -> None:
    lab = await labs.of("nas-disk-failing", guests=fewest_guests("nas-disk-failing"))
    answer = await lab.ask(question)
    assert re.match(told, answer.text), answer.text
    assert "has no answer" not in answer.text
    assert answer.unsupported == ()


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("How long will the servers last?", r"^\*\*\d+ min if the power went now, at"),
        ("are at least my scanned documents copied somewhere current", r"^\*\*.*replication "),
        ("who is using all my disk space",
         r"^\*\*tank/\w+ is the biggest dataset.*\n[^$]*- tank is \d+"),
        ("how much space does the backup of the mac have", r"^\*\*tank/timemachine .*uses|used"),
        ("when is archive full", r"^\*\*(When )?[dD]atastore archive"),
        ("is someone trying to log in?", r"^\*\*(Yes|No): .*logins? (failed )?since"),
        ("any failed logins on media?", r"^\*\*No: no failed login since"),
        ("how long will the battery last?", r"^\*\*\d+ min if the power went now"),
    ]),
)  # fmt: skip
async def test_everyday_questions_have_their_own_answer(
    labs: Labs, question: str, told: str
) -> None:
    lab = await labs.of("nas-disk-failing", guests=fewest_guests("nas-disk-failing"))
    answer = await lab.ask(question)
    assert re.search(told, answer.text), answer.text
    assert answer.unsupported == ()


async def test_who_fears_an_attack_is_told_who_got_in(labs: Labs) -> None:
    lab = await labs.of("somebody-is-hacking-us", guests=10)
    told = (await lab.ask("have we been hacked???")).text
    assert re.search(r"\*\*Logins\*\*: \d+ logins failed since .*192\.0\.2\.91 \(\d+\)", told)
    assert "none of them got in: what succeeded were" in told
