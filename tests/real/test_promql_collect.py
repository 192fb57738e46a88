"""The extraction of expressions from documents, which feeds the differential test."""

from pathlib import Path

import pytest

from tests.real.collect import PLACES, REFUSED, blocks, shipped, used
from tests.real.harvest import harvest

DOCUMENT = """
# Title

```promql
up == 0
rate(a_total[5m])
  / rate(b_total[5m])
# a comment
sum by (job) (
  up
)
or vector(0)

time() -
last
```

1. In a list:

   ```promql
   load
   ```

```logql
{a="b"}
```
"""


def test_finds_each_expression_with_its_line() -> None:
    assert list(blocks(DOCUMENT)) == [
        (5, "up == 0"),
        (6, "rate(a_total[5m])\n  / rate(b_total[5m])"),
        (9, "sum by (job) (\n  up\n)\nor vector(0)"),
        (14, "time() -\nlast"),
        (21, "load"),
    ]


def test_runbooks_hold_expressions_and_producers_are_asked() -> None:
    def producer() -> list[str]:
        return ["up"]

    found = shipped([producer])
    assert any(one.origin.startswith("runbooks/") for one in found)
    assert found[-1].query == "up"
    assert "producer" in found[-1].origin


EXAMPLES = {
    "README.md": "topk(3, node_load1)",
    "dashboards": "count(up == 0) or vector(0)",
    "docs": 'probe_success{job="dns"} == 0',
    "runbooks": "min_over_time(up[15m]) == 1",
    "sre_tui/agent": 'count by (__name__) ({__name__=~"x"})',
    "sre_tui/demo": "increase(node_vmstat_oom_kill[30m]) > 0",
    "tests/cli": 'node_load1{hostname="media"}[3m]',
    "tests/data": "sum by (job) (up)",
    "tests/evals": "time() - wireguard_latest_handshake_seconds > 300",
    "tests/screens": "sum by (device) (x)",
    "tests/unit": "count(node_load1 > 0)",
    "tests/wire": 'node_load1{hostname="meda"}',
}


def test_expressions_are_found_wherever_they_are_used() -> None:
    found = used()
    queries = {one.query for one in found} | {one.query for one in shipped()}
    assert {place: query for place, query in EXAMPLES.items() if query not in queries} == {}
    for place in ("dashboards", "runbooks", "sre_tui", "tests"):
        assert sum(one.origin.startswith(f"{place}/") for one in found) >= 40, place
    assert not queries & REFUSED


def test_every_place_exists() -> None:
    root = Path(__file__).parents[2]
    assert [place for place in PLACES if not (root / place).exists()] == []


@pytest.mark.parametrize(
    ("suffix", "text", "found"),
    [
        (".py", "run(query='up == 0')", ["up == 0"]),
        (".py", "f\"rate(a_total{{host='{host}'}}[{window}])\"", ["rate(a_total{host='5m'}[5m])"]),
        (".py", '"sum(" "up)"', ["sum(up)"]),
        (".py", '"""Asks `sum(up)`, or `nothing`."""', ["sum(up)"]),
        (".py", '"a-b", "nas1/tank", "up", "down", "sum(up", "utf-8"', ["up"]),
        (".py", '"{app=\'web\'}", "up offset 1e400"', []),
        (".yaml", "a: [{expr: up < 1}]\nb: |\n  sum(\n    up)\n", ["up < 1", "sum(\n  up)"]),
        (".json", '{"a": [{"expr": "up > 1"}]}', ["up > 1"]),
        (".md", "Try `up == 1` or sre metrics query 'up == 2'.", ["up == 1", "up == 2"]),
    ],
)
def test_any_text_that_selects_series_counts(
    tmp_path: Path, suffix: str, text: str, found: list[str]
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_text(text)
    assert [query.strip() for _line, query in harvest(path, frozenset({"up"}))] == found
