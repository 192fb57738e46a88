"""Finds out what a name or a question is about, among what exists here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from providers.alerting import Alert
from sre_tui.diagnosis.language.aliases import meant_by
from sre_tui.diagnosis.language.topics import Manner, Topic
from sre_tui.diagnosis.language.vocabulary import (
    MANNERS,
    NO_TROUBLE,
    STOP_WORDS,
    fold,
    key_words,
    put_right,
    topics_in,
    words,
)
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.signs.alerts import alert_subject
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.nearest import nearest

SHORTEST_FUZZY: Final = 4
SPECIFIC: Final = 3
"""Patterns that may share a word for it to tell one of them from all others."""
_PREFERRED: Final = (
    SubjectKind.CONTAINER, SubjectKind.GUEST, SubjectKind.NODE, SubjectKind.NAS, SubjectKind.POOL,
    SubjectKind.DATASTORE, SubjectKind.DISK, SubjectKind.STORAGE, SubjectKind.UPS,
    SubjectKind.SITE, SubjectKind.HOST, SubjectKind.DATASET, SubjectKind.SHARE,
)  # fmt: skip
"""What a name that several things share most likely means; the rest comes along."""
_ALONE: Final = frozenset({"backup", "backups", "disk", "disks", "pool", "pools", "memory", "data",
                           "network", "docker", "cron", "kernel", "ssh", "storage", "logs",
                           "main", "local", "monitor", "proxy", "auth", "cloud", "vm", "vms",
                           "ct", "lxc", "guest", "guests", "node", "nodes", "container",
                           "containers", "server", "servers", "host", "hosts"})  # fmt: skip
"""Names that are everyday words too: they count only if nothing else in the text is named."""


_ROLE_PHRASES: Final = (
    (re.compile(r"\bback ?up[ -](server|box|machine|host)\b"), SubjectKind.BACKUP_SERVER),
    (re.compile(r"\b(file ?server|(storage|file)[ -](box|server|machine))\b"), SubjectKind.NAS),
)
"""What people call such a machine in two words, of which one alone may be anything."""
_ROLES: Final[Mapping[str, SubjectKind]] = {
    "nas": SubjectKind.NAS, "truenas": SubjectKind.NAS, "pbs": SubjectKind.BACKUP_SERVER,
    "ups": SubjectKind.UPS, "usv": SubjectKind.UPS,
}  # fmt: skip
"""Words for a machine of which most homelabs have one."""


_EVERYTHING: Final = re.compile(
    r"\b(everything|anything|all)\b[^.?!,]{0,20}\b(is|'s|are) "
    r"(really |actually |still )?(wrong|broken)\b"
    r"(?! (with|on|at|about|in|for)\b(?! (home|here|total|all|the (house|homelab|lab|rack))\b))"
    r"|\b(all|the|of) (open |other )?problems\b(?! (with|of|on)\b)|\beverything that needs\b",
    re.IGNORECASE,
)
"""Who asks for all that is wrong; other words of the same text name nothing that is asked of."""
_MESSAGES: Final = re.compile(
    r"\b(got|sent|(a|an|this|that|another|yellow|red|warning|alert|daily|weekly) )\s?e?-?mails?\b"
    r"|\be?-?mail(s|ed)? (about|me|us|from|says?|saying|said|told|tells?|that (says|said))\b",
    re.IGNORECASE,
)
"""A message that somebody got, which is no word for what delivers it."""


@dataclass(frozen=True)
class Asked:
    """What a text is about.

    Attributes:
        subjects: things that are named.
        topics: parts of the homelab that are spoken of.
        alerts: names of alerts that are named.
        unknown: words that look like a name and are none, with the nearest names there are.
    """

    subjects: tuple[Subject, ...] = ()
    topics: frozenset[Topic] = frozenset()
    alerts: tuple[str, ...] = ()
    unknown: Mapping[str, tuple[str, ...]] | None = None

    manner: Manner | None = None
    """In what way it is said not to work."""
    text: str = ""

    def kinds(self, patterns: Patterns) -> frozenset[str]:
        """The failure patterns that belong to the topics."""
        return frozenset(one.id for one in patterns if self.topics & set(one.topics))

    def named_kinds(self, patterns: Patterns) -> frozenset[str]:
        """The failure patterns that are called by their own words, where few patterns have them.

        So are those that are complained of in the words of people who have them.
        """
        spoken = fold(self.text).split()
        said = {_stem(word) for word in spoken if len(word) > 2 and word not in STOP_WORDS}
        said -= NO_TROUBLE
        sharing = Counter(_stem(word) for one in patterns for word in set(one.id.split("_")))
        alone = [
            topic for topic in self.topics if sum(topic in one.topics for one in patterns) == 1
        ]
        return frozenset(one.id for one in patterns if set(alone) & set(one.topics)) | frozenset(
            one.id
            for one in patterns
            if one.complained_of(self.text)
            or any(
                _stem(word) in said and sharing[_stem(word)] <= SPECIFIC
                for word in one.id.split("_")
            )
        )


def find_asked(text: str, topology: Topology, alerts: Iterable[Alert], patterns: Patterns) -> Asked:
    """What a name, the name of an alert, or a question in free words is about."""
    named_alerts = _named_alerts(text, alerts)
    if _EVERYTHING.search(text) and not named_alerts:
        return Asked()
    subjects = list(_subjects(_MESSAGES.sub(" , ", text), topology))
    if named_alerts:
        subjects = [alert_subject(one, patterns, topology) for one in named_alerts]
    topics = frozenset(topics_in(fold(text)))
    unknown = {} if subjects else _unknown(text, topology)
    return Asked(
        subjects=tuple(dict.fromkeys(subjects)),
        topics=frozenset() if named_alerts else topics,
        alerts=tuple(dict.fromkeys(one.name for one in named_alerts)),
        unknown=unknown,
        manner=next((manner for manner, said in MANNERS if said.search(text.casefold())), None),
        text=text,
    )


def _stem(word: str) -> str:
    """The word without the endings of plural and verb."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def _named_alerts(text: str, alerts: Iterable[Alert]) -> list[Alert]:
    said = {word.casefold() for word in words(text)}
    return [alert for alert in alerts if alert.name.casefold() in said]


