"""What people call their programs: everyday words and the software that may be meant by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sre_tui.diagnosis.language.vocabulary import TOPIC_PHRASES, read_words


@dataclass(frozen=True)
class Group:
    """Everyday words, and the programs that may be meant by any of them, the likeliest first."""

    said: re.Pattern[str]
    programs: tuple[str, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The groups; of several words at the same place the longest is the one that is meant."""
    return tuple(
        Group(_expression(str(entry["words"])), tuple(str(entry["programs"]).split()))
        for entry in read_words("programs.yaml")
    )


def _expression(listed: str) -> re.Pattern[str]:
    words = sorted(
        (" ".join(word.split()) for word in listed.split(",")), key=lambda word: -len(word)
    )
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})s?(?![\w-])")


def meant_by(text: str) -> Mapping[str, tuple[str, ...]]:
    """The everyday words in a text, longest first, and the programs they may mean.

    A word only counts if one of its programs was discovered, which the caller knows. Who names a
    program needs no word for it: in "plex stutters on the tv" the television is not asked about.
    Neither do words count that are part of a phrase with a meaning of its own: when the lights
    went out, nobody speaks of what switches them.
    """
    plain = " ".join(text.casefold().split())
    for _, phrase in TOPIC_PHRASES:
        plain = phrase.sub(" / ", plain)
    named = set(re.findall(r"[\w-]+", plain))
    found = {
        match.group(): each.programs
        for each in groups()
        for match in each.said.finditer(plain)
        if match.group() in each.programs or named.isdisjoint(each.programs)
    }
    longest = sorted(found, key=lambda said: -len(said))
    return {
        said: found[said]
        for place, said in enumerate(longest)
        if not any(said in longer for longer in longest[:place])
    }
