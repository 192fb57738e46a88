from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sre_tui.demo.logql.errors import LogQLError, ParseError
from sre_tui.demo.logql.parser import parse, parse_matchers
from sre_tui.demo.logql.syntax import (
    BinaryOperation,
    BothFilter,
    Grouping,
    LineFilter,
    LogQuery,
    NumberLiteral,
    Parser,
    QuantityFilter,
    RangeAggregation,
    StringFilter,
    Unwrap,
    VectorAggregation,
)
from sre_tui.demo.telemetry import Matcher

APP = (Matcher("app", "=", "x"),)


def test_pipeline_stages_keep_their_order() -> None:
    query = (
        '{app="x"} |= "a" or `b` != "c" | json | level="error" and took > 5s, size >= 20MB or n<-3'
    )
    assert parse(query) == LogQuery(
        APP,
        (
            LineFilter("|=", ("a", "b")),
            LineFilter("!=", ("c",)),
            Parser("json"),
            BothFilter(
                "or",
                BothFilter(
                    "and",
                    BothFilter(
                        "and",
                        StringFilter(Matcher("level", "=", "error")),
                        QuantityFilter("took", ">", 5.0, "duration"),
                    ),
                    QuantityFilter("size", ">=", 20_000_000.0, "bytes"),
                ),
                QuantityFilter("n", "<", -3.0, "number"),
            ),
        ),
    )


@pytest.mark.parametrize(
    "query",
    [
        'rate({app="x"} |= "e" [5m] offset 1h)',
        'rate(({app="x"} |= "e")[5m] offset 1h)',
        'rate(({app="x"} |= "e" [5m] offset 1h))',
        'rate({app="x"}[5m] offset 1h |= "e")',
    ],
)
def test_the_range_may_stand_in_each_of_its_places(query: str) -> None:
    expected = RangeAggregation("rate", LogQuery(APP, (LineFilter("|=", ("e",)),)), 300.0, 3600.0)
    assert parse(query) == expected


def test_unwrap_with_conversion_and_filters() -> None:
    query = (
        'quantile_over_time(0.99, {app="x"} | logfmt --strict a="b", c'
        ' | unwrap duration_seconds(took) | __error__="" [1m]) by (host)'
    )
    assert parse(query) == RangeAggregation(
        "quantile_over_time",
        LogQuery(APP, (Parser("logfmt", extract=(("a", "b"), ("c", "c")), strict=True),)),
        60.0,
        unwrap=Unwrap("took", "duration_seconds", (StringFilter(Matcher("__error__", "=", "")),)),
        grouping=Grouping(("host",)),
        parameter=0.99,
    )


def test_operators_bind_as_in_promql() -> None:
    assert parse("1 + 2 * 3 ^ 2 ^ 2") == BinaryOperation(
        "+",
        NumberLiteral(1),
        BinaryOperation(
            "*",
            NumberLiteral(2),
            BinaryOperation(
                "^", NumberLiteral(3), BinaryOperation("^", NumberLiteral(2), NumberLiteral(2))
            ),
        ),
    )


def test_function_names_are_labels_where_no_parenthesis_follows() -> None:
    parsed = parse('sum by (rate) (count_over_time({rate="x"} | count="1" [1m]))')
    assert isinstance(parsed, VectorAggregation)
    assert parsed.grouping == Grouping(("rate",))


def test_comments_and_line_breaks() -> None:
    assert parse('{app="x"} # all of it\n') == LogQuery(APP)
    with pytest.raises(ParseError, match=r"^parse error at line 2, col 4: syntax error"):
        parse('{app="x"}\n|= foo')


def test_matchers_alone_may_be_empty() -> None:
    assert parse_matchers("{}") == ()
    assert parse_matchers('{app="x"}') == APP


def test_flags_of_a_regular_expression_reach_the_matcher() -> None:
    (matcher,) = parse_matchers('{app=~"(?i)jelly.*"}')
    assert matcher.matches("Jellyfin")


