"""How well each tool fits a question, from words alone: cheap, and the same every time.

The question's words are put right and translated by the built-in analyst's vocabulary into the
words tools describe themselves with. A word that few tools use tells more than one that many use.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sre_tui.agent.analyst.intent import classify
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.discovery import Names
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.language.vocabulary import STOP_WORDS, TOPIC_PHRASES, fold, topic_of
from sre_tui.tools.tool import Breadth, Tool

_NAME: Final = 3.0
_DESCRIPTION: Final = 2.0
_ARGUMENTS: Final = 1.0

_PRIOR: Final[Mapping[Breadth, float]] = {"anything": 1000.0, "overview": 3.0, "detail": 0.0}
"""What a tool is worth whatever is asked."""
_OPEN: Final = frozenset((Intent.WHY, Intent.OVERVIEW))
"""Questions whose answer may lie anywhere: overviews are worth twice as much."""

_READ: Final = 2000
"""Characters of a text that are looked at."""

_TOPIC_WORDS: Final[Mapping[Topic, str]] = {
    Topic.MEMORY: "memory guest node",
    Topic.CPU: "cpu load guest node",
    Topic.IO: "pressure disk pool",
    Topic.SPACE: "fill pool storage datastore dataset",
    Topic.DISK: "disk smart pool",
    Topic.POOL: "pool zfs nas",
    Topic.NETWORK: "network guest target",
    Topic.DNS: "target guest",
    Topic.WEB: "target log",
    Topic.CERTIFICATE: "certificate target",
    Topic.BACKUP: "backup datastore snapshot replication",
    Topic.POWER: "ups",
    Topic.CLOCK: "clock target",
    Topic.CONTAINER: "container app guest",
    Topic.GUEST: "guest node proxmox",
    Topic.MOUNT: "share nfs smb",
    Topic.TEMPERATURE: "disk",
    Topic.MONITORING: "target scrape metric",
    Topic.UPDATE: "update change app",
    Topic.STANDBY: "sleep standby disk power",
}
_INTENT_WORDS: Final[Mapping[Intent, str]] = {
    Intent.EXPLAIN_ALERT: "investigate cause wrong alert rule runbook",
    Intent.WHY: "investigate cause wrong pattern runbook change alert guest",
    Intent.PRESSURE: "",
    Intent.OVERVIEW: "",
    Intent.CHANGES: "change restart update",
    Intent.METRIC: "metric promql",
    Intent.LOGS: "log",
    Intent.RUNBOOK: "runbook",
    Intent.TARGETS: "target scrape",
    Intent.ALERTS: "alert",
    Intent.RULES: "alert rule",
    Intent.DASHBOARDS: "dashboard panel",
    Intent.RANK: "",
    Intent.AMOUNT: "",
    Intent.LIST: "",
    Intent.BACKUP: "backup coverage datastore",
    Intent.GUEST_CONFIG: "config guest",
    Intent.AUTOSTART: "config boot guest",
    Intent.NODES: "node",
    Intent.TASKS: "task",
    Intent.DATASTORES: "datastore",
    Intent.HELD_BACKUPS: "backup pb",
    Intent.POOL: "pool",
    Intent.POWER_STATES: "power standby",
    Intent.PROTECTION: "snapshot replication",
    Intent.SHARES: "share",
    Intent.NAS: "nas system",
    Intent.APPS: "app",
    Intent.STOPPING: "topology stand guest node task pool share",
    Intent.ACT: "runbook",
    Intent.HELP: "",
}
_OTHER_WORDS: Final[Mapping[str, str]] = {
    "abnormal": "baseline",
    "automatically": "boot config guest",
    "autostart": "boot config guest",
    "awake": "sleep",
    "backed": "backup coverage",
    "checksum": "pool error",
    "core": "cpu config guest",
    "dedup": "datastore",
    "failed": "task error alert",
    "ip": "network config guest",
    "konfiguration": "config guest",
    "line": "log",
    "lxc": "guest",
    "normal": "baseline",
    "photo": "backup coverage",
    "raid": "pool",
    "restarting": "task log guest",
    "restore": "backup coverage",
    "room": "fill free storage pool",
    "slept": "sleep",
    "spam": "log count",
    "started": "task guest",
    "stopped": "task guest",
    "truena": "nas",
    "typical": "baseline",
    "unusual": "baseline",
    "usual": "baseline",
    "vm": "guest",
    "who": "user task",
}
"""Words of questions that no topic has, and those of the tools that serve them; all as stems."""

_NAME_WORDS: Final[Mapping[str, str]] = {
    "hosts": "host node guest log",
    "services": "service guest log app",
}
"""Kinds of things that are known by name, and what the tools that look at them speak of."""

_PART_OF_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")


@dataclass(frozen=True)
class Hint:
    """A text that tells what a question is about, and how much it counts."""

    text: str
    weight: float = 1.0


def ranked(
    tools: Sequence[Tool[Any]],
    hints: Iterable[Hint],
    names: Names | None = None,
    before: Mapping[str, float] | None = None,
) -> list[Tool[Any]]:
    """The tools, those that answer most questions first, the others by how well they fit.

    Args:
        tools: what may be offered, in the order that decides where all else is equal.
        hints: the question, and what else is known of its subject.
        names: what is known to exist, by kind.
        before: tools that were called for questions like this one, by name, and what that tells,
            0..1.
    """
    kinds = {name.casefold(): kind for kind, found in (names or {}).items() for name in found}
    wanted: dict[str, float] = {}
    is_open = False
    for hint in hints:
        text = hint.text[:_READ]
        folded = fold(text)
        intent = classify(folded, alert_named=_CAMEL.search(text) is not None, piped=False)
        is_open = is_open or (intent in _OPEN and hint.weight == 1.0)
        for term, weight in _terms(text, folded, intent, kinds).items():
            wanted[term] = max(wanted.get(term, 0.0), weight * hint.weight)
    profiles = [_profile(tool) for tool in tools]
    users: dict[str, int] = {}
    for profile in profiles:
        for term in profile:
            users[term] = users.get(term, 0) + 1
    scores = {
        tool.name: sum(
            weight * profile[term] * math.log(1 + len(tools) / users[term])
            for term, weight in wanted.items()
            if term in profile
        )
        for tool, profile in zip(tools, profiles, strict=True)
    }
    factor = 2.0 if is_open else 1.0
    # Words that fit no tool say nothing of how well one has to fit.
    most = max([*scores.values(), 2 * factor * _PRIOR["overview"]])
    for name, share in (before or {}).items():
        if name in scores:
            # One that was called for the very same is worth as much as the best by words.
            scores[name] += share * most
    return sorted(tools, key=lambda tool: -scores[tool.name] - factor * _PRIOR[tool.breadth])


def _terms(text: str, folded: str, intent: Intent, kinds: Mapping[str, str]) -> dict[str, float]:
    """Words of the tools that a text speaks of, and how much each counts."""
    found: dict[str, float] = {}

    def add(said: str, weight: float) -> None:
        for word in said.split():
            found[word] = max(found.get(word, 0.0), weight)

    add(_INTENT_WORDS.get(intent, ""), 0.8)
    for topic, phrase in TOPIC_PHRASES:
        if phrase.search(folded):
            add(_TOPIC_WORDS.get(topic, topic.value), 0.7)
    known = topic_of()
    inside = _PART_OF_CAMEL.sub(" ", text).casefold().split()
    for word in (*folded.split(), *inside):
        if word in known:
            add(_TOPIC_WORDS.get(known[word], known[word].value), 0.7)
        if word in kinds:
            add(_NAME_WORDS.get(kinds[word], ""), 0.7)
        elif word not in STOP_WORDS:
            add(_stem(word), 1.0)
        add(_OTHER_WORDS.get(_stem(word), ""), 0.9)
    return found


@lru_cache(maxsize=256)
def _profile(tool: Tool[Any]) -> Mapping[str, float]:
    """The words a tool describes itself with, and how much each says about it."""
    function = tool.schema()["function"]
    profile: dict[str, float] = {}
    for text, weight in (
        (json.dumps(function["parameters"]["properties"]), _ARGUMENTS),
        (tool.description, _DESCRIPTION),
        (f"{tool.name} {' '.join(tool.command)}", _NAME),
    ):
        for word in re.findall(r"[^\W\d_]+", text.casefold()):
            stem = _stem(word)
            profile[stem] = max(profile.get(stem, 0.0), weight)
    return profile


def _stem(word: str) -> str:
    """A word without the endings that plurals and verbs have in English."""
    for ending, rest in (("ies", "y"), ("ses", "s"), ("s", "")):
        if len(word) > 3 and word.endswith(ending) and not word.endswith("ss"):
            return word.removesuffix(ending) + rest
    return word
