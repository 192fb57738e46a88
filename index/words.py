"""Words of a text as both halves of the search understand them."""

import re
from functools import lru_cache
from typing import Protocol

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CAMEL_NAME = re.compile(r"\b[A-Za-z][a-z0-9]*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*\b")
_WORD = re.compile(r"[^\W_]+")

# The list that LanceDB's English tokenizer uses, so that both text searches drop the same words.
STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is"),
        *("it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there"),
        *("these", "they", "this", "to", "was", "will", "with"),
    )
)


# Words that turn a statement into a question; they say nothing about the subject.
QUESTION_WORDS = frozenset(
    (
        *("am", "any", "been", "can", "could", "did", "do", "does", "don't", "from", "get", "gets"),
        *(
            "got",
            "had",
            "has",
            "have",
            "he",
            "her",
            "here",
            "his",
            "how",
            "i",
            "i'm",
            "its",
            "just",
        ),
        *("me", "mine", "my", "now", "our", "out", "she", "should", "so", "some", "than", "them"),
        *("too", "us", "very", "was", "we", "were", "what", "when", "where", "which", "who", "why"),
        *("would", "you", "your"),
    )
)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


def camel_case_names(text: str) -> list[str]:
    """The CamelCase words of `text` in order: `HostDiskFull`, `OOMKilled`, not `NAS` or `VMs`."""
    return [name for name in _CAMEL_NAME.findall(text) if len(_parts(name)) > 1]


def split_camel_case(text: str) -> str:
    """`HostDiskFull` becomes `Host Disk Full`; everything else stays as it is."""
    return _CAMEL_NAME.sub(lambda match: " ".join(_parts(match.group())), text)


def _parts(name: str) -> list[str]:
    """The words of a name; a single letter stays with what follows (`VMs`, `iSCSI`, `ZPool`)."""
    parts = [""]
    for part in _HUMP.sub(" ", name).split():
        if len(parts[-1]) == 1:
            parts[-1] += part
        else:
            parts.append(part)
    return parts[1:]


def tokens(text: str) -> list[str]:
    """Lower-case stemmed words without stop words; CamelCase names whole and split."""
    names = " ".join(split_camel_case(name) for name in camel_case_names(text))
    words = (word.lower() for word in _WORD.findall(f"{text} {names}"))
    return [_stem(word) for word in words if word not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return _stemmer().stemWord(word)


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    import snowballstemmer  # type: ignore[import-untyped, unused-ignore]

    stemmer: _Stemmer = snowballstemmer.stemmer("english")
    return stemmer