UNSELECTIVE = (
    "parse error : queries require at least one regexp or equality matcher that does not have an"
    ' empty-compatible value. For instance, app=~".*" does not meet this requirement,'
    ' but app=~".+" will'
)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "parse error : syntax error: unexpected $end"),
        (
            '{app="x"',
            "parse error at line 1, col 9: syntax error: unexpected $end, expecting } or ,",
        ),
        (
            "{app=x}",
            "parse error at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING",
        ),
        (
            "{app}",
            (
                "parse error at line 1, col 5: syntax error: unexpected },"
                " expecting = or =~ or !~ or !="
            ),
        ),
        ("{}", UNSELECTIVE),
        ('{app=~".*"}', UNSELECTIVE),
        ('{app!="x"}', UNSELECTIVE),
        ('{app="x"} foo', "parse error at line 1, col 11: syntax error: unexpected IDENTIFIER"),
        ('{app="x} ', "parse error at line 1, col 6: literal not terminated"),
        (r'{app="\d"}', "parse error at line 1, col 6: invalid char escape"),
        ('rate({app="x"})', "parse error at line 1, col 15: syntax error: unexpected )"),
        (
            'rate({app="x"}[5x])',
            'parse error at line 1, col 15: not a valid duration string: "5x"',
        ),
        (
            'rate({app="x"}[5m',
            "parse error at line 1, col 15: missing closing ']' in duration",
        ),
        ('topk(rate({app="x"}[5m]))', "parse error : parameter required for operation topk"),
        (
            'sum(3,rate({app="x"}[5m]))',
            "parse error : unsupported parameter for operation sum(3,",
        ),
        (
            'avg_over_time({app="x"}[5m])',
            "parse error : invalid aggregation avg_over_time without unwrap",
        ),
        (
            'count_over_time({app="x"} | unwrap a [5m])',
            "parse error : invalid aggregation count_over_time with unwrap",
        ),
        (
            'sum_over_time({app="x"} | unwrap a [5m]) by (b)',
            "parse error : grouping not allowed for sum_over_time aggregation",
        ),
        (
            '{app="x"} or {app="y"}',
            (
                "parse error : unexpected type for left leg of binary operation (or):"
                " *syntax.MatchersExpr"
            ),
        ),
        (
            '{app="x"} |~ "("',
            "parse error at line 1, col 14: error parsing regexp: missing closing ): `(`",
        ),
        (
            '{app="x"} |~ "(?=a)"',
            (
                "parse error at line 1, col 14: error parsing regexp: invalid or unsupported Perl"
                " syntax: `(?=`"
            ),
        ),
        (
            '{app="x"} | line_format "{{.a | nope}}"',
            (
                "parse error at line 1, col 25: invalid line template: template: line:1:"
                ' function "nope" not defined'
            ),
        ),
        (
            '{app="x"} | line_format "{{range .a}}x{{end}}"',
            (
                "parse error at line 1, col 25: invalid line template: template: line:1:"
                ' the action "range" is not supported by this server'
            ),
        ),
        (
            '{app="x"} | label_format a=b, a=c',
            (
                "parse error at line 1, col 31: multiple label 'a' not allowed in a single format"
                " operation"
            ),
        ),
        (
            '{app="x"} | regexp "a(.*)"',
            "parse error at line 1, col 20: at least one named capture must be supplied",
        ),
        (
            '{app="x"} | pattern "<a><b>"',
            "parse error at line 1, col 21: found consecutive capture '<a><b>'",
        ),
        (
            '{app="x"} | xml',
            "parse error at line 1, col 13: the stage xml is not supported by this server",
        ),
        (
            'approx_topk(3, rate({app="x"}[5m]))',
            "parse error at line 1, col 1: approx_topk is not supported by this server",
        ),
        ('{app="x"} | unwrap a', "parse error at line 1, col 13: syntax error: unexpected unwrap"),
    ],
)
def test_errors_say_what_and_where(query: str, message: str) -> None:
    with pytest.raises(LogQLError) as caught:
        parse(query)
    assert str(caught.value) == message


def test_nesting_is_bounded() -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        parse("(" * 5000 + "1")


WORDS = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        "[5m]",
        "[",
        ",",
        "=",
        "!=",
        "=~",
        "!~",
        "|=",
        "|~",
        "|>",
        "|",
        "+",
        "-",
        "*",
        "/",
        "^",
        "==",
        ">",
        "<",
        "by",
        "without",
        "sum",
        "rate",
        "topk",
        "json",
        "logfmt",
        "unwrap",
        "offset",
        "5m",
        "1h",
        "20MB",
        "7",
        "-3",
        "app",
        '"x"',
        "`y`",
        '"("',
        '"{{.a}}"',
        '"{{if"',
        "line_format",
        "label_format",
        "drop",
        "keep",
        "pattern",
        "regexp",
        '"<a>',
        '<_>"',
        "and",
        "or",
        "unless",
        "bool",
        "on",
        "ignoring",
        "group_left",
        "vector",
        "ip",
        "label_replace",
        "quantile_over_time",
        "count_over_time",
        "--strict",
        "#",
        "\n",
        '{app="x"}',
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
@example('{app="x"} | json [')
@example('"\\')
@example('{a="\\400"}')
@example("0x 1e 1.2.3s ..5m")
def test_any_text_parses_or_is_refused_at_a_place_inside_it(query: str) -> None:
    refusal = refusal_of(query)
    if refusal is not None and refusal.line:
        lines = query.split("\n")
        assert 1 <= refusal.line <= len(lines)
        assert 1 <= refusal.column <= len(lines[refusal.line - 1]) + 1


def refusal_of(query: str) -> ParseError | None:
    try:
        parse(query)
    except ParseError as error:
        return error
    return None
