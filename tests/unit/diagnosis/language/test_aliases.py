"""What people call their programs."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.language.aliases import groups, meant_by


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("the tv stutters again", "jellyfin"),
        ("my photos are gone!", "immich"),
        ("warum gehen die Lichter nicht", "home-assistant"),
        ("cannot open the password manager.", "vaultwarden"),
        ("no new episodes since monday", "sonarr"),
        ("push my code: 500", "gitea"),
        ("the ADS are back", "pihole"),
    ],
)
def test_everyday_words_mean_programs(text: str, likeliest: str) -> None:
    [programs] = meant_by(text).values()
    assert programs[0] == likeliest


def test_the_longest_word_counts() -> None:
    assert list(meant_by("no tv shows today")) == ["tv shows"]


def test_who_names_the_program_needs_no_word_for_it() -> None:
    assert not meant_by("plex stutters on the tv")


def test_a_name_in_two_words_stays_a_name() -> None:
    assert meant_by("is home assistant down?")["home assistant"][0] == "home-assistant"


def test_words_in_a_phrase_of_its_own_meaning_do_not_count() -> None:
    assert not meant_by("the lights went out")
    assert meant_by("the lights do not react")


@pytest.mark.parametrize("text", ["a camper on the lawn", "dvr", "mailman2", "re-build-x"])
def test_parts_of_words_do_not_count(text: str) -> None:
    assert not meant_by(text)


def test_no_program_is_said_twice_in_a_group() -> None:
    for group in groups():
        assert len(set(group.programs)) == len(group.programs)
