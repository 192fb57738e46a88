"""Finds the names in a question: what was discovered, however it is spelled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from sre_tui.agent.analyst.clients import CLIENTS
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.question import Question
from sre_tui.diagnosis.language.aliases import groups, meant_by
from sre_tui.diagnosis.language.vocabulary import STOP_WORDS, key_words, put_right
from sre_tui.diagnosis.language.vocabulary import words as words_of
from sre_tui.nearest import nearest

_ABOUT_BACKUPS: Final = re.compile(r"\b(datastores?|pbs|backups?|storage|sicherung\w*)\b")
"""Without one of these a word such as "main" is no name of a datastore."""

_ABOUT_ALERTS: Final = re.compile(r"\b(alerts?|alarms?|alarme|firing|explain|erklär\w*|means?)\b")
CUTOFF: Final = 0.8
"""Similarity from which on a mistyped name is taken for the known one."""
CUTOFF_LONG: Final = 0.75
"""The same for names of eight letters and more: two mistakes."""
SHORTEST_FUZZY: Final = 4
_ALIKE: Final = 65.0
"""Similarity, 0 to 100, from which on a known name is told as near to one that is not."""


_NOT_THE_NAME: Final = (
    r"(?:\b(?:an?|every|each|another|eine?[nrms]?|jede[nrms]?) "
    r"(?:new |old |single )?{word}\b"
    r"|(?:^|[.,;:!?] )(?:new |another |got )*{word} (?:from|by|von) "
    r"(?!(?:the )?(?:last|yesterday|today|this|before|\d|backup|snapshot)))"
)
"""How a word stands that is spoken of as a kind of thing, and not as the name of one."""


def is_common_noun(word: str, text: str) -> bool:
    """Whether a word that may be a name is only used for a kind of thing, as in "a mail".

    Args:
        word: the word.
        text: what was asked.
    """
    lowered = " ".join(text.casefold().split())
    known = re.escape(word.casefold())
    as_kind = re.findall(_NOT_THE_NAME.replace("{word}", known), lowered)
    return bool(as_kind) and len(as_kind) == len(re.findall(rf"(?<!\w){known}(?!\w)", lowered))


@lru_cache(maxsize=4096)
def is_misspelt(word: str) -> bool:
    """Whether one slip of the hand made this of an ordinary word, so that it names nothing.

    Such is "shoud" in "which disk shoud i replace".
    """
    from rapidfuzz.distance import OSA

    plain = word.casefold()
    if not plain.isalpha() or len(plain) <= SHORTEST_FUZZY or _is_everyday(plain):
        return False
    near = (one for one in STOP_WORDS if one[0] == plain[0] and len(one) > SHORTEST_FUZZY)
    return any(OSA.distance(plain, one, score_cutoff=1) == 1 for one in near)


class EntityKind(StrEnum):
    """What a name is the name of."""

    ALERT = "alert"
    HOST = "host"
    SERVICE = "service"
    POOL = "pool"
    DISK = "disk"
    METRIC = "metric"
    UPS = "ups"
    DATASTORE = "datastore"


@dataclass(frozen=True)
class Entity:
    """A name in the question that is known here."""

    kind: EntityKind
    name: str
    hosts: tuple[str, ...] = ()
    said: str = ""
    """As the question spells it."""


@dataclass(frozen=True)
class Unknown:
    """A word that stands where a name belongs and is none; ``near`` are the closest known names."""

    word: str
    near: tuple[str, ...]


@dataclass(frozen=True)
class Focus:
    """What a question is about."""

    entities: tuple[Entity, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def of(self, kind: EntityKind) -> list[Entity]:
        """The entities of one kind."""
        return [entity for entity in self.entities if entity.kind is kind]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Machines that are named, or that carry what is named."""
        return tuple(dict.fromkeys(host for entity in self.entities for host in entity.hosts))

    @property
    def services(self) -> tuple[str, ...]:
        """Services that are named."""
        return tuple(entity.name for entity in self.of(EntityKind.SERVICE))

    @property
    def named(self) -> bool:
        """Whether a thing of the homelab is named."""
        return any(entity.kind is not EntityKind.METRIC for entity in self.entities)

    def subjects(self) -> set[Subject]:
        """Every machine and thing that is meant."""
        found = {Subject(host) for host in self.hosts}
        for entity in self.entities:
            if entity.kind is not EntityKind.HOST:
                found |= {Subject(host, entity.name) for host in entity.hosts or ("",)}
        return found


