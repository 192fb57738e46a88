"""Which questions are answered by yes or no."""

from datetime import UTC

import pytest

from sre_tui.agent.analyst.fact_questions import IS_IT
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.regarding import asks_whether
from tests.unit.analyst.constructed import NOW


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("is everything ok?", True),
        ("backups ok", True),
        ("everything backed up?", True),
        ("was jellyfin restarted?", True),
        ("läuft alles?", True),
        ("which DNS server is down, and why?", False),
        ("was ist kaputt?", False),
        ("how is the nas", False),
        ("and which of them failed?", False),
        ("what's down", False),
        ("wer hat win11 gestoppt", False),
        ("list guests without a backup", False),
        ('mail from proxmox "backup failed" x40, second night in a row', False),
        ("jellyfin keeps crashing", False),
    ],
)
def test_what_asks_which_or_how_is_not_answered_by_yes_or_no(question: str, whether: bool) -> None:
    assert asks_whether(understand(question, "", NOW, UTC)) is whether


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("is it dns", True),
        ("is it the nas again", True),
        ("could it be the router", True),
        ("is it up", False),
        ("is it normal", False),
        ("is it full", False),
    ],
)
def test_where_the_fault_lies_may_be_asked(question: str, asks: bool) -> None:
    assert (IS_IT.match(question) is not None) is asks


def test_an_all_clear_without_its_word_stays_one() -> None:
    made = Opening("No: ", "nothing failed**.").wordless(well=True)
    assert str(made) == "**Nothing failed**."
    assert made.well
    assert made.said == ""
