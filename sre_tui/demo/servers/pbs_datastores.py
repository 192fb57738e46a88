"""Datastores of a backup server: fill, garbage collection, namespaces, snapshots, its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import floor
from typing import Any, Literal

import numpy as np

from sre_tui.demo.servers.pbs_answers import bad
from sre_tui.demo.servers.pbs_tasks import Tasks
from sre_tui.demo.world import dice
from sre_tui.demo.world.backups import JOBS, Backups, Run, Snapshot, UpkeepJob, group_type
from sre_tui.demo.world.backups.plan import BACKUP_USER
from sre_tui.demo.world.plant import DAY

PbsVersion = Literal["3.1.5", "3.4.2", "4.1.0"]
STEP = 1800
POINTS = 1440
_CHUNK = 2_100_000
_FILES: Mapping[str, tuple[str, ...]] = {
    "vm": ("drive-scsi0.img.fidx", "qemu-server.conf.blob", "index.json.blob"),
    "ct": ("root.pxar.didx", "pct.conf.blob", "index.json.blob"),
    "host": ("etc.pxar.didx", "index.json.blob"),
}
_KEPT: Mapping[str, Mapping[str, int]] = {
    "s-prune-main": {"keep-daily": 21},
    "s-prune-archive": {"keep-last": 3, "keep-weekly": 8},
}


class Datastores:
    """All datastores in a world.

    Args:
        backups: what is in them.
        tasks: for the ids of the last runs.
        version: which release to imitate.
        unreadable: by name, what the server says of datastores that it cannot open.
    """

    def __init__(
        self, backups: Backups, tasks: Tasks, version: PbsVersion, unreadable: Mapping[str, str]
    ) -> None:
        self._backups = backups
        self._tasks = tasks
        self._version = tuple(int(part) for part in version.split("."))
        self._unreadable = unreadable
        self._sizes = {s.name: s.size for s in backups.plant.homelab.datastores}
        self._held = lru_cache(maxsize=8)(self._rows)

    @property
    def names(self) -> list[str]:
        """All of them; a removable one where the release knows such."""
        removable = [self._backups.plan.removable] if self._knows_removable else []
        return [*self._sizes, *removable]

    @property
    def _knows_removable(self) -> bool:
        return self._version >= (3, 4)

    def _mount(self, name: str) -> dict[str, Any]:
        if not self._knows_removable:
            return {}
        there = "nonremovable" if name in self._sizes else "notmounted"
        return {"mount-status": there}

    def store(self, name: str) -> dict[str, Any]:
        """One row of ``/admin/datastore``."""
        comments = {"main": "every night", "archive": "copies of main on the NAS"}
        comment = comments.get(name, "disk in the drawer, plugged in once a month")
        return {"store": name, "comment": comment, **self._mount(name)}

    def usage(self, name: str, now: float) -> dict[str, Any]:
        """One row of ``/status/datastore-usage``."""
        row: dict[str, Any] = {"store": name, **self._mount(name)}
        if name in self._unreadable:
            return row | {"error": self._unreadable[name]}
        if name not in self._sizes:
            return row
        total = self._sizes[name]
        start = int(now // STEP) * STEP - (POINTS - 1) * STEP
        times = start + STEP * np.arange(POINTS, dtype=np.float64)
        history = np.minimum(self._used(name, times) / total, 1.0)
        used = int(min(self._used(name, np.array([now]))[0], total))
        row |= {
            "total": total,
            "used": used,
            "avail": total - used,
            # The machine was off for a moment, as every machine is once in a month.
            "history": [
                None if 100 <= index < 102 else round(float(value), 6)
                for index, value in enumerate(history)
            ],
            "history-start": start,
            "history-delta": STEP,
            "gc-status": self._counters(name, now),
        }
        slope, offset = np.polyfit(times - now, history, 1)
        row["estimated-full-date"] = int(now + (1.0 - offset) / slope) if slope else 0
        if self._version >= (4,):
            row["backend-type"] = "filesystem"
        return row

    def _used(self, name: str, times: Any) -> Any:
        level = self._backups.plant["datastore.used"]
        return level.value(np.array([level.row[name]]), times[None, :])[0]

    def readable(self, name: str) -> str:
        """The name of a datastore that can be looked into; raises what the server says else."""
        if name not in self.names:
            raise bad(f"no such datastore '{name}'")
        if name in self._unreadable:
            raise bad(self._unreadable[name])
        if name not in self._sizes:
            raise bad(f"datastore '{name}' is not mounted")
        return name

    def is_readable(self, name: str) -> bool:
        """Whether a datastore can be looked into."""
        return name in self._sizes and name not in self._unreadable

    @property
    def knows_direction(self) -> bool:
        """Whether the release has sync jobs that push."""
        return self._version >= (3, 3)

    def has_gc_list(self) -> bool:
        """Whether the release lists all garbage collections at once, with their runs."""
        return self._version >= (3, 2)

    # -- garbage collection and jobs ----------------------------------------------------------
    def gc(self, name: str, now: float) -> dict[str, Any]:
        """The garbage collection of one datastore with its last and next run.

        While it runs nothing is told of the run before but its counters, and before 3.2 there are
        never more than these.
        """
        if not self.has_gc_list():
            return self._counters(name, now)
        job = next(j for j in JOBS if j.kind == "garbage_collection" and j.store == name)
        row = {
            "store": name,
            **self._counters(name, now),
            "schedule": job.schedule,
            "next-run": int(job.next_begin(now)),
        }
        if self._backups.upkeep.running(job, now) is None:
            last = self._backups.upkeep.last(job, now)
            row |= {
                "last-run-endtime": int(last.end),
                "last-run-state": last.error or "OK",
                "duration": int(last.end - last.start),
            }
        return row

    def _counters(self, name: str, now: float) -> dict[str, Any]:
        job = next(j for j in JOBS if j.kind == "garbage_collection" and j.store == name)
        upkeep = self._backups.upkeep
        last = upkeep.last(job, now)
        snapshots = self._backups.snapshots(name, last.start)
        stored = int(self._used(name, np.array([last.end]))[0])
        freed, pending = upkeep.freed(name, last), upkeep.pending(name, now)
        rotten = sum(1 for rot in self._backups.rots if rot.start <= now < rot.end)
        counters: dict[str, Any] = {
            "upid": self._tasks.last(last),
            "index-file-count": len(snapshots),
            "index-data-bytes": sum(snapshot.size for snapshot in snapshots) + 3 * stored,
            "disk-bytes": stored,
            "disk-chunks": stored // _CHUNK,
            "removed-bytes": freed,
            "removed-chunks": freed // _CHUNK,
            "pending-bytes": pending,
            "pending-chunks": pending // _CHUNK,
            "removed-bad": 0,
            "still-bad": rotten if name == "main" else 0,
        }
        if self._version >= (3, 4):
            counters["cache-stats"] = {"hits": 81_234, "misses": 977}
        return counters

    def jobs(self, kind: str, now: float, store: str | None) -> list[dict[str, Any]]:
        """The rows of ``/admin/verify``, ``/admin/prune`` or ``/admin/sync``."""
        task = {"verify": "verificationjob", "prune": "prunejob", "sync": "syncjob"}[kind]
        return [
            self._job(job, now)
            for job in JOBS
            if job.kind == task and store in (None, job.store) and job.store
        ]

    def _job(self, job: UpkeepJob, now: float) -> dict[str, Any]:
        running = self._backups.upkeep.running(job, now)
        last = running or self._backups.upkeep.last(job, now)
        row: dict[str, Any] = {
            "id": job.id,
            "store": job.store,
            "schedule": job.schedule,
            "next-run": int(job.next_begin(now)),
            "last-run-upid": self._tasks.last(last),
        }
        if running is None:
            row |= {"last-run-state": last.error or "OK", "last-run-endtime": int(last.end)}
        if job.kind == "syncjob":
            row |= {"ns": "copies", "remote-store": "main", "owner": "sync@pbs!pull",
                    "remove-vanished": False}  # fmt: skip
        if job.kind == "verificationjob":
            row |= {"ignore-verified": True, "outdated-after": 30}
        row.update(_KEPT.get(job.id, {}))
        return row

    # -- what is in them ----------------------------------------------------------------------
    def namespaces(self, name: str, now: float) -> list[dict[str, Any]]:
        """Every namespace of a datastore, the root first."""
        return [{"ns": namespace} for namespace in sorted(self._held(name, floor(now)))]

    def snapshots(self, name: str, params: Mapping[str, str], now: float) -> list[dict[str, Any]]:
        """The snapshots in one namespace."""
        namespace = params.get("ns", "")
        held = self._held(name, floor(now))
        if namespace not in held:
            raise bad(f"cannot find namespace '{namespace}' in datastore '{name}'")
        return [
            row
            for row in held[namespace]
            if params.get("backup-type", row["backup-type"]) == row["backup-type"]
            and params.get("backup-id", row["backup-id"]) == row["backup-id"]
        ]

    def _rows(self, name: str, now: int) -> Mapping[str, Sequence[dict[str, Any]]]:
        """The snapshots of a datastore at a moment by namespace, the root first."""
        found: dict[str, list[dict[str, Any]]] = {"": []}
        for snapshot in self._backups.snapshots(name, now):
            found.setdefault(snapshot.namespace, []).append(_snapshot(snapshot))
        for run in self._backups.runs(now - DAY, now + 1):
            if run.store.datastore == name and run.end > now:
                found.setdefault(run.store.namespace, []).append(_unfinished(run))
        # A namespace that only holds other namespaces is there as well.
        for namespace in list(found):
            found.setdefault(namespace.rpartition("/")[0], [])
        return found


@lru_cache(maxsize=65536)
def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    # Rows are shared by all answers that hold them; nobody changes one.
    files = _FILES[snapshot.type]
    row: dict[str, Any] = {
        "backup-type": snapshot.type,
        "backup-id": snapshot.id,
        "backup-time": snapshot.time,
        "files": [{"filename": f, "size": 512, "crypt-mode": "none"} for f in files],
        "size": snapshot.size,
        "owner": snapshot.owner,
        "protected": snapshot.protected,
    }
    if snapshot.comment:
        row["comment"] = snapshot.comment
    if snapshot.verified is not None and snapshot.verified_at is not None:
        number = dice.key("verified", snapshot.id, snapshot.time) % 2**22
        row["verification"] = {
            "upid": f"UPID:pbs:{number:08X}:0A11C3D2:00000001:{int(snapshot.verified_at):08X}:"
            f"verify:{snapshot.store}:root@pam:",
            "state": snapshot.verified,
        }
    return row


def _unfinished(run: Run) -> dict[str, Any]:
    """What is there of a backup that still runs: no manifest, so neither sizes nor notes."""
    kind = group_type(run.guest)
    return {
        "backup-type": kind,
        "backup-id": str(run.guest.vmid),
        "backup-time": int(run.start),
        "files": [{"filename": file} for file in _FILES[kind] if file != _FILES[kind][-1]],
        "owner": BACKUP_USER,
        "protected": False,
    }


def node_status(backups: Backups, now: float, version: PbsVersion) -> dict[str, Any]:
    """``/nodes/localhost/status``: the load of the machine."""
    plant, name = backups.plant, "pbs"
    at = np.array([[now]])

    def level(which: str) -> float:
        quantity = plant[which]
        return float(quantity.value(np.array([quantity.row[name]]), at)[0, 0])

    memory, root = plant.memory(name), plant.root_size(name)
    used = int(level("memory.used"))
    cpu = level("cpu.user") + level("cpu.system")
    born = plant.machines.since(np.array([plant.machines.row[name]]), at)[0, 0]
    kernel = "6.17.2-1-pve" if version.startswith("4") else "6.8.12-13-pve"
    return {
        "cpu": round(cpu, 4),
        "wait": round(level("cpu.iowait"), 4),
        "uptime": int(now - born),
        "loadavg": [round(4 * cpu, 2), round(4.1 * cpu, 2), round(3.9 * cpu, 2)],
        "memory": {"total": memory, "used": used, "free": memory - used},
        "swap": {"total": 0, "used": 0, "free": 0},
        "root": {"total": root, "used": int(root * 0.21), "avail": int(root * 0.79)},
        "kversion": f"Linux {kernel}",
        "current-kernel": {"sysname": "Linux", "release": kernel, "machine": "x86_64",
                           "version": "#1 SMP"},
        "info": {"fingerprint": "00:" * 31 + "00"},
        "cpuinfo": {"model": "Intel(R) N100", "cpus": 4, "sockets": 1},
    }  # fmt: skip
