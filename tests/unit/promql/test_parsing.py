import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_tui.demo.promql import (
    PROMETHEUS_2,
    PROMETHEUS_3,
    Dialect,
    NotSupportedError,
    ParseError,
    QueryError,
)
from sre_tui.demo.promql.nodes import Aggregate, Binary, Matching, Selector, selectors
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.telemetry import Matcher

WORDS = """up load { } [ ] ( ) 5m 1h : , = =~ != "a" + - * / ^ == > and or unless on ignoring é ~ !
group_left bool by without offset @ start() sum rate topk quantile time() vector 1 0.5 Inf \\ #"""


def refusal(query: str, dialect: Dialect) -> QueryError | None:
    try:
        parse(query, dialect)
    except QueryError as error:
        return error
    return None


@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=10),
    st.sampled_from([PROMETHEUS_2, PROMETHEUS_3]),
)
@settings(max_examples=300)
def test_any_text_is_parsed_or_refused(words: list[str], dialect: Dialect) -> None:
    query = " ".join(words)
    error = refusal(query, dialect)
    assert error is None or isinstance(error, ParseError | NotSupportedError)
    if isinstance(error, ParseError):
        assert 1 <= error.column <= len(query.encode()) + 1
        assert str(error).startswith(f"{error.line}:{error.column}: parse error: ")


def test_a_tree_holds_milliseconds_and_matchers() -> None:
    tree = parse('up{job="node"} offset 1m30s @ 12.5', PROMETHEUS_2)
    name, job = Matcher("__name__", "=", "up"), Matcher("job", "=", "node")
    assert tree == Selector((name, job), 90_000, 12_500)


def test_matching_and_grouping_are_kept() -> None:
    tree = parse("a * on(x) group_left(y) sum without (z) (b)", PROMETHEUS_2)
    assert isinstance(tree, Binary)
    assert tree.matching == Matching("many-to-one", True, ("x",), ("y",))
    assert isinstance(tree.right, Aggregate)
    assert (tree.right.by, tree.right.labels) == (False, ("z",))


def test_selectors_are_found_in_their_order() -> None:
    tree = parse("topk(scalar(a), rate(b[5m])) + max_over_time((c or d)[1h:])", PROMETHEUS_2)
    assert [one.matchers[0].value for one in selectors(tree)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("pattern", ["x(?i)y", "[[:alpha:]]+", "\\\\pL", "\\\\Qa.b\\\\E"])
def test_expressions_that_python_reads_otherwise_are_refused(pattern: str) -> None:
    with pytest.raises(QueryError):
        parse(f'up{{a=~"{pattern}"}}', PROMETHEUS_2)


def test_the_place_counts_lines_and_bytes() -> None:
    with pytest.raises(ParseError) as error:
        parse('up{a="é"} +\nrate(load', PROMETHEUS_2)
    assert (error.value.line, error.value.column) == (2, 10)
    with pytest.raises(ParseError) as error:
        parse('up{a="é"} up', PROMETHEUS_2)
    assert (error.value.line, error.value.column) == (1, 12)


def test_numbers_are_durations_in_version_3_only() -> None:
    assert parse("up offset 5", PROMETHEUS_3) == parse("up offset 5s", PROMETHEUS_2)
    with pytest.raises(ParseError, match='unexpected number "5" in offset'):
        parse("up offset 5", PROMETHEUS_2)


def test_a_duration_too_long_is_a_parse_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ParseError, match="duration out of range"):
        parse("up offset 1e400", PROMETHEUS_3)
    capfd.readouterr()
