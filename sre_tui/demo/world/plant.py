"""The homelab in motion: targets, physical quantities and lives, before faults touch them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from sre_tui.demo.world import dice
from sre_tui.demo.world.family import INTERVAL, Target
from sre_tui.demo.world.homelab import Appliance, Guest, Homelab, Node
from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.quantity import Lives, Quantity
from sre_tui.demo.world.rest import Rest, daily
from sre_tui.demo.world.shapes import Floats

DAY = 86400.0
CPU_MODES = ("user", "system", "iowait", "irq", "softirq", "steal", "nice")
PRESSURES = ("cpu", "io", "memory")
DISK_WORK = ("disk.reads", "disk.writes", "disk.read_time", "disk.write_time", "disk.busy")
"""What a disk has none of while it rests."""

_BUSY = {"media": 1.6, "docker1": 1.8, "frigate": 3.0, "tdarr": 1.5, "immich": 1.4, "monitor": 1.6,
         "homeassistant": 1.3, "db": 1.2, "nas1": 1.3}  # fmt: skip
_RESTS = {"nas1": (3.3, 5.6), "pbs": (12.0, 19.5)}
"""Hours of the day (UTC) without a job: between backups and sync, or verification and clean-up."""


@dataclass
class Plant:
    """Everything faults may disturb and exporters may report.

    ``levels`` are quantities by name; rows are machines, disks, pools, containers and so on.
    """

    homelab: Homelab
    seed: int
    anchor: float
    targets: list[Target] = field(default_factory=list)
    levels: dict[str, Quantity] = field(default_factory=dict)
    rests: dict[str, Rest] = field(default_factory=dict)
    """Of every spinning disk, by its id."""
    machines: Lives = field(init=False)
    containers: Lives = field(init=False)
    services: Lives = field(init=False)

    def __post_init__(self) -> None:
        lab = self.homelab
        self.machine_names = list(lab.machines)
        self.observed = [name for name in self.machine_names if self._has_exporter(name)]
        self.container_ids = list(lab.container_by_id)
        self.machines = self._lives("machine", self.machine_names, 31, 190)
        self.containers = self._lives("container", self.container_ids, 31, 60)
        self.services = self._lives("service", ["prometheus", "loki", "traefik"], 31, 50)
        self._add_targets()
        self._add_machines()
        self._add_storage()
        self._let_disks_rest()
        self._add_services()

    def __getitem__(self, level: str) -> Quantity:
        return self.levels[level]

    def target_index(self, job: str) -> dict[str, int]:
        """Positions of a job's targets by instance."""
        return {t.instance: i for i, t in enumerate(self.targets) if t.job == job}

    def targets_of(self, host: str) -> Iterator[Target]:
        """The targets that are scraped on a machine."""
        return (target for target in self.targets if target.host == host)

    def memory(self, name: str) -> int:
        """Bytes of memory of a machine."""
        return self.homelab.machines[name].memory

    def own_time(self, name: str, now: float) -> float:
        """What a machine's own clock shows, which may have run away."""
        offset = self["clock.offset"]
        row = np.array([offset.row[name]], dtype=np.intp)
        return now - float(offset.value(row, np.array([[float(now)]]))[0, 0])

    def is_guest(self, name: str) -> bool:
        """Whether a machine is a Proxmox guest."""
        return name in self.homelab.guest_by_name

    def _has_exporter(self, name: str) -> bool:
        machine = self.homelab.machines[name]
        return not isinstance(machine, Guest) or (machine.running and name != "homeassistant")

    def _lives(self, kind: str, names: Sequence[str], low: float, high: float) -> Lives:
        days = low + (high - low) * dice.units(dice.keys(names), self.seed, kind, "born")
        return Lives(names, np.round(self.anchor - days * DAY))

    def _level(
        self, name: str, subjects: Sequence[str], base: Floats | Sequence[float] | float,
        *, rhythm: str = "flat", swing: float = 0.0, rough: float = 0.0,
        trend: Floats | Sequence[float] | float = 0.0, low: float = 0.0, high: float = np.inf,
    ) -> None:  # fmt: skip
        self.levels[name] = Quantity(
            name, subjects, np.asarray(base, dtype=np.float64), seed=self.seed, rhythm=rhythm,
            swing=swing, rough=rough, trend=np.asarray(trend, dtype=np.float64),
            anchor=self.anchor, low=low, high=high,
        )  # fmt: skip

    def _vary(self, name: str, subjects: Sequence[str], low: float, high: float) -> Floats:
        return low + (high - low) * dice.units(dice.keys(subjects), self.seed, name, "base")

    # -- targets ------------------------------------------------------------------------------
    def _add_targets(self) -> None:
        lab = self.homelab
        for name in self.observed:
            self._target("node", f"{name}:9100", name, hostname=name)
        for host in dict.fromkeys(disk.host for disk in lab.disks):
            self._target("smartctl", f"{host}:9633", host, hostname=host)
        for guest in lab.guests:
            if guest.containers and guest.running:
                self._target("cadvisor", f"{guest.name}:8080", guest.name, hostname=guest.name)
        self._target("pve", "pve1", "monitor", path="/pve?target=pve1", at="monitor:9221")
        self._target("pbs", "pbs", "monitor", path="/metrics?target=pbs", at="monitor:10019")
        self._target("nut", lab.ups, "nas1", path="/ups_metrics?ups=ups1", at="nas1:9199")
        self._target("traefik", "proxy:8082", "proxy", hostname="proxy")
        self._target("postgres", "db:9187", "db", hostname="db")
        for service, port in (("prometheus", 9090), ("loki", 3100), ("grafana", 3000)):
            self._target(service, f"monitor:{port}", "monitor", hostname="monitor")
        self._target("snmp", lab.router, "monitor", path="/snmp?target=router", at="monitor:9116")
        for probe in lab.probes:
            path = f"/probe?module={probe.module}&target={probe.instance}"
            self._target(
                f"blackbox-{probe.module}", probe.instance, "monitor", path, "monitor:9115"
            )
        # The clocks of recording rules, one for each machine they report on.
        self.targets += [Target("", name, name, "", 5.0, interval=60.0) for name in self.observed]

    def _target(
        self,
        job: str,
        instance: str,
        host: str,
        path: str = "/metrics",
        at: str = "",
        **labels: str,
    ) -> None:
        offset = int(dice.unit(self.seed, job, instance) * 14_990) / 1000
        self.targets.append(
            Target(job, instance, host, f"http://{at or instance}{path}", offset, labels)
        )

    # -- machines -----------------------------------------------------------------------------
    def _add_machines(self) -> None:
        names = self.machine_names
        lab = self.homelab
        guest = np.array([isinstance(lab.machines[name], Guest) for name in names])
        busy = np.array([_BUSY.get(name, 1.0) for name in names])
        memory = np.array([self.memory(name) for name in names], dtype=np.float64)
        vary = self._vary
        self._level("cpu.user", names, vary("cpu.user", names, 0.02, 0.07) * busy,
                    rhythm="home", swing=0.35, rough=0.45)  # fmt: skip
        self._level("cpu.system", names, vary("cpu.system", names, 0.008, 0.022) * busy,
                    rhythm="home", swing=0.25, rough=0.4)  # fmt: skip
        self._level("cpu.iowait", names, vary("cpu.iowait", names, 0.001, 0.006), rough=0.7)
        self._level("cpu.irq", names, 0.0)
        self._level("cpu.softirq", names, vary("cpu.softirq", names, 0.0005, 0.002), rough=0.4)
        self._level("cpu.steal", names, np.where(guest, 0.0006, 0.0), rough=0.5)
        self._level("cpu.nice", names, 0.0002, rough=0.3)
        self._level("memory.used", names, memory * vary("memory.used", names, 0.32, 0.5),
                    rhythm="home", swing=0.03, rough=0.06, high=float(memory.max()))  # fmt: skip
        self._level("memory.cached", names, memory * vary("memory.cached", names, 0.25, 0.4),
                    rhythm="home", swing=0.05, rough=0.08)  # fmt: skip
        self._level("swap.used", names, memory * 0.004, rough=0.2)
        self._level("swap.traffic", names, 0.02, rough=0.5)
        self._level("oom.kills", names, 0.0)
        self._level("context.switches", names, 2500.0 * busy, rhythm="home", swing=0.3, rough=0.4)
        self._level("forks", names, 2.0 * busy, rough=0.4)
        self._level("processes.blocked", names, 0.1, rough=0.9)
        for kind, base in (("cpu", 0.008), ("io", 0.006), ("memory", 0.0002)):
            self._level(f"pressure.{kind}", names, vary(kind, names, 0.5, 1.2) * base, rough=0.6)
        self._level("net.rx", names, vary("net.rx", names, 8e3, 8e4) * busy**2,
                    rhythm="home", swing=0.5, rough=0.5)  # fmt: skip
        self._level("net.tx", names, vary("net.tx", names, 8e3, 9e4) * busy**2,
                    rhythm="home", swing=0.5, rough=0.5)  # fmt: skip
        for what in ("net.errors", "net.drops", "net.carrier", "nfs.retransmissions"):
            self._level(what, names, 0.0)
        self._level("nfs.requests", names, vary("nfs", names, 4, 30), rhythm="home", swing=0.4,
                    rough=0.5)  # fmt: skip
        self._level("nfs.broken", names, 0.0, high=1.0)
        self._level("clock.offset", names, vary("clock", names, -0.0004, 0.0004), rough=0.9,
                    low=-np.inf)  # fmt: skip
        self._level("clock.synced", names, 1.0, high=1.0)
        self._level("machine.up", names, [1.0 if self._runs(n) else 0.0 for n in names], high=1.0)
        self._level("temperature", names, vary("temperature", names, 40, 48), rhythm="home",
                    swing=0.06, rough=0.08)  # fmt: skip
        self._level("updates.pending", names, np.floor(vary("updates", names, 0, 9)))

        units = [
            f"{guest.name}/{service.unit}"
            for guest in lab.guests
            for service in guest.services
            if service.unit
        ]
        self._level("unit.failed", units, 0.0, high=1.0)
        guests = [guest.name for guest in lab.guests]
        for name, low, high in (("guest.reads", 2e4, 2e5), ("guest.writes", 4e4, 3e5)):
            self._level(name, guests, vary(name, guests, low, high), rhythm="home", swing=0.3,
                        rough=0.5)  # fmt: skip

    def _runs(self, name: str) -> bool:
        machine = self.homelab.machines[name]
        return not isinstance(machine, Guest) or machine.running

    # -- storage ------------------------------------------------------------------------------
    def _add_storage(self) -> None:
        lab, vary = self.homelab, self._vary
        pools = [pool.id for pool in lab.pools]
        size = np.array([pool.size for pool in lab.pools], dtype=np.float64)
        growth = {"nas1/tank": 9e9, "nas1/fast": 4e8, "pbs/backup": 2e9}
        self._level("pool.used", pools, size * vary("pool.used", pools, 0.42, 0.58),
                    trend=[growth.get(pool, 1e8) / DAY for pool in pools],
                    high=float(size.max()))  # fmt: skip
        self._level("pool.state", pools, 0.0)
        roots = [m for m in self.machine_names if not isinstance(lab.machines[m], Node)]
        sizes = np.array([self.root_size(name) for name in roots], dtype=np.float64)
        self._level("root.used", roots, sizes * vary("root.used", roots, 0.25, 0.55), rough=0.004,
                    trend=sizes * vary("root.growth", roots, 0.0, 0.0005) / DAY,
                    high=float(sizes.max()))  # fmt: skip
        self.block_devices = [disk.id for disk in lab.disks] + [
            f"{guest.name}/sda"
            for guest in lab.guests
            if guest.type == "qemu" and guest.name in self.observed
        ]
        devices = self.block_devices
        hdd = np.array([d in lab.disk_by_id and lab.disk_by_id[d].type == "hdd" for d in devices])
        reads = vary("disk.reads", devices, 2, 9)
        writes = vary("disk.writes", devices, 4, 14)
        latency = np.where(hdd, 0.006, 0.0004)
        for name, base in (
            ("disk.reads", reads),
            ("disk.writes", writes),
            ("disk.read_time", reads * latency),
            ("disk.write_time", writes * latency * 0.6),
            ("disk.busy", (reads + writes) * latency * 0.5),
        ):
            self._level(name, devices, base, rhythm="home", swing=0.4, rough=0.5)
        disks = [disk.id for disk in lab.disks]
        warm = np.array([{"hdd": 36.0, "ssd": 33.0, "nvme": 41.0}[d.type] for d in lab.disks])
        self._level("disk.temperature", disks, warm, rhythm="home", swing=0.04, rough=0.05)
        for attribute in ("reallocated", "pending", "uncorrectable", "crc", "media_errors"):
            self._level(f"smart.{attribute}", disks, 0.0)
        self._level("smart.passed", disks, 1.0, high=1.0)
        self._level("disk.present", disks, 1.0, high=1.0)
        self._level("vdev.state", disks, 0.0)
        for kind in ("read", "write", "checksum"):
            self._level(f"zfs.{kind}_errors", disks, 0.0)
        self._level("scrub.errors", pools, 0.0)
        datasets = [dataset.id for dataset in inventory.datasets(lab)]
        self._level("snapshots.excess", datasets, 0.0)
        # Only of those that a scenario fills; the others share what the rest of the pool holds.
        self._level("dataset.used", datasets, 0.0)
        self._level("replication.failing", [r.id for r in inventory.replications(lab)], 0.0)
        self._level("smart.wear", disks, np.floor(vary("wear", disks, 2, 14)))
        self._level("arc.size", ["nas1"], 31.0 * 2**30, rough=0.03)
        self._level("arc.hits", ["nas1"], 900.0, rhythm="home", swing=0.4, rough=0.4)
        self._level("arc.misses", ["nas1"], 22.0, rhythm="home", swing=0.4, rough=0.5)
        stores = [store.name for store in lab.datastores]
        held = np.array([store.size for store in lab.datastores], dtype=np.float64)
        self._level("datastore.used", stores, held * vary("datastore", stores, 0.45, 0.58),
                    trend=[2e9 / DAY, 1.5e9 / DAY], high=float(held.max()))  # fmt: skip
        covered = [guest.name for guest in lab.guests if guest.backed_up]
        self._level("backup.failing", covered, 0.0)
        self._level("backup.selected", covered, 1.0, high=1.0)
        self._level("backup.verified", covered, 1.0)

    def _let_disks_rest(self) -> None:
        """Spinning disks sleep when neither people nor the jobs of the night want them."""
        for disk in self.homelab.disks:
            if disk.type == "hdd":
                begin, end = (hour * 3600.0 for hour in _RESTS[disk.host])
                rest = Rest(daily(self.seed, disk.pool, self.anchor, begin, end))
                self.rests[disk.id] = rest
                for level in DISK_WORK:
                    self[level].rest(disk.id, rest)

    def root_size(self, name: str) -> int:
        """Bytes of the root file system of a machine that is not a Proxmox node."""
        machine = self.homelab.machines[name]
        if isinstance(machine, Guest):
            return int(machine.disk * 0.95)
        return {"nas1": 118 * 2**30, "pbs": 118 * 2**30}.get(name, 100 * 2**30)

    # -- services -----------------------------------------------------------------------------
    def _add_services(self) -> None:
        lab, vary = self.homelab, self._vary
        items = [lab.container_by_id[i] for i in self.container_ids]
        ids = self.container_ids
        memory = np.array([item.memory for item in items], dtype=np.float64)
        self._level("container.cpu", ids, vary("container.cpu", ids, 0.01, 0.09), rhythm="home",
                    swing=0.35, rough=0.5)  # fmt: skip
        self._level("container.memory", ids, memory, rough=0.06)
        self._level("container.rx", ids, vary("container.rx", ids, 2e3, 3e4), rough=0.5)
        self._level("container.tx", ids, vary("container.tx", ids, 2e3, 3e4), rough=0.5)
        self._level("container.ooms", ids, 0.0)
        self._level("container.up", ids, 1.0, high=1.0)
        probes = [probe.instance for probe in lab.probes]
        usual = {"http": 0.06, "icmp": 0.0009, "dns": 0.004}
        base = [usual[p.module] * (14 if p.instance == "1.1.1.1" else 1) for p in lab.probes]
        self._level("probe.duration", probes, base, rhythm="home", swing=0.1, rough=0.35)
        self._level("probe.failing", probes, 0.0, high=1.0)
        self._level("probe.status", probes, 200.0)
        self._level("certificate.left", probes, DAY * vary("certificate", probes, 34, 78),
                    trend=-1.0, low=-np.inf)  # fmt: skip
        self.web_services = {p.service: p.host for p in lab.probes if p.module == "http"}
        services = list(self.web_services)
        for kind, low, high in (("ok", 0.05, 0.9), ("redirect", 0.01, 0.05), ("slow", 5e-4, 2e-3)):
            self._level(f"http.{kind}", services, vary(kind, services, low, high), rhythm="home",
                        swing=0.5, rough=0.4)  # fmt: skip
        for kind in ("missing", "error"):
            self._level(f"http.{kind}", services, vary(kind, services, 1e-4, 4e-4), rough=0.6)
        self._level("log.lines", ["loki"], 6.0 * len(self.observed) / 40, rhythm="home", swing=0.3,
                    rough=0.3)  # fmt: skip
        self._level("log.discarded", ["loki"], 0.0)
        self._level("samples", ["prometheus"], 90.0 * len(self.observed) / INTERVAL, rough=0.01)
        ups = [lab.ups]
        self._level("ups.load", ups, 34.0, rhythm="home", swing=0.08, rough=0.08, high=100.0)
        self._level("ups.charge", ups, 100.0, high=100.0)
        self._level("ups.voltage", ups, 231.0, rhythm="home", swing=-0.004, rough=0.008)
        self._level("ups.on_battery", ups, 0.0, high=1.0)
        self._level("router.in", [lab.router], 9e5, rhythm="home", swing=0.6, rough=0.5)
        self._level("router.out", [lab.router], 2e5, rhythm="home", swing=0.5, rough=0.5)
        self._level("db.transactions", ["db"], 24.0, rhythm="home", swing=0.35, rough=0.4)
        self._level("db.connections", ["db"], 14.0, rhythm="home", swing=0.2, rough=0.25)


def machine_nic(machine: Node | Guest | Appliance) -> str:
    """The name of the first network interface of a machine."""
    return "eth0" if isinstance(machine, Guest) else machine.nic
