"""What Prometheus tells of the topology: machines, mounts, pools, containers, sites, targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from providers.alerting import without_port
from providers.series import Labels
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import under
from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import MACHINES, Names

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture

_PROXIES: Final = re.compile(r"(?i)(traefik|nginx|caddy|haproxy|npm|envoy|proxy)")
_RESOLVERS: Final = re.compile(r"(?i)dns")
SYSTEM_PROGRAMS: Final = frozenset(
    {"kernel", "systemd", "sshd", "cron", "crond", "sudo", "systemd-logind", "systemd-journald",
     "systemd-timesyncd", "chronyd", "journal", "syslog", "rsyslogd", "unknown_service"}
)  # fmt: skip
"""Names under which every machine writes logs; they are no service of their own."""
_SHARED_TYPES: Final = ("nfs", "cifs", "smb")
_POWERED: Final = (SubjectKind.NODE, SubjectKind.NAS, SubjectKind.BACKUP_SERVER)
STORAGE_MOUNTS: Final = "/mnt/pve/"
"""Below it Proxmox VE mounts its storages, each under its own name."""
_GUEST_DISK: Final = re.compile(r"/(subvol|vm|basevol|base)-.+-disk-\d+$")
"""A file system that a node gives to a guest, in which it looks like a pool of the guest's own."""


def _rows(picture: Picture, *names: str) -> Iterator[tuple[str, Labels]]:
    for source, samples in picture.identity.with_source():
        for sample in samples:
            if not names or sample.labels.get("__name__") in names:
                yield source, sample.labels


def add_machines(topology: Topology, names: Names, picture: Picture) -> None:
    """Machines by their scrape instance, guests and nodes that only the exporter knows."""
    for source, labels in _rows(picture, "pve_node_info", "pve_guest_info"):
        name, own = labels.get("name", ""), labels.get("id", "")
        if not name or labels.get("template") == "1":
            continue
        if own.startswith("node/"):
            topology.add(Subject(kind=SubjectKind.NODE, name=name), own)
        else:
            same = topology.named(own, SubjectKind.GUEST)
            if len(same) == 1 and same[0].name == own.rpartition("/")[2]:
                # Its node does not answer, so that Proxmox VE knows it by its id alone.
                topology.add(same[0], name)
                continue
            guest = topology.add(
                Subject(kind=SubjectKind.GUEST, name=name), own, own.rpartition("/")[2]
            )
            node = Subject(kind=SubjectKind.NODE, name=labels.get("node", ""))
            if node.name and not any(
                edge.relation is Relation.RUNS_ON for edge in topology.below(guest)
            ):
                topology.connect(guest, Relation.RUNS_ON, node, source)
    for _, labels in _rows(picture, "node_uname_info"):
        instance, nodename = labels.get("instance", ""), labels.get("nodename", "")
        known = names.machine(labels.get("hostname") or nodename or instance, learn=True)
        if known is not None:
            topology.add(known, instance, without_port(instance), nodename)
    for targets in picture.targets:
        for target in targets:
            host = target.labels.get("hostname", "")
            if host:
                machine = names.machine(host, learn=True)
                if machine is not None and "://" not in target.instance:
                    topology.add(machine, target.instance)


def add_storage(topology: Topology, names: Names, picture: Picture) -> None:
    """Pools of any machine, their disks, and the shares that machines mount."""
    for source, labels in _rows(picture, "node_zfs_zpool_state", "node_filesystem_size_bytes"):
        machine = names.machine_of(labels, learn=True)
        name = labels.get("zpool") or labels.get("device", "").partition("/")[0]
        on_zfs = labels["__name__"] == "node_zfs_zpool_state" or labels.get("fstype") == "zfs"
        if machine is None or not on_zfs:
            continue
        if machine.kind is SubjectKind.NODE or not _GUEST_DISK.search(labels.get("device", "")):
            pool = Subject(kind=SubjectKind.POOL, name=f"{machine.name}/{name}")
            topology.connect(pool, Relation.ATTACHED_TO, machine, source)
    # Only now is known which pool a share can be of.
    for source, labels in _rows(picture, "node_filesystem_size_bytes"):
        machine = names.machine_of(labels, learn=True)
        if machine is None or not labels.get("fstype", "").startswith(_SHARED_TYPES):
            continue
        share = _share_of(topology, names, labels.get("device", ""), source)
        # What a node mounts for its guests' disks is no need of the node itself.
        if share is not None and not labels.get("mountpoint", "").startswith(STORAGE_MOUNTS):
            topology.connect(machine, Relation.MOUNTS, share, source)
    for source, labels in _rows(picture, "smartctl_device", "disk_power_state"):
        machine = names.machine_of(labels, learn=True)
        name = labels.get("device") or labels.get("disk", "")
        if machine is None or not name:
            continue
        disk = topology.add(
            Subject(kind=SubjectKind.DISK, name=f"{machine.name}/{name.removeprefix('/dev/')}"),
            labels.get("serial_number", ""),
        )
        topology.connect(disk, Relation.ATTACHED_TO, machine, source)
        if labels.get("pool"):
            pool = Subject(kind=SubjectKind.POOL, name=f"{machine.name}/{labels['pool']}")
            topology.connect(pool, Relation.MADE_OF, disk, source)
    for source, labels in _rows(picture, "pbs_size"):
        machine = names.machine_of(labels)
        store = Subject(kind=SubjectKind.DATASTORE, name=labels.get("datastore", ""))
        if machine is not None:
            topology.connect(store, Relation.ATTACHED_TO, machine, source)


