"""Whether an amount of bytes is usual, asked without a model where shares are what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.last_known_good import NothingKept
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst.analyst import BuiltInAnalyst
from sre_tui.agent.events import Answered
from sre_tui.environment import Folders
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.memory.baselines import Baselines
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def usual(metric: str, median: float) -> Baseline:
    return Baseline(
        metric=metric, host="media", hour=WHOLE_WEEK, median=median, spread=median / 20,
        p95=median * 1.1, least=median * 0.9, most=median * 1.1, samples=400,
        since=NOW - timedelta(days=28), until=NOW, computed=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        (
            "is 3.2 GB RAM normal for media?",
            "**Whether 3.2 GB is usual for media is not known**: the baseline that is kept is of",
        ),
        ("is 43% RAM normal for media?", "**Yes: 43 % is normal for media (memory in use)"),
        ("is 500 MB/s normal for media?", "**No: 476.8 MiB/s is high for media (network"),
        (
            "is 4 GB swap normal for media?",
            "**Whether 4 GB is usual for media is not known**: there is no baseline of swap",
        ),
    ],
)
async def test_an_amount_is_judged_where_a_baseline_is_in_its_unit(
    tmp_path: Path, question: str, begins: str
) -> None:
    folders = Folders.under(tmp_path)
    with SqliteStore(folders.data / "memory" / "memory.db") as store:
        Baselines(store).put([usual("memory", 0.43), usual("network", 1e6)])
    context = ToolContext(Settings(), folders, lambda: NOW, kept=NothingKept())
    async with context:
        agent = Agent(context, BuiltInAnalyst(here="desk"))
        (answer,) = [
            event.answer async for event in agent.ask(question) if isinstance(event, Answered)
        ]
        await agent.aclose()
    assert answer.text.startswith(begins)
    refused = "only a percentage can be compared with it, as by `sre baselines check memory 85% "
    assert (refused in answer.text) is ("3.2 GB" in question)
    assert "does not fit" not in answer.text
    assert answer.unsupported == ()
