"""node_exporter: processor, memory, load, clock, units of every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.homelab import Guest, Node
from sre_tui.demo.world.plant import CPU_MODES, PRESSURES, Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats, whole

_PVE_KERNEL = "6.17.2-1-pve"
_GUEST_KERNEL = "6.12.57+deb13-amd64"


def _tilt(cpu: int) -> float:
    return 1.0 + 0.03 * ((cpu * 5) % 7 - 3) / 3


def families(plant: Plant) -> Iterator[Family]:
    """The families of the collectors cpu, meminfo, loadavg, pressure, timex, systemd, uname."""
    node = Exporter(plant, "node")
    lab = plant.homelab

    def hosts() -> Iterator[Point]:
        return (Point(f"{name}:9100", name, {}) for name in plant.observed)

    def cpus() -> Iterator[Point]:
        for name in plant.observed:
            for cpu in range(lab.machines[name].cores):
                for mode in ("idle", *CPU_MODES):
                    yield Point(f"{name}:9100", name, {"cpu": str(cpu), "mode": mode})

    yield node.family(
        "node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.", cpus,
        lambda rows: _cpu_seconds(plant, rows),
    )  # fmt: skip
    for minutes in (1, 5, 15):
        yield node.family(
            f"node_load{minutes}", "gauge", f"{minutes}m load average.", hosts,
            partial(_load, plant, 60.0 * minutes),
        )  # fmt: skip
    yield from _memory(plant, node)
    yield node.counter(
        "node_vmstat_oom_kill", "/proc/vmstat information field oom_kill.", hosts, "oom.kills"
    )
    for way in ("in", "out"):
        yield node.counter(
            f"node_vmstat_pswp{way}", f"/proc/vmstat information field pswp{way}.", hosts,
            "swap.traffic",
        )  # fmt: skip
    yield node.counter(
        "node_context_switches_total", "Total number of context switches.", hosts,
        "context.switches",
    )  # fmt: skip
    yield node.counter("node_forks_total", "Total number of forks.", hosts, "forks")
    yield node.family(
        "node_procs_blocked", "gauge", "Number of processes blocked waiting for I/O to complete.",
        hosts, lambda rows: _rounded(plant, rows, "processes.blocked"),
    )  # fmt: skip
    for kind in PRESSURES:
        for stall in ("waiting",) if kind == "cpu" else ("waiting", "stalled"):
            yield node.counter(
                f"node_pressure_{kind}_{stall}_seconds_total",
                f"Total time in seconds that processes {stall} for {kind}.", hosts,
                f"pressure.{kind}", factor=0.6 if stall == "stalled" else 1.0, digits=1e-6,
            )  # fmt: skip
    yield from _time_and_identity(plant, node)


def _rows(plant: Plant, rows: Sequence[Point], level: str = "cpu.user") -> Rows:
    return np.array([plant[level].row[row.subject] for row in rows], dtype=np.intp)


def _rounded(plant: Plant, rows: Sequence[Point], level: str) -> Compute:
    at = _rows(plant, rows, level)
    return lambda chosen, t: np.floor(plant[level].value(at[chosen], t) + 0.5)


def _cpu_seconds(plant: Plant, points: Sequence[Point]) -> Compute:
    at = _rows(plant, points)
    modes = ("idle", *CPU_MODES)
    mode = np.array([modes.index(point.labels["mode"]) for point in points])
    tilt = np.array([_tilt(int(point.labels["cpu"])) for point in points])
    lives = plant.machines

    def compute(rows: Rows, t: Floats) -> Floats:
        hosts, first, place = np.unique(at[rows], return_index=True, return_inverse=True)
        times = t[first]
        needed = set(mode[rows].tolist())
        parts = np.zeros((len(modes), *times.shape))
        for number, name in enumerate(CPU_MODES, start=1):
            if 0 in needed or number in needed:
                parts[number] = lives.grown(plant[f"cpu.{name}"], hosts, hosts, times)
        elapsed = np.maximum(times - lives.since(hosts, times), 0.0)
        busy = parts.sum(axis=0)
        share = np.where(mode[rows] == 0, 0.0, tilt[rows])[:, None]
        idle = elapsed[place] - tilt[rows][:, None] * busy[place]
        seconds = np.where(share == 0.0, idle, share * parts[mode[rows], place])
        return whole(seconds * 100.0 + 1e-6) / 100.0

    return compute


def _load(plant: Plant, window: float, points: Sequence[Point]) -> Compute:
    at = _rows(plant, points)
    cores = np.array([float(plant.homelab.machines[point.subject].cores) for point in points])

    def compute(rows: Rows, t: Floats) -> Floats:
        hosts, first, place = np.unique(at[rows], return_index=True, return_inverse=True)
        times = t[first]
        total = np.zeros_like(times)
        for name, weight in (("user", 1.1), ("system", 1.1), ("iowait", 1.6)):
            level = plant[f"cpu.{name}"]
            total += weight * (level.integral(hosts, times) - level.integral(hosts, times - window))
        load: Floats = np.round(total[place] / window * cores[rows, None], 2)
        return load

    return compute


def _memory(plant: Plant, node: Exporter) -> Iterator[Family]:
    def hosts() -> Iterator[Point]:
        return (Point(f"{name}:9100", name, {}) for name in plant.observed)

    def reading(what: str) -> Family:
        help_text = f"Memory information field {what}_bytes."
        return node.family(
            f"node_memory_{what}_bytes", "gauge", help_text, hosts,
            lambda rows: memory_field(plant, rows, what),
        )  # fmt: skip

    for field in ("MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal",
                  "SwapFree"):  # fmt: skip
        yield reading(field)


def memory_field(plant: Plant, points: Sequence[Point], what: str) -> Compute:
    """One field of /proc/meminfo in bytes, per point."""
    at = _rows(plant, points)
    total = np.array([float(plant.memory(point.subject)) for point in points])
    swap = np.round(total / 4)

    def compute(rows: Rows, t: Floats) -> Floats:
        size = np.broadcast_to(total[rows, None], t.shape)
        room = np.broadcast_to(swap[rows, None], t.shape)
        if what == "MemTotal":
            return size.copy()
        if what == "SwapTotal":
            return room.copy()
        if what == "SwapFree":
            return whole(np.maximum(room - plant["swap.used"].value(at[rows], t), 0.0))
        used = np.minimum(plant["memory.used"].value(at[rows], t), size * 0.985)
        if what == "MemAvailable":
            return whole(size - used)
        cached = np.minimum(plant["memory.cached"].value(at[rows], t), (size - used) * 0.9)
        parts = {"Cached": cached * 0.96, "Buffers": cached * 0.04, "MemFree": size - used - cached}
        return whole(parts[what])

    return compute


def _time_and_identity(plant: Plant, node: Exporter) -> Iterator[Family]:
    lab = plant.homelab

    def hosts() -> Iterator[Point]:
        return (Point(f"{name}:9100", name, {}) for name in plant.observed)

    def boot(rows: Sequence[Point]) -> Compute:
        at = np.array([plant.machines.row[row.subject] for row in rows], dtype=np.intp)
        return lambda chosen, t: plant.machines.since(at[chosen], t).copy()

    def now(rows: Sequence[Point]) -> Compute:
        at = _rows(plant, rows, "clock.offset")
        return lambda chosen, t: t - plant["clock.offset"].value(at[chosen], t)

    yield node.family(
        "node_boot_time_seconds", "gauge", "Node boot time, in unixtime.", hosts, boot
    )
    yield node.family(
        "node_time_seconds", "gauge", "System time in seconds since epoch (1970).", hosts, now
    )
    yield node.gauge(
        "node_timex_offset_seconds", "Time offset in between local system and reference clock.",
        hosts, "clock.offset",
    )  # fmt: skip
    yield node.gauge(
        "node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).",
        hosts, "clock.synced",
    )  # fmt: skip

    def max_error(rows: Sequence[Point]) -> Compute:
        at = _rows(plant, rows, "clock.synced")
        return lambda chosen, t: np.where(
            plant["clock.synced"].value(at[chosen], t) > 0.5, 0.04, 16.0
        )

    yield node.family(
        "node_timex_maxerror_seconds", "gauge", "Maximum error in seconds.", hosts, max_error
    )
    yield node.gauge(
        "apt_upgrades_pending", "Apt packages pending updates by origin.", hosts, "updates.pending"
    )

    def identity() -> Iterator[Point]:
        for name in plant.observed:
            physical = isinstance(lab.machines[name], Node)
            kernel = _PVE_KERNEL if physical or not isinstance(lab.machines[name], Guest) else ""
            yield Point(
                f"{name}:9100", name,
                {"nodename": name, "sysname": "Linux", "machine": "x86_64",
                 "release": kernel or _GUEST_KERNEL, "domainname": "(none)"},
            )  # fmt: skip

    yield node.fixed(
        "node_uname_info", "Labeled system information as provided by the uname system call.",
        identity, lambda _: 1.0,
    )  # fmt: skip

    def units() -> Iterator[Point]:
        for name in plant.observed:
            machine = lab.machines[name]
            own = ["ssh.service", "cron.service"]
            if isinstance(machine, Guest):
                own += [service.unit for service in machine.services if service.unit]
                own += ["docker.service"] if machine.containers else []
            elif isinstance(machine, Node):
                own += ["pvedaemon.service", "pveproxy.service", "pvestatd.service"]
            for unit in dict.fromkeys(own):
                for state in ("active", "failed"):
                    yield Point(
                        f"{name}:9100", name, {"name": unit, "state": state, "type": "simple"}
                    )

    def unit_state(rows: Sequence[Point]) -> Compute:
        failed = np.array([row.labels["state"] == "failed" for row in rows])
        level = plant["unit.failed"]
        at = np.array(
            [level.row.get(f"{r.subject}/{r.labels['name']}", -1) for r in rows], dtype=np.intp
        )

        def compute(chosen: Rows, t: Floats) -> Floats:
            known = at[chosen] >= 0
            broken = np.zeros_like(t)
            if known.any():
                broken[known] = level.value(at[chosen][known], t[known])
            return np.where(failed[chosen, None], broken, 1.0 - broken)

        return compute

    yield node.family("node_systemd_unit_state", "gauge", "Systemd unit", units, unit_state)

    def sensors() -> Iterator[Point]:
        for name in plant.observed:
            if not isinstance(lab.machines[name], Guest):
                labels = {"chip": "platform_coretemp_0", "sensor": "temp1"}
                yield Point(f"{name}:9100", name, labels)

    yield node.gauge(
        "node_hwmon_temp_celsius", "Hardware monitor for temperature (input)", sensors,
        "temperature",
    )  # fmt: skip
