"""Evidence of Proxmox VE, Backup Server and TrueNAS themselves: which to ask, what it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from providers.proxmox import Task
from providers.text import one_line
from providers.truenas import Pool
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.pool_members import bad_members, member_trouble
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.ranking import Hypothesis
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.arguments import format_window
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.hdd_power_status import PowerListing
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.proxmox_data import NodeListing, TaskListing
from sre_tui.tools.truenas_data import PoolListing, StatusListing
from sre_tui.views.human import count, percent

POOLS: Final = Call("truenas_pool_status", {})
NAS: Final = Call("truenas_system_status", {"problems": True})
COVERAGE: Final = Call("backup_coverage", {"problems": True})
STORES: Final = Call("pbs_datastore_status", {})
NODES: Final = Call("proxmox_node_status", {})
SLEEP: Final = Call("hdd_power_status", {"since": "3h"})
_OVERALL: Final = {"own_pools": POOLS, "own_coverage": COVERAGE, "own_nodes": NODES, "own_nas": NAS}
_BY_TOPIC: Final[dict[Topic, dict[str, Call]]] = {
    Topic.DISK: {"own_pools": POOLS}, Topic.POOL: {"own_pools": POOLS, "own_nas": NAS},
    Topic.BACKUP: {"own_coverage": COVERAGE, "own_stores": STORES},
    Topic.GUEST: {"own_nodes": NODES}, Topic.STANDBY: {"own_sleep": SLEEP},
}  # fmt: skip
_BY_KIND: Final[tuple[tuple[str, dict[str, Call]], ...]] = (
    (r"disk_(failing|link|dead|slow|worn)|pool_|resilver|checksum|nfs_trouble|space_growth",
     {"own_pools": POOLS}),
    (r"backup_|datastore_full", {"own_coverage": COVERAGE, "own_stores": STORES}),
    (r"node_down|quorum_lost|cpu_saturated|guest_(down|stopped)|noisy_guest",
     {"own_nodes": NODES}),
    (r"disk_awake", {"own_sleep": SLEEP}),
)  # fmt: skip
_NEARLY_FULL: Final = 0.9
_STARTS: Final = 3
_LIFE: Final = re.compile(r"^(?:qm|vz)(start|stop|shutdown|reboot|reset)$")
_ALERTS: Final = (
    (r"snapshotcount|more snapshots", "snapshot_pileup", r"dataset '?(?P<name>[\w./-]+)"),
    (r"replication", "replication_failed", r"replication ['\"](?P<name>[^'\"]+)"),
    (r"scrub", "checksum_errors", r"pool '?(?P<name>[\w-]+)"),
    (r"smart", "disk_failing", r"/dev/(?P<name>\w+)"),
    (r"volumestatus|pool .*degraded", "pool_degraded", r"pool '?(?P<name>[\w-]+)"),
    (r"ups", "ups_on_battery", r"ups '?(?P<name>[\w-]+)"),
)  # fmt: skip
"""Kinds of trouble by the class and text of a NAS alert, and what the text says it is about."""


def first_calls(look: Look) -> dict[str, Call]:
    """What to ask before anything is known: by topic, or of everything."""
    question, focus = look.question, look.focus
    if not question.topics and not focus.entities and not look.question.candidates:
        return dict(_OVERALL)
    made: dict[str, Call] = {}
    for topic in question.topics:
        made |= _BY_TOPIC.get(topic, {})
    if not question.topics and not focus.named:
        made |= _OVERALL
    # Of a service only a question for the reason makes its machine's life of interest.
    named = focus.of(EntityKind.HOST) if question.intent is not Intent.WHY else focus.entities
    hosts = dict.fromkeys(host for entity in named for host in entity.hosts)
    guests = [host for host in hosts if look.inventory.node(host)]
    if len(guests) == 1:
        made["own_tasks"] = _tasks_of(look, guests[0])
    elif guests:
        made["own_nodes"] = NODES
    return made


def calls_for_kind(look: Look, kind: str) -> dict[str, Call]:
    """What to ask of a kind of trouble that was not asked yet."""
    return {
        name: call
        for words, calls in _BY_KIND
        if re.search(words, kind)
        for name, call in calls.items()
        if name not in look.found
    }


def calls_for(look: Look, cause: Hypothesis) -> dict[str, Call]:
    """What to ask of a likely cause that was not asked yet."""
    made = calls_for_kind(look, cause.kind.id)
    if cause.kind.id in ("kernel_crash", "rebooted", "guest_stopped", "guest_down") and (
        look.inventory.node(cause.subject.host)
    ):
        made["own_tasks"] = _tasks_of(look, cause.subject.host)
    return {name: call for name, call in made.items() if name not in look.found}


def _tasks_of(look: Look, guest: str) -> Call:
    length = min(max(look.now - look.question.scope.start, timedelta(hours=6)), timedelta(days=7))
    ids = [own.rpartition("/")[2] for own, name in look.inventory.name_of_id.items()
           if name == guest and own.startswith(("qemu/", "lxc/"))]  # fmt: skip
    since = format_window(timedelta(minutes=int(length.total_seconds() // 60)))
    return Call("proxmox_list_tasks", {"guest": ids[0] if ids else guest, "since": since})


def from_own(look: Look) -> Iterator[Finding]:
    """What the backends that were asked say is wrong."""
    inventory = look.inventory
    for name, found in look.found.items():
        if not name.startswith("own_") or not found.ok:
            continue
        read = _Read(found, inventory, look)
        yield from read.pools()
        yield from read.nas()
        yield from read.coverage()
        yield from read.stores()
        yield from read.nodes()
        yield from read.tasks()
        yield from read.sleep()


@dataclass(frozen=True)
class _Read:
    """Reads one outcome; what it is not of brings nothing."""

    found: Found
    inventory: Inventory
    look: Look

    def _finding(self, kind: str, subject: Subject, text: str, severity: int = 2) -> Finding:
        said = self.look.caller.counted(one_line(text, 240))
        return Finding(kind, subject, said, self.found.id, "api", None, severity=severity)

    def pools(self) -> Iterator[Finding]:
        data = self.found.data(PoolListing)
        for pool in data.items if data is not None else ():
            yield from self._pool(pool, self._host(pool.name))

    def _host(self, pool: str) -> str:
        return next(iter(sorted(self.inventory.pools.get(pool, ()))), "")

    def _pool(self, pool: Pool, host: str) -> Iterator[Finding]:
        subject = Subject(host, pool.name)
        if pool.state.casefold() != "online":
            text = f"TrueNAS shows pool {pool.name} as {pool.state.casefold()}"
            yield self._finding("pool_degraded", subject, text, 3)
        for member in bad_members(pool):
            text = f"{member_trouble(member)} in pool {pool.name}"
            disk = Subject(host, member.label)
            if member.state == "REMOVED":
                yield self._finding("disk_link", disk, text, 3)
            elif member.state != "ONLINE":
                yield self._finding("disk_dead", disk, text, 3)
            elif member.read_errors or member.write_errors:
                yield self._finding("disk_failing", disk, text, 3)
            else:
                yield self._finding("checksum_errors", subject, text)
        scan = pool.scan
        if scan is not None and scan.errors:
            errors = count(scan.errors, "error")
            text = f"the last {scan.function} of pool {pool.name} found {errors}"
            made = self._finding("checksum_errors", subject, text, 3)
            yield replace(made, onset=scan.ended or scan.started)
        elif scan is not None and scan.function == "resilver" and scan.state == "running":
            done = f", {percent(scan.progress)} done" if scan.progress is not None else ""
            yield self._finding("resilver", subject, f"pool {pool.name} is resilvering{done}")

    def nas(self) -> Iterator[Finding]:
        data = self.found.data(StatusListing)
        hosts = [one.info.hostname for one in data.systems if one.info] if data is not None else []
        host = self.inventory.hosts.get(hosts[0].casefold(), hosts[0]) if hosts else ""
        for item in data.items if data is not None else ():
            if item.section != "alert" or item.severity not in ("critical", "error", "warning"):
                continue
            said = f"{item.name} {item.detail}".casefold()
            kind, words = next(
                ((kind, words) for rule, kind, words in _ALERTS if re.search(rule, said)),
                ("alert", ""),
            )
            match = re.search(words, item.detail, re.IGNORECASE) if words else None
            name = match["name"] if match is not None else item.name
            subject = Subject(host, name) if kind != "ups_on_battery" else Subject("", name)
            severity = 3 if item.severity == "critical" else 2
            made = self._finding(kind, subject, f"TrueNAS: {item.detail or item.name}", severity)
            yield replace(made, onset=item.since)

    def coverage(self) -> Iterator[Finding]:
        data = self.found.data(CoverageListing)
        for one in data.items if data is not None else ():
            if not one.problem:
                continue
            subject = Subject(one.name or str(one.vmid))
            name = one.name or str(one.vmid)
            kind = {"not_covered": "backup_uncovered", "damaged": "backup_unverified",
                    "never": "backup_uncovered"}.get(one.verdict, "backup_missing")  # fmt: skip
            if one.error and kind == "backup_missing":
                text = f"the last backup of {name} failed: {one.error}"
                yield self._finding("backup_failed", subject, text, 3)
            yield self._finding(kind, subject, f"{name}: {one.reason}")

    def stores(self) -> Iterator[Finding]:
        data = self.found.data(DatastoreListing)
        for one in data.items if data is not None else ():
            if one.ratio is not None and one.ratio >= _NEARLY_FULL:
                text = f"datastore {one.name} is {percent(one.ratio)} full"
                hosts = sorted(self.inventory.datastores.get(one.name, ()))
                yield self._finding("datastore_full", Subject("".join(hosts[:1]), one.name), text,
                                    3)  # fmt: skip

    def nodes(self) -> Iterator[Finding]:
        data = self.found.data(NodeListing)
        for one in data.items if data is not None else ():
            if one.node.status == "offline":
                name = self.inventory.hosts.get(one.node.name.casefold(), one.node.name)
                text = f"Proxmox shows node {name} as offline, with {count(one.guests, 'guest')}"
                yield self._finding("node_down", Subject(name), text, 3)
        for cluster in data.clusters if data is not None else ():
            if cluster.quorate is False:
                text = f"cluster {cluster.name or cluster.source} has no quorum"
                yield self._finding("quorum_lost", Subject("", cluster.name or "Proxmox"), text, 3)

    def tasks(self) -> Iterator[Finding]:
        data = self.found.data(TaskListing)
        lives: dict[str, list[Task]] = {}
        for task in data.items if data is not None else ():
            if task.guest and _LIFE.match(task.type):
                lives.setdefault(task.guest, []).append(task)
        for guest, own in lives.items():
            yield from self._life(guest, own)

    def _life(self, guest: str, tasks: Iterable[Task]) -> Iterator[Finding]:
        ordered = sorted(tasks, key=lambda one: one.started)
        starts = [one for one in ordered if re.search("start|re", one.type)]
        last = ordered[-1]
        subject = Subject(self.inventory.hosts.get(guest.casefold(), guest))
        if len(starts) >= _STARTS:
            text = f"{guest} was started {count(len(starts), 'time')} ({starts[-1].type})"
            made = self._finding("guest_crash_loop", subject, text, 3)
            yield replace(made, onset=starts[0].started)
        elif re.search("stop|shutdown", last.type):
            text = f"{last.user} stopped {guest} ({last.type})"
            made = self._finding("guest_stopped", subject, text, 3)
            yield replace(made, onset=last.started, event=True)

    def sleep(self) -> Iterator[Finding]:
        data = self.found.data(PowerListing)
        for disk in data.items if data is not None else ():
            asleep = disk.shares.get("standby", 0.0)
            reported = 1.0 - disk.shares.get("not reported", 0.0)
            if disk.type == "hdd" and disk.pool and not asleep and reported > 0:
                text = f"{disk.name} of pool {disk.pool} spent no time in standby"
                host = self.inventory.hosts.get(disk.host.casefold(), disk.host)
                yield self._finding("disk_awake", Subject(host, disk.name), text, 1)


__all__ = ["calls_for", "calls_for_kind", "first_calls", "from_own"]
