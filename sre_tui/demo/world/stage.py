"""Where faults act: the homelab in motion, its voices, and what else they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import numpy as np

from sre_tui.demo.telemetry import Annotation
from sre_tui.demo.world import dice
from sre_tui.demo.world.backups.records import FullStore, Incident, Rot
from sre_tui.demo.world.homelab import Guest, Homelab
from sre_tui.demo.world.logs import Murmur, Mute, Schedule, Script, Source, Voice
from sre_tui.demo.world.nas.records import Scan
from sre_tui.demo.world.phrases.template import Phrase, phrase
from sre_tui.demo.world.plant import DISK_WORK, Plant
from sre_tui.demo.world.shapes import FOREVER, Floats, Shape, plateau
from sre_tui.demo.world.virtualization.records import HaService, HostTask
from sre_tui.demo.world.voices import backup_run, ordinary_voices, refused_chunk

HORIZON = 3 * 86400.0
"""Seconds after now, or its start, up to which a repeating fault is laid out."""
_BUSY_LIMIT = 0.965
_BUSY_PARTS = ("user", "system", "iowait", "steal")


class Stage:
    """Collects what faults do. Subjects are names: machines, disk ids, pool ids, container ids."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.lab: Homelab = plant.homelab
        self.mutes: list[Mute] = []
        self.annotations: list[Annotation] = []
        self.backup_incidents: list[Incident] = []
        self.backup_rots: list[Rot] = []
        self.full_stores: list[FullStore] = []
        self.scans: list[Scan] = []
        self.host_tasks: list[HostTask] = []
        self.ha_services: list[HaService] = []
        self._added: list[Voice] = []
        self._backups: dict[str, Schedule] = {}
        self._count = 0

    def voices(self) -> list[Voice]:
        """The ordinary voices, with failing backups silenced, and those that faults added."""
        replaced = self._replaced()
        ordinary = [v for v in ordinary_voices(self.plant) if v.key not in replaced]
        return [*ordinary, *self._backups.values(), *self._added]

    def _replaced(self) -> set[int]:
        return {voice.key for voice in self._backups.values()}

    # -- quantities ---------------------------------------------------------------------------
    def add(self, level: str, subject: str, shape: Shape) -> None:
        """Add a shape to a quantity; a disk that has more to do does not sleep over it."""
        self.plant[level].add(subject, shape)
        rest = self.plant.rests.get(subject) if level in DISK_WORK else None
        if rest is not None:
            (first, _), (last, left) = shape.points[0], shape.points[-1]
            rest.wake(first, FOREVER if left else last)

    def raise_(
        self, level: str, subject: str, start: float, end: float, height: float,
        rise: float = 60.0, fall: float = 60.0,
    ) -> None:  # fmt: skip
        """Raise (or lower) a quantity by a constant after a climb of ``rise`` seconds."""
        self.add(level, subject, plateau(start, end, height, rise, fall))

    def hold(self, level: str, subject: str, start: float, end: float, value: float) -> None:
        """Pin a level."""
        self.plant[level].hold(subject, start, end, value)

    def typical(self, level: str, subject: str) -> float:
        """The usual value of a quantity."""
        quantity = self.plant[level]
        return float(quantity.base[quantity.row[subject]])

    def keep_processors_possible(self) -> None:
        """Scale down added processor time where faults together ask for more than there is."""
        for name in self.plant.machine_names:
            levels = [self.plant[f"cpu.{part}"] for part in _BUSY_PARTS]
            shapes = [level.added(name) for level in levels]
            asked = sum(shape.peak for group in shapes for shape in group)
            base = sum(level.base[level.row[name]] for level in levels)
            room = _BUSY_LIMIT - 1.8 * float(base)
            if asked > room:
                for group in shapes:
                    group[:] = [shape.scaled(room / asked) for shape in group]

    def member(self, disk: str, start: float, end: float, state: int, *, gone: bool) -> None:
        """Let ZFS see a disk in a state (its number among ``VDEV_STATES``), or not at all."""
        self.hold("vdev.state", disk, start, end, float(state))
        if gone:
            host, _, name = disk.partition("/")
            self.hold("disk.present", disk, start, end, 0.0)
            self.mutes.append(Mute(start, end, host, "smartd", text=f"{name} [SAT], SMART Usage"))

    # -- monitoring ---------------------------------------------------------------------------
    def scrape_fails(self, host: str, start: float, end: float, error: str) -> None:
        """Let every scrape on a machine fail."""
        for target in self.plant.targets_of(host):
            target.down.append((start, end, error))

    def probe_fails(
        self, instance: str, start: float, end: float, status: float | None = None
    ) -> None:
        """Let a probe fail, by timeout or with an HTTP status."""
        self.hold("probe.failing", instance, start, end, 1.0)
        if status is not None:
            self.hold("probe.status", instance, start, end, status)

    def probes_on(self, guest: str) -> list[str]:
        """The instances of the probes that end on a guest."""
        return [probe.instance for probe in self.lab.probes if probe.host == guest]

    def source(self, guest: str, service: str, level: str = "info") -> Source:
        """The stream of a service on a guest, that of its main container if it runs in one."""
        for item in self.lab.guest_by_name[guest].containers:
            if item.name == service or item.name.startswith(f"{service}-"):
                return Source(guest, item.name, level, container=item.name)
        return Source(guest, service, level)

    # -- logs ---------------------------------------------------------------------------------
    def murmur(
        self, source: Source, per_hour: float, line: str | Phrase, start: float, end: float
    ) -> None:
        """Lines of a template at random moments while the fault lasts."""
        self._count += 1
        write = phrase(line) if isinstance(line, str) else line
        name = f"fault {self._count}"
        self._added.append(
            Murmur(source, name, self.plant.seed, per_hour, write, start=start, end=end)
        )

    def script(self, source: Source, moments: Sequence[float], line: str) -> None:
        """A line of a template at each moment; ``{n}`` in it counts them from 1."""
        write = phrase(line)
        self._script(source, moments, lambda rng, i: write(rng).replace("{n}", str(i + 1)))

    def _script(
        self, source: Source, moments: Sequence[float], write: Callable[[Random, int], str]
    ) -> None:
        self._count += 1
        self._added.append(Script(source, f"fault {self._count}", self.plant.seed, moments, write))

    def say(self, source: Source, *lines: tuple[float, str]) -> None:
        """Given lines at given moments."""
        told = sorted(lines)
        self._script(source, [moment for moment, _ in told], lambda _, i: told[i][1])

    def mute(
        self, start: float, end: float, hostname: str, service: str = "", container: str = ""
    ) -> None:
        """Silence a machine, or one of its services or containers."""
        self.mutes.append(Mute(start, end, hostname, service, container))

    def backups_fail(
        self, guest: str, start: float, end: float, reason: str, *, full_store: str = ""
    ) -> None:
        """Let the nightly backups of a guest fail, for lack of room if a datastore is named."""
        if guest not in self.plant["backup.failing"].row:
            return
        self._backups_stop(Incident(guest, start, end, reason))
        self._added.append(backup_run(self.plant, guest, failure=reason, start=start, end=end))
        if full_store:
            self._added.append(refused_chunk(self.plant, guest, full_store, start, end))

    def backups_skip(
        self, guest: str, start: float, end: float, *, deselected: bool = False
    ) -> None:
        """Let the nightly backups of a guest not even start, for it is in no job if deselected."""
        if guest in self.plant["backup.failing"].row:
            self._backups_stop(Incident(guest, start, end, deselected=deselected))

    def _backups_stop(self, incident: Incident) -> None:
        guest, start, end = incident.guest, incident.start, incident.end
        self.backup_incidents.append(incident)
        self.hold("backup.failing", guest, start, end, 1.0)
        if incident.deselected:
            self.hold("backup.selected", guest, start, end, 0.0)
        if guest not in self._backups:
            self._backups[guest] = backup_run(self.plant, guest)
        self._backups[guest].gaps.append((start, end))

    def backups_rot(self, guest: str, start: float, end: float, reason: str) -> None:
        """Let the newest backups of a guest fail their verification."""
        if guest in self.plant["backup.failing"].row:
            self.backup_rots.append(Rot(guest, start, end, reason))
            self.hold("backup.verified", guest, start, end, 0.0)

    def host_task(self, task: HostTask) -> None:
        """Leave a task of a node, in its list and in its log."""
        self.host_tasks.append(task)
        ending = (task.end, f"<{task.user}> end task {task.upid} {task.status}")
        lines = [(task.start, f"<{task.user}> starting task {task.upid}")]
        if task.end < FOREVER:
            lines.append(ending)
        self.say(Source(task.node, "pvedaemon"), *lines)

    def annotate(self, time: float, text: str, *tags: str) -> None:
        """Leave a Grafana annotation."""
        number = len(self.annotations) + 1
        self.annotations.append(Annotation(number, time, time, text, tags))

    # -- combined -----------------------------------------------------------------------------
    def stop_guest(self, guest: Guest, start: float, end: float) -> None:
        """Take a guest away: no scrapes, no logs, nothing it serves answers."""
        name = guest.name
        self.hold("machine.up", name, start, end, 0.0)
        for level in ("cpu.user", "cpu.system", "cpu.iowait", "net.rx", "net.tx", "guest.reads",
                      "guest.writes"):  # fmt: skip
            self.plant[level].scale(name, start, end, 0.0)
        error = f"dial tcp {guest.address}:9100: connect: no route to host"
        self.scrape_fails(name, start, end, error)
        for probe in self.lab.probes:
            if name in probe.guests:
                # The proxy still answers for a guest that is gone.
                behind = probe.module == "http" and name == probe.host
                self.probe_fails(probe.instance, start, end, 502.0 if behind else None)
        self.mute(start, end, name)
        if end < FOREVER:
            self.plant.machines.restart(name, np.array([end]))
            for item in guest.containers:
                self.plant.containers.restart(item.id, np.array([end]))

    def laid_out_to(self, start: float) -> float:
        """Up to when something that repeats without end is laid out; what is old still goes on."""
        return max(start, self.plant.anchor) + HORIZON

    def repeated(
        self, start: float, end: float, period: float, *name: str | int, jitter: float = 0.2
    ) -> Floats:
        """Moments about ``period`` seconds apart from ``start`` to ``end``, at most the horizon."""
        last = min(end, self.laid_out_to(start))
        count = int((last - start) / period) + 1
        shifts = np.array([dice.unit(self.plant.seed, *name, i) for i in range(count)])
        moments = start + period * (np.arange(count) + jitter * shifts)
        return np.round(moments[moments < end], 3)
