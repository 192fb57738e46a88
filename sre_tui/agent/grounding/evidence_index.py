"""What each piece of evidence says, read once however many answers are compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding.facts import Facts, strings

_TOKEN = re.compile(r"[\w][\w.:/@+-]*", re.UNICODE)
_PART = re.compile(r"[.:/@+=]")
_PARTITION = re.compile(r"((?:sd|vd|xvd|hd)[a-z]{1,2}|nvme\d+n\d+(?=p))p?\d+")


@dataclass(frozen=True)
class Read:
    """Evidence as it was read.

    Attributes:
        words: every word and part of a word, case-folded.
    """

    evidence: Evidence
    facts: Facts
    words: frozenset[str]


class EvidenceIndex:
    """The evidence of a session, by id."""

    def __init__(self) -> None:
        self._read: dict[str, Read] = {}

    def get(self, evidence: Evidence) -> Read:
        """What it says; read if that was not done before."""
        known = self._read.get(evidence.id)
        # An exchange that is replaced gives its ids back.
        if known is None or known.evidence is not evidence:
            known = self._read[evidence.id] = _read(evidence)
        return known


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """Every word and part of a word, case-folded; with a partition its disk."""
    words: set[str] = set()
    for token in {token for text in set(texts) for token in _TOKEN.findall(text)}:
        plain = token.casefold().strip(".:/@+-")
        words.add(plain)
        words.update(part for part in _PART.split(plain) if part)
    words |= {match.group(1) for word in words if (match := _PARTITION.fullmatch(word))}
    return frozenset(words)


def _read(evidence: Evidence) -> Read:
    texts = tuple(_texts(evidence))
    facts = Facts.of(texts, evidence.document, evidence.observed_at)
    facts.moments |= {evidence.observed_at, *(one.observed_at for one in evidence.sources)}
    return Read(evidence, facts, words_in([*texts, *strings(evidence.document)]))


def _texts(evidence: Evidence) -> Iterator[str]:
    yield evidence.text
    yield evidence.summary
    yield from strings(evidence.arguments)
    yield from (source.detail for source in evidence.sources)
