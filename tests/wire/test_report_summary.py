"""The summary of a report: by a model from its figures alone, else by the built-in analyst."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pydantic import SecretStr

from providers.last_known_good import NothingKept
from sre_tui.environment import Folders
from sre_tui.memory.report import Summary
from sre_tui.memory.report_sections import Logs
from sre_tui.report.summary import write_summary
from sre_tui.report.summary_words import summary_words
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.report_text import report_words
from sre_tui.usage.counter import counter_of
from tests.stubs.llm_fixtures import server, warm
from tests.stubs.openai_server import Fail, OpenAIServer, Say, say
from tests.stubs.reports import MADE, full_report, hostile_report, quiet_report

__all__ = ["server", "warm"]

KEY = "sk-a-key-that-nobody-may-see"


def llm_of(server: OpenAIServer, **changes: object) -> LlmSettings:
    known: dict[str, object] = {
        "provider": "openai",
        "model": "openai/any",
        "base_url": server.url,
        "api_key": SecretStr(KEY),
        **changes,
    }
    return LlmSettings.model_validate(known)


def context_of(folder: Path, llm: LlmSettings) -> ToolContext:
    settings = Settings(llm=llm)
    folders = Folders.under(folder)
    usage = counter_of(settings, folders, lambda: MADE, "command")
    return ToolContext(settings, folders, lambda: MADE, kept=NothingKept(), usage=usage)


def counted_in(folder: Path) -> list[str]:
    """The kinds of calls that were counted."""
    lines = [
        line for path in folder.rglob("usage/*.jsonl") for line in path.read_text().splitlines()
    ]
    return [call["kind"] for line in lines if (call := json.loads(line).get("call"))]


async def summary_of(folder: Path, llm: LlmSettings, *, hostile: bool = False) -> Summary:
    report = hostile_report() if hostile else full_report()
    async with context_of(folder, llm) as context:
        return await write_summary(context, report, report_words(report), llm)


async def test_a_model_writes_it_from_the_report_alone(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(say("- Pool tank is degraded: replace sdc. ", "Alerts fired 22 times."))
    made = await summary_of(tmp_path, llm_of(server))
    assert made.by == "model"
    assert made.text == "- Pool tank is degraded: replace sdc. Alerts fired 22 times."
    assert made.unsupported == ()
    assert made.note == ""
    asked = server.requests[0]
    assert asked.tools == []
    assert "pool tank is degraded: sdc is faulted" in asked.text
    assert KEY not in asked.text
    assert counted_in(tmp_path) == ["model"]


async def test_what_the_report_does_not_say_is_asked_for_again_without(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(
        say("- Alerts fired 90210 times."),
        lambda request: say(
            "- Alerts fired 22 times." if "does not say: 90210" in request.text else "- What?"
        ),
    )
    made = await summary_of(tmp_path, llm_of(server))
    assert made.text == "- Alerts fired 22 times."
    assert made.unsupported == ()


async def test_what_stays_made_up_is_named(server: OpenAIServer, tmp_path: Path) -> None:
    server.script(
        say("- Alerts fired 90210 times in 31337 days."), say("- Alerts fired 90210 times.")
    )
    made = await summary_of(tmp_path, llm_of(server))
    assert made.text == "- Alerts fired 90210 times."
    assert made.unsupported == ("90210",)


async def test_what_was_written_in_time_stands_if_the_second_try_takes_too_long(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(say("- Alerts fired 90210 times."), Say(pieces=("- Alerts",), stall_after=0))
    made = await summary_of(tmp_path, llm_of(server, max_seconds=1))
    assert (made.by, made.text) == ("model", "- Alerts fired 90210 times.")
    assert made.unsupported == ("90210",)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Fail(401, "no such key", "invalid_api_key"), "key"),
        (Say(pieces=("<think>nothing comes of it</think>",)), "wrote nothing"),
    ],
)
async def test_where_no_model_answers_the_analyst_writes_and_says_why(
    server: OpenAIServer, tmp_path: Path, reply: Fail | Say, why: str
) -> None:
    server.script(reply, reply, reply)
    made = await summary_of(tmp_path, llm_of(server))
    assert made.by == "analyst"
    assert why in made.note
    assert KEY not in made.note
    assert "Disk sdc on nas1 is failing" in made.text


async def test_a_limit_of_a_day_that_is_used_up_asks_no_model(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sre_tui.agent.session_store import SessionStore, Spending

    monkeypatch.setattr(SessionStore, "spent_since", lambda self, since: Spending(2.0))
    made = await summary_of(tmp_path, llm_of(server, max_cost_per_day=1.0))
    assert server.requests == []
    assert "cost limit" in made.note


async def test_what_it_costs_counts_for_the_limit_of_the_day(
    server: OpenAIServer, tmp_path: Path
) -> None:
    from sre_tui.agent.session_store import SessionStore
    from sre_tui.agent.spending import spent_today

    llm = llm_of(server, model="openai/gpt-4o-mini", max_cost_per_day=1e-7)
    # The first try is over the limit, so that there is no second one.
    server.script(say("- Alerts fired 90210 times."))
    first = await summary_of(tmp_path, llm)
    assert (first.by, first.unsupported) == ("model", ("90210",))
    assert first.note.startswith("it was not asked for without what the report does not say: ")
    second = await summary_of(tmp_path, llm)
    assert len(server.requests) == 1
    assert (second.by, second.cost) == ("analyst", None)
    assert second.note.startswith("today's cost limit of $0.00 is used up")
    sessions = SessionStore(Folders.under(tmp_path).sessions, lambda: MADE)
    assert (await spent_today(sessions, llm, MADE)).dollars == pytest.approx(first.cost)
    assert (await spent_today(sessions, llm, MADE + timedelta(days=1))).dollars == 0.0


async def test_a_limit_that_cannot_be_held_is_told(server: OpenAIServer, tmp_path: Path) -> None:
    server.script(say("- Alerts fired 22 times."))
    made = await summary_of(tmp_path, llm_of(server, max_cost_per_day=1.0))
    assert (made.by, made.cost) == ("model", None)
    assert made.note == (
        "the price of openai/any is not known, so the daily limit of $1.00 cannot be held"
    )


async def test_without_a_model_nothing_is_missed(tmp_path: Path) -> None:
    made = await summary_of(tmp_path, LlmSettings())
    assert made == Summary(text=made.text)
    lines = made.text.splitlines()
    assert all(line.startswith("- ") for line in lines)
    assert "Disk sdc on nas1 is failing" in lines[0]
    assert not any("All is well" in line or "Nothing is wrong" in line for line in lines)


def test_what_is_missing_is_named_and_all_is_not_well() -> None:
    gone = quiet_report().model_copy(
        update={"logs": Logs(state="missing", reasons=("loki is off",))}
    )
    lines = summary_words(gone).splitlines()
    assert lines[0] == "- As far as is known nothing is wrong."
    assert lines[-1] == "- **Not known, or not all of it:** Errors in the logs."
    assert summary_words(quiet_report()).startswith("- Nothing is wrong.\n")


async def test_names_stay_here_where_that_is_wanted(server: OpenAIServer, tmp_path: Path) -> None:
    server.script(say("- HOST-1 wants a look."))
    made = await summary_of(tmp_path, llm_of(server, anonymize=True))
    told = server.requests[0].text
    assert not any(name in told for name in ("nas1", "paperless", "pve2", "web3"))
    assert "HOST-1" in told
    assert "HOST-1" not in made.text
    assert made.unsupported == ()


async def test_text_of_strangers_stays_inside_the_fence(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(say("- Nothing is known."))
    made = await summary_of(tmp_path, llm_of(server), hostile=True)
    system, told = (str(message["content"]) for message in server.requests[0].messages)
    fence = told.splitlines()[0].split()[0].removeprefix("<")
    assert fence.startswith("data-")
    assert fence in system
    assert told.rstrip().endswith(f"</{fence}>")
    assert told.count(f"</{fence}>") == 1
    assert made.by == "model"
    alone = await summary_of(tmp_path, LlmSettings(), hostile=True)
    shown = MarkdownIt("commonmark").render(alone.text)
    assert "<script>" not in shown
    assert "<a " not in shown
    assert "<img" not in shown
