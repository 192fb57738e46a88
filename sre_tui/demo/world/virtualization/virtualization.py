"""The cluster of Proxmox VE nodes as a function of time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import floor
from typing import Any

import numpy as np

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.world.backups import Backups
from sre_tui.demo.world.backups.plan import NIGHTLY, Job
from sre_tui.demo.world.exporters.storage import POOL_STATES
from sre_tui.demo.world.homelab import Disk, Homelab, Pool, Storage
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.shapes import Floats
from sre_tui.demo.world.virtualization import history
from sre_tui.demo.world.virtualization.configs import address_of, config_of, mac_of, snapshots_of
from sre_tui.demo.world.virtualization.records import (
    Entry,
    HaService,
    HostTask,
    ReplicationState,
    Snapshot,
    State,
    Volume,
)
from sre_tui.demo.world.virtualization.state import TICK, Observer, entries_of
from sre_tui.demo.world.virtualization.tasks import DAYS, TaskList
from sre_tui.demo.world.virtualization.volumes import Volumes

REPLICATED = ("dns1", "proxy", "db", "vaultwarden")
REPLICATION_PERIOD = 900
CLUSTER = "homelab"


class Virtualization:
    """Everything that Proxmox VE knows.

    Args:
        plant: the homelab in motion, its faults acted out.
        backups: the truth about backups.
        done: tasks that faults left behind.
        ha: guests under high availability, and when.
        raw: tasks that the scenario injects.
    """

    def __init__(
        self,
        plant: Plant,
        backups: Backups,
        done: Sequence[HostTask] = (),
        ha: Sequence[HaService] = (),
        raw: Sequence[RawTask] = (),
    ) -> None:
        self.plant = plant
        self.lab: Homelab = plant.homelab
        self.backups = backups
        self.entries = entries_of(plant, backups)
        self.ha = tuple(ha)
        self._tasks = TaskList(plant, backups, self.entries, done, raw)
        self._observer = Observer(plant, backups, self.entries, ha, self._tasks.locks)
        self._volumes = Volumes(plant, backups, self.entries)
        self._states = lru_cache(maxsize=8)(self._observer.state)

    @cached_property
    def entry_by_id(self) -> dict[str, Entry]:
        """What has a configuration, by ``lxc/101``."""
        return {f"{entry.type}/{entry.vmid}": entry for entry in self.entries}

    def state(self, now: float) -> State:
        """Guests, nodes and storages, as the nodes reported them last."""
        return self._states(float(floor(now / TICK) * TICK))

    def asked_node(self, now: float) -> str:
        """The member that answers for the cluster: the first that is online."""
        online = [node.node.name for node in self.state(now).nodes if node.online]
        return online[0] if online else self.lab.nodes[0].name

    # -- guests -------------------------------------------------------------------------------
    def config(self, entry: Entry) -> dict[str, Any]:
        """The flat configuration of a guest."""
        return config_of(self.plant, self.backups, entry)

    def snapshots(self, entry: Entry, now: float) -> list[Snapshot]:
        """The snapshots of a guest."""
        return snapshots_of(self.plant, entry, now)

    def address(self, entry: Entry) -> tuple[str, str]:
        """Address and hardware address of a guest."""
        return address_of(self.lab, entry), mac_of(self.plant, entry)

    # -- tasks and jobs -----------------------------------------------------------------------
    def tasks(self, now: float) -> list[HostTask]:
        """The tasks of all nodes that began by now, in order of time."""
        return self._tasks.between(now - DAYS * DAY, now + 1e-6)

    def jobs(self, now: float) -> Sequence[Job]:
        """The backup jobs with the guests they select."""
        return self.backups.jobs(now)

    def left_out(self, job: Job) -> list[int]:
        """The ids a job for all guests excludes; empty for one that lists its guests."""
        planned = next((each for each in self.backups.plan.jobs if each.id == job.id), job)
        # Who drops guests from a job lists those that stay.
        if job.id != NIGHTLY or len(job.guests) < len(planned.guests):
            return []
        chosen = {guest.vmid for guest in job.guests}
        return [entry.vmid for entry in self.entries if entry.vmid not in chosen]

    def uncovered(self, now: float) -> list[Entry]:
        """What is in no backup job."""
        chosen = {guest.vmid for job in self.jobs(now) for guest in job.guests}
        return [entry for entry in self.entries if entry.vmid not in chosen]

    def replications(self, now: float) -> list[ReplicationState]:
        """The replications of guests, which fail while source or target is down."""
        names = [node.name for node in self.lab.nodes]
        found = []
        for name in REPLICATED:
            guest = self.lab.guest_by_name.get(name)
            if guest is None:
                continue
            target = names[(names.index(guest.node) + 1) % len(names)]
            tried = floor(now / REPLICATION_PERIOD) * REPLICATION_PERIOD
            gone = self._observer.gone_since(target, now)
            last = tried if gone is None else floor(gone / REPLICATION_PERIOD) * REPLICATION_PERIOD
            address = self.lab.node_by_name[target].address
            error = (
                f"command '/usr/bin/ssh -o BatchMode=yes root@{address} -- /bin/true' failed: "
                "exit code 255"
            )
            failures = int((tried - last) // REPLICATION_PERIOD)
            found.append(
                ReplicationState(
                    f"{guest.vmid}-0", guest.vmid, guest.node, target, last, tried,
                    tried + REPLICATION_PERIOD, failures, error if failures else "",
                )
            )  # fmt: skip
        return found

    # -- storage ------------------------------------------------------------------------------
    def storage(self, node: str, name: str) -> Storage | None:
        """A storage of a node."""
        wanted = f"storage/{node}/{name}"
        return next((each for each in self.lab.storages if each.id == wanted), None)

    def volumes(self, storage: Storage, now: float) -> list[Volume]:
        """What lies on a storage."""
        return self._volumes.on(storage, now)

    def disks(self, node: str) -> list[Disk]:
        """The physical disks of a node."""
        return [disk for disk in self.lab.disks if disk.host == node]

    def disk_health(self, disk: Disk, now: float) -> tuple[bool, int]:
        """Whether SMART says that a disk is well, and per cent of its life that are left."""
        passed = self._level("smart.passed", disk.id, now) > 0.5
        return passed, 100 - int(self._level("smart.wear", disk.id, now))

    def pools(self, node: str) -> list[Pool]:
        """The ZFS pools of a node."""
        return [pool for pool in self.lab.pools if pool.host == node]

    def pool_state(self, pool: Pool, now: float) -> tuple[str, int]:
        """State of a pool in the words of ``zpool status``, and used bytes."""
        state = POOL_STATES[int(self._level("pool.state", pool.id, now))]
        return state.upper(), int(self._level("pool.used", pool.id, now))

    # -- history ------------------------------------------------------------------------------
    def guest_curves(self, entry: Entry, times: Floats) -> history.Curves:
        """History of a guest."""
        return history.guest_curves(self.plant, entry, times)

    def node_curves(self, node: str, times: Floats) -> history.Curves:
        """History of a node."""
        return history.node_curves(self.plant, self.lab.node_by_name[node], times)

    def storage_curves(self, storage: Storage, times: Floats) -> history.Curves:
        """History of a storage."""
        return history.storage_curves(self.plant, self.backups, storage, times)

    def _level(self, level: str, subject: str, now: float) -> float:
        quantity = self.plant[level]
        row = np.array([quantity.row[subject]], dtype=np.intp)
        return float(quantity.value(row, np.array([[now]]))[0, 0])
