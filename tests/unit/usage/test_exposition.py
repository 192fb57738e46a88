"""The usage as metrics: what Prometheus reads of it is what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from sre_tui.memory.place import Place
from sre_tui.memory.store import open_store
from sre_tui.memory.usage import Usage
from sre_tui.usage.components import Seen, components, keep_components
from sre_tui.usage.counter import Counter
from sre_tui.usage.exposition import exposition
from sre_tui.usage.gathering import gathered
from sre_tui.usage.spool import Spool
from sre_tui.usage.taking import take_over

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def value(text: str, name: str, /, **labels: str) -> float | None:
    found = {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"sre_assistant_{name}"
    }
    return found.get(tuple(sorted(labels.items())))


def test_every_kind_of_call_is_read_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    counter = Counter(spool, lambda: NOW, "chat")
    hostile = 'qwen"3\n\\ {x="y"} 1'
    figures: Mapping[str, float] = {"tokens_in": 1200, "tokens_out": 30}
    counter.ended("question", "model", 7.5, "ok")
    counter.ended("question", "model", 20, "partial")
    counter.ended("question", "model", 3, "cancelled")
    counter.ended("model", hostile, 2.5, "ok", cost=0.5, **figures)
    counter.ended("model", hostile, 2.6, "ok", **figures)
    counter.ended("model", hostile, 60, "timed_out")
    counter.saw({"proxmox": "partial", "loki": "unreachable"})
    with open_store(Place(path=tmp_path / "memory.db")) as store, counter.under_way():
        usage = Usage(store)
        take_over(spool, usage)
        text = exposition(gathered(usage, tmp_path))
    assert value(text, "requests_total", front="chat", name="model", outcome="cancelled") == 1
    asked = {"front": "chat", "name": "model"}
    assert value(text, "request_duration_seconds_count", **asked) == 2
    assert value(text, "request_duration_seconds_sum", **asked) == 27.5
    at_most = {"7.5": None, "5.0": 0, "10.0": 1, "15.0": 1, "30.0": 2, "+Inf": 2}
    for le, calls in at_most.items():
        assert value(text, "request_duration_seconds_bucket", le=le, **asked) == calls
    assert value(text, "llm_calls_total", model=hostile, outcome="ok") == 2
    assert value(text, "llm_tokens_total", model=hostile, direction="in") == 2400
    assert value(text, "llm_tokens_total", model=hostile, direction="out") == 60
    assert value(text, "llm_cost_dollars_total", model=hostile) == 0.5
    assert value(text, "llm_unpriced_calls_total", model=hostile) == 1
    # A bound belongs to its bucket.
    assert value(text, "llm_call_duration_seconds_bucket", model=hostile, le="2.5") == 1
    assert value(text, "requests_in_progress", front="chat") == 1
    assert value(text, "requests_in_progress", front="ask") == 0
    health = {name: value(text, "component_health", component=name)
              for name in ("llm", "proxmox", "loki", "pbs")}  # fmt: skip
    assert health == {"llm": 0, "proxmox": 0.5, "loki": 0, "pbs": None}
    assert value(text, "component_seen_timestamp_seconds", component="loki") == NOW.timestamp()
    assert value(text, "last_request_timestamp_seconds", front="chat") is not None


def test_a_state_that_stays_is_not_told_with_every_call(tmp_path: Path) -> None:
    now = NOW
    spool = Spool(tmp_path)
    counter = Counter(spool, lambda: now, "app")
    for state in ("ok", "ok", "stale", "ok", "ok"):
        counter.saw({"loki": state})
        now += timedelta(seconds=10)
    assert spool.path.read_text().count("\n") == 3
    now += timedelta(minutes=1)
    counter.saw({"loki": "ok"})
    assert spool.path.read_text().count("\n") == 4


def test_the_latest_word_on_a_component_counts(tmp_path: Path) -> None:
    late = Seen(component="loki", state="ok", at=NOW)
    keep_components(tmp_path, [late])
    # What a killed process left behind is older than what has been told since.
    keep_components(tmp_path, [Seen(component="loki", state="stale", at=NOW - timedelta(hours=1))])
    assert components(tmp_path) == {"loki": late}
    (tmp_path / "components.json").write_text("{")
    assert components(tmp_path) == {}
    keep_components(tmp_path, [late])
    assert components(tmp_path) == {"loki": late}
