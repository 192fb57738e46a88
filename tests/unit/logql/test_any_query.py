"""Whatever parses can be evaluated: an answer, or a refusal in Loki's manner."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sre_tui.demo.logql.engine import run_metric_query
from sre_tui.demo.logql.errors import LogQLError
from sre_tui.demo.logql.log_results import LogWindow, run_log_query
from sre_tui.demo.logql.parser import parse
from sre_tui.demo.logql.syntax import LogQuery
from tests.stubs.logs import SECOND, MemoryLogs, stream

LINES = (
    'level=error took=5ms n=3 size=2KB msg="a b"',
    '{"level": "warn", "n": 4, "a": {"b": [1, "x"]}}',
    '{"n": 1e999',
    'n="\\',
    "plain \x1b[31mred\x1b[0m",
    "",
)
LOGS = MemoryLogs(
    [
        stream({"app": "x", "host": "a"}, *((10.0 * i, one) for i, one in enumerate(LINES * 3))),
        stream({"app": "y"}, *((7.0 * i, one) for i, one in enumerate(LINES * 3))),
    ]
)
STAGES = st.sampled_from(
    [
        '|= "e"',
        '!~ "pla|x" or "b"',
        '|> "<_>red<_>"',
        "| json",
        '| json first="a.b[0]", n',
        "| logfmt --strict",
        "| logfmt --keep-empty",
        '| pattern "<key>=<value> <_>"',
        '| regexp "(?P<word>\\\\w+)"',
        "| unpack",
        '| n > 3 or took <= 1s and size != 1KB or level=~"w.*"',
        '| host=ip("10.0.0.0/8")',
        '| line_format "{{.n}} {{ div .n 0 }} {{ __timestamp__ }}"',
        '| label_format n=level, t="{{ .none | default .app }}"',
        "| drop level, n",
        "| keep app, n",
        "| decolorize",
        '| __error__=""',
    ]
)
PIPELINES = st.lists(STAGES, max_size=5).map(lambda stages: '{app=~".+"} ' + " ".join(stages))
COUNTS = st.builds(
    "{}({} [{}]{})".format,
    st.sampled_from(["rate", "count_over_time", "bytes_rate", "absent_over_time"]),
    PIPELINES,
    st.sampled_from(["20s", "5m"]),
    st.sampled_from(["", " offset 30s", " offset -1m"]),
)
UNWRAPPED = st.builds(
    "{}({} | unwrap {} {}[1m]){}".format,
    st.sampled_from(["avg_over_time", "max_over_time", "stddev_over_time", "last_over_time"]),
    PIPELINES,
    st.sampled_from(["n", "duration(took)", "bytes(size)"]),
    st.sampled_from(["", '| __error__="" ']),
    st.sampled_from(["", " by (app)", " without (level)"]),
)
METRICS = st.recursive(
    st.one_of(COUNTS, UNWRAPPED, st.sampled_from(["vector(2)", "3"])),
    lambda inner: st.one_of(
        st.builds("sum by (app) ({})".format, inner),
        st.builds("topk(1, {})".format, inner),
        st.builds("stdvar({})".format, inner),
        st.builds('label_replace({}, "app", "$1", "level", "(.).*")'.format, inner),
        st.builds(
            "({}) {} ({})".format,
            inner,
            st.sampled_from(["+", "/", "%", "^", "> bool", "<", "or", "unless on(app)"]),
            inner,
        ),
    ),
    max_leaves=4,
)


def evaluate(query: str) -> None:
    parsed = parse(query)
    if isinstance(parsed, LogQuery):
        result = run_log_query(parsed, LOGS, LogWindow(0, 500 * SECOND, 20))
        assert sum(len(records) for _, records in result.streams) <= 20
    else:
        metric = run_metric_query(parsed, LOGS, 0, 300 * SECOND, 30 * SECOND)
        assert metric.steps.tolist() == [30.0 * step for step in range(11)]


@given(st.one_of(PIPELINES, METRICS))
def test_what_parses_is_answered_or_refused(query: str) -> None:
    try:
        evaluate(query)
    except LogQLError as refusal:
        assert str(refusal).strip()  # noqa: PT017
