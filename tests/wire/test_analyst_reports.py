"""What an archived report said, asked without a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from providers.last_known_good import NothingKept
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst.analyst import BuiltInAnalyst
from sre_tui.agent.events import Answer, Answered
from sre_tui.environment import Environment, Folders
from sre_tui.memory.place import place_of
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Trouble
from sre_tui.memory.reports import Reports
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.memory.store import open_store
from sre_tui.settings import Settings, load_settings
from sre_tui.tools.context import ToolContext
from tests.stubs.at_hand import start_at_hand
from tests.stubs.reports import MADE, full_report, quiet_report

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
REPORT = "memory_get_previous_report"


@pytest.fixture
def context(tmp_path: Path) -> ToolContext:
    now = MADE + timedelta(hours=5)
    return ToolContext(Settings(), Folders.under(tmp_path), lambda: now, kept=NothingKept())


@pytest.fixture
def archive(context: ToolContext) -> Iterator[Reports]:
    with SqliteStore(context.folders.data / "memory" / "memory.db") as store:
        kept = Reports(store)
        earlier = {"id": "aaaa1111", "made": MADE - WEEK, "since": MADE - 2 * WEEK}
        kept.add(quiet_report().model_copy(update={**earlier, "until": MADE - WEEK}))
        kept.add(full_report())
        yield kept


async def asked(context: ToolContext, question: str) -> Answer:
    async with context:
        agent = Agent(context, BuiltInAnalyst(here="desk"))
        answers = [
            event.answer async for event in agent.ask(question) if isinstance(event, Answered)
        ]
        await agent.aclose()
    (answer,) = answers
    return answer


def called(answer: Answer) -> list[tuple[str, dict[str, object]]]:
    return [(one.tool, dict(one.arguments)) for one in answer.evidence]


@pytest.mark.parametrize(
    ("question", "section", "says"),
    [
        ("what did last week's report say about backups?", "backups", "paperless"),
        ("What did the weekly report say about alerts?", "alerts", "HostMemoryPressure"),
        ("did the report mention any errors in the logs", "logs", "nginx"),
        ("was there something about capacity in the latest report?", "capacity", "tank"),
        ("was stand im letzten Bericht über Backups", "backups", "paperless"),
        ("what was wrong according to the previous report?", "health", "sdc"),
    ],
)
async def test_a_section_is_told_from_the_latest_report(
    context: ToolContext, archive: Reports, question: str, section: str, says: str
) -> None:
    answer = await asked(context, question)
    assert called(answer) == [(REPORT, {"section": section})]
    assert "made 5 h ago" in answer.text
    assert "[E1]" in answer.text
    assert says in answer.text
    assert answer.unsupported == ()


async def test_all_of_it_is_told_by_its_summary(context: ToolContext, archive: Reports) -> None:
    answer = await asked(context, "what did the last report say?")
    assert called(answer) == [(REPORT, {})]
    assert "CRITICAL" in answer.text
    assert "resilver" in answer.text
    assert f"sre report show {full_report().id}" in answer.text


async def test_a_day_asks_for_the_report_of_that_day(
    context: ToolContext, archive: Reports
) -> None:
    answer = await asked(context, f"what did the report of {MADE - WEEK:%Y-%m-%d} say?")
    assert "made 7 d 5 h ago" in answer.text
    assert "OK" in answer.text


async def test_without_a_report_that_is_said_with_what_makes_one(context: ToolContext) -> None:
    answer = await asked(context, "what did last week's report say about backups?")
    assert answer.text.startswith("**No report has been made yet**: `sre report` makes one.")


def daily(number: int) -> Report:
    """A report about the day before it was made, the higher the number the older."""
    made = MADE + timedelta(hours=4 - number)
    about = {"id": f"dddd{number:04}", "made": made, "since": made - DAY, "until": made}
    return full_report().model_copy(update=about)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("what did last week's report say about backups?", "There is no report of last week in"),
        ("what did the weekly report say about backups?", "There is no weekly report in"),
    ],
)
async def test_a_report_of_a_day_is_not_told_as_last_weeks(
    context: ToolContext, question: str, says: str
) -> None:
    with SqliteStore(context.folders.data / "memory" / "memory.db") as store:
        Reports(store).add(daily(1))
    answer = await asked(context, question)
    lead, _, latest = answer.text.partition("\n\n")
    assert lead.startswith(f"**{says} the archive**; this is the latest")
    assert latest.startswith("**The report of Sun 22 Nov to Mon 23 Nov, made 2 h ago, said of ")
    assert answer.unsupported == ()


async def test_last_weeks_report_is_found_behind_later_ones_of_days(
    context: ToolContext, archive: Reports
) -> None:
    archive.add(daily(1))
    answer = await asked(context, "what did last week's report say about backups?")
    assert called(answer)[-1] == (REPORT, {"section": "backups", "report": full_report().id})
    assert answer.text.startswith("**The report of Mon 16 Nov to Mon 23 Nov, made 5 h ago")
    assert answer.unsupported == ()


@pytest.mark.parametrize(
    "question",
    [
        "compare the last two reports",
        "how does this week's report compare to last week's?",
        "what is the difference between the last report and the one before",
    ],
)
async def test_two_reports_are_compared_as_the_command_does(
    context: ToolContext, archive: Reports, question: str
) -> None:
    answer = await asked(context, question)
    assert called(answer) == [(REPORT, {}), (REPORT, {"report": "aaaa1111"})]
    lead = answer.text.splitlines()[0]
    assert " new" in lead
    assert "made 5 h ago, against that of Mon 9 Nov to Mon 16 Nov, made 7 d 5 h ago" in lead
    new = answer.text.partition("**New**")[2]
    assert "- Now: likely cause: disk sdc on nas1 is failing\n" in new
    assert f"sre report diff aaaa1111 {full_report().id}" in answer.text
    assert answer.unsupported == ()


async def test_reports_of_weeks_are_compared_with_each_other(
    context: ToolContext, archive: Reports
) -> None:
    archive.add(daily(1))
    answer = await asked(context, "how does this week's report compare to last week's?")
    assert f"sre report diff aaaa1111 {full_report().id}" in answer.text
    answer = await asked(context, "compare the last two reports")
    assert f"sre report diff {full_report().id} dddd0001" in answer.text


async def test_of_one_report_it_is_said_that_there_is_nothing_to_compare(
    context: ToolContext,
) -> None:
    with SqliteStore(context.folders.data / "memory" / "memory.db") as store:
        Reports(store).add(daily(1))
    answer = await asked(context, "compare the last two reports")
    assert answer.text.startswith("**There is only one report in the archive, made 2 h ago")
    assert "`sre report diff` compares two" in answer.text


async def test_what_became_of_the_mail_is_told_from_the_archive(
    context: ToolContext, archive: Reports
) -> None:
    id_ = full_report().id
    answer = await asked(context, "was the last report mailed?")
    assert answer.text.startswith("**No: the last report, of Mon 16 Nov to Mon 23 Nov, made 5 h")
    assert "was not to be mailed" in answer.text
    archive.want_mail(id_)
    assert archive.claim(id_, "me", lambda: MADE, DAY)
    archive.not_mailed(id_, "me", "no route to \x1b[31mmail.example")
    answer = await asked(context, "did the report go out")
    assert answer.text.startswith("**Not yet: the last report, ")
    assert "tried 1 time: no route to" in answer.text
    assert "\x1b" not in answer.text
    assert archive.claim(id_, "me", lambda: MADE, DAY)
    archive.mailed(id_, "me", lambda: MADE + timedelta(hours=1))
    answer = await asked(context, "when was the last report sent?")
    assert answer.text.startswith("**The last report, ")
    assert "was mailed at 07:00 UTC (4 h ago)**. [E1]" in answer.text
    assert answer.unsupported == ()


async def test_reports_are_counted(context: ToolContext, archive: Reports) -> None:
    answer = await asked(context, "how many reports are in the archive?")
    assert answer.text.startswith(
        "**The archive has 2 reports**, the latest of 06:00 UTC (5 h ago)"
    )
    assert "sre report list" in answer.text
    answer = await asked(context, "how many reports were made yesterday?")
    assert answer.text.startswith("**0 of the 2 reports in the archive were made from ")
    assert answer.unsupported == ()


@pytest.mark.slow
async def test_what_changed_since_a_report_is_looked_at_now(tmp_path: Path) -> None:
    """And not what the report has under that heading, which is of the time before it."""
    now = MADE + timedelta(hours=5)
    gone = Trouble(subject="paperless", text="it runs out of memory", severity="warning")
    old = quiet_report()
    health = old.health.model_copy(update={"troubles": (gone,), "warnings": 1})
    async with start_at_hand("nas-disk-failing", guests=10, clock=now.timestamp) as demo:
        environment = Environment(
            variables=demo.environment, folders=Folders.under(tmp_path), working_folder=tmp_path,
            clock=lambda: now,
        )  # fmt: skip
        settings = load_settings(environment)
        context = ToolContext(settings, environment.folders, environment.clock)
        with open_store(place_of(settings, environment.folders)) as store:
            Reports(store).add(old.model_copy(update={"health": health}))
        answer = await asked(context, "what has changed since the last report?")
        behind = await asked(
            ToolContext(
                settings, environment.folders, lambda: MADE - timedelta(seconds=5),
                kept=NothingKept(),
            ),
            "what has changed since the last report?",
        )  # fmt: skip
        await demo.break_backend("truenas", "refuse")
        blind = await asked(
            ToolContext(settings, environment.folders, environment.clock, kept=NothingKept()),
            "is anything worse compared to the last report?",
        )
    assert {tool for tool, _ in called(answer)} == {REPORT, "check_health", "what_changed"}
    lead, *rest = answer.text.splitlines()
    assert "newly wrong, 1 is over since the report of" in lead
    assert any(line.startswith("- sdc on nas1: critical") for line in rest)
    assert "- paperless: warning: it runs out of memory" in rest[rest.index("**Over**") :]
    assert "What happened since" in answer.text
    assert "sre report diff" in answer.text
    assert answer.unsupported == ()
    assert "as far as is known" not in lead
    # The report was made by a clock that is ahead: it is the older one all the same.
    lead, *rest = behind.text.splitlines()
    assert "newly wrong, 1 is over since" in lead
    assert "- paperless: warning: it runs out of memory" in rest[rest.index("**Over**") :]
    told = blind.text.splitlines()[0]
    assert "nothing is over since" in told
    assert "as far as is known" in told


@pytest.mark.parametrize(
    "question", ["make a report", "send me the weekly report", "who reported this?"]
)
async def test_other_questions_ask_no_archive(
    context: ToolContext, archive: Reports, question: str
) -> None:
    assert REPORT not in [tool for tool, _ in called(await asked(context, question))]


async def test_the_plan_tells_the_next_report_and_the_archive_the_last(
    context: ToolContext, archive: Reports
) -> None:
    answer = await asked(context, "when is the next report?")
    assert re.match(r"\*\*The next report is due Mon 20\d\d-\d\d-\d\d 07:00 ", answer.text)
    assert "The last one was made 06:00 UTC (5 h ago) [E1]" in answer.text
    assert answer.unsupported == ()
