"""What one question brought: what was concluded or said, held against the truth."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Half = Literal["tuning", "reporting"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Named(_Model):
    """A cause that was named."""

    kind: str
    subject: str
    confidence: float
    confirmed: bool
    right: bool
    """Whether it is a true cause of what was asked about."""
    elsewhere: bool = False
    """Whether it was told as trouble that has nothing to do with what was asked."""
    right_kind: bool = False
    """Whether a true cause is of its kind, of whatever subject."""
    right_subject: bool = False
    """Whether a true cause is about its subject, of whatever kind."""
    right_of_another: bool = False
    """Whether it is no true cause of what was asked, but of another question of the scenario."""


class Asked(_Model):
    """A question of a scenario.

    Attributes:
        case: the scenario and the place of the question in it: ``dns-down/2``.
        situation: what makes it hard, such as ``several faults`` or ``control``.
        wanted: true causes as ``kind@subject``, the one that matters most first.
        no_cause: whether every cause named with confidence is false.
        round: which repetition it belongs to, from 1 on.
        at: the moment at which it is asked.
    """

    case: str
    half: Half
    situation: str
    ask: str
    wanted: tuple[str, ...] = ()
    no_cause: bool = False
    round: int = 1
    at: AwareDatetime | None = None


class CauseOutcome(_Model):
    """What the diagnosis concluded by itself.

    Attributes:
        named: causes in their order.
        verdict: the diagnosis' own verdict.
        elapsed: seconds of its own work, without what the backends took.
    """

    asked: Asked
    named: tuple[Named, ...]
    verdict: str
    elapsed: float

    @property
    def rank(self) -> int | None:
        """The place of the first true cause, from 1 on; None if none was named."""
        places = (place for place, one in enumerate(self.named, start=1) if one.right)
        return next(places, None)

    @property
    def false_causes(self) -> tuple[Named, ...]:
        """Causes that were named as certain and are none."""
        return tuple(one for one in self.named if one.confirmed and not one.right)


class Judgement(_Model):
    """What another model thinks of an answer."""

    verdict: Literal["right", "partly", "wrong", "unreadable"]
    reason: str = ""


class AnswerOutcome(_Model):
    """What a whole answer said, and what it took.

    Attributes:
        subject: who answered: ``analyst``, ``echo`` or the name of a model.
        cause_named: whether the subject of a true cause is named; None if there is none.
        missing: groups of words of which none was said.
        said: phrases that a good answer does not have.
        not_called: tools that had to be used.
        wrongly_called: tools that must not be used.
        unsupported: figures, names, times and citations that no evidence contains.
        citations: sentences that cite evidence.
        bad_citations: those whose evidence does not speak of what they name.
        failed: why there is no answer of this subject, if so.
        elapsed: seconds.
        cost: US dollars; None if the price is not known.
    """

    asked: Asked
    subject: str
    text: str
    cause_named: bool | None = None
    missing: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()
    not_called: tuple[str, ...] = ()
    wrongly_called: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    citations: int = 0
    bad_citations: tuple[str, ...] = ()
    failed: str = ""
    tool_calls: int = 0
    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    elapsed: float = 0.0
    judged: Judgement | None = None

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Everything that is wrong with it, one clause each."""
        return (
            *((f"no answer: {self.failed}",) if self.failed else ()),
            *(f"does not say {' or '.join(group)}" for group in self.missing),
            *(f"says {phrase!r}" for phrase in self.said),
            *(f"{tool} was not used" for tool in self.not_called),
            *(f"{tool} was used" for tool in self.wrongly_called),
            *(f"nothing supports {text!r}" for text in self.unsupported),
            *(f"evidence does not support {text!r}" for text in self.bad_citations),
        )

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.mistakes
