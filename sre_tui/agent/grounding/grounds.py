"""What an answer may rest on: the evidence, what the user said, and the names that are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding.evidence_index import EvidenceIndex, words_in
from sre_tui.agent.grounding.facts import Facts, Lookup


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
        index: EvidenceIndex | None = None,
    ) -> Grounds:
        """Collect them.

        Args:
            evidence: all evidence of the session.
            said: what the user said and piped in, and the operator's notes.
            names: names that need no evidence, such as those of the tools.
            known: names of hosts and services, to tell a wrong one by its likeness.
            now: when the question was asked.
            index: evidence of the session that was read before; takes up what is read now.
        """
        spoken = tuple(said)
        known_evidence = index if index is not None else EvidenceIndex()
        read = [known_evidence.get(one) for one in evidence]
        return cls(
            ids=frozenset(one.evidence.id for one in read),
            words=words_in([*spoken, *names]).union(*(one.words for one in read)),
            stems=frozenset(_stems(known)),
            now=now,
            _said=Facts.of(spoken, None, now),
            _found={one.evidence.id: one.facts for one in read},
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


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        plain = name.casefold().partition(":")[0].partition(".")[0]
        stem = plain.rstrip("0123456789")
        if stem != plain and len(stem) > 1:
            yield stem
