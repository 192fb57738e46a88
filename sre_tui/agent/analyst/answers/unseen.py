"""Keeps an all-clear from standing where the backend that is asked about is away or only old."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sre_tui.agent.analyst.coverage import source_name
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.question import Intent
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
_WELL: Final = re.compile(
    r"^\*\*(?:As far as [^,*]{2,60} knows, )?(?:(?P<word>yes|no|none)[:,] |"
    r"(?=nothing wrong was found|none is known))",
    re.IGNORECASE,
)
"""How an all-clear begins, or the answer that something is not well."""
_BACKEND: Final = re.compile(r"^\*\*As far as (?P<who>[^,*]{2,60}) knows, ")
_NO_ALL_CLEAR: Final = re.compile(r" That is no all-clear: [^.]{2,200} gave no answer\.")
_TROUBLE: Final = re.compile(
    r"\b(fail\w*|wrong|degraded|down|offline|stopped|inactive|broken|errors?|problems?|complain\w*|"
    r"complaints?|missing|stuck|damaged|bad|dead|dying|unhealthy|any|anything|which|welche\w*|"
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
        yield _begun(look, piece, reason_told=reason_told) if leads else piece
        reason_told = number == 0 and any(
            look.coverage.trouble(name) in piece for name in look.coverage.failed
        )


def _begun(look: Look, piece: str, *, reason_told: bool) -> str:
    well = _WELL.match(piece)
    backends = asked_backends(look)
    old = {name: age for name, age in look.coverage.ages(look.now)
           if name in set(_of([name], backends))}  # fmt: skip
    tell = look.caller.counted
    if old and piece.startswith("**") and look.question.intent not in _OF_OTHERS:
        who = names([plain(name) for name in old])
        gives = "gives" if len(old) == 1 else "give"
        lead = f"**{who} {gives} no answer now**; as it was {max(old.values(), key=len)} ago: "
        return tell(lead) + _without_word(piece)
    away = tuple(_of(look.coverage.failed, backends))
    if not away or well is None or not _all_clear(look, well["word"]):
        return piece
    if reason_told:
        return f"**{capital(piece[well.end() :])}"
    reasons = " ".join(look.coverage.trouble(name) for name in away)
    known = _BACKEND.match(piece)
    by = f"As far as {known['who']} knows" if known else "As far as the others tell"
    rest = _without_word(piece)
    if set(away) == set(look.coverage.failed):
        rest = _NO_ALL_CLEAR.sub("", rest)
    return tell(f"**Cannot tell: {reasons.rstrip('.')}**. {by}: ") + rest


def _all_clear(look: Look, word: str | None) -> bool:
    if word is None or word.casefold() == "none":
        return True
    trouble = _TROUBLE.search(look.question.folded) is not None
    return (word.casefold() == "yes") is not trouble


def _without_word(piece: str) -> str:
    """What follows "Yes", no longer bold: it is not what was asked."""
    well = _WELL.match(piece)
    rest = piece[well.end() if well else 2 :]
    # A sentence goes on here; a name keeps its capitals.
    rest = rest[:1].lower() + rest[1:] if rest.startswith(("Nothing", "None", "All")) else rest
    return rest.replace("**", "", 1)


__all__ = ["asked_backends", "honest"]