def resolve(
    question: Question, inventory: Inventory, here: str = "", metrics: Sequence[str] = ()
) -> Focus:
    """Match the words of a question with what was discovered.

    Args:
        question: the question.
        inventory: what was discovered.
        here: name of the machine the question is asked on, for "this machine".
        metrics: metric names that exist, where they are known.
    """
    index = _index(inventory, metrics)
    if _ABOUT_BACKUPS.search(question.folded):
        for name, hosts in inventory.datastores.items():
            entity = Entity(EntityKind.DATASTORE, name, tuple(sorted(hosts)))
            index.setdefault(_plain(name), []).append(entity)
    found: list[Entity] = []
    matched: set[str] = set()
    for said, programs in meant_by(question.text).items():
        hits = [index[key] for key in map(_plain, programs) if key in index]
        if hits and said not in question.verbs and not is_common_noun(said, question.text):
            found += [_with_words(entity, said) for entity in hits[0]]
            matched.update(said.split())
    for words in _phrases(question.candidates):
        key = _plain("".join(words))
        if key in index and not matched.issuperset(word.casefold() for word in words):
            if len(words) == 1 and (
                _is_common(words[0], index[key]) or is_common_noun(words[0], question.text)
            ):
                continue
            # "any certificate expired": words that an alert is named after do not yet name it.
            alone = all(one.kind is EntityKind.ALERT for one in index[key])
            if len(words) > 1 and alone and not _ABOUT_ALERTS.search(question.folded):
                continue
            found += [_with_words(entity, " ".join(words)) for entity in index[key]]
            matched.update(word.casefold() for word in words)
    unknown: list[Unknown] = []
    for word in question.candidates:
        plain = word.casefold()
        if plain in matched or plain in question.verbs or _is_everyday(plain):
            continue
        if is_common_noun(word, question.text):
            continue
        close = _mistyped(word, index)
        if close:
            found += [_with_words(entity, word) for entity in index[close]]
            matched.add(plain)
        elif word in question.named and index and plain.removesuffix("'s") not in CLIENTS:
            unknown.append(Unknown(word, _near(word, index)))
    if question.here and not found:
        host = inventory.hosts.get(here.casefold(), "") if here else ""
        if not host and len(inventory.hosts) == 1:
            host = next(iter(inventory.hosts.values()))
        if host:
            found.append(Entity(EntityKind.HOST, host, (host,), "this machine"))
    return Focus(tuple(dict.fromkeys(found)), tuple(unknown))


def mentioned(question: Question, known: Iterable[str]) -> list[str]:
    """Which of these names a question speaks of, in its order, mistyped ones put right.

    A name with slashes is found by its whole as well as by its last part.
    """
    index: dict[str, list[Entity]] = {}
    for name in known:
        entity = Entity(EntityKind.HOST, name)
        for key in {_plain(name), _plain(name.rpartition("/")[2])} - {""}:
            entry = index.setdefault(key, [])
            if entity not in entry:
                entry.append(entity)
    found: list[str] = []
    matched: set[str] = set()
    for said, programs in meant_by(question.text).items():
        hits = [index[key] for key in map(_plain, programs) if key in index]
        if hits and said not in question.verbs and not is_common_noun(said, question.text):
            found += [entity.name for entity in hits[0]]
            matched.update(said.split())
    whole = [word.rstrip("s") for word in question.candidates if word.casefold().endswith("s")]
    # Everyday words such as "photos" are names where something is called just so.
    plain_words = [word for word in words_of(question.text) if len(word) > SHORTEST_FUZZY]
    spoken = [*question.candidates, *whole, *_devices(question.text), *plain_words]
    for words in _phrases(spoken):
        key = _plain("".join(words))
        if len(words) == 1 and is_common_noun(words[0], question.text):
            continue
        if key in index and not matched.issuperset(word.casefold() for word in words):
            exact = [entity.name for entity in index[key] if _plain(entity.name) == key]
            found += exact or [entity.name for entity in index[key]]
            matched.update(word.casefold() for word in words)
    for word in question.candidates:
        plain = word.casefold()
        if plain in matched or plain in question.verbs or _is_everyday(plain):
            continue
        if is_common_noun(word, question.text):
            continue
        close = _mistyped(word, index)
        if close:
            found += [entity.name for entity in index[close]]
    return list(dict.fromkeys(found))


