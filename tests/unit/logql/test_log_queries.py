from __future__ import annotations

import json

import pytest

from sre_tui.demo.logql.log_results import LogWindow, run_log_query
from sre_tui.demo.logql.parser import parse
from sre_tui.demo.logql.record import Record
from sre_tui.demo.logql.syntax import LogQuery
from tests.stubs.logs import SECOND, MemoryLogs, stream

LABELS = {"app": "x", "host": "media"}


def ask(
    query: str, *lines: str, metadata: dict[str, str] | None = None, limit: int = 100
) -> list[Record]:
    """The records of a query over lines one second apart, oldest first."""
    source = MemoryLogs([stream(LABELS, *enumerate(lines), metadata=metadata)])
    parsed = parse(query)
    assert isinstance(parsed, LogQuery)
    window = LogWindow(0, 1000 * SECOND, limit, forward=True)
    result = run_log_query(parsed, source, window)
    return sorted(
        (record for _, records in result.streams for record in records), key=lambda r: r.time_ns
    )


def lines(query: str, *given: str) -> list[str]:
    return [record.line for record in ask(query, *given)]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('|= "err"', ["an err", "err 10.0.0.7"]),
        ('!= "err"', ["fine", "[31mred"]),
        ('|= "fine" or "red"', ["fine", "[31mred"]),
        ('!= "fine" or "red"', ["an err", "err 10.0.0.7"]),
        ('|~ "^err"', ["err 10.0.0.7"]),
        ('|~ "(?i)FINE"', ["fine"]),
        ('!~ "err|fine"', ["[31mred"]),
        ('|> "err <_>"', ["err 10.0.0.7"]),
        ('!> "<_>err<_>"', ["fine", "[31mred"]),
        ('|= ip("10.0.0.0/8")', ["err 10.0.0.7"]),
        ('|= ip("10.0.0.1-10.0.0.6")', []),
    ],
)
def test_line_filters(filter_: str, expected: list[str]) -> None:
    given = ("fine", "an err", "err 10.0.0.7", "[31mred")
    assert sorted(lines(f'{{app="x"}} {filter_}', *given)) == sorted(expected)


def test_json_is_flattened_and_never_shadows_the_stream() -> None:
    line = json.dumps(
        {"level": "warn", "host": "b", "took": {"total-ms": 1.50}, "a": [1], "n": None, "ok": True}
    )
    (record,) = ask('{app="x"} | json', line)
    assert record.labels == {
        "app": "x",
        "host": "media",
        "host_extracted": "b",
        "level": "warn",
        "took_total_ms": "1.5",
        "ok": "true",
    }


def test_json_expressions_take_what_they_name() -> None:
    line = '{"a": {"b": [10, {"c d": "deep"}]}, "e": {"f": 1}}'
    query = '{app="x"} | json first="a.b[0]", deep=`a.b[1]["c d"]`, whole="e", none="x.y"'
    (record,) = ask(query, line)
    assert record.parsed == {"first": "10", "deep": "deep", "whole": '{"f":1}', "none": ""}
    assert "none" not in record.labels


def test_a_line_that_is_no_json_is_kept_and_marked() -> None:
    (record,) = ask('{app="x"} | json', "plain")
    assert record.line == "plain"
    assert record.labels["__error__"] == "JSONParserErr"
    assert lines('{app="x"} | json | __error__=""', "plain", "{}") == ["{}"]
    assert lines('{app="x"} | json | __error__!=""', "plain", "{}") == ["plain"]
    assert [r.labels for r in ask('{app="x"} | json | drop __error__, __error_details__', "x")] == [
        LABELS
    ]


def test_logfmt() -> None:
    line = 'level=info msg="a \\"b\\" c" took=3ms empty= flag user.name=eve'
    (record,) = ask('{app="x"} | logfmt', line)
    assert record.parsed == {
        "level": "info",
        "msg": 'a "b" c',
        "took": "3ms",
        "user_name": "eve",
    }
    (kept,) = ask('{app="x"} | logfmt --keep-empty', line)
    assert kept.parsed["empty"] == ""
    (chosen,) = ask('{app="x"} | logfmt lvl="level", took', line)
    assert chosen.parsed == {"lvl": "info", "took": "3ms"}


def test_logfmt_is_lenient_unless_strict() -> None:
    broken = 'a=1 b="x'
    (record,) = ask('{app="x"} | logfmt', broken)
    assert record.parsed == {"a": "1"}
    assert not record.error
    (strict,) = ask('{app="x"} | logfmt --strict', broken)
    assert strict.error == "LogfmtParserErr"


