"""Trouble with an address is told of the machine that has it."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.signs.addresses import with_owners
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

ROUTER = Subject(kind=SubjectKind.HOST, name="router")
PROXY = Subject(kind=SubjectKind.GUEST, name="proxy")
WIKI = Subject(kind=SubjectKind.GUEST, name="wiki")
NOTES = Subject(kind=SubjectKind.GUEST, name="notes")
SITES = {
    guest: Subject(kind=SubjectKind.SITE, name=f"{guest.name}.home.example")
    for guest in (WIKI, NOTES)
}


def told(kind: str, subject: Subject, says: str, check: str = "logs") -> Finding:
    return Finding(
        check=check, kind=kind, subject=subject, severity=Severity.WARNING, text=kind,
        evidence=(Evidence(source="loki:main", kind="log", says=says),),
    )  # fmt: skip


MOVED = told("address_conflict", ROUTER, "arp: 10.0.20.7 moved from 02:00:00:00:00:01 to ..:02")
REFUSED = told("web_errors", PROXY, "502: dial tcp 10.0.20.7:3000: connect: connection refused")
WIKI_DOWN = told("web_down", SITES[WIKI], "probe success = 0", "web-probe")
NOTES_DOWN = told("web_down", SITES[NOTES], "probe success = 0", "web-probe")


def subject_of(*findings: Finding, known: str = "") -> Subject:
    topology = Topology()
    for guest, site in SITES.items():
        server = Subject(kind=SubjectKind.CONTAINER, name=f"{guest.name}/{guest.name}d")
        topology.add(guest)
        topology.connect(site, Relation.SERVED_BY, server)
        topology.connect(site, Relation.SERVED_BY, PROXY)
    if known:
        topology.add(NOTES, known)
    return next(iter(with_owners(findings, topology))).subject


def test_it_is_that_of_the_one_site_that_fails() -> None:
    assert subject_of(MOVED, REFUSED, WIKI_DOWN) == WIKI


@pytest.mark.parametrize(
    "others",
    [
        (WIKI_DOWN,),
        (REFUSED,),
        (REFUSED, WIKI_DOWN, NOTES_DOWN),
        (told("web_errors", PROXY, "502: dial tcp 10.0.20.70:3000: refused"), WIKI_DOWN),
        (REFUSED, WIKI_DOWN.model_copy(update={"active": False})),
    ],
    ids=["nobody asks for it", "no site fails", "two sites", "another address", "over"],
)
def test_where_that_is_not_known_it_stays_with_who_tells(others: tuple[Finding, ...]) -> None:
    assert subject_of(MOVED, *others) == ROUTER


def test_an_address_that_has_a_name_needs_no_guess() -> None:
    assert subject_of(MOVED, REFUSED, WIKI_DOWN, known="10.0.20.7") == ROUTER
