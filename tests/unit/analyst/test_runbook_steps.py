"""Which steps of a runbook are told, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sre_tui.agent.analyst.calls import Found
from sre_tui.agent.analyst.runbook_steps import runbook_call, steps_of
from sre_tui.tools.runbooks import RunbookMatches
from tests.unit.analyst.constructed import HandedOut, passage

FIX = """\
1. Check that backups are fresh.
2. Run a long self-test.
3. Heat: clean the filters.
4. CRC only: replace the cable.
5. Failing or self-test failed: replace now.
6. Worn SSD under LVM: move volumes online.
"""


def _found(text: str) -> Found:
    data = RunbookMatches(items=(passage("Disk wear", "Fix", text),), query="?", mode="text")

    def answerer(tool: str, arguments: Mapping[str, Any]) -> RunbookMatches:
        return data

    runner = HandedOut(answerer)
    call = runbook_call("disk")
    [tool] = [one for one in runner.tools if one.name == call.tool]
    [ran] = asyncio.run(runner.run_all([(tool, call.arguments)]))
    return Found(call, ran)


def test_steps_are_the_first_ones_in_the_order_of_the_document() -> None:
    steps = steps_of(_found(FIX))
    assert steps is not None
    assert steps.items == (
        "Check that backups are fresh.", "Run a long self-test.", "Heat: clean the filters.",
    )  # fmt: skip


def test_steps_for_another_case_are_left_out() -> None:
    steps = steps_of(_found(FIX), about="disk sdc on nas1 is failing")
    assert steps is not None
    assert steps.items == (
        "Check that backups are fresh.", "Run a long self-test.",
        "Failing or self-test failed: replace now.",
    )  # fmt: skip


def test_where_no_case_fits_the_first_steps_are_told() -> None:
    steps = steps_of(_found("1. Heat: cool it.\n2. CRC only: swap it.\n"), about="something else")
    assert steps is not None
    assert steps.items == ("Heat: cool it.", "CRC only: swap it.")
