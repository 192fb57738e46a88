"""What an answer may rest on: the evidence, what the user said, and the names that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding.facts import Facts, Lookup, strings

_TOKEN = re.compile(r"[\w][\w.:/@+-]*", re.UNICODE)
_PART = re.compile(r"[.:/@+=]")


@dataclass
class Grounds:
    """Everything that supports an answer.

    Attributes:
        ids: the evidence there is.
        words: every word and part of a word, case-folded.
        stems: beginnings of known names that end in a number.
        now: when the question was asked.
    """

    ids: frozenset[str]
    words: frozenset[str]
    stems: frozenset[str]
    now: datetime
    _said: Facts
    _found: dict[str, Facts]
    _lookups: dict[frozenset[str], Lookup] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        evidence: Sequence[Evidence],
        said: Iterable[str] = (),
        names: Iterable[str] = (),
        known: Iterable[str] = (),
        now: datetime,
    ) -> Grounds:
        """Collect them.

        Args:
            evidence: all evidence of the session.
            said: what the user said and piped in, and the operator's notes.
            names: names that need no evidence, such as those of the tools.
            known: names of hosts and services, to tell a wrong one by its likeness.
            now: when the question was asked.
        """
        spoken = tuple(said)
        found: dict[str, Facts] = {}
        for one in evidence:
            facts = Facts.of(_texts(one), one.document, now)
            facts.moments |= {one.observed_at, *(source.observed_at for source in one.sources)}
            found[one.id] = facts
        texts = [text for one in evidence for text in (*_texts(one), *strings(one.document))]
        return cls(
            ids=frozenset(found),
            words=_words([*spoken, *texts, *names]),
            stems=frozenset(_stems(known)),
            now=now,
            _said=Facts.of(spoken, None, now),
            _found=found,
        )

    def lookup(self, cited: frozenset[str] = frozenset()) -> Lookup:
        """The facts of the cited evidence, or of all if none that exists is cited.

        What the user said always counts.
        """
        ids = cited & self.ids or self.ids
        made = self._lookups.get(ids)
        if made is None:
            facts = Facts.joined([self._said, *(self._found[one] for one in sorted(ids))])
            made = self._lookups[ids] = Lookup(facts, self.now)
        return made


def _texts(evidence: Evidence) -> Iterator[str]:
    yield evidence.text
    yield evidence.summary
    yield from strings(evidence.arguments)
    yield from (source.detail for source in evidence.sources)


def _words(texts: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for text in texts:
        for token in _TOKEN.findall(text):
            plain = token.casefold().strip(".:/@+-")
            words.add(plain)
            words.update(part for part in _PART.split(plain) if part)
    return frozenset(words)


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        plain = name.casefold().partition(":")[0].partition(".")[0]
        stem = plain.rstrip("0123456789")
        if stem != plain and len(stem) > 1:
            yield stem
