"""Whose an address is, where no backend tells: that of the site a proxy cannot reach there.

That two devices fight for an address is written by the router, that it was given to somebody else
by the name server. Neither is in trouble itself, but the one that had the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import MACHINES

_OF_ADDRESSES: Final = frozenset({"address_conflict", "lease_lost"})
_FELT: Final = frozenset({"web_down", "web_errors"})
_ADDRESS: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")


def with_owners(findings: Iterable[Finding], topology: Topology) -> Iterator[Finding]:
    """The findings; trouble with an address is told of the machine that has it, if that is known.

    It is known where somebody fails to reach the address while one site alone does not answer.
    """
    every = list(findings)
    for one in every:
        owner = _owner(one, every, topology) if _is_reported(one) else None
        yield one if owner is None else one.model_copy(update={"subject": owner})


def _is_reported(finding: Finding) -> bool:
    return finding.kind in _OF_ADDRESSES and finding.check == "logs"


def _owner(finding: Finding, every: Sequence[Finding], topology: Topology) -> Subject | None:
    addresses = _addresses(finding)
    asking = [
        one for one in every
        if one.kind in _FELT and one.check == "logs" and addresses & _addresses(one)
    ]  # fmt: skip
    if not asking or any(topology.named(address) for address in addresses):
        return None
    sites = {
        one.subject for one in every
        if one.kind in _FELT and one.active and one.subject.kind is SubjectKind.SITE
    }  # fmt: skip
    reporters = {one.subject.host for one in asking} | {finding.subject.host}
    owners = {
        machine
        for site in sites
        for machine in _serving(site, topology)
        if machine.name not in reporters
    }
    return owners.pop() if len(owners) == 1 else None


def _addresses(finding: Finding) -> set[str]:
    return {found for each in finding.evidence for found in _ADDRESS.findall(each.says)}


def _serving(site: Subject, topology: Topology) -> Iterator[Subject]:
    for edge in topology.below(site):
        if edge.relation is Relation.SERVED_BY:
            yield from topology.named(edge.on.host, *MACHINES)[:1]
