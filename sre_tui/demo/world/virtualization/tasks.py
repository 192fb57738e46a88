"""The tasks of the nodes: backups, updates, consoles, starts, and what faults and people did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import floor

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.world import dice
from sre_tui.demo.world.backups import Backups, NodeRun, Run
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.virtualization.configs import snapshots_of
from sre_tui.demo.world.virtualization.records import Entry, HostTask

DAYS = 14
"""How far the archive of a node reaches back."""
PERSON = "anna@pve"
_START = {"lxc": "vzstart", "qemu": "qmstart"}
_SNAPSHOT = {"lxc": "vzsnapshot", "qemu": "qmsnapshot"}
LOCKS = {"qmsnapshot": "snapshot", "vzsnapshot": "snapshot", "vzdump": "backup"}
"""What a task writes into the configuration of the guest it works on."""
_LISTS = (
    "starting apt-get update",
    "Hit:1 http://deb.debian.org/debian trixie InRelease",
    "Hit:2 http://security.debian.org/debian-security trixie-security InRelease",
    "Hit:3 http://download.proxmox.com/debian/pve trixie InRelease",
    "Reading package lists...",
)


class TaskList:
    """Every task of the cluster as a function of time."""

    def __init__(
        self,
        plant: Plant,
        backups: Backups,
        entries: Sequence[Entry],
        done: Sequence[HostTask],
        raw: Sequence[RawTask],
    ) -> None:
        self._plant = plant
        self._backups = backups
        self._entries = tuple(entries)
        self._nodes = [node.name for node in plant.homelab.nodes]
        injected = list(self._raw(raw))
        self._holding = [task for task in injected if task.type in LOCKS and task.id]
        self._fixed = [*done, *self._starts(), *self._snapshots(), *injected]
        self._day = lru_cache(maxsize=4 * DAYS)(self._of_day)

    def between(self, start: float, end: float) -> list[HostTask]:
        """The tasks that began in ``start <= t < end``, in order of time."""
        first, last = floor(start / DAY), floor((end - 1e-6) / DAY)
        found = [task for day in range(first, last + 1) for task in self._day(day)]
        found += self._fixed
        return sorted(
            (task for task in found if start <= task.start < end and self._took_place(task)),
            key=lambda task: (task.start, task.upid),
        )

    def locks(self, at: float) -> dict[int, str]:
        """The lock in the configuration of each guest that an injected task works on, by its id."""
        return {int(task.id): LOCKS[task.type] for task in self._holding
                if task.start <= at < task.end and self._took_place(task)}  # fmt: skip

    def _took_place(self, task: HostTask) -> bool:
        """A node that is down does nothing."""
        level = self._plant["machine.up"]
        held = level.holds(level.row[task.node])
        return not any(start <= task.start < end and value == 0 for start, end, value in held)

    def _of_day(self, day: int) -> tuple[HostTask, ...]:
        start = day * DAY
        return (
            *(_vzdump(run) for run in self._backups.node_runs(start, start + DAY)),
            *self._updates(start),
            *self._consoles(start),
        )

    def _updates(self, day: float) -> Iterator[HostTask]:
        for node in self._nodes:
            at = day + dice.between(3.6, 4.4, "apt", self._plant.seed, node, int(day)) * 3600
            yield HostTask(node, "aptupdate", "", at, at + 5, lines=_LISTS)

    def _consoles(self, day: float) -> Iterator[HostTask]:
        """Now and then somebody opens a console in the evening."""
        machines = [entry for entry in self._entries if entry.living]
        rng = dice.generator("console", self._plant.seed, int(day))
        for _ in range(rng.choice((0, 0, 1, 2))):
            at = day + rng.uniform(18, 21) * 3600
            length = rng.uniform(40, 900)
            entry = rng.choice(machines)
            kind, subject = ("vncproxy", str(entry.vmid))
            if rng.random() < 0.4:
                kind, subject = "vncshell", ""
            yield HostTask(entry.node, kind, subject, at, at + length, PERSON,
                           lines=("starting vnc proxy",))  # fmt: skip

    def _starts(self) -> Iterator[HostTask]:
        lives = self._plant.machines
        for entry in self._entries:
            guest = self._plant.homelab.guest_by_name.get(entry.name)
            if guest is not None and guest.running:
                born = float(lives.born[lives.row[entry.name]])
                yield HostTask(entry.node, _START[entry.type], str(entry.vmid), born - 3, born)

    def _snapshots(self) -> Iterator[HostTask]:
        for entry in self._entries:
            for snapshot in snapshots_of(self._plant, entry, float("inf")):
                yield HostTask(
                    entry.node, _SNAPSHOT[entry.type], str(entry.vmid), snapshot.at,
                    snapshot.at + 2, PERSON, lines=(f"snapshotting '{snapshot.name}'",),
                )  # fmt: skip

    def _raw(self, raw: Sequence[RawTask]) -> Iterator[HostTask]:
        lab = self._plant.homelab
        for task in raw:
            if task.backend != "proxmox":
                continue
            guest = next((g for g in lab.guests if str(task.target) in (g.name, str(g.vmid))), None)
            node = guest.node if guest else str(task.target)
            at = self._plant.anchor + task.at
            yield HostTask(
                node if node in self._nodes else self._nodes[0], task.type,
                str(guest.vmid) if guest else "", at, at + task.duration, status=task.status,
            )  # fmt: skip


def _vzdump(run: NodeRun) -> HostTask:
    single = str(run.runs[0].guest.vmid) if len(run.runs) == 1 else ""
    return HostTask(
        run.node, "vzdump", single, run.start, run.end, status=run.status,
        lines=tuple(_vzdump_lines(run)),
    )  # fmt: skip


def _vzdump_lines(run: NodeRun) -> Iterator[str]:
    ids = " ".join(str(one.guest.vmid) for one in run.runs)
    yield (
        f"INFO: starting new backup job: vzdump {ids} --mode snapshot --storage "
        f"{run.job.store.storage} --notes-template '{run.job.notes_template}' --quiet 1"
    )
    for one in run.runs:
        yield from _guest_lines(one)
    if any(one.error for one in run.runs):
        yield "INFO: Backup job finished with errors"
    else:
        yield "INFO: Backup job finished successfully"


def _guest_lines(run: Run) -> Iterator[str]:
    vmid, kind = run.guest.vmid, run.guest.type
    took = int(run.end - run.start)
    clock = f"00:{took // 60:02d}:{took % 60:02d}"
    yield f"INFO: Starting Backup of VM {vmid} ({kind})"
    yield f"INFO: Backup started at {_stamp(run.start)}"
    yield "INFO: status = running"
    yield f"INFO: {'CT' if kind == 'lxc' else 'VM'} Name: {run.name}"
    yield "INFO: backup mode: snapshot"
    if run.error:
        yield f"ERROR: Backup of VM {vmid} failed - {run.error}"
        yield f"INFO: Failed at {_stamp(run.end)}"
        return
    yield f"INFO: creating Proxmox Backup Server archive of {run.group}"
    yield f"INFO: Finished Backup of VM {vmid} ({clock})"
    yield f"INFO: Backup finished at {_stamp(run.end)}"


def _stamp(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
