"""What exists here and how it hangs together, read from the answers of the backends alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from providers.alerting import Alert, without_port
from providers.prometheus import Target
from providers.series import Labels, Sample

IDENTITY_METRICS: Final = (
    "node_uname_info", "pve_guest_info", "pve_node_info", "pve_storage_info", "probe_success",
    "network_ups_tools_ups_load", "pbs_size",
)  # fmt: skip
_DISK_METRICS: Final = ("smartctl_device", "disk_power_state")
MAX_SERIES: Final = 5000

_HOST_LABELS: Final = ("hostname", "host", "nodename", "node")


def identity_query(words: Iterable[str] = ()) -> str:
    """PromQL for who is who: names, containers, disks, pools, mounts.

    Args:
        words: words of the question that may name a systemd unit; only letters, digits and dashes
            of them are used.
    """
    parts = [
        f'{{__name__=~"{"|".join(IDENTITY_METRICS)}"}}',
        # A disk that is gone is still to be told by the pool it was in.
        f'last_over_time({{__name__=~"{"|".join(_DISK_METRICS)}"}}[1d])',
        'node_filesystem_size_bytes{fstype=~"nfs.*|cifs|smb.*|zfs"}',
        'container_start_time_seconds{name!=""}',
        'node_zfs_zpool_state{state="online"}',
        'pve_up{id=~"(qemu|lxc|node)/.+"}',
    ]
    safe = sorted({"".join(c if c.isalnum() or c == "-" else "." for c in word) for word in words})
    telling = [word for word in safe if len(word.replace(".", "")) > 2]
    if telling:
        parts.append(
            f'node_systemd_unit_state{{state="active",name=~"(?i).*({"|".join(telling)}).*"}}'
        )
    return " or ".join(parts)


@dataclass(frozen=True, order=True)
class Subject:
    """Something trouble can be about: a machine, or a thing on it."""

    host: str
    """Machine; empty if unknown."""
    name: str = ""
    """Thing on the machine; empty if the machine itself is meant."""

    def __str__(self) -> str:
        if self.name and self.host and self.name != self.host:
            return f"{self.name} on {self.host}"
        return self.name or self.host or "several machines"


@dataclass
class Inventory:
    """Names and dependencies."""

    hosts: dict[str, str] = field(default_factory=dict)
    """Machine by lower-case name, in its own spelling."""
    instances: dict[str, str] = field(default_factory=dict)
    """Machine by scrape instance."""
    services: dict[str, set[str]] = field(default_factory=dict)
    """Machines by name of service, container or unit; empty where unknown."""
    containers: dict[str, set[str]] = field(default_factory=dict)
    """Machines by name of container."""
    pools: dict[str, set[str]] = field(default_factory=dict)
    """Machines by name of pool or storage."""
    disks: dict[str, set[str]] = field(default_factory=dict)
    """Machines by name of disk."""
    datastores: dict[str, set[str]] = field(default_factory=dict)
    """Machines by name of backup datastore."""
    pool_of_disk: dict[Subject, str] = field(default_factory=dict)
    node_of: dict[str, str] = field(default_factory=dict)
    """Node by guest."""
    name_of_id: dict[str, str] = field(default_factory=dict)
    """Guest, node or storage by the id Proxmox gives it."""
    mounts: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Server and share that a machine mounts."""
    sites: dict[str, str] = field(default_factory=dict)
    """Service by probed address."""
    alerts: tuple[Alert, ...] = ()
    targets: tuple[Target, ...] = ()
    """Metrics the signals need that exist; None if that is not known."""
    service_label: str = "service_name"
    host_label: str = "hostname"
    upses: set[str] = field(default_factory=set)
    seen_up: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    """What says about a machine or site whether it is up: in words, and whether it is."""

    def add_host(self, name: str, instance: str = "") -> None:
        """Learn of a machine."""
        if name:
            self.hosts.setdefault(name.casefold(), name)
            if instance:
                self.instances[instance] = self.hosts[name.casefold()]

    def add_targets(self, targets: Iterable[Target]) -> None:
        """Learn the machines behind scrape targets."""
        self.targets = tuple(targets)
        for target in self.targets:
            named = next((target.labels[n] for n in _HOST_LABELS if target.labels.get(n)), "")
            if named:
                self.add_host(named, target.instance)
            elif "://" not in target.instance and ":" in target.instance:
                self.add_host(without_port(target.instance), target.instance)

    def add_samples(self, samples: Sequence[Sample]) -> None:
        """Learn from the answer to :func:`identity_query`."""
        known = [dict(sample.labels) for sample in samples]
        for labels in known:
            if labels.get("__name__") == "node_uname_info" and labels.get("nodename"):
                self._rename(labels["instance"], labels["nodename"])
        for labels in known:
            self._learn(labels)
        for sample in samples:
            self._learn_state(sample)

    def _rename(self, instance: str, nodename: str) -> None:
        plain = without_port(instance)
        if plain.replace(".", "").isdigit() or plain in ("localhost", "::1"):
            self.hosts.pop(plain.casefold(), None)
            self.add_host(nodename, instance)
            for known in [one for one in self.instances if without_port(one) == plain]:
                self.instances[known] = nodename
        else:
            self.add_host(self.instances.get(instance, plain), instance)

    def _learn(self, labels: Labels) -> None:
        name = labels.get("__name__", "")
        host = self.host_of(labels)
        match name:
            case "pve_guest_info":
                self.add_host(labels.get("name", ""))
                self.name_of_id[labels.get("id", "")] = labels.get("name", "")
                self.node_of[labels.get("name", "")] = labels.get("node", "")
            case "pve_node_info":
                self.add_host(labels.get("name", ""))
                self.name_of_id[labels.get("id", "")] = labels.get("name", "")
            case "pve_storage_info":
                self.name_of_id[labels.get("id", "")] = labels.get("storage", "")
                self.pools.setdefault(labels.get("storage", ""), set()).add(labels.get("node", ""))
            case "smartctl_device":
                self._add(self.disks, labels.get("device", ""), host)
            case "disk_power_state":
                self._add(self.disks, labels.get("disk", ""), host)
                self.pool_of_disk[Subject(host, labels.get("disk", ""))] = labels.get("pool", "")
            case "node_zfs_zpool_state":
                self._add(self.pools, labels.get("zpool", ""), host)
            case "container_start_time_seconds":
                self._add(self.containers, labels.get("name", ""), host)
                self._add(self.services, labels.get("name", ""), host)
            case "node_systemd_unit_state":
                self._add(self.services, labels.get("name", "").removesuffix(".service"), host)
            case "node_filesystem_size_bytes":
                self._learn_mount(labels, host)
            case "pbs_size":
                self._add(self.datastores, labels.get("datastore", ""), host)
            case "probe_success":
                self._learn_probe(labels)
            case "network_ups_tools_ups_load":
                self.upses.add(labels.get("ups", ""))

    def _learn_state(self, sample: Sample) -> None:
        labels, value = sample.labels, sample.value
        if value is None:
            return
        if labels.get("__name__") == "pve_up":
            who, says = (
                self.host_of(labels),
                f"Proxmox shows it as {'running' if value else 'stopped'}",
            )
        elif labels.get("__name__") == "probe_success":
            instance = labels.get("instance", "")
            who = self.sites.get(instance, without_port(instance))
            says = f"{instance} {'answers' if value else 'does not answer'}"
        else:
            return
        self.seen_up.setdefault(who.casefold(), []).append((says, bool(value)))

    def _learn_mount(self, labels: Labels, host: str) -> None:
        device = labels.get("device", "")
        if labels.get("fstype") == "zfs":
            self._add(self.pools, device.partition("/")[0], host)
            return
        server, colon, share = device.partition(":")
        if not colon and device.startswith("//"):
            server, _, share = device[2:].partition("/")
        known = self.instances.get(server) or self.hosts.get(server.casefold(), server)
        self.mounts.setdefault(host, set()).add((known, share))

    def _learn_probe(self, labels: Labels) -> None:
        instance = labels.get("instance", "")
        if "://" not in instance:
            return
        name = (urlsplit(instance).hostname or "").partition(".")[0]
        if name and not name.isdigit():
            self.sites[instance] = name
            self.services.setdefault(name, set())

    @staticmethod
    def _add(table: dict[str, set[str]], name: str, host: str) -> None:
        if name:
            table.setdefault(name, set()).update({host} if host else ())

    def host_of(self, labels: Mapping[str, str]) -> str:
        """The machine a label set is about; empty if none is told."""
        own = labels.get("id", "")
        if own in self.name_of_id and not own.startswith("storage/"):
            return self.name_of_id[own]
        if own.startswith(("storage/", "node/")):
            return own.split("/")[1]
        if labels.get("vm_name"):
            return labels["vm_name"]
        for name in _HOST_LABELS:
            if labels.get(name):
                return self.hosts.get(labels[name].casefold(), labels[name])
        instance = labels.get("instance", "")
        if instance in self.sites:
            return next(iter(sorted(self.services.get(self.sites[instance], ()))), "")
        if "://" in instance:
            return ""
        plain = without_port(instance)
        return self.instances.get(instance) or self.hosts.get(plain.casefold(), plain)

    def service_of(self, labels: Mapping[str, str]) -> str:
        """The service a log stream is of; empty if none is told."""
        return labels.get(self.service_label, "")

    def node(self, host: str) -> str:
        """The node a guest runs on; empty for anything else."""
        return self.node_of.get(host, "")

    def upstream(self, host: str) -> dict[str, int]:
        """Machines that one depends on, with the distance; itself at 0."""
        found = {host: 0}
        frontier = [host]
        while frontier:
            current = frontier.pop(0)
            above = [self.node(current)] + [server for server, _ in self.mounts.get(current, ())]
            for name in above:
                if name and name not in found:
                    found[name] = found[current] + 1
                    frontier.append(name)
        return found

    def clients_of(self, server: str, pool: str = "") -> list[str]:
        """Machines that mount a share of a server, of that pool if one is given."""
        return sorted(
            client
            for client, shares in self.mounts.items()
            if any(
                known == server and (not pool or f"/{pool}/" in f"{share}/")
                for known, share in shares
            )
        )

    def guests_on(self, node: str) -> list[str]:
        """The guests of a node."""
        return sorted(guest for guest, where in self.node_of.items() if where == node)

    def pool_for(self, disk: Subject) -> str:
        """The pool a disk belongs to; empty if unknown.

        Where no metric tells, a machine with one pool beside its boot pool leaves no choice.
        """
        told = self.pool_of_disk.get(disk, "")
        if told:
            return told
        here = sorted(
            pool
            for pool, hosts in self.pools.items()
            if disk.host in hosts and pool not in ("rpool", "boot-pool", "bpool")
        )
        return here[0] if len(here) == 1 and disk in self._all_disks() else ""

    def _all_disks(self) -> set[Subject]:
        return {Subject(host, name) for name, hosts in self.disks.items() for host in hosts}
