"""Baselines, questions and usage on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from providers.errors import BadResponse
from providers.text import one_line
from sre_tui.environment import Folders
from sre_tui.memory.baseline import WHOLE_WEEK, Baseline
from sre_tui.memory.baselines import Baselines
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.place import Place
from sre_tui.memory.recall import Matter
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.schema import QUESTIONS
from sre_tui.memory.store import Store, open_store
from sre_tui.memory.usage import Usage
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.journal import recalled_with_questions
from sre_tui.usage.counter import Counter
from sre_tui.usage.records import AskedQuestion, Call, Counted, Run
from sre_tui.usage.spool import Spool
from sre_tui.usage.taking import take_over

from .conftest import HOSTILE, HOUR, NOW, incident


def test_baselines_replace_earlier_ones(store: Store) -> None:
    baselines = Baselines(store)
    whole = Baseline(
        metric="node_load1", host="media", median=0.5, spread=0.1, p95=2.0, least=0.0, most=9.25,
        samples=2016, since=NOW - 168 * HOUR, until=NOW, computed=NOW,
    )  # fmt: skip
    hours = [whole.model_copy(update={"hour": hour}) for hour in (0, 167)]
    up = whole.model_copy(update={"metric": "up", "host": ""})
    elsewhere = whole.model_copy(update={"host": "nas1"})
    baselines.put([whole, *hours, elsewhere, up])
    assert baselines.of("node_load1", "media") == (whole, *hours)
    assert baselines.of(["node_load1"], hours=[WHOLE_WEEK]) == (whole, elsewhere)
    assert baselines.of() == (whole, *hours, elsewhere, up)
    assert baselines.hours_of() == {("node_load1", "media"): 2}
    later = whole.model_copy(update={"median": 0.75, "computed": NOW + HOUR})
    # Hours that are not among them are no longer known: they would be older than the whole.
    baselines.put([later])
    baselines.put([])
    assert baselines.metrics() == ("node_load1", "up")
    assert baselines.of("node_load1") == (later, elsewhere)
    assert baselines.of("node_load1", "nas7") == ()
    with pytest.raises((BadResponse, NotKept)):
        baselines.put([whole.model_copy(update={"hour": 168})])
    assert baselines.of("node_load1", "media") == (later,)
    assert baselines.forget("node_load1", "nas7") == 0
    assert baselines.forget("node_load1", "nas1") == 1
    assert baselines.forget("node_load1") == 1
    assert baselines.metrics() == ("up",)


def asked(number: int) -> AskedQuestion:
    at = NOW + timedelta(seconds=number)
    return AskedQuestion(asked=at, question=f"why {number}?", tools=("b", "a"), answered_by="qwen3")


def how_many(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(QUESTIONS)).scalar_one()


def test_the_last_hundred_questions_are_kept_each_once(store: Store) -> None:
    usage = Usage(store)
    usage.take([], [asked(n) for n in range(100)])
    usage.take([], [asked(100), asked(100), asked(101)])
    latest = usage.questions()
    assert (latest[0], latest[-1], how_many(store)) == (asked(101), asked(2), 100)
    # A taker that is killed leaves all of it to the next one.
    usage.take([], [asked(n) for n in range(102)])
    assert usage.questions() == latest
    assert [each.question for each in usage.questions(2)] == ["why 101?", "why 100?"]
    # They wait in several places, and the latest need not come last.
    usage.take([], [asked(-1), asked(500), asked(300)])
    assert [each.question for each in usage.questions(3)] == ["why 500?", "why 300?", "why 101?"]
    assert how_many(store) == 100


def test_those_who_write_at_once_leave_a_hundred_questions(place: Place) -> None:
    def write(first: int) -> None:
        with open_store(place) as store:
            for n in range(first, first + 120, 30):
                Usage(store).take([], [asked(each) for each in range(n, n + 30)])

    with ThreadPoolExecutor(3) as writers:
        list(writers.map(write, (0, 1000, 2000)))
    with open_store(place) as store:
        assert how_many(store) == 100
        assert [each.asked for each in Usage(store).questions()] == [
            asked(n).asked for n in range(2119, 2019, -1)
        ]


async def test_the_journal_and_the_questions_are_read_together(
    place: Place, tmp_path: Path
) -> None:
    memory = {"url": place.url} if place.url else {"path": place.path}
    with open_store(place) as store:
        Usage(store).take([], [asked(1), asked(2)])
        Incidents(store).add(incident())
    settings = Settings.model_validate({"memory": memory})
    async with ToolContext(settings, Folders.under(tmp_path), lambda: NOW) as context:
        found, trouble, questions = await recalled_with_questions(context, Matter(text="x"))
    assert ([each.title for each in found.all], trouble) == (["Jellyfin buffers"], "")
    assert questions == (asked(2), asked(1))


def test_a_question_comes_out_of_the_spool_as_it_was_answered(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "usage")
    counter = Counter(spool, lambda: NOW, "ask")
    for each in (*HOSTILE, "why\nis it\t\x1b[31mred?"):
        counter.answered(each, NOW, ("investigate", "loki_query", "investigate"), "analyst")
    counter.ended("question", "analyst", 1.0, "ok")
    usage = Usage(store)
    assert take_over(spool, usage) == 1
    kept = usage.questions()
    assert kept[0].question == "why is it red?"
    assert {each.tools for each in kept} == {("investigate", "loki_query")}
    assert [each.question for each in reversed(kept)][: len(HOSTILE)] == [
        one_line(each, 500) for each in HOSTILE
    ]
    assert len({each.asked for each in kept}) == len(HOSTILE) + 1
    assert max(len(each.question) for each in kept) == 500
    assert usage.forget(NOW) == (0, 0)
    assert usage.forget(NOW + HOUR) == (1, len(kept))
    assert usage.questions() == ()


def test_usage_is_counted_by_run_and_forgotten_with_it(store: Store) -> None:
    usage = Usage(store)
    run = Run(id="a", front="ask", version="1.0", started=NOW)
    tool = Call(kind="tool", name="investigate", started=NOW, seconds=1.5, outcome="ok")
    model = Call(
        kind="model", name="qwen3", started=NOW + HOUR, seconds=9, outcome="timeout",
        tokens_in=3_000_000_000, tokens_out=0, cost=0.25,
    )  # fmt: skip
    first, second = Counted(run=run, call=model), Counted(run=run, call=tool)
    later = Counted(run=run.model_copy(update={"id": "b", "started": NOW + HOUR}), call=model)
    for each in (first, second, later):
        usage.take([each])
    assert [(each.name, each.calls) for each in usage.totals()] == [
        ("qwen3", 2),
        ("investigate", 1),
    ]
    assert [(each.name, each.calls) for each in usage.totals(NOW + HOUR)] == [("qwen3", 2)]
    assert usage.forget(NOW + HOUR) == (1, 0)
    assert [(each.name, each.calls) for each in usage.totals()] == [("qwen3", 1)]


def test_usage_that_waited_is_kept_once_and_summed_up(store: Store) -> None:
    usage = Usage(store)
    run = Run(id="a", front="ask", version="1.0", started=NOW)

    def counted(*seconds: float, **values: object) -> list[Counted]:
        call = {"kind": "model", "name": "qwen3", "outcome": "ok", **values}
        return [
            Counted.model_validate(
                {"run": run, "call": {**call, "seconds": each, "started": NOW + each * HOUR}}
            )
            for each in seconds
        ]

    some = counted(0.1, 2, cost=0.25, tokens_in=3_000_000_000) + counted(200, outcome="timed_out")
    assert usage.take(some[:2]) == 2
    assert usage.take(some) == 1
    assert usage.take(some) == 0
    key = "ask", "model", "qwen3"
    assert {each: list(seconds) for each, seconds in usage.durations(NOW + HOUR).items()} == {
        (*key, "ok"): [2], (*key, "timed_out"): [200],
    }  # fmt: skip
    ok, late = usage.totals()
    assert (ok.front, ok.kind, ok.name, ok.outcome) == ("ask", "model", "qwen3", "ok")
    assert (ok.calls, ok.priced, ok.cost, ok.tokens_in) == (2, 2, 0.5, 6_000_000_000)
    assert ok.seconds == pytest.approx(2.1)
    assert (ok.first, ok.last) == (NOW + 0.1 * HOUR, NOW + 2 * HOUR)
    assert ok.within == (1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2)
    assert (late.outcome, late.calls, late.priced, late.tokens_out) == ("timed_out", 1, 0, 0)
    assert sum(late.within) == 0
    assert usage.reports() == (0, None)
