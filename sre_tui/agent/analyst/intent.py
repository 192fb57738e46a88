"""What a question asks for, from its words alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Final

from sre_tui.agent.analyst.complaints import complains
from sre_tui.agent.analyst.data import table
from sre_tui.agent.analyst.entities import is_misspelt
from sre_tui.agent.analyst.quantities import quantity_of, thing_of
from sre_tui.agent.analyst.question import Intent, Question
from sre_tui.agent.analyst.question_words import with_question_words
from sre_tui.agent.analyst.requests import wants_act, wants_no_answer
from sre_tui.agent.analyst.time_phrases import read_scope
from sre_tui.diagnosis.language.vocabulary import (
    STOP_WORDS,
    SYMPTOMS,
    key_words,
    put_right,
    topics_in,
    words,
)

MAX_QUESTION: Final = 2000
"""Characters of a question that are looked at."""

_SYMPTOM = r"\b(?:" + "|".join(map(re.escape, SYMPTOMS)) + r")\b"

_ASKED: Final = (
    r"^(?!.*\b(why|warum|wieso|weshalb|how (do|can|should|would|to) (i|we|you)|how to|wie kann|"
    r"what (should|to|can|must) (i |we |one )?(to )?do\b|runbooks?|dashboards?|"
    r"alert(ing)? rules?|logs?|metrics?|until|restore|explain|alert [a-z]+[A-Z]\w*)\b)"
)
"""Not a question for reasons or instructions, and not one for the other backends."""

_A_SYMPTOM: Final = (
    _SYMPTOM + r"|\b(happen\w*|wrong|can't|cannot|won't|doesn't|isn't|not|no|never|nothing|nicht)\b"
)


@cache
def _rules(*, asked: bool) -> tuple[tuple[Intent, float, re.Pattern[str]], ...]:
    """The rules with their weights, for questions that ``$ASKED`` lets through, or for others.

    It is tried once for a question: compiled into every rule it costs more than all the rest.
    """
    data: Mapping[str, list[tuple[float, str]]] = table("intents")
    begins = "^" if asked else "(?!)"
    return tuple(
        (
            Intent(intent),
            float(weight),
            re.compile(pattern.replace("$SYMPTOM", _SYMPTOM).replace("$ASKED", begins)),
        )
        for intent, rules in data.items()
        for weight, pattern in rules
        if asked or not _never_without_asked(pattern)
    )


_FLAT: Final = re.compile(r"\\.|\[[^\]]*\]")
_GROUP: Final = re.compile(r"\([^()]*\)")


def _never_without_asked(pattern: str) -> bool:
    """Whether every part of a rule begins with ``$ASKED``, so that it fails where that does."""
    if not pattern.startswith("$ASKED"):
        return False
    flat, groups = _FLAT.sub("", pattern), 1
    while groups:
        flat, groups = _GROUP.subn("", flat)
    return all(part.startswith("$ASKED") for part in flat.split("|"))


_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")
_METRIC_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:[_:][a-z0-9]+)+\b")
_HERE = re.compile(
    r"\b(this|my|our|the local|diese[rsm]?|mein(em|er)?) "
    r"(machine|host|server|box|computer|system|pc|rechner|maschine|system|node)\b"
    r"|\blocalhost\b|\bhere\b|\bhier\b"
)
_NAME = r"[\"'`]?(?P<name>[A-Za-z0-9][\w.:/@-]*)"
_SLOTS: Final = (
    r"\b(?:on|of|for|from|with|auf|von|bei|für|vom|about|host|guest|vm|server|node|service|"
    r"container|pool|disk|instance|machine|app|share|export|dataset|datastore|replication|"
    r"storage)\s+(?:the\s+|my\s+|host\s+|guest\s+|vm\s+|server\s+|"
    r"node\s+|service\s+|container\s+|pool\s+|disk\s+|dataset\s+|datastore\s+|share\s+|app\s+|der\s+|dem\s+|den\s+)*"
    + _NAME,
    r"\b(?:why|warum|wieso|weshalb)\s+(?:is|are|was|were|does|do|did|has|ist|sind|war|hat|"
    r"kann|can't|won't|isn't|hängt|ruckelt|läuft|spinnt)\s+(?:the\s+|my\s+|der\s+|die\s+|das\s+|"
    r"mein\s+|meine\s+)*" + _NAME,
    r"^(?:is|ist|are|was|how is|how's)\s+(?:the\s+|my\s+)?" + _NAME,
    r"\b(?:does|do|did|is|are)\s+(?:the\s+|my\s+)?"
    + _NAME
    + r"\s+(?:last\s+)?(?:use|have|need|take|eat|"
    r"run|restart|reboot|log|consume|still|really|down|up|ok|do|start|stop|delete|change)\b",
    r"^(?:my\s+|the\s+|mein\s+)?" + _NAME + r"\s+(?:is|ist|was|has|keeps|won't|wont|doesn't|"
    r"doesnt|does|can't|hängt|ruckelt|spinnt|läuft|down|slow|broken|offline|crashed|crashes|"
    r"logs|uptime|memory|cpu|ram|backup|backups|temperature)\b",
    r"\bhow\s+(?:full|big|large|hot|warm|busy|loaded|much\s+(?:\w+\s+){0,3}?)\s*"
    r"(?:is|are|has|have|does|do)\s+(?:the\s+|my\s+|pool\s+|disk\s+|dataset\s+|share\s+)*" + _NAME,
    r"\b(?:when|how\s+(?:soon|long\s+(?:until|till|before)))\s+(?:(?:is|will|does|do|are)\s+)?"
    r"(?:the\s+|my\s+|pool\s+|disk\s+|dataset\s+|share\s+)*"
    + _NAME
    + r"\s+(?:be\s+|is\s+|run\s+|runs\s+)?(?:full|out)\b",
    r"\b(?:the|my)\s+" + _NAME + r"\s+(?:share|data\s?set|pool|datastore|export)\b",
    r"\b(?:reach|open|access|watch|use|stream)\s+(?:the\s+|my\s+)?" + _NAME,
    r"[\"'`](?P<name>[\w.:/@-]{2,})[\"'`]",
)
_DOES: Final = re.compile(
    r"\b(?:who|wer|(?:which|what|welche[rsnm]?|how many|wie ?viele)"
    r"(?:\s+(?:of (?:my|the)|my|the|of|other|running))*"
    r"\s+(?:guests?|vms?|lxcs?|containers?|nodes?|hosts?|machines?|servers?|disks?|drives?|"
    r"pools?|services?|apps?|sites?|clients?|files?|users?|programs?|tasks?|jobs?))"
    r"\s+(?P<verb>[^\W\d_]+)",
    re.IGNORECASE,
)
"""Words at whose end stands what a thing of that kind does."""
_SPELLED_SO: Final = frozenset({"logging", "line", "spare", "spares"})
"""Words that are near to key words, and right as they are."""
_SHARP: Final = ("heiss", "gross", "gröss", "grösst")
"""Beginnings of words that are written with an ß as well."""
_STATES: Final = frozenset(
    {"active", "inactive", "available", "unavailable", "degraded", "unreachable", "asleep"}
)
"""States, which stand where a name might, as in "is any storage inactive"."""
_KINDS: Final = frozenset(
    {"storage", "storages", "root", "boot", "system", "whole", "entire", "main", "biggest", "file",
     "filesystem", "filesystems", "partition", "volume", "volumes", "rack", "room", "zfs", "local",
     "data", "backup", "video", "films", "library", "server", "own", "smallest", "other", "shared"}
)  # fmt: skip
"""Words for kinds of things, and of which of them, which stand before a noun as a name might."""
_OF_A_CLIENT: Final = re.compile(
    r"^(?!.*\b(?:vms?|guests?|containers?|lxcs?)\b)"
    r".*\b(?:i?macs?|macbooks?|laptops?|notebooks?|i?phones?|ipads?)\b"
)
_BACKS_UP: Final = re.compile(r"\b(?:backups?|back(?:ed|ing|s)? up|sicher\w*|gesichert)\b")
_OF_A_GUEST: Final = frozenset({Intent.BACKUP, Intent.HELD_BACKUPS, Intent.GUEST_CONFIG})
_TIME_WORD = re.compile(r"\d{1,2}|\d{5,}|\d+[smhdw]|\d{1,2}[:.]\d\d|\d+(st|nd|rd|th)|\d{4}-\d\d.*")
RESTORES: Final = re.compile(
    r"^(?!.*\b(?:how|where|why|runbooks?|wie|wo|warum)\b).*\b(?:can|could|kann|können|könnte)\b"
    r"(?: \S+){1,6}? (?:restored?\b|wiederherstellen\b|wiederhergestellt\b|"
    r"(?:go|going|get|roll) back to\b.*\b(?:as of|ago|yesterday|last|before)\b)"
)
"""Asks whether something can be had back, whatever is wrong with it now."""
_OF_TROUBLE: Final = frozenset({Intent.EXPLAIN_ALERT, Intent.OVERVIEW, Intent.WHY})
"""Kinds of questions that are looked into as complaints are."""
_LONG_WINDOWS: Final = {
    Intent.CHANGES: timedelta(hours=6),
    Intent.LOGS: timedelta(hours=1),
    Intent.METRIC: timedelta(hours=6),
}


def classify(folded: str, *, alert_named: bool, piped: bool) -> Intent:
    """The intent with the most weight; earlier ones win ties.

    Args:
        folded: the question after :func:`understand`.
        alert_named: whether it holds something written like an alert's name.
        piped: whether text was piped in with it.
    """
    weights = _weights(folded)
    asks_how = weights.get(Intent.RUNBOOK, 0.0) >= 4
    if alert_named and not asks_how and Intent.RULES not in weights:
        weights[Intent.EXPLAIN_ALERT] = weights.get(Intent.EXPLAIN_ALERT, 0.0) + 8
    if piped:
        weights[Intent.OVERVIEW] = weights.get(Intent.OVERVIEW, 0.0) + 6
    if not weights:
        return Intent.OVERVIEW
    order = list(Intent)
    return max(weights, key=lambda intent: (weights[intent], -order.index(intent)))


@cache
def _asked() -> re.Pattern[str]:
    return re.compile(_ASKED)


def _weights(folded: str) -> dict[Intent, float]:
    weights: dict[Intent, float] = {}
    for intent, weight, rule in _rules(asked=_asked().match(folded) is not None):
        if rule.search(folded):
            weights[intent] = weights.get(intent, 0.0) + weight
    # What is neither a known quantity nor a known kind of thing is neither measured nor counted.
    if quantity_of(folded) is None:
        weights.pop(Intent.RANK, None)
        weights.pop(Intent.AMOUNT, None)
    if thing_of(folded) is None:
        weights.pop(Intent.LIST, None)
    return weights


def understand(text: str, piped: str, now: datetime, zone: tzinfo) -> Question:
    """Read a question.

    Args:
        text: the question; what goes beyond 2,000 characters is not looked at.
        piped: text from stdin that came with it.
        now: the moment of asking.
        zone: where clock times in it are meant.
    """
    asked = with_question_words(" ".join(text[:MAX_QUESTION].split()))
    folded = _folded(asked)
    camel = _CAMEL.search(asked) is not None
    intent = classify(folded, alert_named=camel, piped=bool(piped.strip()))
    complaint = complains(asked.casefold())
    if RESTORES.search(folded):
        intent = Intent.BACKUP
    elif complaint and intent not in _OF_TROUBLE:
        intent = Intent.WHY
    if intent in _OF_A_GUEST and _OF_A_CLIENT.search(folded) and _BACKS_UP.search(folded):
        # What a laptop or phone backs up is no guest's backup.
        intent = Intent.WHY if quantity_of(folded) is None else Intent.AMOUNT
    if not piped.strip():
        intent = _no_question(asked, folded) or intent
    names, sure = _candidates(asked)
    return Question(
        text=asked,
        folded=folded,
        piped=piped,
        intent=intent,
        topics=topics_in(folded),
        scope=read_scope(asked, now, zone, _LONG_WINDOWS.get(intent, timedelta(hours=6))),
        candidates=names,
        named=sure,
        here=_HERE.search(folded) is not None,
        vague=bool(asked) and not camel and not complaint and _is_vague(folded),
        verbs=_verbs(asked),
    )


def _folded(asked: str) -> str:
    """The question in lower case, mistyped key words put right; what is spelled so stays so."""
    return " ".join(map(_folded_word, words(asked)))


def _folded_word(word: str) -> str:
    plain = word.casefold()
    # Folding the case would make "heiss" of "heiß", which is how the expressions spell it.
    if "ß" in word or plain.startswith(_SHARP):
        return re.sub(r"(?<=i|o|ö)ss", "ß", plain)
    return plain if plain in _SPELLED_SO else put_right(word)


def _is_vague(folded: str) -> bool:
    weights = _weights(folded)
    return not weights or (
        set(weights) == {Intent.WHY} and not re.search(_A_SYMPTOM, folded) and not topics_in(folded)
    )


def _no_question(asked: str, folded: str) -> Intent | None:
    if wants_no_answer(asked):
        return Intent.HELP
    return Intent.ACT if wants_act(asked) or wants_act(folded) else None


@cache
def _slots() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _SLOTS)


def _verbs(text: str) -> frozenset[str]:
    return frozenset(match["verb"].casefold() for match in _DOES.finditer(text))


def _candidates(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def may_be_name(word: str) -> bool:
        plain = word.casefold()
        known = plain in STOP_WORDS or plain in _STATES
        return len(plain) > 1 and not known and not _TIME_WORD.fullmatch(plain)

    found = [word for word in words(text) if may_be_name(word)]
    verbs = _verbs(text)
    sure = [
        name
        for slot in _slots()
        for match in slot.finditer(text)
        if may_be_name(name := match["name"].rstrip(".,:;?!'\"/-"))
        and put_right(name) not in key_words()
        and not is_misspelt(name)
        and name.casefold() not in verbs | _KINDS
    ]
    sure += _CAMEL.findall(text)
    sure += _METRIC_NAME.findall(text)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(sure))


__all__ = ["RESTORES", "classify", "understand"]
