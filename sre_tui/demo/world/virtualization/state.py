"""Guests, nodes and storages at a moment, computed for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import floor

import numpy as np

from sre_tui.demo.world.backups import Backups
from sre_tui.demo.world.homelab import Storage
from sre_tui.demo.world.plant import PRESSURES, Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats
from sre_tui.demo.world.virtualization.records import (
    Entry,
    GuestState,
    HaService,
    NodeState,
    State,
    StorageState,
)

TICK = 10
"""Seconds between two reports of a node to the cluster."""
OVERHEAD = 1.04
"""What Proxmox counts as a guest's memory beside what the guest itself uses."""


def entries_of(plant: Plant, backups: Backups) -> tuple[Entry, ...]:
    """Everything that has a configuration: the guests, templates and guests long stopped."""
    guests = [
        Entry(
            guest.vmid, guest.name, guest.type, guest.node, guest.cores, guest.memory, guest.disk,
            guest.storage, guest.tags, guest.onboot,
        )
        for guest in plant.homelab.guests
    ]  # fmt: skip
    relics = [
        Entry(
            relic.vmid, relic.name, relic.type, relic.node, relic.cores, relic.memory, relic.disk,
            relic.storage, relic.tags, template=relic.template, living=False,
        )
        for relic in backups.plan.relics
    ]  # fmt: skip
    return (*guests, *relics)


