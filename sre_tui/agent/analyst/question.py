"""What a question asks for, before anything was looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sre_tui.diagnosis.language.topics import Topic


class Intent(StrEnum):
    """What kind of answer is wanted."""

    EXPLAIN_ALERT = "explain_alert"
    WHY = "why"
    PRESSURE = "pressure"
    OVERVIEW = "overview"
    CHANGES = "changes"
    METRIC = "metric"
    LOGS = "logs"
    RUNBOOK = "runbook"
    TARGETS = "targets"
    ALERTS = "alerts"
    RULES = "rules"
    DASHBOARDS = "dashboards"
    RANK = "rank"
    AMOUNT = "amount"
    LIST = "list"
    BACKUP = "backup"
    GUEST_CONFIG = "guest_config"
    AUTOSTART = "autostart"
    NODES = "nodes"
    TASKS = "tasks"
    DATASTORES = "datastores"
    HELD_BACKUPS = "held_backups"
    POOL = "pool"
    POWER_STATES = "power_states"
    PROTECTION = "protection"
    SHARES = "shares"
    NAS = "nas"
    APPS = "apps"
    STOPPING = "stopping"
    ACT = "act"
    HELP = "help"


@dataclass(frozen=True)
class TimeScope:
    """The window a question is about.

    Attributes:
        start: beginning, UTC.
        end: end, UTC; never after the moment of asking.
        moment: what the question names as a moment, for example "around 14:05"; None for a span.
        said: whether the question named a time at all.
    """

    start: datetime
    end: datetime
    moment: datetime | None = None
    said: bool = False

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Question:
    """A question understood as far as its words go.

    Attributes:
        text: the words asked, without piped text.
        folded: the same in lower case with mistyped key words put right.
        piped: text joined from stdin; empty if none.
        intent: what kind of answer is wanted.
        topics: what it is about, the most telling first.
        scope: the window it is about.
        candidates: words that may be names, in the order of the question.
        named: the subset of them that stands where only a name can stand.
        here: whether it speaks of the machine it is asked on.
        vague: whether none of its words tells what is wanted.
        verbs: words that say what a kind of thing does ("which guest writes"), and name nothing.
        about: the words with those of the question before, where it goes on with that one.
    """

    text: str
    folded: str
    piped: str
    intent: Intent
    topics: tuple[Topic, ...]
    scope: TimeScope
    candidates: tuple[str, ...]
    named: tuple[str, ...]
    here: bool
    vague: bool = False
    verbs: frozenset[str] = frozenset()
    about: str = ""
