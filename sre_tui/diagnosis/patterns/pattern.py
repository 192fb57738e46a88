"""What a failure pattern is."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.patterns.search import any_words, search_words
from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.literals import check_syntax


def _compiles(pattern: str) -> str:
    try:
        check_syntax(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Expression = Annotated[str, AfterValidator(_compiles)]
"""A regular expression that both RE2 and Python understand, matched in whatever case."""


class Reach(StrEnum):
    """What a trouble can touch besides its own subject."""

    OWN = "own"
    """The machine it is on, and what runs there."""
    DEPENDENTS = "dependents"
    """Everything that depends on its subject."""
    NEIGHBOURS = "neighbours"
    """Its node, and the other guests of that node."""
    EVERYTHING = "everything"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineSign(_Model):
    """Log lines that speak of it."""

    title: str
    match: Expression
    names: Expression = ""
    """Its first group that matches is what the line is about."""
    severity: Severity = Severity.WARNING
    broad: bool = False
    """Whether it gathers what many programs write; signs made for one thing come first."""
    vague: bool = False
    """Whether every other sign that fits says more."""
    searched: bool = True
    """Whether all logs are searched for it; if not, only lines found otherwise are told by it."""

    remembered: bool = False
    """Whether it still counts days later: damage that does not mend itself, an update since which
    something fails. It is looked for in the days before the window as well."""

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        if self.searched:
            search_words(self.match)
        return self

    @cached_property
    def words(self) -> frozenset[str]:
        """Words of which every line that matches has one, in lower case; empty if unknown."""
        return search_words(self.match) if self.searched else any_words(self.match)

    @property
    def order(self) -> tuple[bool, ...]:
        """Sorts by how much a sign says, the most first."""
        return self.vague, not self.searched, self.broad

    @property
    def loose(self) -> bool:
        """Whether its words may well mean something else."""
        return self.vague or self.broad

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression, compiled."""
        return re.compile(self.match, re.IGNORECASE)

    def subject_in(self, line: str) -> str:
        """What a line is about; empty if it does not say."""
        found = re.search(self.names, line, re.IGNORECASE) if self.names else None
        return next((value for value in found.groups() if value), "") if found else ""


class AlertSign(_Model):
    """Words in the name or summary of an alert that speak of it."""

    match: Expression
    order: int = 0
    """Where several patterns fit, the one with the lowest order is meant."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression, compiled."""
        return re.compile(self.match, re.IGNORECASE)


class Help(_Model):
    """What would settle that a pattern is the cause, and what helps against it."""

    confirm: tuple[str, ...] = ()
    runbook: str = ""
    fix: tuple[str, ...] = ()


class Pattern(_Model):
    """One failure pattern."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    claim: str
    """What is claimed if it is the cause, with ``{subject}`` in it where one is named."""
    claim_early: str = ""
    """What is claimed instead while it but comes near, where the same pattern tells of both."""
    subject: SubjectKind
    """What it is usually about."""
    topics: tuple[Topic, ...] = ()
    """Parts of a homelab it belongs to."""
    complaints: Expression = ""
    """What those say who have it and do not know what it is called; fit for few patterns."""
    also_called: tuple[str, ...] = ()
    """Other words for the same trouble, by which scenarios may call it."""
    root: float = Field(ge=0.0, le=1.0)
    """How likely it is the beginning of a chain rather than a link of it."""
    reach: Reach = Reach.OWN
    brings: tuple[str, ...] = ()
    """Patterns it can bring about."""
    same_as: tuple[str, ...] = ()
    """Patterns that are the same fact seen by somebody else, on one machine or by one name."""
    mechanism_of: tuple[str, ...] = ()
    """Patterns of the same thing that this only says the how of, such as a taken port of a name
    server that is down."""
    seen_late: float = 0.0
    """Seconds that it may be noticed after its effects: growth shows only over hours."""
    shared_by: SubjectKind | None = None
    """Sort of thing that is at fault if several that directly stand on it have the trouble."""
    steady: bool = False
    """Whether it does from its beginning what it does: what begins much later is not of it."""
    circumstantial: bool = False
    """Whether only the order in time speaks for it: what else explains the same is likelier."""
    routine: bool = False
    """Whether it happens again and again without harm: it is a cause only of what it brings
    about, unless it is what is asked of."""
    plain: bool = False
    """Whether a value says just what is claimed and leaves nothing to conclude, such as a date that
    has passed."""
    bridged: bool = False
    """Whether what depends on it feels nothing of it for a while: a battery is there for that."""
    measured: bool = False
    """Whether a value tells it as it is, though it may yet come of something else: that nothing
    can be scraped, that a container restarts over and over."""
    passed_on: bool = False
    """Whether clients repeat the message of the server that has it."""
    echoed_by: tuple[SubjectKind, ...] = ()
    """Sorts of things that tell of it as theirs where a guest has it that stands on them: a node
    counts what happens in its guests, a datastore has the damage of a guest's backup."""
    own_reasons: Expression = ""
    """What is said of it where it comes of its own subject, and of nothing that others share."""
    lines: tuple[LineSign, ...] = ()
    alerts: AlertSign | None = None
    confirm: tuple[str, ...] = ()
    """Commands that would settle it, with ``{subject}``, ``{host}``, ``{name}``, ``{interface}``,
    ``{stream}``; none acts."""
    why: str = ""
    """Why it matters, in one sentence."""
    advice: str = ""
    """What to do first, in one sentence."""
    runbook: str = ""
    fix: tuple[str, ...] = ()
    """How those steps of the runbook's section ``Fix`` begin that help against it, the first to be
    taken first; a bundled runbook serves several patterns."""
    on_files: Help | None = None
    """What takes the place of :attr:`confirm`, :attr:`runbook` and :attr:`fix` where an ordinary
    file system has it, that knows no pools."""

    def help_for(self, kind: SubjectKind) -> Help:
        """What to do about it where a thing of that kind has it."""
        if self.on_files is not None and kind in _WITH_FILES:
            return self.on_files
        return Help(confirm=self.confirm, runbook=self.runbook, fix=self.fix)

    def complained_of(self, text: str) -> bool:
        """Whether a text speaks of it in the words of those who have it."""
        return bool(self.complaints) and bool(re.search(self.complaints, text, re.IGNORECASE))

    @property
    def symptom(self) -> bool:
        """Whether it is never a cause by itself, only what people notice."""
        return self.root <= SYMPTOM


_WITH_FILES = frozenset(
    {SubjectKind.FILESYSTEM, SubjectKind.GUEST, SubjectKind.CONTAINER, SubjectKind.HOST}
)
SYMPTOM = 0.15
"""Up to this :attr:`Pattern.root` a pattern is a symptom."""
