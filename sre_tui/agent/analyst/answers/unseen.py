"""Keeps a yes from standing where none was asked for, and an all-clear where nobody looked.

Nobody looked where the backend that is asked about is away, or what it said is old.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.coverage import source_name
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.regarding import asks_whether
from sre_tui.agent.analyst.wording import capital, names, plain
from sre_tui.settings.model import TITLES

_BY_WORD: Final = (
    ("truenas", (r"nas|truenas|z?pools?|raid|zfs|disks?|drives?|hdds?|platten?|snapshots?|shares?|"
                 r"exports?|apps?|replication\w*|scrub\w*|resilver\w*|data ?sets?|smb|nfs")),
    ("proxmox", (r"proxmox|pve|cluster|quorum|quorate|nodes?|hypervisors?|guests?|vms?|lxcs?|"
                 r"virtual machines?|backups?|backed up|sicherung\w*")),
    ("pbs", r"pbs|backup\w*|backed up|datastores?|sicherung\w*"),
    ("prometheus", r"prometheus|targets?|exporters?|scrap\w+|metrics?"),
    ("loki", r"loki|logs?"),
    ("grafana", r"grafana|alerts?|alarms?|alarme|dashboards?"),
)  # fmt: skip
_ABOUT: Final = {
    EntityKind.POOL: ("truenas",), EntityKind.DISK: ("truenas",), EntityKind.DATASTORE: ("pbs",),
    EntityKind.ALERT: ("grafana",),
}  # fmt: skip
_TROUBLE: Final = re.compile(
    r"\b(fail\w*|wrong|degraded|down|offline|stopped|inactive|broken|errors?|problems?|complain\w*|"
    r"complaints?|missing|stuck|damaged|bad|dead|dying|unhealthy|overload\w*|überlastet|any|anything|which|welche\w*|"
    r"fehler|probleme|kaputt|defekt|tot|weg)\b"
)
_OF_THE_HOMELAB: Final = frozenset(
    {Intent.OVERVIEW, Intent.WHY, Intent.LIST, Intent.BACKUP, Intent.TARGETS}
)

_OF_OTHERS: Final = frozenset({Intent.POWER_STATES, Intent.METRIC, Intent.RUNBOOK, Intent.HELP})
"""What is told of Prometheus, whatever else was asked for it, or of no backend."""


def asked_backends(look: Look) -> frozenset[str]:
    """The backends that know best what a question is about; all of them if it names nothing."""
    question = look.question
    about = {
        name for name, words in _BY_WORD if re.search(rf"\b(?:{words})\b", question.folded)
    }  # fmt: skip
    nodes = set(look.inventory.node_of.values())
    for entity in look.focus.entities:
        about.update(_ABOUT.get(entity.kind, ()))
        about.update(key for key in TITLES if entity.name.casefold().startswith(key))
        for host in entity.hosts:
            if host in nodes or look.inventory.node(host):
                about.add("proxmox")
            elif any(host in hosts for hosts in look.inventory.pools.values()):
                about.add("truenas")
    if not about and not look.focus.entities and not question.topics and not question.named:
        return frozenset(TITLES) if question.intent in _OF_THE_HOMELAB else frozenset()
    return frozenset(about)


def _of(sources: Iterable[str], backends: Iterable[str]) -> Iterator[str]:
    titles = tuple(source_name(one) for one in backends)
    return (one for one in sources if titles and one.startswith(titles))


def honest(look: Look, pieces: Iterable[str]) -> Iterator[str]:
    """An answer without an all-clear that nobody who knows has given.

    What is wrong by the word of others stays as it is; what a backend said some time ago is told
    as that.
    """
    reason_told = False
    for number, piece in enumerate(pieces):
        # Who asked a backend that is away has said so before the others have their say.
        leads = number == 0 or (number == 1 and reason_told)
        if isinstance(piece, Opening) and not asks_whether(look.question):
            piece = piece.wordless(well=_all_clear(look, piece))
        yield _begun(look, piece, reason_told=reason_told) if leads else piece
        reason_told = number == 0 and any(
            look.coverage.trouble(name) in piece for name in look.coverage.failed
        )


def _begun(look: Look, piece: str, *, reason_told: bool) -> str:
    opening = piece if isinstance(piece, Opening) else None
    backends = asked_backends(look)
    ages = look.coverage.ages(look.now)
    old = {name: ages[name] for name in _of(ages, backends)}
    tell = look.caller.counted
    if old and piece.startswith("**") and look.question.intent not in _OF_OTHERS:
        who = names([plain(name) for name in old])
        gives = "gives" if len(old) == 1 else "give"
        age = age_in_words(max(old.values()))
        lead = tell(f"**{who} {gives} no answer now**; as it was {age} ago: ")
        return lead + (opening.unworded if opening else piece[2:].replace("**", "", 1))
    away = tuple(_of(look.coverage.failed, backends))
    if not away or opening is None or not _all_clear(look, opening):
        return piece
    look.coverage.told.update(away)
    if reason_told:
        return f"**{capital(opening.claim)}{opening.caveat}"
    reasons = " ".join(look.coverage.trouble(name) for name in away)
    by = f"As far as {opening.by} knows" if opening.by else "As far as the others tell"
    if set(away) == set(look.coverage.failed):
        # Who is away was just told.
        opening = opening.with_caveat("\n\n" if opening.caveat else "")
    return tell(f"**Cannot tell: {reasons.rstrip('.')}**. {by}: ") + opening.unworded


def _all_clear(look: Look, opening: Opening) -> bool:
    match opening.said:
        case "":
            return opening.well
        case "yes" | "no" as word:
            trouble = _TROUBLE.search(look.question.folded) is not None
            return (word == "yes") is not trouble
    return True


__all__ = ["asked_backends", "honest"]
