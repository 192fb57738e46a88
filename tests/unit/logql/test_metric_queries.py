from __future__ import annotations

import math

import pytest

from sre_tui.demo.logql.engine import run_metric_query
from sre_tui.demo.logql.errors import LogQLError, PipelineError
from sre_tui.demo.logql.matrix import Scalar
from sre_tui.demo.logql.parser import parse
from sre_tui.demo.logql.syntax import LogQuery
from tests.stubs.logs import SECOND, MemoryLogs, stream

LOGS = MemoryLogs(
    [
        stream(
            {"app": "web", "host": "a"},
            (10, "level=info took=100ms size=1KB n=1"),
            (40, "level=error took=300ms size=2KB n=3"),
            (60, "level=error took=500ms size=3KB n=8"),
        ),
        stream({"app": "web", "host": "b"}, (30, "level=info took=1s n=2")),
        stream({"app": "db", "host": "b"}, (50, "level=warn took=2s n=4"), (60, "plain")),
    ]
)


def at(query: str, seconds: float) -> dict[str, float]:
    """The instant vector: value by ``name=value`` labels."""
    parsed = parse(query)
    assert not isinstance(parsed, LogQuery)
    moment = round(seconds * SECOND)
    value = run_metric_query(parsed, LOGS, moment, moment, SECOND).value
    if isinstance(value, Scalar):
        return {"scalar": value.value}
    return {
        ",".join(f"{name}={text}" for name, text in row.labels): float(row.values[0])
        for row in value.rows
        if row.present[0]
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('count_over_time({app="web"}[1m])', {"app=web,host=a": 3, "app=web,host=b": 1}),
        ('rate({app="web",host="a"}[1m])', {"app=web,host=a": 0.05}),
        ('bytes_over_time({app="db"} |= "plain" [1m])', {"app=db,host=b": 5}),
        ('bytes_rate({app="db"} |= "plain" [10s])', {"app=db,host=b": 0.5}),
        ('count_over_time({app="web",host="a"}[20s])', {"app=web,host=a": 1}),
        ('count_over_time({app="web",host="a"}[20s] offset 20s)', {"app=web,host=a": 1}),
        ('sum(count_over_time({app=~".+"}[1m]))', {"": 6}),
        ('sum by (app) (count_over_time({app=~".+"}[1m]))', {"app=web": 4, "app=db": 2}),
        ('sum(count_over_time({app=~".+"}[1m])) without (app)', {"host=a": 3, "host=b": 3}),
        (
            'sum by (level) (count_over_time({app="web"} | logfmt [1m]))',
            {"level=info": 2, "level=error": 2},
        ),
        ('avg(count_over_time({app=~".+"}[1m]))', {"": 2}),
        ('stddev(count_over_time({app="web"}[1m]))', {"": 1}),
        ('count(count_over_time({app=~".+"}[1m]))', {"": 3}),
        ('topk(1, count_over_time({app=~".+"}[1m]))', {"app=web,host=a": 3}),
        ('bottomk(1, count_over_time({app=~".+"}[1m]))', {"app=web,host=b": 1}),
        ('avg_over_time({app="web"} | logfmt | unwrap n [1m]) by (app)', {"app=web": 3.5}),
        (
            'max_over_time({app="web"} | logfmt | unwrap duration(took) [1m]) by (host)',
            {"host=a": 0.5, "host=b": 1},
        ),
        (
            'sum by (app) (sum_over_time({app="web"} | logfmt | unwrap bytes(size) [1m]))',
            {"app=web": 6000},
        ),
        ('first_over_time({app="web"} | logfmt | unwrap n [1m]) by (app)', {"app=web": 1}),
        ('last_over_time({app="web"} | logfmt | unwrap n [1m]) by (app)', {"app=web": 8}),
        ('quantile_over_time(0.5, {app="web"} | logfmt | unwrap n [1m]) by ()', {"": 2.5}),
        ('stdvar_over_time({host="a"} | logfmt | keep n | unwrap n [1m]) by ()', {"": 26 / 3}),
        ('absent_over_time({app="none", x=~"y"}[1m])', {"app=none": 1}),
        ('absent_over_time({app="web"}[1m])', {}),
        ('count_over_time({app="none"}[1m])', {}),
        ("vector(3)", {"": 3}),
        ("2 + 3 * 4", {"scalar": 14}),
        ('count_over_time({app="web"}[1m]) > 2', {"app=web,host=a": 3}),
        (
            'count_over_time({app="web"}[1m]) > bool 2',
            {"app=web,host=a": 1, "app=web,host=b": 0},
        ),
        ('2 * count_over_time({app="db"}[1m]) - 1', {"app=db,host=b": 3}),
        (
            (
                'sum by (host) (count_over_time({app="web"}[1m]))'
                ' / sum by (host) (count_over_time({app=~".+"}[1m]))'
            ),
            {"host=a": 1, "host=b": 1 / 3},
        ),
        (
            (
                'count_over_time({app=~".+"}[1m]) / on(app) group_left'
                ' sum by (app) (count_over_time({app=~".+"}[1m]))'
            ),
            {"app=web,host=a": 0.75, "app=web,host=b": 0.25, "app=db,host=b": 1},
        ),
        (
            'count_over_time({app="web"}[1m]) unless on(host) count_over_time({app="db"}[1m])',
            {"app=web,host=a": 3},
        ),
        (
            'count_over_time({app="web"}[1m]) and on(host) count_over_time({app="db"}[1m])',
            {"app=web,host=b": 1},
        ),
        ('sum(count_over_time({app="none"}[1m])) or vector(0)', {"": 0}),
        (
            'label_replace(count_over_time({app="db"}[1m]), "id", "$1-x", "app", "(.).*")',
            {"app=db,host=b,id=d-x": 2},
        ),
    ],
)
def test_instant_values(query: str, expected: dict[str, float]) -> None:
    found = at(query, 60)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected)


