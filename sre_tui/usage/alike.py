"""Which earlier questions are like another, from words alone: the same words but for names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.language.vocabulary import STOP_WORDS, topics_in, words
from sre_tui.usage.records import AskedQuestion

ALIKE: Final = 0.6
"""Share of the words that two questions have in common, from which on they are alike."""
_LITTLE: Final = 0.25
"""What a word counts that every question may have, such as "why" or "is"; any other counts 1."""
_FEW: Final = 2
_FIGURE = re.compile(r"\d")
_CAMEL = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+")


@dataclass(frozen=True)
class Gist:
    """What a question asks, without the names and figures in it."""

    words: frozenset[str]
    topics: frozenset[Topic]

    @property
    def is_telling(self) -> bool:
        """Whether it has a word that not every question may have: "and why?" has none."""
        return not self.words <= STOP_WORDS


class Pattern(BaseModel):
    """Questions that are alike."""

    model_config = ConfigDict(frozen=True)

    times: int
    """How many there are."""
    first: AwareDatetime
    last: AwareDatetime
    question: str
    """As it was asked the last time."""
    tools: tuple[str, ...]
    """The tools that were called for them, those of most questions first."""

    @classmethod
    def of(cls, questions: Sequence[AskedQuestion]) -> Pattern:
        """What they have in common; the latest comes first."""
        called = [name for each in questions for name in each.tools]
        return cls(
            times=len(questions),
            first=questions[-1].asked,
            last=questions[0].asked,
            question=questions[0].question,
            tools=tuple(sorted(dict.fromkeys(called), key=lambda name: -called.count(name))),
        )


def gist_of(question: str, names: Collection[str] = ()) -> Gist:
    """What a question asks.

    Args:
        question: as it was asked.
        names: further words that are names, case-folded. Known by themselves are words with a
            figure in them and names in CamelCase.
    """
    said = [word for word in words(question)
            if not _FIGURE.search(word) and not _CAMEL.fullmatch(word)]  # fmt: skip
    told = [word for each in said if (word := each.casefold()) not in names]
    return Gist(frozenset(told), frozenset(topics_in(" ".join(told))))


def alikeness(one: Gist, other: Gist) -> float:
    """How much two questions have in common: 1 if all, 0 if nothing or if they differ in topic."""
    if one.topics and other.topics and not one.topics & other.topics:
        return 0.0
    weights = _weight(one.words) + _weight(other.words)
    return 2 * _weight(one.words & other.words) / weights if weights else 0.0


def patterns(questions: Iterable[AskedQuestion]) -> tuple[Pattern, ...]:
    """Questions in groups of those that are like their latest, the largest groups first.

    Args:
        questions: the latest first.
    """
    groups: list[tuple[Gist, list[AskedQuestion]]] = []
    for each in questions:
        gist = gist_of(each.question)
        score, best = max(
            ((alikeness(gist, known), -place) for place, (known, _) in enumerate(groups)),
            default=(0.0, 0),
        )
        if score >= ALIKE:
            groups[-best][1].append(each)
        else:
            groups.append((gist, [each]))
    found = [Pattern.of(members) for _, members in groups]
    return tuple(sorted(found, key=lambda pattern: -pattern.times))


def tools_before(
    question: str, earlier: Sequence[AskedQuestion], names: Collection[str] = (), most: int = 4
) -> dict[str, float]:
    """The tools that were called for questions like this one, and what that tells, up to 1.

    It tells the more the more alike the questions are, and the fewer others took the same tool:
    some are called for almost any question.

    Args:
        question: what is asked now.
        earlier: questions of before.
        names: as in `gist_of`.
        most: how many tools at most.
    """
    gist = gist_of(question, names)
    if not gist.is_telling:
        return {}
    scored = [(alikeness(gist, gist_of(each.question, names)), each) for each in earlier]
    others = [each for score, each in scored if score < ALIKE]
    elsewhere = Counter(tool for each in others for tool in each.tools)
    alike: dict[str, float] = {}
    for score, each in scored:
        for tool in each.tools if score >= ALIKE else ():
            alike[tool] = max(alike.get(tool, 0.0), score)
    # A few others are no proof that a tool is called for anything.
    told = {tool: score * (1 - elsewhere[tool] / (len(others) + _FEW))
            for tool, score in alike.items()}  # fmt: skip
    return dict(sorted(told.items(), key=lambda each: -each[1])[:most])


def _weight(found: frozenset[str]) -> float:
    return sum(_LITTLE if word in STOP_WORDS else 1.0 for word in found)
