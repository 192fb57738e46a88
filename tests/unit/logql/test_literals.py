"""Looking for words first changes nothing about what an expression finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.demo.logql.literals import needed_words, searching
from sre_tui.demo.logql.regex import compile_re2
from sre_tui.diagnosis.patterns.load import bundled

PIECES = st.sampled_from(
    ["error", "err", "disk", "a", "\\d+", ".*", "[a-z]+", "\\bfail", "k", "[]|(]", "\\(", "\\|"]
)
EXPRESSIONS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        inner.map(lambda part: f"({part})?"),
        inner.map(lambda part: f"(?:{part})+"),
        inner.map(lambda part: f"(?i:{part})"),
    ),
    max_leaves=6,
)
LINES = st.lists(
    st.sampled_from(
        [
            "error",
            "ERR",
            "Disk",
            "disK",
            "a",
            "7",
            " ",
            "fail",
            "\u212a",
            "di\u017fk",
            "(",
            "|",
            "]",
        ]
    )
).map("".join)
ALTERNATIVES = st.lists(EXPRESSIONS, min_size=1, max_size=3).map("|".join)
TROUBLE = [compile_re2(each) for each in bundled().search().expressions]


@given(st.sampled_from(["", "(?i)"]), ALTERNATIVES, LINES)
def test_what_is_found_stays_the_same(flags: str, expression: str, line: str) -> None:
    compiled = compile_re2(flags + expression)
    assert searching(compiled)(line) is (compiled.search(line) is not None)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(?i)OOM|Killed", ("killed", "oom")),
        ("(error|warning): .*", ("error: ", "warning: ")),
        ("(?:out of )?memory", ("memory",)),
        ("(?:fail){2}", ("fail",)),
        ("a|error", ()),
        ("(error)?", ()),
        ("(?i:error)", ()),
        ("(?i)fa\u017ft", ()),
    ],
)
def test_words_of_which_every_match_has_one(expression: str, words: tuple[str, ...]) -> None:
    assert needed_words(compile_re2(expression)) == words


def test_the_expressions_for_all_signs_of_trouble_have_such_words() -> None:
    assert all(len(needed_words(each)) > 50 for each in TROUBLE)


@given(
    st.sampled_from(TROUBLE),
    st.lists(st.sampled_from([*needed_words(TROUBLE[0])[:40], "failed", "error: ", "9", " "])).map(
        "".join
    ),
)
def test_signs_of_trouble_are_found_among_many(trouble: re.Pattern[str], line: str) -> None:
    assert searching(trouble)(line) is (trouble.search(line) is not None)