def _share_of(topology: Topology, names: Names, device: str, source: str) -> Subject | None:
    """The share that is mounted as a device: ``nas1:/mnt/tank/media`` or ``//nas1/media``."""
    server, path = server_and_path(device)
    host = names.machine(server, learn=True) if path else None
    if host is None:
        return None
    share = Subject(kind=SubjectKind.SHARE, name=f"{host.name}:{path}")
    if device.startswith("//"):
        exported = topology.named(path, SubjectKind.SHARE)
        share = next((one for one in exported if one.host == host.name), share)
    topology.add(share)
    topology.connect(share, Relation.ATTACHED_TO, host, source)
    under(topology, share, host.name, share.own_name.removeprefix("/mnt/"), source)
    return share


def server_and_path(device: str) -> tuple[str, str]:
    """Both parts of what is mounted over the network; no path if it is no such device."""
    if device.startswith("//"):
        server, _, path = device[2:].partition("/")
        return server, path.strip("/")
    if device.startswith("["):
        server, _, path = device[1:].partition("]:")
        return server, path
    server, _, path = device.partition(":")
    return server, path


def add_programs(topology: Topology, names: Names, picture: Picture) -> None:
    """Containers on their machines."""
    for source, labels in _rows(picture, "container_start_time_seconds"):
        machine = names.machine_of(labels, learn=True)
        if machine is not None:
            name = f"{machine.name}/{labels.get('name', '')}"
            container = topology.add(Subject(kind=SubjectKind.CONTAINER, name=name))
            topology.connect(container, Relation.RUNS_ON, machine, source)
    _add_log_writers(topology, names, picture)
    for source, report in picture.nas.with_source():
        if report.ups is not None and report.ups.name:
            ups = Subject(kind=SubjectKind.UPS, name=report.ups.name)
            host = report.info.hostname if report.info is not None else ""
            machine = names.machine(host) if host else None
            if machine is not None:
                topology.connect(machine, Relation.POWERED_BY, ups, source)
    supplies = {
        labels["ups"]: source
        for source, labels in _rows(picture, "network_ups_tools_ups_load")
        if labels.get("ups")
    }
    for name, source in supplies.items():
        ups = topology.add(Subject(kind=SubjectKind.UPS, name=name))
        # Of several it is not told which feeds whom.
        for node in topology.subjects(*_POWERED) if len(supplies) == 1 else ():
            topology.connect(node, Relation.POWERED_BY, ups, source)


def _add_log_writers(topology: Topology, names: Names, picture: Picture) -> None:
    """Programs that write logs under a name of their own, on their machines."""
    service, host = picture.log_labels
    for source, streams in picture.log_volume.with_source():
        for stream in streams:
            name, machine = stream.labels.get(service, ""), stream.labels.get(host, "")
            on = names.machine(machine) if machine else None
            if on is None or not name or name.casefold() in (*SYSTEM_PROGRAMS, on.name.casefold()):
                continue
            program = Subject(kind=SubjectKind.CONTAINER, name=f"{on.name}/{name}")
            topology.connect(program, Relation.RUNS_ON, on, source)


def add_sites(topology: Topology, names: Names, picture: Picture) -> None:
    """Probed sites on what serves them, and on the proxy before them; name servers below all."""
    proxies = [
        one
        for one in topology.subjects(SubjectKind.GUEST, SubjectKind.HOST)
        if _PROXIES.fullmatch(one.name)
    ]
    for source, labels in _rows(picture, "probe_success"):
        instance, job = labels.get("instance", ""), labels.get("job", "")
        if "://" in instance:
            site = topology.add(names.site(instance), instance)
            word = site.name.partition(".")[0]
            for served in topology.named(word, SubjectKind.CONTAINER) or topology.named(
                word, *MACHINES
            ):
                topology.connect(site, Relation.SERVED_BY, served, source)
            for proxy in proxies:
                topology.connect(site, Relation.SERVED_BY, proxy, source)
        elif _RESOLVERS.search(job):
            resolver = names.machine(instance, learn=True)
            if resolver is not None:
                topology.resolvers.add(resolver)
        else:
            names.machine(instance, learn=True)


def add_watchers(topology: Topology, names: Names, picture: Picture) -> None:
    """Scrape targets with the machine they are on."""
    for source, targets in picture.targets.with_source():
        for target in targets:
            if "://" in target.instance:
                continue
            subject = topology.add(Subject(kind=SubjectKind.TARGET, name=target.instance))
            machine = names.machine_of({**target.labels, "instance": target.instance})
            if machine is not None:
                topology.connect(subject, Relation.WATCHES, machine, source)
