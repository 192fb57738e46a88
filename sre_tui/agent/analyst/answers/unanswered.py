"""Says that a question for a fact has no answer here, what is known, and which command comes near.

An incident somewhere else is no answer to "is dns1 in that network?", however grave it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.answers.machines import machine_figures
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.entities import Entity, EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.quantities import thing_of
from sre_tui.agent.analyst.wording import code, plain

_BY_WORD: Final = (
    (r"\bdata ?sets?\b", "sre pools --datasets"), (r"\bz?pools?\b|\bzfs\b", "sre pools"),
    (r"\bshares?\b|\bexports?\b", "sre nas shares"), (r"\bsnapshots?\b", "sre nas snapshots"),
    (r"\bnamespaces?\b", "sre backups list"),
    (r"\bbackups?\b", "sre backups coverage"),
    (r"\bdatastores?\b|\bpbs\b", "sre backups datastores"),
    (r"\btasks?\b|\bjobs?\b", "sre tasks"), (r"\bstorages?\b", "sre storage"),
    (r"\b(?:certs?|certificates?)\b", "sre forecast"), (r"\balerts?\b", "sre alerts list"),
    (r"\b(?:logs?|logging|logged|log lines)\b", "sre logs patterns"),
    (r"\bnodes?\b|\bhypervisors?\b", "sre nodes"),
    (r"\b(?:guests?|vms?|lxcs?|containers?|ha)\b", "sre guests list"),
    (r"\b(?:disks?|drives?|hdds?|ssds?)\b", "sre nas disks"),
    (r"\b(?:sites?|pages?|ups|usv|power|dns)\b", "sre check --all"),
    (r"\b(?:nas|truenas)\b", "sre nas status"),
    (r"\b(?:cpu|memory|ram|load|swap|network|traffic|temperature)\b", "sre metrics search"),
)  # fmt: skip
"""The command that lists what a word stands for."""


def nearest_command(look: Look) -> str:
    """The command that shows most of what is asked about; empty if none is near."""
    folded = look.question.folded
    for entity in look.focus.entities:
        if command := _command_of(look, entity):
            return command
    for words, command in _BY_WORD:
        if re.search(words, folded):
            return command
    return "" if thing_of(folded) is None else "sre metrics search"


def _command_of(look: Look, entity: Entity) -> str:
    name = plain(entity.name, 60)
    match entity.kind:
        case EntityKind.HOST if look.inventory.node(entity.name):
            return f"sre guests show {name}"
        case EntityKind.HOST if entity.name in look.inventory.node_of.values():
            return f"sre nodes {name}"
        case EntityKind.POOL:
            return f"sre pools {name}"
        case EntityKind.DISK:
            return "sre nas disks"
        case EntityKind.DATASTORE:
            return "sre backups datastores"
        case EntityKind.ALERT:
            return f"sre alerts show {name}"
        case EntityKind.HOST | EntityKind.SERVICE:
            return f"sre topology {name}"
    return ""


async def say_unanswered(look: Look) -> Iterator[str] | None:
    """That this is not answered, and what comes nearest; None if nothing does."""
    command = nearest_command(look)
    if not command:
        return None
    known = []
    if look.focus.entities and look.focus.entities[0].kind in (
        EntityKind.HOST, EntityKind.SERVICE
    ):  # fmt: skip
        figures, cite = await machine_figures(look)
        who = plain(look.focus.entities[0].name, 60)
        known = [f"{who}: {figures}{cite}"] if figures else []
    lead = (
        "**The built-in analyst has no answer to this question**, so nothing was concluded. "
        f"Nearest to it: {code(command, 120)}"
    )
    return told(look, lead, ("What is known", known))


__all__ = ["nearest_command", "say_unanswered"]
