"""Answers what is no question about the homelab: greetings, nonsense, and requests to act."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sre_tui.agent.analyst.data import table
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.entities import Entity, EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.runbook_steps import runbook_call, steps_of
from sre_tui.agent.analyst.wording import close_to, code, plain
from sre_tui.diagnosis.language.aliases import groups
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.tools.runbooks import RunbookMatches

_DATA: Final[Mapping[str, Any]] = table("requests")
_GREETINGS: Final = tuple((re.compile(words), reply) for words, reply in _DATA["greetings"])
_VERBS: Final = "|".join(str(_DATA["acts"]["verbs"]).split())
_NEVER: Final = "|".join(map(re.escape, str(_DATA["acts"]["never_followed_by"]).split()))
_POLITE: Final = (
    r"(?:(?:please|pls|bitte|just|now|go|ahead|and|kindly|sre|hey)[ ,]+)*"
    r"(?:(?:can|could|would|will|kannst|könntest) (?:you|u|du|sre)(?: please| bitte)? |"
    r"i (?:want|need) you to |i'd like you to )?(?:(?:please|bitte|just|go|ahead|and) )*"
)
_FILLING: Final = frozenset(str(_DATA["filling"]).split())
ACT: Final = re.compile(rf"^{_POLITE}(?P<verb>{_VERBS})\b(?![- ](?:{_NEVER})\b)(?=\s+\S|[!.]*$)")
_DESCRIBES: Final = re.compile(r"\?\s*$|\b(why|when|did|was|were|failed|ago)\b")
_ASKED_OF_SRE: Final = re.compile(r"^(can|could|would|will|kannst|könntest)\b")
_ABOUT_SRE: Final = re.compile(
    r"^(what|who) (can|could|do|are|is) (you|i ask|sre)\b|^help( me)?[.!? ]*$|^how do you work|"
    r"^was kannst du|^wer bist du|^hilfe[.!? ]*$|^what (questions|can i)\b|"
    r"^how (can|do) i use (this|sre|you)"
)


_VERB_LAST: Final = re.compile(
    rf"^(?:bitte )?(?:kannst|könntest|würdest) du .*\b(?P<verb>{_VERBS})[.!? ]*$"
)


def _act(asked: str) -> re.Match[str] | None:
    return ACT.match(asked) or _VERB_LAST.match(asked)


_IS_FREE: Final = re.compile(
    r"free (?:(?:disk|root) )?(?:space|memory|ram|storage|capacity|inodes?) (?:on|of|in|for|at)\b"
)
"""Names what is free and asks nobody to free it."""


def wants_act(text: str) -> bool:
    """Whether a text asks to change something rather than to look at it."""
    plain_text = " ".join(text.casefold().split())
    match = _act(plain_text)
    if match is None or _IS_FREE.match(plain_text):
        return False
    return bool(_ASKED_OF_SRE.match(plain_text)) or not _DESCRIBES.search(plain_text)


def wants_no_answer(text: str) -> bool:
    """Whether a text is a greeting, thanks, or asks what can be asked."""
    plain_text = " ".join(text.casefold().split())
    return len(plain_text.split()) <= 8 and (
        _ABOUT_SRE.search(plain_text) is not None
        or any(words.search(plain_text) and _only(words, plain_text) for words, _ in _GREETINGS)
    )


def _only(words: re.Pattern[str], text: str) -> bool:
    """Whether the rest of a greeting says nothing more."""
    rest = re.sub(r"[^\w ]", "", words.sub("", text, count=1)).split()
    return all(word in _FILLING for word in rest)


async def say_what_it_does(look: Look) -> Iterator[str]:
    """A short reply, and what can be asked, with names that exist here."""
    await look.discover("identity")
    return _help(look)


def _help(look: Look) -> Iterator[str]:
    text = look.question.text.casefold().strip()
    reply = next((reply for words, reply in _GREETINGS if words.search(text)), "")
    if _ABOUT_SRE.search(text):
        yield (
            "**sre answers questions about this homelab** from its metrics, logs, alerts, "
            "dashboards and runbooks. It only reads and never changes anything. Nothing was "
            "checked.\n\n"
        )
    elif reply:
        yield f"**{reply}** Nothing was checked.\n\n"
    else:
        yield (
            "**That is not understood as a question about this homelab**, so nothing was "
            "checked.\n\n"
        )
    yield "Questions such as these are answered:\n"
    yield from (f"- {code(one, 120)}\n" for one in examples(look))
    yield "\n"
    yield from gaps(look)


def examples(look: Look) -> list[str]:
    """Questions that can be answered here, with names from here."""
    inventory = look.inventory
    guests = sorted(name for name in inventory.node_of if name)
    busy = sorted({host for hosts in inventory.containers.values() for host in hosts} & set(guests))
    hosts = sorted(inventory.hosts.values())
    guest = next(iter(_telling(busy or guests or hosts)), "")
    site = next(iter(_telling(sorted(set(inventory.sites.values())))), "") or guest
    ours = {pool for pool, hosts in inventory.pools.items() if hosts and pool not in _SYSTEM_POOLS}
    zfs = [pool for pool in ours if not any(s.endswith(f"/{pool}") for s in _storages(look))]
    zfs.sort(key=lambda pool: (not _is_shared(look, pool), pool))
    made = [
        f"why is {site} slow?" if site else "is anything wrong?",
        f"how full is the pool {zfs[0]}?" if zfs else "what is filling up fastest?",
        f"how much memory does {guest} use?" if guest else "which container uses the most memory?",
        "did the backups run last night?" if inventory.datastores else "which alerts are firing?",
    ]
    return list(dict.fromkeys(made))


def _telling(names: Sequence[str]) -> list[str]:
    """Names in an order in which a reader sees that they are names: no everyday words first."""
    programs = {program for group in groups() for program in group.programs}
    plain = {name: re.split(r"[.:-]", name.casefold(), maxsplit=1)[0] for name in names}
    return sorted(names, key=lambda name: (plain[name] not in programs, len(plain[name]) < _LONG))


_LONG: Final = 6
"""Letters from which on few names are words of every day."""
_SYSTEM_POOLS: Final = frozenset({"rpool", "boot-pool", "bpool", "local", "local-zfs", "local-lvm"})


def _is_shared(look: Look, pool: str) -> bool:
    return any(look.inventory.clients_of(host, pool) for host in look.inventory.pools[pool])


def _storages(look: Look) -> list[str]:
    return [own for own in look.inventory.name_of_id if own.startswith("storage/")]


async def decline(look: Look) -> Iterator[str]:
    """Says that nothing is changed, and what the person who asks can do himself."""
    await look.discover("identity", "targets")
    await look.ask(runbook=runbook_call(look.question.text, "fix"))
    return _decline(look)


def _decline(look: Look) -> Iterator[str]:
    asked = " ".join(look.question.text.casefold().split())
    match = _act(asked)
    verb = match["verb"] if match else ""
    yield "**sre only reads and never changes anything**, so this was not done. "
    yield "Nothing was checked either.\n\n"
    if look.focus.unknown and not look.focus.named:
        unknown = look.focus.unknown[0]
        said = f"Nothing here is called {code(unknown.word, 60)}. {close_to(unknown.near)}"
        yield f"{said.rstrip()}\n\n"
    own = [line for entity in look.focus.entities for line in commands_for(look, verb, entity)]
    if own:
        yield "What you can run yourself:\n"
        yield from (f"- {line}{look.cite('identity')}\n" for line in dict.fromkeys(own))
        yield "\n"
    found = look.found.get("runbook")
    data = found.data(RunbookMatches) if found is not None else None
    steps = steps_of(found, own=own_here(look))
    if steps is not None and data is not None and _fits(look, data):
        yield (
            f"The runbook nearest to this is {plain(steps.title)}: "
            f"`sre runbooks show {steps.id}`{steps.cite}\n\n"
        )
    names_it = look.focus.entities[0].name if look.focus.named else ""
    if names_it:
        yield f"To have it looked at first, ask {code(f'is {names_it} ok?', 80)}\n\n"
    yield from gaps(look)


def _fits(look: Look, data: RunbookMatches) -> bool:
    """Whether the best runbook is about what was asked for, by the words of its title."""
    best = data.items[0]
    skipped = {entity.said.casefold() for entity in look.focus.entities}
    telling = [
        word for word in look.question.folded.split() if len(word) > 3 and word not in skipped
    ]
    title = f"{best.title} {best.id}".casefold()
    return any(word.rstrip("s") in title for word in telling)


def commands_for(look: Look, verb: str, entity: Entity) -> Iterator[str]:
    """The command that does this to that thing, and where; a name no shell takes is left open."""
    kinds = _kinds_of(look, entity)
    for one in _DATA["commands"]:
        if verb not in one["verbs"].split() or one["kind"] not in kinds:
            continue
        host, number = kinds[one["kind"]]
        where = f" on {plain(host, 60)}" if host else ""
        own = {"name": entity.name, "host": host, "id": number}
        put = {slot: name if stays_one_word(name) else f"<{slot}>" for slot, name in own.items()}
        yield f"{code(one['run'].format(**put), 120)}{where}"
        return


def _kinds_of(look: Look, entity: Entity) -> dict[str, tuple[str, str]]:
    """What commands can be about this name, each with the machine and the number of the guest."""
    inventory = look.inventory
    host = next(iter(entity.hosts), "")
    match entity.kind:
        case EntityKind.HOST:
            own = next((i for i, name in inventory.name_of_id.items() if name == entity.name), "")
            kind, _, number = own.partition("/")
            if kind in ("lxc", "qemu"):
                return {kind: (inventory.node(entity.name), number)}
            return {"host": (entity.name, "")}
        case EntityKind.SERVICE if entity.name in inventory.containers:
            return {"container": (host, "")}
        case EntityKind.SERVICE if host:
            return {"service": (host, "")}
        case EntityKind.POOL if host:
            return {"pool": (host, "")}
    return {}


__all__ = [
    "ACT",
    "commands_for",
    "decline",
    "examples",
    "say_what_it_does",
    "wants_act",
    "wants_no_answer",
]