def leftover(question: Question) -> list[str]:
    """Words of a question that mean nothing but, perhaps, a name, in its order."""
    return [word for word in question.candidates
            if not _is_everyday(word.casefold()) and put_right(word) not in key_words()
            and word.casefold() not in question.verbs | CLIENTS]  # fmt: skip


_DEVICE: Final = re.compile(r"\b(?:sd[a-z]{1,2}|nvme\d+n\d+)\b")


def _devices(text: str) -> list[str]:
    return _DEVICE.findall(text.casefold())


def _index(inventory: Inventory, metrics: Iterable[str]) -> dict[str, list[Entity]]:
    index: dict[str, list[Entity]] = {}

    def add(entity: Entity, *names: str) -> None:
        for name in names or (entity.name,):
            entry = index.setdefault(_plain(name), [])
            if entity not in entry:
                entry.append(entity)

    for alert in inventory.alerts:
        add(Entity(EntityKind.ALERT, alert.name))
    machines = tuple(inventory.hosts.values())
    stems = Counter(map(_stem, machines))
    for name in machines:
        stem = _stem(name)
        alone = stems[stem] == 1
        spellings = (name, name.partition(".")[0], *((stem,) if alone and len(stem) > 2 else ()))
        add(Entity(EntityKind.HOST, name, (name,)), *spellings)
    for own, name in inventory.name_of_id.items():
        if own.startswith(("qemu/", "lxc/")):
            add(Entity(EntityKind.HOST, name, (name,)), own.partition("/")[2])
    for name, hosts in inventory.services.items():
        add(Entity(EntityKind.SERVICE, name, tuple(sorted(hosts))), name, name.partition("@")[0])
    for name, hosts in inventory.pools.items():
        add(Entity(EntityKind.POOL, name, tuple(sorted(hosts))))
    for name, hosts in inventory.disks.items():
        add(Entity(EntityKind.DISK, name, tuple(sorted(hosts))), name, f"/dev/{name}")
    for name in inventory.upses:
        add(Entity(EntityKind.UPS, name))
    for name in metrics:
        add(Entity(EntityKind.METRIC, name))
    return index


def _stem(name: str) -> str:
    """A machine's name without its number: ``pve`` of ``pve1.lan``."""
    return name.partition(".")[0].rstrip("0123456789-")


def _phrases(words: Sequence[str]) -> list[tuple[str, ...]]:
    pairs = [(words[at], words[at + 1]) for at in range(len(words) - 1)]
    return [*pairs, *((word,) for word in words)]


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum() or c in "/:")


def _is_common(word: str, entities: Sequence[Entity]) -> bool:
    """Whether a word that is also a key word is rather that: "backup" and a pool called backup."""
    plain = word.casefold()
    return plain in key_words() and all(
        entity.kind in (EntityKind.POOL, EntityKind.SERVICE) and entity.name.casefold() == plain
        for entity in entities
    ) and plain in ("backup", "backups", "disk", "pool", "memory", "network", "docker", "cron",
                    "kernel", "ssh", "storage", "data")  # fmt: skip


def _is_everyday(word: str) -> bool:
    return word in key_words() or word in STOP_WORDS


def _mistyped(word: str, index: dict[str, list[Entity]]) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    plain = _plain(word)
    if len(plain) < SHORTEST_FUZZY or any(c.isdigit() for c in plain):
        return ""
    near = [
        key
        for key in index
        if abs(len(key) - len(plain)) <= 2 and key[:1] == plain[:1] and len(key) >= SHORTEST_FUZZY
    ]
    cutoff = CUTOFF_LONG if len(plain) >= 8 else CUTOFF
    found = process.extractOne(plain, near, scorer=OSA.normalized_similarity, score_cutoff=cutoff)
    return found[0] if found else ""


def _near(word: str, index: dict[str, list[Entity]]) -> tuple[str, ...]:
    """Names that may be meant by one that nothing has: programs of its kind, else what is alike."""
    for group in groups():
        kin = [program for program in group.programs if _plain(program) in index]
        if word.casefold() in group.programs and kin:
            same = dict.fromkeys(one.name for program in kin for one in index[_plain(program)])
            return tuple(same)[:3]
    return tuple(nearest(word, _spellings(index), least=_ALIKE))


def _with_words(entity: Entity, said: str) -> Entity:
    return Entity(entity.kind, entity.name, entity.hosts, said)


def _spellings(index: dict[str, list[Entity]]) -> list[str]:
    return sorted({entity.name for entities in index.values() for entity in entities})
