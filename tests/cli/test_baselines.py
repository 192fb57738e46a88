"""`sre baselines`: what is usual, on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sre_tui.demo.runtime.state import DemoState, demo_environment
from sre_tui.memory.baseline import Baseline
from sre_tui.memory.baselines import Baselines
from sre_tui.memory.place import Place
from sre_tui.memory.store import open_store
from tests.cli.inside import run_inside
from tests.cli.running import Done, Sre

NOW = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)
HOUR = NOW.weekday() * 24 + NOW.hour
AGO = NOW - timedelta(days=28)
GIB = 1024**3


def baseline(metric: str, host: str, median: float, hour: int = -1, **more: Any) -> Baseline:
    given = {
        "metric": metric, "host": host, "hour": hour, "median": median, "spread": median / 20,
        "p95": median * 1.1, "least": median * 0.9, "most": median * 1.2, "samples": 700,
        "since": AGO, "until": NOW, "computed": NOW,
    }  # fmt: skip
    return Baseline.model_validate({**given, **more})


KNOWN = (
    baseline("cpu", "media", 0.2),
    baseline("cpu", "media", 0.1, HOUR, samples=14),
    baseline("cpu", "media", 0.6, 3, samples=14),
    baseline("cpu", "nas1", 0.3, until=NOW - timedelta(days=30), since=AGO - timedelta(days=30)),
    baseline("disk-temperature", "nas1/sdc", 40.0, spread=0.0),
    baseline("container-memory", "media/jellyfin", 1.5 * GIB),
    baseline("sum(up)", "", 40.0),
    baseline("guest-cpu", "evil\x1b[31m[bold]", 0.3),
)


@pytest.fixture
def sre(tmp_path: Path) -> Any:
    with open_store(Place(path=tmp_path / "memory" / "memory.db")) as store:
        Baselines(store).put(KNOWN)

    def run(*arguments: str, **variables: str) -> Done:
        variables.setdefault("MEMORY_DB_PATH", str(tmp_path / "memory" / "memory.db"))
        return run_inside(["baselines", *arguments], tmp_path, variables, now=NOW)

    return run


def test_a_listing_like_any_other(sre: Any) -> None:
    shown = sre().out
    assert shown == sre("list").out
    heading, *rows = shown.splitlines()
    assert heading.split() == [
        "Metric", "Host", "Hour", "Median", "Spread", "P95", "Least", "Most", "Values", "Hours",
        "Since", "Until",
    ]  # fmt: skip
    assert [row.split()[0] for row in rows] == [
        "container-memory", "cpu", "cpu", "disk-temperature", "guest-cpu", "sum(up)",
    ]  # fmt: skip
    assert "1.5 GiB" in rows[0]
    media, nas1 = (" ".join(row.split()) for row in rows[1:3])
    assert media == "cpu media all hours 20 % 1 % 22 % 18 % 24 % 700 2 28 d ago now"
    assert nas1.endswith("30 d ago, old")
    assert "\x1b" not in shown
    assert "evil[bold]" in shown

    rows = sre("list", "--metric", "CPU usage", "--host", "Media", "--hours", "--json").document
    assert rows["schema_version"] == 1
    first, night, evening = rows["data"]["items"]
    assert first == {
        "metric": "cpu", "host": "media", "hour": None, "basis": "all_hours", "unit": "ratio",
        "median": 0.2, "spread": 0.01, "p95": pytest.approx(0.22), "least": pytest.approx(0.18),
        "most": pytest.approx(0.24), "samples": 700, "hours": 2, "since": "2026-10-23T23:02:11Z",
        "until": "2026-11-20T23:02:11Z", "computed": "2026-11-20T23:02:11Z", "outdated": False,
    }  # fmt: skip
    assert (night["hour"], evening["hour"]) == (3, HOUR)
    picked = sre("list", "--host", "nas1", "--jsonl", "--fields", "metric,host").lines
    assert picked == [
        '{"metric": "cpu", "host": "nas1"}', '{"metric": "disk-temperature", "host": "nas1/sdc"}',
    ]  # fmt: skip
    least_first = sre("list", "--sort", "-median", "--fields", "host").lines
    assert least_first[1:3] == ["media", "nas1"]
    empty = sre("list", MEMORY_DB_PATH="/nowhere/memory.db")
    assert (empty.code, empty.out) == (0, "")
    assert empty.err == (
        "there are no baselines yet: `sre baselines compute` makes them from Prometheus\n"
    )
    nothing = sre("list", "--json", MEMORY_DB_PATH="/nowhere/memory.db")
    assert (nothing.code, nothing.document["data"]) == (0, {"items": []})


@pytest.mark.parametrize(
    ("arguments", "headline"),
    [
        (
            ("cpu", "85%", "--host", "media"),
            (
                "85 % is high for media (processor use): usual is 7.38–12.6 % at this hour "
                "(Fri 23–00 UTC), and the most in 28 days was 12 %."
            ),
        ),
        (
            ("cpu", "0.11", "--host", "media"),
            (
                "11 % is normal for media (processor use): usual is 7.38–12.6 % at this hour "
                "(Fri 23–00 UTC)."
            ),
        ),
        (
            ("cpu", "850%", "--host", "media"),
            (
                "850 % is high for media (processor use): usual is 7.38–12.6 % at this hour "
                "(Fri 23–00 UTC), and the most in 28 days was 12 %."
            ),
        ),
        (
            ("cpu", "12.7%", "--host", "media", "--at", "2026-11-19T12:00"),
            (
                "12.7 % is low for media (processor use): usual is 16.3–23.8 % at any hour, "
                "and the least in 28 days was 18 %."
            ),
        ),
        (
            ("RAM", "3GiB", "--host", "jellyfin"),
            (
                "3.0 GiB is high for media/jellyfin (memory of a container): usual is 1.2–1.8 GiB "
                "at any hour, and the most in 28 days was 1.8 GiB."
            ),
        ),
        (
            ("temp", "104F", "--host", "nas1"),
            "40 °C is normal for nas1/sdc (temperature): usual is 40–44 °C at any hour.",
        ),
        (("cpu", "30%"), "30 % is high for 1, normal for 1 of 2 hosts (processor use)."),
        (
            ("sum(up)", "12"),
            (
                "12 is low (sum(up)): usual is 32.5–47.5 at any hour, and the least in "
                "28 days was 36."
            ),
        ),
    ],
)
def test_a_value_is_told_to_be_normal_high_or_low(
    sre: Any, arguments: Sequence[str], headline: str
) -> None:
    done = sre("check", *arguments)
    assert done.code == 0
    assert done.lines[0] == headline


def test_what_is_unusual_comes_first_and_what_is_old_is_told(sre: Any) -> None:
    done = sre("check", "cpu", "30%")
    assert [line.split()[:3] for line in done.lines[2:]] == [
        ["▲", "high", "media"], ["✓", "normal", "nas1"],
    ]  # fmt: skip
    assert done.lines[3].endswith("30 d ago, old")
    assert done.err == (
        "the baseline is old, of values until 2026-10-21 (30 d ago): `sre baselines compute` makes "
        "it anew\n"
    )
    data = sre("check", "cpu", "30%", "--json").document["data"]
    assert [(row["verdict"], row["outdated"]) for row in data["items"]] == [
        ("high", False), ("normal", True),
    ]  # fmt: skip
    assert data["items"][0]["value"] == 0.3
    assert data["items"][0]["score"] == 40.0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("check", "cpuu", "85%"),
            "there is no metric with a baseline 'cpuu'; did you mean cpu or guest-cpu? There are:",
        ),
        (
            ("check", "load", "9"),
            (
                "there is no baseline of load yet: `sre baselines compute --metric load` makes "
                "one if Prometheus has values"
            ),
        ),
        (
            ("check", "cpu", "85%", "--host", "medai"),
            (
                "there is no host with a baseline of cpu 'medai'; did you mean media? There are: "
                "media, nas1"
            ),
        ),
        (("check", "cpu", "hot"), "value of cpu: 'hot' is no value: write it as 85% or 0.85"),
        (("check", "cpu", "3GiB"), "value of cpu: '3GiB' does not fit: write it as 85% or 0.85"),
        (("list", "--metric", "lod"), "there is no metric with a baseline 'lod'; there are: "),
        (
            ("list", "--host", "pve9"),
            "there is no host with a baseline 'pve9'; there are: ",
        ),
        (("forget", "load"), "there is no baseline of load yet"),
        (("forget", "cpu", "--host", "pve9"), "there is no host with a baseline of cpu 'pve9'"),
        (("compute",), "`sre baselines compute` needs Prometheus, and none is configured"),
        (("compute", "--since", "2h"), "--since 2h: the window must be between 1d and 182d"),
        (("compute", "--since", "soon"), "--since: 'soon' is not a span of time"),
    ],
)
def test_what_does_not_fit_is_one_line_and_exit_code_2(
    sre: Any, arguments: Sequence[str], told: str
) -> None:
    done = sre(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {told}")
    assert (
        sre(*arguments[:1], *arguments[1:], *(() if arguments[0] == "forget" else ("--json",))).code
        == 2
    )


def test_a_memory_that_is_away_or_none_is_one_line(sre: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("no database " * 100)
    for arguments in (("list",), ("check", "cpu", "3%"), ("forget", "cpu")):
        done = sre(*arguments, MEMORY_DB_PATH=str(wrong))
        assert (done.code, done.out) == (1, "")
        assert done.err.splitlines()[0] == (
            f"error: {wrong} cannot be used: it is not a SQLite database"
        )
        assert "`sre doctor` looks into it; the address is MEMORY_DB_URL" in done.err


def test_what_is_of_no_use_is_forgotten(sre: Any) -> None:
    done = sre("forget", "cpu", "--host", "nas1")
    assert (done.code, done.err) == (0, "forgot the baselines of cpu of 1 host\n")
    assert sre("forget", "sum(up)").err == "forgot the baselines of sum(up) of 1 host\n"
    assert {line.split()[0] for line in sre().lines[1:]} == {
        "cpu", "container-memory", "disk-temperature", "guest-cpu",
    }  # fmt: skip


def test_computed_from_a_homelab_and_shown_beside_its_values(
    tmp_path: Path, demo: DemoState
) -> None:
    memory = f"sqlite:///{tmp_path / 'own.db'}"
    here = Sre(tmp_path, {**demo_environment(demo), "MEMORY_DB_URL": memory})
    done = here("baselines", "compute", "--metric", "cpu", "--since", "3d")
    assert done.code == 0
    heading, row = done.lines
    assert heading.split() == ["Metric", "What", "Hosts", "By", "hour", "Values", "Since", "Remark"]
    assert row.split()[:3] == ["cpu", "processor", "use"]
    assert done.err.splitlines() == [
        "computing baselines ...",
        "hours are told apart from five days of values on, those of the week from three weeks",
        (
            f"{row.split()[3]} baselines of 1 metric kept; `sre baselines check METRIC VALUE` "
            "compares a value with them"
        ),
    ]
    document = here("baselines", "compute", "--metric", "cpu", "--since", "3d", "--json").document
    assert (document["state"], document["data"]["items"][0]["metric"]) == ("ok", "cpu")
    idle = 'avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'
    query = here("metrics", "query", f"1 - {idle}")
    assert query.lines[1].split()[:2] == ["Value", "Usual"]
    assert all(" at any hour" in line for line in query.lines[2:])
    asked = here("ask", "--no-llm", "-q", "is 99% CPU normal for media?")
    assert asked.out.startswith("**No: 99 % is high for media (processor use): usual is ")
    gone = here.having(PROMETHEUS_URL="http://127.0.0.1:9")("baselines", "compute")
    assert (gone.code, gone.out) == (3, "")
    assert gone.err.endswith("what was kept before stays as it is\n")