def test_pattern_regexp_and_unpack() -> None:
    access = '10.0.0.7 - - "GET /web HTTP/2" 200'
    (record,) = ask('{app="x"} | pattern `<ip> - - "<method> <path> <_>" <status>`', access)
    assert record.parsed == {"ip": "10.0.0.7", "method": "GET", "path": "/web", "status": "200"}
    (record,) = ask('{app="x"} | regexp `"(?P<method>\\w+) (?<path>\\S+)`', access)
    assert record.parsed == {"method": "GET", "path": "/web"}
    (record,) = ask('{app="x"} | unpack', '{"pod": "a", "_entry": "inner", "n": 1}')
    assert (record.line, record.parsed) == ("inner", {"pod": "a"})


@pytest.mark.parametrize(
    ("filter_", "kept"),
    [
        ('level="error"', "01"),
        ('level!="error"', "23"),
        ('level=~"err.*|warn"', "012"),
        ("took > 500ms", "0"),
        ("took <= 0.5s", "1"),
        ("size >= 1KiB", "0"),
        ("n == 5", "0"),
        ("n != 5", "1"),
        ('level="error" and n=6', "1"),
        ('level="warn" or n=6', "12"),
        ('(level="warn" or level="error") n=6', "1"),
        ('addr=ip("10.0.0.0/24")', "0"),
        ('missing=""', "0123"),
        ("missing > 1", ""),
    ],
)
def test_label_filters(filter_: str, kept: str) -> None:
    given = (
        "id=0 level=error took=1m2s size=2KB n=5 addr=10.0.0.9",
        "id=1 level=error took=500ms size=1KB n=6",
        "id=2 level=warn",
        "id=3",
    )
    found = ask(f'{{app="x"}} | logfmt | {filter_}', *given)
    assert "".join(record.parsed["id"] for record in found) == kept


def test_a_quantity_that_does_not_parse_marks_the_line() -> None:
    (record,) = ask('{app="x"} | logfmt | n > 5', "n=many")
    assert record.error == "LabelFilterErr"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{.level}}: {{.msg}}", "warn: disk full"),
        ("{{ .level | ToUpper }}", "WARN"),
        ("{{ .none }}x", "x"),
        ('{{ default \\"-\\" .none }}', "-"),
        ('{{ if eq .level \\"warn\\" }}W{{ else if .none }}N{{ else }}-{{ end }}', "W"),
        ("{{ if and .level (not .none) -}}\\n yes {{- end }}", "yes"),
        ("{{ __line__ | len }}", "26"),
        ('{{ printf \\"%-6s|%3d\\" .level 7 }}', "warn  |  7"),
        ('{{ .msg | replace \\"disk\\" \\"pool\\" | trunc 6 }}', "pool f"),
        ('{{ regexReplaceAll \\"(\\\\\\\\w+) (\\\\\\\\w+)\\" .msg \\"${2} $1\\" }}', "full disk"),
        ("{{ add 1 2 | mul 3 }}{{ divf 1 4 }}", "90.25"),
        ('{{ date \\"15:04:05\\" __timestamp__ }}', "00:00:00"),
        ("{{/* a note */}}x", "x"),
    ],
)
def test_templates(template: str, expected: str) -> None:
    query = f'{{app="x"}} | logfmt | line_format "{template}"'
    assert lines(query, 'level=warn msg="disk full"') == [expected]


def test_label_format_renames_and_renders() -> None:
    query = '{app="x"} | logfmt | label_format lvl=level, text="{{.msg}}!" | drop app, msg="y"'
    (record,) = ask(query, "level=warn msg=x")
    assert record.labels == {"host": "media", "lvl": "warn", "text": "x!", "msg": "x"}


def test_keep_and_decolorize() -> None:
    (record,) = ask('{app="x"} | logfmt | keep level, host="other" | decolorize', "\x1b[31mlevel=a")
    assert (record.labels, record.line) == ({}, "level=a")


def test_structured_metadata_is_found_by_filters_but_not_by_the_selector() -> None:
    metadata = {"detected_level": "error"}
    assert len(ask('{app="x"} | detected_level="error"', "a", metadata=metadata)) == 1
    assert ask('{detected_level="error"}', "a", metadata=metadata) == []


def test_limit_takes_the_newest_across_streams() -> None:
    source = MemoryLogs(
        [
            stream({"app": "x", "host": "a"}, (1, "a1"), (3, "a3")),
            stream({"app": "x", "host": "b"}, (2, "b2"), (4, "b4")),
        ]
    )
    query = parse('{app="x"}')
    assert isinstance(query, LogQuery)
    result = run_log_query(query, source, LogWindow(0, 4 * SECOND, 2))
    assert [(labels["host"], [r.line for r in rs]) for labels, rs in result.streams] == [
        ("a", ["a3"]),
        ("b", ["b2"]),
    ]
    thinned = run_log_query(
        query, source, LogWindow(0, 9 * SECOND, 9, forward=True, interval_ns=3 * SECOND)
    )
    assert [[r.line for r in rs] for _, rs in thinned.streams] == [["a1"], ["b2"]]
