import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.text import both_ends, clean, clean_json, one_line

HOSTILE = st.text(alphabet=st.characters(codec=None), max_size=200)


def test_escape_sequences_vanish_whole() -> None:
    assert clean("\x1b[31mred\x1b[0m") == "red"
    assert clean("\x1b]0;title\x07rest") == "rest"
    assert clean("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\") == "link"
    assert clean("\x9b2Jgone") == "gone"


def test_line_ends_and_tabs_stay() -> None:
    assert clean("a\r\nb\rc\td") == "a\nb\nc\td"


def test_bidirectional_overrides_cannot_disguise_a_name() -> None:
    assert clean("pve\u202e1evp\u202c") == "pve1evp"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pass\u200bword\u2060=\u00ad1", "password=1"),
        ("fine\U000e0069\U000e0067\U000e006e", "fine"),
        ("me\u200cdi\u200da", "media"),
        ("a\ufe01b\u3164c\u034f", "abc"),
    ],
)
def test_what_nobody_sees_goes(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["👩\u200d👧", "❤\ufe0f\u200d🔥", "⚠\ufe0f", "می\u200cخواهم"])
def test_joiners_stay_where_they_join(text: str) -> None:
    assert clean(text) == text


def test_markup_is_left_alone_because_nobody_parses_it() -> None:
    assert clean("disk [critical] full [/]") == "disk [critical] full [/]"


@given(HOSTILE)
def test_nothing_that_drives_a_terminal_survives(text: str) -> None:
    for character in clean(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(HOSTILE)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
"""Letters and marks by their category, which are empty all the same; so are selectors."""
SEEN = st.characters(
    categories=("L", "N", "P", "S", "Zs", "Mn"),
    exclude_characters=FILLERS
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))),
)


@given(st.text(alphabet=SEEN, max_size=100))
def test_letters_numbers_and_signs_are_untouched(text: str) -> None:
    assert clean(text) == text


@given(st.recursive(HOSTILE, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner)))
def test_every_string_of_a_json_value_is_cleaned(value: object) -> None:
    def strings(item: object) -> list[str]:
        if isinstance(item, str):
            return [item]
        if isinstance(item, list):
            return [text for part in item for text in strings(part)]
        if isinstance(item, dict):
            return [text for pair in item.items() for part in pair for text in strings(part)]
        return []

    assert all(clean(text) == text for text in strings(clean_json(value)))


@given(HOSTILE)
def test_one_line_is_one_short_line(text: str) -> None:
    line = one_line(text, 40)
    assert "\n" not in line
    assert len(line) <= 40


@given(HOSTILE, st.integers(10, 60))
def test_both_ends_of_a_line_stay(text: str, limit: int) -> None:
    line = both_ends(text, limit)
    assert len(line) <= limit
    whole = one_line(text, len(text) + 1)
    assert line == whole or (line[:2] == whole[:2] and line[-4:] == whole[-4:])
    told = both_ends(f"level=error {'x' * 200} 403: token is invalid", 80)
    assert told.endswith("403: token is invalid")
