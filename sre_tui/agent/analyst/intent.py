"""What a question asks for, from its words alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sre_tui.agent.analyst.question import Intent, Question, Topic
from sre_tui.agent.analyst.time_phrases import read_scope
from sre_tui.agent.analyst.vocabulary import (
    STOP_WORDS,
    TOPIC_PHRASES,
    SYMPTOMS,
    fold,
    key_words,
    put_right,
    topic_of,
    words,
)

MAX_QUESTION: Final = 2000
"""Characters of a question that are looked at."""

_SYMPTOM = r"\b(?:" + "|".join(map(re.escape, SYMPTOMS)) + r")\b"

_RULES: Final[tuple[tuple[Intent, float, str], ...]] = (
    (Intent.RUNBOOK, 5, r"\b(runbooks?|playbooks?|handbook|anleitung)\b"),
    (Intent.RUNBOOK, 4, r"\bhow (do|can|should|would|to|must) ?(i|we|you|one)?\b(?!.*\bdoing\b)"),
    (Intent.RUNBOOK, 4, r"\b(steps|procedure|guide|instructions|schritte) (to|for|um|zum)\b"),
    (Intent.RUNBOOK, 4, r"\bwas (tun|soll ich|mache ich|kann ich|muss ich)\b"),
    (Intent.RUNBOOK, 4, r"\bwhat (should|do|can|must) (i|we) do\b"),
    (Intent.RUNBOOK, 4, r"\bwie (kann|soll|muss|mache|tausche|ersetze|stelle|behebe|richte|repariere|erweitere|bekomme|starte|teste|lösche|prüfe)n? ?(ich|man|wir)?\b"),
    (Intent.RUNBOOK, 3, r"^(replace|expand|restore|fix|recover)\b"),
    (Intent.EXPLAIN_ALERT, 5, r"\b(explain|erklär\w*|describe)\b.*\b(alerts?|alarms?)\b"),
    (Intent.EXPLAIN_ALERT, 5, r"\bwhat does\b.*\balert\b.*\bmean\b"),
    (Intent.EXPLAIN_ALERT, 5, r"\b(why|warum|wieso)\b.*\b(alert|alarm|firing|feuert|fires|fired|triggered|ausgelöst)\b"),
    (Intent.EXPLAIN_ALERT, 4, r"\b(this|that|diese[nr]?|der|the) (alert|alarm)\b(?!.* rule)"),
    (Intent.CHANGES, 5, r"\bwhat('?s| has| have| is)? (changed|new|different)\b"),
    (Intent.CHANGES, 5, r"\bwhat('?s| has| did)? happen(ed|s)?\b|\bwas (ist|war) (passiert|los|geschehen)\b(?=.*\b(um|gegen|seit|gestern|nacht|heute|vor|letzte)\b)"),
    (Intent.CHANGES, 5, r"\bwas (ist )?passiert\b|\bwas hat sich\b|\bwas ist neu\b|\bwas ist anders\b"),
    (Intent.CHANGES, 4, r"\b(any|recent|list|show|all)? ?changes\b|\bänderungen\b|\b(ge|ver)ändert\b"),
    (Intent.CHANGES, 3, r"\b(updated|upgraded|deployed|restarted|rebooted|neugestartet)\b"),
    (Intent.TARGETS, 5, r"\btargets?\b"),
    (Intent.TARGETS, 4, r"\b(scraped?|scraping|scrapes|exporters?)\b"),
    (Intent.TARGETS, 5, r"\b(which|what|any|welche|list|are there)\b.{0,25}\b(hosts?|machines?|servers?|nodes?|rechner|instances?|guests?|vms)\b.{0,20}\b(down|offline|unreachable|dead|up|weg|ausgefallen|nicht erreichbar)\b"),
    (Intent.TARGETS, 4, r"\b(who|what|wer|was) is (down|offline)\b|\bwhat's (down|offline)\b|\bwas ist (down|offline|ausgefallen)\b"),
    (Intent.DASHBOARDS, 7, r"\b(dashboards?|panels?)\b"),
    (Intent.RULES, 6, r"\b(alert|alerting|alarm|recording) ?rules?\b|\balarmregeln?\b|\brules? (exist|are|do)\b|\bwhich rules\b|\bwelche regeln\b"),
    (Intent.ALERTS, 4, r"\b(alerts|alarms|alarme|warnungen|meldungen)\b"),
    (Intent.ALERTS, 2, r"\b(firing|pending|silenced|feuert|aktiv)\b"),
    (Intent.ALERTS, 2, r"\b(which|what|list|show|any|welche|zeig\w*|how many|wieviele) .{0,20}\b(alerts?|alarms?|alarme|firing)\b"),
    (Intent.LOGS, 4, r"\b(logs?|log lines|journal|syslog|protokolle?)\b"),
    (Intent.LOGS, 3, r"\b(show|list|tail|get|give|zeig\w*|search|grep|find|last|letzten?)\b.*\b(logs?|errors?|fehler|lines|messages|protokolle?|journal)\b"),
    (Intent.LOGS, 2, r"\bwhat (does|do|is|did) .* (log|logging|say|write|print)\b"),
    (Intent.PRESSURE, 7, r"\bunder\b.*\b(pressure|load|stress)\b|\b(memory|cpu|io|i/o|ram|disk) pressure\b|\bspeicherdruck\b|\bunter (last|druck)\b"),
    (Intent.PRESSURE, 6, r"\b(running|run|runs|going) (out|low|short) (of|on)\b"),
    (Intent.PRESSURE, 6, r"\b(enough|genug|genügend|plenty of|sufficient) (free )?(memory|ram|space|cpu|disk|swap|speicher|platz|arbeitsspeicher|speicherplatz|headroom)\b"),
    (Intent.PRESSURE, 6, r"\bhow (full|loaded|busy|hot|much (memory|ram|space|swap|disk|free|storage|cpu))\b|\bwie (voll|ausgelastet|viel (speicher|platz|ram|arbeitsspeicher)|heiß|warm)\b"),
    (Intent.PRESSURE, 5, r"^(is|are|ist|sind|does|do|hat|has|geht|wird|will)\b.*\b(full|overloaded|busy|swapping|overheating|voll|überlastet|ausgelastet|hot|heiß|saturated|maxed)\b"),
    (Intent.PRESSURE, 4, r"^(is|are|ist|sind)\b.*\b(memory|ram|cpu|load|swap|disk|io|iowait|temperature|arbeitsspeicher|speicher|last|temperatur)\b.*\b(ok|okay|fine|high|low|normal|hoch|niedrig|usage|too|zu)\b"),
    (Intent.PRESSURE, 3, r"^(is|are|ist|hat|does|do)\b.*\b(memory|ram|cpu|swap|iowait|arbeitsspeicher)\b"),
    (Intent.WHY, 6, r"\b(why|warum|wieso|weshalb|woran|how come|root cause|reason|was (verursacht|bremst|ist schuld))\b"),
    (Intent.WHY, 6, r"\bwhat('?s| is| are)? ?(causing|caused|cause|slowing|breaking|killing|killed|blocking)\b"),
    (Intent.WHY, 2.5, _SYMPTOM),
    (Intent.WHY, 7, rf"(?:{_SYMPTOM}|can't|cannot|can not|won't|no longer|not ).*\bwhat('s| is| has| have)? (happened|happening|going on|up)\b"),
    (Intent.WHY, 5, r"\bwho (is|are|has|does) (to blame|filling|using|eating|hogging|causing|writing|guilty)|\bwer (ist schuld|frisst|füllt|schreibt)"),
    (Intent.PRESSURE, 8, r"\bhow (long|soon|much longer)\b.*\b(until|till|before|full|last|left|survive|hold)\b|\bwie lange\b.*\b(bis|voll|noch|hält|halten|reicht)\b"),
    (Intent.WHY, 3, r"\b(can't|cannot|can not|won't|doesn't|does not|isn't|not|nicht|keine?)\b.*\b(reach|open|load|connect|start|work|working|respond|responding|play|resolve|erreichbar|erreichen|starten|startet|laden|lädt|funktioniert|geht|läuft)\b"),
    (Intent.WHY, 3, r"\b(investigate|diagnose|debug|troubleshoot|untersuche|analysiere)\b"),
    (Intent.METRIC, 3.5, r"\b(show|plot|graph|chart|zeig\w*|draw|trend|current|history|verlauf|compare)\b.*\b(load|cpu|memory|ram|temp\w*|traffic|bandwidth|usage|metrics?|latency|iops|throughput|swap|uptime|auslastung|verbrauch|speicher|last|netz\w*)\b"),
    (Intent.METRIC, 4, r"\bwhat('?s| is| was| are) (the )?(current |average |max |maximum |peak )?(load|cpu|memory|ram|temp\w*|traffic|bandwidth|usage|latency|iops|throughput|swap|uptime|power|voltage|battery)\b"),
    (Intent.METRIC, 4, r"\bhow (high|many|fast|long|old)\b|\bwie (hoch|viele|schnell|lange)\b|\bwas ist (die|der) (last|auslastung|temperatur|cpu)\b"),
    (Intent.METRIC, 6, r"\bmetri(c|k)(s|en)?\b|\bpromql\b"),
    (Intent.METRIC, 7, r"\b[a-z][a-z0-9]*(_[a-z0-9]+){2,}\b|\b(node|container|pve|smartctl|probe)_[a-z0-9_]+\b"),
    (Intent.OVERVIEW, 7, r"\b(anything|something|irgend ?(et)?was|what('?s| is)?|was ist) (else )?(is |are )?(wrong|broken|broke|kaputt|odd|unusual|falsch|los|off|failing|up)\b"),
    (Intent.OVERVIEW, 7, r"\b(any|are there|gibt es|irgendwelche) (\w+ )?(problems?|issues?|errors?|trouble|probleme|fehler|störungen)\b"),
    (Intent.OVERVIEW, 6, r"\b(everything|all|alles)\b.*\b(ok|okay|fine|good|healthy|gut|green|running|normal|klar|ordnung|läuft)\b"),
    (Intent.OVERVIEW, 5, r"\b(overview|status|health|summary|healthy|überblick|zusammenfassung|zustand|gesund|state of|sanity)\b"),
    (Intent.OVERVIEW, 5, r"\b(how is|how are|how's|wie geht|wie läuft|wie steht)\b"),
    (Intent.OVERVIEW, 3, r"\b(ok|okay|fine|ordnung)\b|\bwhat (should|needs) .*\b(attention|look at|worry|know)\b|\banything\b"),
    (Intent.OVERVIEW, 4, r"\bwhat broke\b|\bwhat failed\b"),
)  # fmt: skip
_COMPILED: Final = tuple((intent, weight, re.compile(rule)) for intent, weight, rule in _RULES)

_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")
_METRIC_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:[_:][a-z0-9]+)+\b")
_HERE = re.compile(
    r"\b(this|my|our|the local|diese[rsm]?|mein(em|er)?) "
    r"(machine|host|server|box|computer|system|pc|rechner|maschine|system|node)\b"
    r"|\blocalhost\b|\bhere\b|\bhier\b"
)
_NAME = r"[\"'`]?(?P<name>[A-Za-z0-9][\w.:/@-]*)"
_SLOTS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:on|of|for|from|with|auf|von|bei|für|vom|about|host|guest|vm|server|node|service|"
        r"container|pool|disk|instance|machine)\s+(?:the\s+|my\s+|host\s+|guest\s+|vm\s+|server\s+|"
        r"node\s+|service\s+|container\s+|pool\s+|disk\s+|der\s+|dem\s+|den\s+)*" + _NAME,
        r"\b(?:why|warum|wieso|weshalb)\s+(?:is|are|was|were|does|do|did|has|ist|sind|war|hat|"
        r"kann|can't|won't|isn't|hängt|ruckelt|läuft|spinnt)\s+(?:the\s+|my\s+|der\s+|die\s+|das\s+|"
        r"mein\s+|meine\s+)*" + _NAME,
        r"^(?:is|ist|are|was|how is|how's)\s+(?:the\s+|my\s+)?" + _NAME,
        r"[\"'`](?P<name>[\w.:/@-]{2,})[\"'`]",
    )
)
_TIME_WORD = re.compile(r"\d+[smhdw]?|\d{1,2}[:.]\d\d|\d+(st|nd|rd|th)|\d{4}-\d\d.*")
_LONG_WINDOWS: Final = {
    Intent.CHANGES: timedelta(hours=6),
    Intent.LOGS: timedelta(hours=1),
    Intent.METRIC: timedelta(hours=6),
}


def classify(folded: str, *, alert_named: bool, piped: bool) -> Intent:
    """The intent with the most weight; earlier ones win ties.

    Args:
        folded: the question after :func:`fold`.
        alert_named: whether it holds something written like an alert's name.
        piped: whether text was piped in with it.
    """
    weights: dict[Intent, float] = {}
    for intent, weight, rule in _COMPILED:
        if rule.search(folded):
            weights[intent] = weights.get(intent, 0.0) + weight
    asks_how = weights.get(Intent.RUNBOOK, 0.0) >= 4
    if alert_named and not asks_how and Intent.RULES not in weights:
        weights[Intent.EXPLAIN_ALERT] = weights.get(Intent.EXPLAIN_ALERT, 0.0) + 8
    if piped:
        weights[Intent.OVERVIEW] = weights.get(Intent.OVERVIEW, 0.0) + 6
    if not weights:
        return Intent.OVERVIEW
    order = list(Intent)
    return max(weights, key=lambda intent: (weights[intent], -order.index(intent)))


def understand(text: str, piped: str, now: datetime, zone: tzinfo) -> Question:
    """Read a question.

    Args:
        text: the question; what goes beyond 2,000 characters is not looked at.
        piped: text from stdin that came with it.
        now: the moment of asking.
        zone: where clock times in it are meant.
    """
    asked = " ".join(text[:MAX_QUESTION].split())
    folded = fold(asked)
    camel = _CAMEL.search(asked) is not None
    intent = classify(folded, alert_named=camel, piped=bool(piped.strip()))
    names, sure = _candidates(asked)
    return Question(
        text=asked,
        folded=folded,
        piped=piped,
        intent=intent,
        topics=_topics(folded),
        scope=read_scope(asked, now, zone, _LONG_WINDOWS.get(intent, timedelta(hours=6))),
        candidates=names,
        named=sure,
        here=_HERE.search(folded) is not None,
    )


def _topics(folded: str) -> tuple[Topic, ...]:
    known = topic_of()
    found = [topic for topic, phrase in TOPIC_PHRASES if phrase.search(folded)]
    found += [known[word] for word in folded.split() if word in known]
    return tuple(dict.fromkeys(found))


def _candidates(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def may_be_name(word: str) -> bool:
        plain = word.casefold()
        return len(plain) > 1 and plain not in STOP_WORDS and not _TIME_WORD.fullmatch(plain)

    found = [word for word in words(text) if may_be_name(word)]
    sure = [
        name
        for slot in _SLOTS
        for match in slot.finditer(text)
        if may_be_name(name := match["name"].rstrip(".,:;?!'\"/-"))
        and put_right(name) not in key_words()
    ]
    sure += _CAMEL.findall(text)
    sure += _METRIC_NAME.findall(text)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(sure))


__all__ = ["classify", "understand"]