def _subjects(text: str, topology: Topology) -> Iterator[Subject]:
    exact: list[Subject] = []
    weak: list[Subject] = []
    taken: set[str] = set()
    for called, kind in _ROLE_PHRASES:
        only = _in_role(kind, topology)
        if (role := called.search(text.casefold())) and len(only) == 1:
            exact += only
            taken.update(role.group().split())
    for said, programs in meant_by(text).items():
        for program in programs:
            if found := _meant(topology.named(program) or _parts_of(topology, program)):
                exact += found
                taken.update(said.split())
                break
    spoken = words(text)
    for phrase in _phrases(spoken):
        plain = [word.casefold() for word in phrase]
        if taken.issuperset(plain):
            continue
        if len(phrase) > 1 and "".join(plain) in _ALONE:
            # "it does not back up" is what it does, and names no pool.
            continue
        found = _meant(_named(topology, phrase), " ".join(phrase))
        if not found:
            continue
        if len(phrase) == 1 and (plain[0] in _ALONE or plain[0] in STOP_WORDS):
            weak += found
        else:
            exact += found
            taken.update(plain)
    if not exact:
        exact = list(_mistyped(spoken, taken, topology))
    if not exact and not weak:
        exact = list(_by_role(spoken, topology))
    yield from exact or [one for one in weak if _is_addressed(one, text)]


def _by_role(spoken: Sequence[str], topology: Topology) -> Iterator[Subject]:
    """The only machine of its sort: "the nas"."""
    for word in spoken:
        kind = _ROLES.get(word.casefold())
        found = _in_role(kind, topology) if kind is not None else []
        if len(found) == 1:
            yield found[0]


def _in_role(kind: SubjectKind, topology: Topology) -> list[Subject]:
    """The machines of a sort; a backup server may be known but as the machine of its stores."""
    if kind is SubjectKind.BACKUP_SERVER:
        return topology.subjects(kind) or topology.backup_machines()
    return topology.subjects(kind)


def _parts_of(topology: Topology, program: str) -> list[Subject]:
    """Containers of a program that comes as several: ``authentik-server``."""
    return [
        one
        for one in topology.subjects(SubjectKind.CONTAINER)
        if one.own_name.casefold().startswith((f"{program}-", f"{program}_"))
    ]


def _is_addressed(subject: Subject, text: str) -> bool:
    """Whether an everyday word stands where a name stands: alone, or behind a word of place."""
    name = re.escape(subject.own_name)
    return bool(
        re.search(rf"(?i)^{name}$|\b(is|on|of|at|guest|host|vm|container)\s+{name}\b", text.strip())
    )


def _phrases(spoken: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield from pairwise(spoken)
    for word in spoken:
        yield (word,)


def _named(topology: Topology, phrase: Sequence[str]) -> list[Subject]:
    for joint in ("", "-", "_") if len(phrase) > 1 else ("",):
        found = topology.named(joint.join(phrase))
        if found:
            return found
    word = phrase[0] if len(phrase) == 1 else ""
    for spelled in (word.removesuffix("'s"), word.removesuffix("s"), word.partition("@")[0]):
        if len(spelled) > 2 and (found := topology.named(spelled)):
            return found
    return []


def _meant(found: Sequence[Subject], said: str = "") -> list[Subject]:
    if not found:
        return []
    exact = [one for one in found if one.name.casefold() == said.casefold()]
    if exact and any(character in said for character in ":/."):
        return exact
    best = min(
        (_PREFERRED.index(one.kind) for one in found if one.kind in _PREFERRED), default=None
    )
    if best is None:
        return list(found)
    kinds = {_PREFERRED[best]}
    if kinds & {SubjectKind.CONTAINER, SubjectKind.GUEST}:
        kinds |= {SubjectKind.CONTAINER, SubjectKind.GUEST, SubjectKind.SITE}
    return [one for one in found if one.kind in kinds]


def _mistyped(spoken: Iterable[str], taken: set[str], topology: Topology) -> Iterator[Subject]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    names = [name for name in topology.names() if len(name) >= SHORTEST_FUZZY]
    for word in spoken:
        plain = word.casefold()
        if plain in taken or len(plain) < SHORTEST_FUZZY or _is_everyday(plain):
            continue
        near = [name for name in names if name[0] == plain[0]]
        cutoff = 0.75 if len(plain) >= 8 else 0.8
        found = process.extractOne(
            plain, near, scorer=OSA.normalized_similarity, score_cutoff=cutoff
        )
        if found:
            yield from _meant(topology.named(found[0]))


def _is_everyday(word: str) -> bool:
    return word in key_words() or word in STOP_WORDS or put_right(word) in key_words()


def _unknown(text: str, topology: Topology) -> dict[str, tuple[str, ...]]:
    """Words with a digit, dash or capital inside that name nothing here."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words(text):
        looks_like_name = re.search(r"\d|[-_/]|[a-z][A-Z]", word) and not re.fullmatch(
            r"[\d:.,%-]+\w{0,2}", word
        )
        if looks_like_name and not _is_everyday(word.casefold()) and not topology.named(word):
            found[word] = tuple(nearest(word, [one.name for one in topology.subjects()]))
    return found
