"""Texts a backend must not be able to break a front with."""

from __future__ import annotations

from hypothesis import strategies as st

EXAMPLES = [
    "x [/] y",
    "disk [critical] full",
    "[@click=app.quit]press[/]",
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b[2J\x1b[H\x9b31m\x07\x00\x7f",
    "abc\u202edcba\u202c \u2066x\u2069\u200f",
    "zero\u200bwidth\u00adsoft\ufeff",
    "\ud800 lone \udfff",
    "日本語のホスト名",
    "e\u0301\u0301\u0301\u0301 a\u0308",
    "👩‍👩‍👧‍👦 family 🇨🇦",
    "one\r\ntwo\u2028three\ttab",
    "a" * 10_000,
    "日" * 10_000,
    "",
    " ",
    "$error ${x} {y} %s \\",
]

hostile = st.one_of(
    st.sampled_from(EXAMPLES),
    st.text(alphabet=st.characters(), max_size=60),
    st.text(alphabet="[]/@=$\\\x1b\x9b;m\u202e ab日", max_size=30),
    st.lists(st.sampled_from(EXAMPLES), max_size=3).map("".join),
)
