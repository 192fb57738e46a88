from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.widgets.hostile import hostile
from widgets.text import duration, fit, plain_line, plain_lines, plain_text, truncate


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("disk [critical] full", "disk [critical] full"),
        ("x [/] y", "x [/] y"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "link"),
        ("\x9b1mbold", "bold"),
        ("a\x07b\x00c\x7f", "abc"),
        ("abc\u202edcb", "abcdcb"),
        ("a\u200bb\u2066c", "abc"),
        ("one\r\ntwo\tthree\u2028four", "one two three four"),
        ("lone \ud800", "lone "),
        ("ünïcödé 日本", "ünïcödé 日本"),
    ],
)
def test_plain_line(given: str, shown: str) -> None:
    assert plain_line(given) == shown


def test_plain_lines_keeps_breaks() -> None:
    assert plain_lines("a\tb\r\nc\x1b[1md\x0be") == "a    b\ncd\ne"


@given(text=hostile)
def test_nothing_unprintable_is_left(text: str) -> None:
    line = plain_line(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)
    assert not any(
        char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for char in line
    )
    line.encode()
    assert plain_text(text).plain == line
    assert plain_line(line) == line
    assert plain_lines(text).replace("\n", " ").split() == line.split()


@given(text=hostile, width=st.integers(-2, 60))
def test_width_is_kept(text: str, width: int) -> None:
    short = truncate(text, width)
    assert cell_len(short) <= max(0, width)
    if cell_len(plain_line(text)) <= width:
        assert short == plain_line(text)
    elif width > 0:
        assert short.endswith("…")
    for align in ("left", "right"):
        assert cell_len(fit(text, width, align)) == max(0, width)


def test_fit_aligns() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, "right") == "  ab"
    assert fit("日本語", 4) == "日… "


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3599, "1 h"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (864_000, "10 d"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize("module", ["cell", "text", "blocks", "plot"])
def test_modules_for_every_front_do_not_import_textual(module: str) -> None:
    code = f"import sys, widgets.{module}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
