"""What to do first is answered with the first step against what is wrong, or that there is none."""

import pytest

from tests.unit.analyst.constructed import FAILING_DISK, World, answer_now

FIRST = "**First, as disk sdc on nas1 is failing**: Replace the disk. [E"
ASKED = (
    "What should I do first",
    "what do i do now?",
    "where do i start",
    "was soll ich zuerst tun",
)


@pytest.mark.parametrize("question", ASKED)
def test_the_first_step_mends_the_worst(question: str) -> None:
    text = answer_now(question, World(found=FAILING_DISK))
    assert text.startswith(FIRST)
    assert "zpool replace tank sdc" in text


@pytest.mark.parametrize("question", ASKED)
def test_where_nothing_is_wrong_nothing_needs_doing(question: str) -> None:
    assert answer_now(question).startswith("**Nothing needs doing**: no trouble was found.")


def test_what_to_do_about_something_is_asked_of_the_runbooks() -> None:
    assert answer_now("what should i do when a disk fails").startswith(
        "**Disk wear** has a section"
    )
