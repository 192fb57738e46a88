"""What the journal is asked for by its own words: what helped, and not what was merely tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from sre_tui.tools.memory_incidents import IncidentMatches
from tests.unit.analyst.constructed import NOW, HandedOut, World, said
from tests.unit.memory.killing import incident

DAY = timedelta(days=1)
CLOSED = incident("it buffered").model_copy(
    update={
        "id": "aaaa2345", "services": ("postgresql",), "started": NOW - 9 * DAY,
        "ended": NOW - 8 * DAY, "resolution": "replaced sdc",
    }
)  # fmt: skip
REOPENED = CLOSED.model_copy(
    update={"id": "bbbb2345", "started": NOW - DAY, "ended": None, "resolution": "restarted it"}
)


async def test_what_helped_leads_with_what_is_over() -> None:
    def answer(tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        if tool != "memory_search_incidents":
            return World().answer(tool, arguments)
        return IncidentMatches(items=(REOPENED, CLOSED), total=2)

    helped = await said("what helped last time PostgreSQL was slow?", HandedOut(answer))
    lead, _, rest = helped.partition("\n")
    assert "incidents of PostgreSQL, the last that something helped: it buffered" in lead
    assert "helped: replaced sdc" in lead
    assert "still open" in rest.partition("**The others**")[2]
    assert "tried: restarted it" in rest
    before = await said("has PostgreSQL been slow before?", HandedOut(answer))
    assert "the last: it buffered: began 2026-11-21" in before.partition("\n")[0]
    assert "tried: restarted it" in before.partition("\n")[0]