def test_the_window_is_open_at_its_start() -> None:
    assert at('count_over_time({app="web",host="a"}[50s])', 60) == {"app=web,host=a": 2}


def test_a_range_has_a_value_only_where_there_are_lines() -> None:
    parsed = parse('count_over_time({app="web",host="a"}[15s])')
    assert not isinstance(parsed, LogQuery)
    result = run_metric_query(parsed, LOGS, 0, 70 * SECOND, 10 * SECOND)
    assert not isinstance(result.value, Scalar)
    (row,) = result.value.rows
    values = [float(v) if p else None for v, p in zip(row.values, row.present, strict=True)]
    assert values == [None, 1, 1, None, 1, 1, 1, 1]
    assert result.steps.tolist() == [0, 10, 20, 30, 40, 50, 60, 70]


def test_a_failed_line_fails_the_query_unless_filtered() -> None:
    with pytest.raises(PipelineError) as caught:
        at('rate({app="db"} | json [1m])', 60)
    assert str(caught.value).startswith("pipeline error: 'JSONParserErr' for series: '{__error__=")
    assert '(e.g | __error__!="JSONParserErr")' in str(caught.value)
    assert at('rate({app="db"} | json | __error__="" [1m])', 60) == {}
    with pytest.raises(PipelineError, match="SampleExtractionErr"):
        at('sum_over_time({app="web"} | logfmt | unwrap level [1m])', 60)
    assert at('sum_over_time({app="web"} | logfmt | unwrap level | __error__="" [1m])', 60) == {}


def test_ambiguous_matches_are_refused() -> None:
    query = 'count_over_time({app=~".+"}[1m]) / on(app) count_over_time({app=~".+"}[1m])'
    with pytest.raises(LogQLError, match="multiple matches for labels"):
        at(query, 60)


def test_counter_rates_survive_a_reset() -> None:
    logs = MemoryLogs(
        [stream({"app": "x"}, *((t, f"n={n}") for t, n in ((0, 9), (5, 2), (10, 4))))]
    )
    parsed = parse('rate_counter({app="x"} | logfmt | unwrap n [20s])')
    assert not isinstance(parsed, LogQuery)
    value = run_metric_query(parsed, logs, 10 * SECOND, 10 * SECOND, SECOND).value
    assert not isinstance(value, Scalar)
    assert math.isclose(float(value.rows[0].values[0]), 4 * 1.5 / 20)
