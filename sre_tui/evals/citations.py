"""Whether citations point at evidence that speaks of what the sentence names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sre_tui.agent.events import Answer
from sre_tui.agent.grounding.evidence_index import EvidenceIndex, words_in
from sre_tui.agent.grounding.markup import Prose
from sre_tui.agent.site import seen_names

_NAME = re.compile(r"[a-z](?=.*[\d_.:/@-]).*")
"""A word that looks like a name; what begins with a digit is a figure or a time."""
_BEHIND = re.compile(r"\s*[\[(]\s*E\d+[^\])\n]*[\])]\s*(?=\w)")
"""A citation in front of a sentence: it belongs to the one before."""


@dataclass(frozen=True)
class Cited:
    """Sentences with citations: how many, and those whose evidence does not bear them out."""

    sentences: int
    unsupported: tuple[str, ...]


def cited(answer: Answer) -> Cited:
    """Read every sentence that cites evidence.

    A sentence is borne out if what it cites exists, was answered or says why not, and has at least
    half of the things that the sentence names: words that look like a name and stand somewhere in
    the evidence. Its figures are checked elsewhere, against the same evidence.
    """
    index = EvidenceIndex()
    words = {one.id: index.get(one).words for one in answer.evidence}
    known = {name.casefold() for names in seen_names(answer.evidence).values() for name in names}
    everywhere = frozenset().union(*words.values())
    bad: list[str] = []
    prose = Prose.of(answer.text)
    for start, end, ids in prose.citations:
        sentence = answer.text[start:end]
        said = words_in([re.sub(r"[*`]|\[[^\]]*\]", " ", sentence)])
        names = {word for word in said & everywhere if word in known or _NAME.fullmatch(word)}
        if _BEHIND.match(sentence):
            names = set()
        there = [words[one] for one in ids if one in words]
        held = {word for word in names if any(word in each for each in there)}
        if not there or (names and 2 * len(held) < len(names)):
            bad.append(" ".join(sentence.split()))
    return Cited(len(prose.citations), tuple(bad))
