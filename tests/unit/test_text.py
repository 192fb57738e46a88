import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from providers.text import clean, clean_json, one_line

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


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs", "Mn")), max_size=100))
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
