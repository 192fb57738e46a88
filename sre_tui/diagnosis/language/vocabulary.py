"""The words questions about a homelab are made of, in English and German."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from sre_tui.diagnosis.language.topics import Manner, Topic

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_words(file: str) -> Any:
    """What a YAML file of this package holds."""
    text = files("sre_tui.diagnosis.language").joinpath(file).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe


_DATA: Final = read_words("words.yaml")
SYMPTOMS: Final = tuple(str(_DATA["symptoms"]).split())
INTENTS: Final = frozenset(str(_DATA["intents"]).split())
STOP_WORDS: Final = frozenset(str(_DATA["never_names"]).split())
"""Words that are never names."""
NO_TROUBLE: Final = frozenset(str(_DATA["no_trouble"]).split())
"""Words that name no trouble by themselves, though names of failure patterns have them."""

SHORTEST_FOLDED: Final = 4
_WORD = re.compile(r"[\wäöüß][\wäöüß'/.:@+-]*", re.IGNORECASE)


@cache
def topic_of() -> Mapping[str, Topic]:
    """Topic by word."""
    return {
        word: Topic(topic)
        for topic, known in _DATA["topics"].items()
        for word in str(known).split()
    }


TOPIC_PHRASES: Final = tuple(
    (Topic(topic), re.compile(pattern)) for topic, pattern in _DATA["phrases"].items()
)
"""Topics told by several words together."""

_FULL_OF: Final = re.compile(r"\b(full of|voll(er)? (mit|von))\b")
"""What is full of something lacks no space."""
_LOADS: Final = re.compile(
    r"(?:\b(?:nothing|anything|everything|something|none|not|never|to|will|it|they|pages?|sites?|"
    r"images?|photos?|videos?|cannot|cant|wont|doesnt|dont)|n't)"
    r"(?: (?:even|ever|will|really|properly|fully|wants? to))* load(?:s|ing)?\b"
    r"(?! (?:of|on|is|was)\b)"
)
"""What loads, or does not, is a page and no processor."""


MANNERS: Final = tuple(
    (Manner(manner), re.compile(pattern)) for manner, pattern in _DATA["manners"].items()
)
"""In what way something is said not to work."""


@cache
def key_words() -> frozenset[str]:
    """Every word that says something about intent, topic or symptom."""
    return frozenset(topic_of()) | frozenset(SYMPTOMS) | INTENTS


def words(text: str) -> list[str]:
    """The words of a text as written, without punctuation at their ends."""
    return [stripped for word in _WORD.findall(text) if (stripped := word.rstrip(".,:;'/-+"))]


@cache
def _foldable() -> tuple[str, ...]:
    return tuple(sorted(word for word in key_words() if len(word) >= SHORTEST_FOLDED))


def put_right(word: str) -> str:
    """A key word for its mistyped form, anything else in lower case as it is.

    Only words of the same first letter are taken for each other, and a transposition counts as
    one mistake, because that is how people mistype.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    plain = word.casefold()
    if len(plain) < SHORTEST_FOLDED or plain in key_words() or plain in STOP_WORDS:
        return plain
    if not plain.isalpha():
        return plain
    found = process.extractOne(
        plain,
        [known for known in _foldable() if known[0] == plain[0]],
        scorer=OSA.normalized_similarity,
        score_cutoff=0.75 if len(plain) < 7 else 0.8,
    )
    return found[0] if found else plain


def fold(text: str) -> str:
    """The text in lower case, mistyped key words put right, single spaces."""
    return " ".join(put_right(word) for word in words(text))


def topics_in(folded: str) -> tuple[Topic, ...]:
    """The topics of a folded text: those of its phrases first, then those of its words."""
    plain = _LOADS.sub(" ", _FULL_OF.sub(" ", folded))
    found = [topic for topic, phrase in TOPIC_PHRASES if phrase.search(plain)]
    found += [topic for word in plain.split() if (topic := topic_of().get(word)) is not None]
    return tuple(dict.fromkeys(found))
