import pytest

from sre_tui.tools.promql import is_ordered, measured, metric_selectors, without_condition


def test_selectors_are_found_wherever_they_stand() -> None:
    query = (
        'sum by (a) (rate(x_total{job="n", m!~"i.*"}[5m])) / on (a) y offset 5m'
        ' and topk(scalar(z), {__name__="w"}) > max_over_time(v[1h:5m])'
    )
    assert [str(found) for found in metric_selectors(query)] == [
        'x_total{job="n", m!~"i.*"}',
        "y",
        "w",
        "z",
        "v",
    ]


def test_matchers_decide_like_prometheus() -> None:
    (found,) = metric_selectors('up{a="x", b!="x", c=~"x|y", d!~"x."}')
    accepted = [[match.accepts(value) for value in ("x", "xy", "y", "")] for match in found.matches]
    assert accepted == [
        [True, False, False, False],
        [False, True, True, True],
        [True, False, True, False],
        [True, False, True, True],
    ]


@pytest.mark.parametrize(
    ("query", "bare"),
    [
        ("up > 3", "up{}"),
        ("((a / b) > 0.8)", "(a{} / b{})"),
        ("a > bool 3", None),
        ("a + 3", None),
        ("a{", None),
    ],
)
def test_the_condition_can_be_taken_off(query: str, bare: str | None) -> None:
    assert without_condition(query) == bare


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("topk(3, up)", True),
        ("sort_desc(up)", True),
        ("bottomk(1, up)", True),
        ("sum(up)", False),
        ("up", False),
        ("up{", False),
    ],
)
def test_answers_with_an_order_of_their_own(query: str, ordered: bool) -> None:
    assert is_ordered(query) is ordered


def test_what_cannot_be_read_has_no_selectors() -> None:
    assert metric_selectors("sum(") == ()


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("a > 1", "a{}"),
        ('(a{b="c"} / d) > bool 0.5 and on (x) up == 1', 'a{b="c"} / d{}'),
        ("0.5 < rate(x[5m])", "rate(x{}[5m])"),
        ("a unless b", "a{}"),
        ("a - b", "a{} - b{}"),
        ("max(a) >= -1", "max(a{})"),
        ("3", None),
        ("-1", None),
        ("foo(", None),
    ],
)
def test_what_a_condition_measures(query: str, value: str | None) -> None:
    assert measured(query) == value
