"""Answers whether something may be restarted or switched off: what runs on it, what needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from providers.proxmox import Cluster
from sre_tui.agent.analyst.answers.pools import trouble_of
from sre_tui.agent.analyst.answers.redundancy import redundancy
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, DataT
from sre_tui.agent.analyst.entities import Entity, EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.proxmox_data import NodeListing, TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.truenas_data import PoolListing, ShareListing, StatusListing
from sre_tui.views.human import count, duration, percent

_NAS: Final = re.compile(r"\b(nas|truenas)\b")
_PBS: Final = re.compile(r"\b(pbs|backup server)\b")
_FOR_GOOD: Final = re.compile(r"\b(depend\w*|rel(y|ies)|breaks|uses|needs?|hängt|happens)\b")
_CALLS: Final = {
    "stop_guests": Call("proxmox_list_guests"),
    "stop_nodes": Call("proxmox_node_status"),
    "stop_tasks": Call("proxmox_list_tasks", {"running": True}),
    "stop_backups": Call("pbs_list_tasks", {"running": True}),
    "stop_pools": Call("truenas_pool_status"),
    "stop_shares": Call("truenas_list_shares"),
    "stop_nas": Call("truenas_system_status"),
}
_MANY: Final = 15
_ADVICE: Final = "sre only advises: it restarts nothing."


@dataclass
class _Facts:
    """What speaks about stopping one thing.

    Attributes:
        called: the thing in words.
        busy: what would be broken off.
        needs: what depends on it.
        risks: what makes it a bad moment all the same.
    """

    called: str
    busy: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    risks: list[str] = field(default_factory=list)


async def tell_stopping(look: Look) -> Iterator[str]:
    """What runs on the thing named, what depends on it; whether to wait is left to the reader."""
    await look.ask(**_CALLS)
    entity = _subject(look)
    if entity is None:
        return told(look, "**Which machine or service is meant is not understood**: name one, as "
                    "in `can I reboot nas1?`. Nothing was checked for it.")  # fmt: skip
    facts = _Facts(plain(entity.name, 60))
    host = entity.name if entity.kind is EntityKind.HOST else next(iter(entity.hosts), "")
    if entity.kind is EntityKind.SERVICE:
        facts.called += f" on {plain(host, 60)}" if host else ""
        _of_service(look, entity, host, facts)
    else:
        _of_node(look, host, facts)
        _of_guest(look, host, facts)
        _of_nas(look, host, facts)
        _of_backup_server(look, host, facts)
        _of_clients(look, host, facts)
    return told(
        look, _lead(look, facts), ("It would break off", facts.busy),
        ("To mind", facts.risks), ("What depends on it", facts.needs),
    )  # fmt: skip


def _lead(look: Look, facts: _Facts) -> str:
    """The conclusion: what speaks against it now, or that nothing visible does."""
    leans = [_uncited(one).partition(":")[0] for one in facts.needs]
    needs = f"Depending on it: {names(leans)}. {_ADVICE}" if leans else _ADVICE
    if _FOR_GOOD.search(look.question.folded):
        if not facts.needs:
            return f"**Nothing that can be seen here depends on {facts.called}**."
        return f"**Depending on {facts.called}: {names(leans)}**."
    if facts.busy:
        return f"**Better not now: {_uncited(facts.busy[0])}**. {needs}"
    if facts.risks:
        return f"**With care: {_uncited(facts.risks[0])}**. {needs}"
    if leans:
        return f"**Nothing that runs on {facts.called} speaks against it now**. {needs}"
    return (f"**Nothing that runs on {facts.called} speaks against it now**, and nothing that can "
            f"be seen depends on it. {needs}")  # fmt: skip


def _uncited(line: str) -> str:
    return re.sub(r"( \[E\d+\])+$", "", line)


def _subject(look: Look) -> Entity | None:
    """What is to be stopped: a machine before a service of its name, the NAS by what it is."""
    hosts = look.focus.of(EntityKind.HOST)
    for found in (hosts, look.focus.of(EntityKind.SERVICE), list(look.focus.entities)):
        if found:
            return found[0]
    systems = _data(look, "stop_nas", StatusListing)
    if _NAS.search(look.question.folded) and systems is not None and len(systems.systems) == 1:
        info = systems.systems[0].info
        return Entity(EntityKind.HOST, info.hostname) if info is not None else None
    servers = sorted({host for hosts_ in look.inventory.datastores.values() for host in hosts_})
    if _PBS.search(look.question.folded) and len(servers) == 1:
        return Entity(EntityKind.HOST, servers[0])
    return None


def _data(look: Look, name: str, kind: type[DataT]) -> DataT | None:
    found = look.found.get(name)
    return found.data(kind) if found is not None else None


def _of_node(look: Look, host: str, facts: _Facts) -> None:
    listing = _data(look, "stop_nodes", NodeListing)
    if listing is None or host not in {one.node.name for one in listing.items}:
        return
    cite = look.cite("stop_nodes")
    guests = _data(look, "stop_guests", GuestListing)
    running = [one.name or str(one.vmid) for one in guests.items
               if one.node == host and one.status == "running"] if guests else []  # fmt: skip
    if running:
        listed = names([plain(one, 40) for one in sorted(running)], _MANY)
        facts.needs.append(f"{count(len(running), 'running guest')}: {listed}"
                           f"{look.cite('stop_guests')}")  # fmt: skip
    for cluster in listing.clusters:
        if host in {one.name for one in cluster.nodes} and len(cluster.nodes) > 1:
            facts.risks.extend(_quorum(cluster, host, cite))
    held = [one.id for one in listing.ha if one.node == host and one.kind == "service"]
    if held:
        facts.needs.append(f"high availability moves {names([plain(one, 40) for one in held], 8)} "
                           f"to another node{cite}")  # fmt: skip
    tasks = _data(look, "stop_tasks", TaskListing)
    for task in tasks.items if tasks is not None else ():
        if task.node == host and task.state == "running":
            facts.busy.append(
                f"{plain(task.type, 40)} of {plain(task.guest or task.subject or host, 60)} runs "
                f"on it since {clock_time(task.started, look.now)}{look.cite('stop_tasks')}"
            )


def _quorum(cluster: Cluster, host: str, cite: str) -> Iterator[str]:
    total = len(cluster.nodes)
    left = sum(one.online for one in cluster.nodes if one.name != host)
    if left * 2 <= total:
        yield (f"the cluster would be without quorum: {left} of {total} nodes would be left, more "
               f"than half are needed{cite}")  # fmt: skip


def _of_guest(look: Look, host: str, facts: _Facts) -> None:
    guests = _data(look, "stop_guests", GuestListing)
    own = next((one for one in guests.items if one.name == host), None) if guests else None
    if own is None:
        return
    tasks = _data(look, "stop_tasks", TaskListing)
    running = [one for one in tasks.items if one.vmid == own.vmid
               and one.state == "running"] if tasks else []  # fmt: skip
    for task in running:
        began = clock_time(task.started, look.now)
        facts.busy.append(
            f"{plain(task.type, 40)} of it runs since {began}{look.cite('stop_tasks')}"
        )
    if own.lock and not running:
        facts.busy.append(
            f"Proxmox VE holds a lock on it: {plain(own.lock, 40)}{look.cite('stop_guests')}"
        )
    if own.status != "running":
        facts.risks.append(f"it is {own.status} already{look.cite('stop_guests')}")
    if own.onboot is False:
        facts.risks.append(f"it does not start on boot of its node{look.cite('stop_guests')}")
    held = sorted(name for name, hosts in look.inventory.containers.items() if host in hosts)
    if held:
        listed = names([plain(one, 40) for one in held], _MANY)
        facts.needs.append(f"{count(len(held), 'container')}: {listed}{look.cite('identity')}")


def _of_nas(look: Look, host: str, facts: _Facts) -> None:
    systems = _data(look, "stop_nas", StatusListing)
    source = next((one.source for one in systems.systems if one.info is not None
                   and one.info.hostname.partition(".")[0] == host.partition(".")[0]),
                  "") if systems else ""  # fmt: skip
    if systems is None or not source:
        return
    pools = _data(look, "stop_pools", PoolListing)
    own = [one for one in pools.items if one.source == source] if pools is not None else []
    cite = look.cite("stop_pools")
    for pool in own:
        scan = pool.scan
        if scan is not None and scan.state == "running":
            done = f", {percent(scan.progress)} done" if scan.progress is not None else ""
            left = f", {duration(scan.left)} to go" if scan.left is not None else ""
            facts.busy.append(f"a {scan.function} of {plain(pool.name, 40)} runs{done}{left}{cite}")
        if trouble_of(pool):
            spare = redundancy([pool])
            facts.risks.append(f"pool {plain(pool.name, 40)} is not sound: {trouble_of(pool)}"
                               f"{f'; {spare}' if spare else ''}{cite}")  # fmt: skip
    for report in systems.systems:
        for job in (report.jobs or ()) if report.source == source else ():
            told_by_pool = re.search(r"\b(scrub|resilver)\b", f"{job.description} {job.method}")
            if job.state == "running" and not told_by_pool:
                facts.busy.append(f"its job {plain(job.description or job.method, 80)} runs"
                                  f"{look.cite('stop_nas')}")  # fmt: skip
    shares = _data(look, "stop_shares", ShareListing)
    users = sorted({plain(one.user or one.client, 60) for one in shares.sessions or ()
                    if one.source == source}) if shares is not None else []  # fmt: skip
    if users:
        facts.needs.append(f"connected over SMB: {names(users, 8)}{look.cite('stop_shares')}")


def _of_backup_server(look: Look, host: str, facts: _Facts) -> None:
    stores = sorted(name for name, hosts in look.inventory.datastores.items() if host in hosts)
    if not stores:
        return
    listed = names([plain(one, 40) for one in stores])
    facts.needs.append(f"backups: it holds datastore {listed}{look.cite('identity')}")
    tasks = _data(look, "stop_backups", BackupTaskListing)
    for task in tasks.items if tasks is not None else ():
        if task.state == "running":
            about = f" of {plain(task.subject, 60)}" if task.subject else ""
            facts.busy.append(f"{plain(task.type, 40)}{about} runs since "
                              f"{clock_time(task.started, look.now)}"
                              f"{look.cite('stop_backups')}")  # fmt: skip


def _of_clients(look: Look, host: str, facts: _Facts) -> None:
    clients = [one for one in look.inventory.clients_of(host) if one != host]
    if clients:
        listed = names([plain(one, 40) for one in clients], _MANY)
        facts.needs.append(
            f"{count(len(clients), 'machine')} mount shares of it: {listed}{look.cite('identity')}"
        )


def _of_service(look: Look, entity: Entity, host: str, facts: _Facts) -> None:
    tasks = _data(look, "stop_tasks", TaskListing)
    running: Sequence[str] = [
        f"{plain(one.type, 40)} of {plain(host, 60)}, where it runs, is under way since "
        f"{clock_time(one.started, look.now)}{look.cite('stop_tasks')}"
        for one in (tasks.items if tasks is not None else ())
        if one.guest == host and one.state == "running"
    ]
    facts.busy.extend(running)
    if entity.name not in look.inventory.containers:
        return
    beside = sorted(
        name for name, hosts in look.inventory.containers.items()
        if host in hosts and name != entity.name and name.startswith(f"{entity.name}-")
    )  # fmt: skip
    if beside:
        facts.needs.append(f"containers that go by its name: "
                           f"{names([plain(one, 40) for one in beside], 8)}"
                           f"{look.cite('identity')}")  # fmt: skip


__all__ = ["tell_stopping"]
