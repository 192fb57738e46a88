"""Tells what is only said from what is so: a state that can be read now settles what alerts say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names

RESTED: Final = timedelta(hours=1)
"""Memory that has not grown for so long does not leak."""
_LEAK: Final = "memory_leak"
_AGAIN: Final = "memory-growth-between-kills"
_KILL: Final = "oom_kill"
_SILENT: Final = "disk-gone"
"""A disk that is only not heard of: its NAS or node says what became of it, where that is read."""
_ENDED: Final = frozenset({"oom_kill", "restart_loop", "rebooted"})
_TOLD: Final = frozenset({"alerts", "logs"})
_OF_UPS: Final = "ups_on_battery"
_OF_GUEST: Final = "guest_down"
_OF_NODE: Final = "node_down"
"""A node that others do not see may be alive and alone: its own exporter settles that."""
_OF_CLUSTER: Final = "quorum_lost"
"""Lines about votes come whenever a member leaves; whether a majority is left is read."""
_LOSS: Final = "packet_loss"
SETTLED: Final = timedelta(minutes=15)
"""By then a mean over pings tells of nothing but what lasts."""
ALL: Final = 0.97
"""Share of lost pings from which on none comes back."""
_PINGS: Final = re.compile(r"(?i)unreachable|nicht erreichbar|\bpings?\b|icmp|host.?unreach")
_NO_NODES: Final = frozenset({SubjectKind.GUEST, SubjectKind.HOST})
_HOSTS: Final = frozenset({SubjectKind.NODE, SubjectKind.NAS})


def refuted(findings: Iterable[Finding], picture: Picture, topology: Topology) -> Iterator[Finding]:
    """The findings; those that alerts or lines alone tell, and what is read now denies, say so.

    Only states count that are read as such, not limits, of which an alert may have its own. Disks
    that are not heard of any more are left out where somebody who knows them was asked.
    """
    every = list(findings)
    seen = {(one.kind, one.subject) for one in every if one.check not in _TOLD and one.active}
    fine = set(_fine(picture, topology))
    telling = _telling_of_disks(picture)
    answering = {one.subject for one in every if _comes_back(one, picture)}
    speaking = {
        name
        for source, _ in picture.pools.with_source()
        if (name := nas_names(picture).get(source))
    }
    for one in every:
        if one.check == _SILENT and one.subject.host in telling:
            continue
        denied = (one.kind, one.subject) in fine
        if one.kind == _OF_NODE and one.subject in answering:
            denied = True
        if one.kind == _OF_CLUSTER and one.check == "logs" and not one.hearsay:
            # A majority that is there again was gone all the same when they said so.
            denied = False
        told = one.check in _TOLD and (one.kind, one.subject) not in seen
        if _is_out_of_reach(one, speaking):
            yield one.model_copy(update={"kind": _LOSS})
        elif (denied and (told or one.kind == _OF_NODE)) or _came_to_rest(one, every, picture):
            yield one.model_copy(update={"refuted": True, "active": False})
        else:
            yield _from_first_kill(one, every)


def _came_to_rest(one: Finding, every: Iterable[Finding], picture: Picture) -> bool:
    """Whether memory that grew has long stopped growing without a kill: that is no leak."""
    if one.kind != _LEAK or one.active or one.until is None or picture.now - one.until < RESTED:
        return False
    return not any(
        other.kind in _ENDED and other.subject.host == one.subject.host for other in every
    )


def _comes_back(one: Finding, picture: Picture) -> bool:
    """Whether some pings are answered while others are lost: what answers at all is there."""
    if one.kind != _LOSS or one.unit != "ratio" or one.value is None or not one.active:
        return False
    return one.since is not None and picture.now - one.since >= SETTLED and one.value < ALL


def _is_out_of_reach(one: Finding, speaking: Collection[str]) -> bool:
    """Whether an alert says of no node that pings do not come back: that tells of the way to it.

    Whether a guest is up, its node knows; a NAS that answers is up.
    """
    if one.kind != _OF_NODE or one.check != "alerts":
        return False
    if not any(_PINGS.search(f"{each.asked} {each.says}") for each in one.evidence):
        return False
    kind = one.subject.kind
    return kind in _NO_NODES or (kind is SubjectKind.NAS and one.subject.name in speaking)


def _telling_of_disks(picture: Picture) -> frozenset[str]:
    """The machines whose disks or pools are read from themselves."""
    names = nas_names(picture)
    found = {names[source] for source, pools in picture.pools.with_source() if pools}
    found |= {disk.node for seen in picture.node_disks for disk in seen.disks}
    return frozenset(found)


def _from_first_kill(one: Finding, every: Iterable[Finding]) -> Finding:
    """What grows again after each kill grew before the first, of which it was the reason."""
    if one.kind != _LEAK or one.since is None:
        return one
    kills = [k for k in every if k.kind == _KILL and k.subject.host == one.subject.host]
    if one.check != _AGAIN and not any(_goes_on(kill, one.since) for kill in kills):
        return one
    first = min((kill.since for kill in kills if kill.since is not None), default=one.since)
    if first >= one.since:
        return one
    before = any(kill.open_start for kill in kills)
    return one.model_copy(update={"since": first, "open_start": before})


def _goes_on(kill: Finding, grown: datetime) -> bool:
    """Whether there was a kill before something grew, and one after it."""
    if kill.since is None or kill.since >= grown:
        return False
    return kill.until is not None and kill.until > grown


def _fine(picture: Picture, topology: Topology) -> Iterator[tuple[str, Subject]]:
    """What is read to be as it should."""
    for one in topology.subjects(SubjectKind.UPS):
        yield _OF_UPS, one
    names = Names(topology)
    for targets in picture.targets:
        for target in targets:
            if target.health == "up" and "://" not in target.instance:
                labels = {**target.labels, "instance": target.instance}
                machine = names.machine_of(labels)
                own = target.labels.get("job", "").startswith("node")
                if machine is not None and machine.kind in _HOSTS and own:
                    yield _OF_NODE, machine
    for cluster in picture.cluster:
        if cluster.quorate and cluster.name:
            yield _OF_CLUSTER, Subject(kind=SubjectKind.CLUSTER, name=cluster.name)
            for member in cluster.nodes:
                if member.online:
                    yield _OF_CLUSTER, Subject(kind=SubjectKind.NODE, name=member.name)
    for inventory in picture.inventory:
        for guest in inventory.guests:
            if guest.status == "running":
                for named in topology.named(guest.name or "", SubjectKind.GUEST):
                    yield _OF_GUEST, named
