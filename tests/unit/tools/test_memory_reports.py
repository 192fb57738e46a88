"""Archived reports: as a model reads them, and as documents of the index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from sre_tui.complaint import Complaint
from sre_tui.environment import Folders
from sre_tui.memory.reports import Reports
from sre_tui.memory.schema import REPORTS
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_reports import memory_get_previous_report
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.report_documents import report_documents
from tests.stubs.reports import MADE, full_report, hostile_report, quiet_report

WEEK = timedelta(days=7)
EARLIER, STRANGE = "aaaa1111", "bbbb2222"


@pytest.fixture
def context(tmp_path: Path) -> ToolContext:
    return ToolContext(Settings(), Folders.under(tmp_path), lambda: MADE + timedelta(hours=1))


@pytest.fixture
def archive(context: ToolContext) -> Iterator[Reports]:
    with SqliteStore(context.folders.data / "memory" / "memory.db") as store:
        kept = Reports(store)
        earlier = {"id": EARLIER, "made": MADE - WEEK, "since": MADE - 2 * WEEK}
        kept.add(quiet_report().model_copy(update={**earlier, "until": MADE - WEEK}))
        kept.add(full_report())
        yield kept


async def read(context: ToolContext, budget: int = 1500, **asked: str) -> str:
    async with context:
        answer = await memory_get_previous_report.run(context, asked)
        return memory_get_previous_report.render(answer, ModelView(context.clock(), budget))


async def test_the_latest_is_read_with_its_verdict_its_summary_and_its_age(
    context: ToolContext, archive: Reports
) -> None:
    text = await read(context, budget=6000)
    assert "made 2026-11-23 06:00:00 UTC (1 h ago)" in text
    assert "it tells the past" in text
    assert "Replace `sdc` in tank" in text
    assert text.index("Replace `sdc`") < text.index("HostMemoryPressure")
    assert "paperless" in text


async def test_a_day_is_that_on_which_it_was_made(context: ToolContext, archive: Reports) -> None:
    assert "Report aaaa1111" in await read(context, report="2026-11-16")
    for day, said in (
        # The report of the week that it lies in was made later.
        ("2026-11-20", "none was made that day; r-20261123-0600 is about it"),
        ("2026-11-12", "none was made that day; aaaa1111 is about it"),
        ("2026-11-24", "none was made that day; `sre report list` has them"),
    ):
        with pytest.raises(Complaint) as caught:
            await read(context, report=day)
        assert str(caught.value) == f"there is no report '{day}'; {said}"


async def test_a_row_is_told_by_what_it_is_about_and_without_its_bar(
    context: ToolContext, archive: Reports
) -> None:
    text = await read(context, section="capacity")
    assert "- tank: kind pool; used 88" in text
    assert "█" not in text


async def test_one_section_is_read_alone(context: ToolContext, archive: Reports) -> None:
    text = await read(context, section="backups")
    assert "Backups:" in text
    assert "HostMemoryPressure" not in text
    assert "Replace `sdc`" not in text


async def test_a_day_names_the_report_of_that_day(context: ToolContext, archive: Reports) -> None:
    async with context:
        day = f"{MADE - WEEK:%Y-%m-%d}"
        answer = await memory_get_previous_report.run(context, {"report": day})
    assert answer.data.made == MADE - WEEK
    assert answer.data.id == EARLIER


async def test_without_any_the_command_that_makes_one_is_named(context: ToolContext) -> None:
    with pytest.raises(Complaint, match="sre report"):
        await read(context)


async def test_a_long_report_is_cut_to_its_budget_and_says_so(
    context: ToolContext, archive: Reports
) -> None:
    text = await read(context, budget=400)
    assert len(text) < 400 * 5
    assert "more; ask for rows" in text


async def test_reports_are_documents_with_a_heading_for_each_section(
    context: ToolContext, archive: Reports
) -> None:
    async with context:
        documents, trouble = await report_documents(context)
    assert trouble == ""
    assert [one.kind for one in documents] == ["report", "report"]
    latest = documents[0]
    assert latest.source == f"report/{full_report().id}"
    assert "## Summary" in latest.text
    assert "## Backups" in latest.text
    # What is quiet has nothing that anybody would look for.
    assert "## Alerts" not in documents[1].text


async def test_one_that_cannot_be_read_takes_no_other_with_it(
    context: ToolContext, archive: Reports
) -> None:
    archive.add(hostile_report().model_copy(update={"id": STRANGE}))
    with SqliteStore(context.folders.data / "memory" / "memory.db").writing() as connection:
        connection.execute(
            update(REPORTS).where(REPORTS.c.id == full_report().id).values(document={"id": 7})
        )
    async with context:
        documents, trouble = await report_documents(context)
    assert trouble == ""
    assert {one.source for one in documents} == {
        f"report/{STRANGE}", f"report/{EARLIER}",
    }  # fmt: skip