class Observer:
    """Reads levels of the plant into states."""

    def __init__(
        self,
        plant: Plant,
        backups: Backups,
        entries: Sequence[Entry],
        ha: Sequence[HaService],
        locks: Callable[[float], Mapping[int, str]],
    ) -> None:
        self._plant = plant
        self._backups = backups
        self._living = [entry for entry in entries if entry.living]
        self._relics = [entry for entry in entries if not entry.living]
        self._ha = tuple(ha)
        self._locks = locks
        self._names = [entry.name for entry in self._living]

    def state(self, now: float) -> State:
        """Everything as the nodes told it last: they report every ten seconds."""
        at = float(floor(now / TICK) * TICK)
        return State(
            at=at,
            guests=(*self._guests(at), *map(_resting, self._relics)),
            nodes=tuple(self._nodes(at, now)),
            storages=tuple(self._storage(storage, at) for storage in self._plant.homelab.storages),
        )

    def gone_since(self, node: str, now: float) -> float | None:
        """When an offline node went away; None if it is there."""
        level = self._plant["machine.up"]
        held = [start for start, end, value in level.holds(level.row[node])
                if value == 0 and start <= now < end]  # fmt: skip
        return min(held, default=None)

    # -- guests -------------------------------------------------------------------------------
    def _guests(self, at: float) -> list[GuestState]:
        plant, names = self._plant, self._names
        up = self._levels("machine.up", names, at) > 0.5
        cpu = self._levels("cpu.user", names, at) + self._levels("cpu.system", names, at)
        size = np.array([float(entry.memory) for entry in self._living])
        memory = np.minimum(self._levels("memory.used", names, at) * OVERHEAD, size)
        disk = np.floor(self._levels("root.used", names, at))
        rows = self._rows(plant.machines.row, names)
        uptime = at - plant.machines.since(rows, self._column(at, names))[:, 0]
        traffic = [
            self._grown(level, at) for level in ("net.rx", "net.tx", "guest.reads", "guest.writes")
        ]
        pressures = self._pressures(names, at)
        busy = {run.guest.name for run in self._backups.runs(at - 300, at + 1) if run.end > at}
        ha = {service.guest for service in self._ha if service.start <= at < service.end}
        locks, found = self._locks(at), []
        for i, entry in enumerate(self._living):
            on = bool(up[i])
            found.append(
                GuestState(
                    entry=entry,
                    running=on,
                    uptime=int(uptime[i]) if on else 0,
                    cpu=float(cpu[i]) if on else 0.0,
                    memory=int(memory[i]) if on else 0,
                    disk=int(disk[i]) if on and entry.type == "lxc" else 0,
                    net_in=int(traffic[0][i]) if on else 0,
                    net_out=int(traffic[1][i]) if on else 0,
                    disk_read=int(traffic[2][i]) if on else 0,
                    disk_write=int(traffic[3][i]) if on else 0,
                    pressure=pressures[i] if on else (0.0, 0.0, 0.0),
                    lock=locks.get(entry.vmid, "backup" if on and entry.name in busy else ""),
                    ha_state=("started" if on else "recovery") if entry.name in ha else "",
                )
            )
        return found

    def _grown(self, level: str, at: float) -> Floats:
        names, quantity = self._names, self._plant[level]
        lives = self._plant.machines
        grown = lives.grown(
            quantity,
            self._rows(quantity.row, names),
            self._rows(lives.row, names),
            self._column(at, names),
        )
        return np.floor(grown[:, 0])

    # -- nodes --------------------------------------------------------------------------------
    def _nodes(self, at: float, now: float) -> list[NodeState]:
        plant, lab = self._plant, self._plant.homelab
        names = [node.name for node in lab.nodes]
        roots = [f"{name}/rpool" for name in names]
        parts = {p: self._levels(f"cpu.{p}", names, at) for p in ("user", "system", "iowait")}
        memory = self._levels("memory.used", names, at)
        swap = self._levels("swap.used", names, at)
        root = self._levels("pool.used", roots, at)
        rows = self._rows(plant.machines.row, names)
        uptime = at - plant.machines.since(rows, self._column(at, names))[:, 0]
        loads = [self._load(names, at, minutes * 60.0) for minutes in (1, 5, 15)]
        pressures = self._pressures(names, at)
        found = []
        for i, node in enumerate(lab.nodes):
            gone = self.gone_since(node.name, now)
            found.append(
                NodeState(
                    node=node,
                    online=gone is None,
                    gone_for=0.0 if gone is None else now - gone,
                    uptime=int(uptime[i]),
                    cpu=float(parts["user"][i] + parts["system"][i]),
                    wait=float(parts["iowait"][i]),
                    load=(float(loads[0][i]), float(loads[1][i]), float(loads[2][i])),
                    memory=int(min(memory[i], node.memory * 0.985)),
                    swap=int(swap[i]),
                    root=int(root[i]),
                    root_size=lab.pool_by_id[roots[i]].size,
                    pressure=pressures[i],
                )
            )
        return found

    def _load(self, names: Sequence[str], at: float, window: float) -> Floats:
        total = np.zeros(len(names))
        for part, weight in (("user", 1.1), ("system", 1.1), ("iowait", 1.6)):
            level = self._plant[f"cpu.{part}"]
            rows = self._rows(level.row, names)
            end, start = self._column(at, names), self._column(at - window, names)
            total += weight * (level.integral(rows, end) - level.integral(rows, start))[:, 0]
        cores = np.array([float(self._plant.homelab.machines[name].cores) for name in names])
        load: Floats = np.round(total / window * cores, 2)
        return load

    # -- storages -----------------------------------------------------------------------------
    def _storage(self, storage: Storage, at: float) -> StorageState:
        lab = self._plant.homelab
        active = self._is_reachable(storage, at)
        store = datastore_of(self._backups, storage)
        if store:
            used = self._levels("datastore.used", [store], at)[0]
            size = lab.datastore_by_name[store].size
        else:
            used = self._levels("pool.used", [storage.pool], at)[0]
            size = lab.pool_by_id[storage.pool].size
        return StorageState(storage, active, min(int(used), size), size)

    def _is_reachable(self, storage: Storage, at: float) -> bool:
        """Whether the machine that keeps the data is up."""
        host = storage.pool.partition("/")[0]
        return bool(self._levels("machine.up", [host], at)[0] > 0.5)

    # -- levels -------------------------------------------------------------------------------
    def _pressures(self, names: Sequence[str], at: float) -> list[tuple[float, float, float]]:
        kinds = {kind: self._levels(f"pressure.{kind}", names, at) for kind in PRESSURES}
        return [
            (float(kinds["cpu"][i]), float(kinds["io"][i]), float(kinds["memory"][i]))
            for i in range(len(names))
        ]

    def _levels(self, level: str, names: Sequence[str], at: float) -> Floats:
        quantity = self._plant[level]
        rows = self._rows(quantity.row, names)
        return quantity.value(rows, self._column(at, names))[:, 0]

    @staticmethod
    def _rows(row: Mapping[str, int], names: Sequence[str]) -> Rows:
        return np.array([row[name] for name in names], dtype=np.intp)

    @staticmethod
    def _column(at: float, names: Sequence[str]) -> Floats:
        return np.full((len(names), 1), at)


def datastore_of(backups: Backups, storage: Storage) -> str:
    """The datastore behind a storage; empty for one that is no backup server."""
    stores = {store.storage: store.datastore for store in backups.plan.stores}
    return (stores.get(storage.name) or "main") if storage.plugin == "pbs" else ""


def _resting(entry: Entry) -> GuestState:
    return GuestState(entry, False, 0, 0.0, 0, 0, 0, 0, 0, 0, (0.0, 0.0, 0.0))
