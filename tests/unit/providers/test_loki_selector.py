import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.loki.selector import (
    LabelMatcher,
    add_filter,
    add_matcher,
    move_to_pipe,
    quote,
    selectors,
    unquote,
)


@pytest.mark.parametrize(
    ("query", "moved"),
    [
        (
            '{job="x", detected_level="error"} |= "a"',
            '{job="x"} | detected_level="error" |= "a"',
        ),
        ('{detected_level="error"}', '{job=~".+"} | detected_level="error"'),
        ('{detected_level=~"e.*",job="x"}', '{job="x"} | detected_level=~"e.*"'),
        (
            'sum(rate({job="x",detected_level="error"}[5m])) / sum(rate({job="x"}[5m]))',
            'sum(rate({job="x"} | detected_level="error"[5m])) / sum(rate({job="x"}[5m]))',
        ),
        ('{job="x"} |= "{detected_level=1}"', '{job="x"} |= "{detected_level=1}"'),
        ('{job=`a}b`, detected_level="x"}', '{job=`a}b`} | detected_level="x"'),
        ('{job="x"', '{job="x"'),
        ("{job=x}", "{job=x}"),
    ],
)
def test_labels_that_are_not_indexed_become_filters(query: str, moved: str) -> None:
    assert move_to_pipe(query, {"detected_level"}, "job") == moved


def test_matchers_and_filters_are_added_to_every_selector() -> None:
    query = 'rate({a="1"}[1m]) + rate({b!~"2"} | json [1m])'
    assert add_matcher(query, LabelMatcher("level", "=", '"error"')) == (
        'rate({a="1", level="error"}[1m]) + rate({b!~"2", level="error"} | json [1m])'
    )
    assert add_filter(query, '|= "x"') == (
        'rate({a="1"} |= "x"[1m]) + rate({b!~"2"} |= "x" | json [1m])'
    )


def test_selectors_are_read_with_their_operators() -> None:
    (found,) = selectors(' { a = "x\\"y" , b=~`c|d`,e!="",f!~"g" } |= "{h=1}"')
    assert [(m.name, m.operator, unquote(m.quoted)) for m in found.matchers] == [
        ("a", "=", 'x"y'),
        ("b", "=~", "c|d"),
        ("e", "!=", ""),
        ("f", "!~", "g"),
    ]


@given(st.text())
def test_quoting_round_trips(value: str) -> None:
    assert unquote(quote(value)) == value


@given(st.text(alphabet='{}"`\\=~!,|ab \n', max_size=60))
def test_nothing_is_lost_when_nothing_is_to_change(query: str) -> None:
    assert move_to_pipe(query, set(), "job") == query
