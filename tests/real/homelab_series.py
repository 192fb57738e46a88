"""Series with the shapes that trouble a query engine: resets, gaps, NaN, infinities, histograms."""

from collections.abc import Iterator

import numpy as np

from sre_tui.demo.telemetry import Series

START = 1_795_000_000.0
"""The first sample's time, Unix seconds; not a multiple of any step."""

END = START + 7200
_STEP = 15.0
_RNG_SEED = 42


def _grid(
    *, jitter: float = 0.0, step: float = _STEP
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    times = np.arange(START, END + 1, step)
    shift = np.random.default_rng(_RNG_SEED).uniform(-jitter, jitter, len(times))
    return np.round(times + shift, 3)


def _counters(rng: np.random.Generator) -> Iterator[Series]:
    for host in ("pve1", "pve2", "pve3"):
        for cpu in ("0", "1"):
            for mode in ("idle", "user", "iowait"):
                times = _grid(jitter=0.4)
                growth = rng.uniform(0, 15, len(times))
                values = np.cumsum(growth) + rng.uniform(0, 50)
                for reset in rng.integers(20, len(times), 3):
                    values[reset:] -= values[reset] * rng.uniform(0.5, 1)
                labels = {"instance": f"{host}:9100", "job": "node", "cpu": cpu, "mode": mode}
                yield Series(
                    {"__name__": "node_cpu_seconds_total", **labels}, times, np.abs(values)
                )
    times = _grid()
    yield Series(
        {"__name__": "big_total", "job": "node"},
        times,
        9e15 + np.floor(np.arange(len(times)) * 7e3),
    )
    yield Series({"__name__": "still_total", "job": "node"}, times, np.full(len(times), 5.0))
    yield Series(
        {"__name__": "young_total", "job": "node"}, times[-9:], np.arange(9, dtype=np.float64) * 3
    )


def _gauges(rng: np.random.Generator) -> Iterator[Series]:
    for index, host in enumerate(("pve1", "pve2", "pve3", "nas1")):
        times = _grid(jitter=2.0)
        walk = np.cumsum(rng.normal(0, 0.3, len(times))) + index
        keep = np.ones(len(times), dtype=bool)
        keep[60 * index : 60 * index + 50] = False
        yield Series(
            {"__name__": "node_load1", "instance": f"{host}:9100", "job": "node", "site": "home"},
            times[keep],
            np.round(walk, 4)[keep],
        )
        total = np.full(len(times), 2.0 ** (34 + index))
        labels = {"instance": f"{host}:9100", "job": "node"}
        yield Series({"__name__": "node_memory_MemTotal_bytes", **labels}, times, total)
        yield Series(
            {"__name__": "node_memory_MemAvailable_bytes", **labels},
            times,
            np.floor(total * rng.uniform(0.1, 0.9, len(times))).astype(np.float64),
        )
        for device, mount in (("/dev/sda1", "/"), ("/dev/sdb1", "/mnt/tank")):
            size = 1e12 * (index + 1)
            disk = {**labels, "device": device, "mountpoint": mount, "fstype": "ext4"}
            yield Series(
                {"__name__": "node_filesystem_size_bytes", **disk}, times, total * 0 + size
            )
            yield Series(
                {"__name__": "node_filesystem_avail_bytes", **disk},
                times,
                np.linspace(size * 0.4, size * 0.4 - 4.8e9 * (index + 1), len(times)),
            )
    for host, up in (("pve1", 1.0), ("pve2", 1.0), ("pve3", 0.0), ("nas1", 1.0)):
        times = _grid()
        values = np.full(len(times), up)
        values[100:110] = 1 - up
        for job in ("node", "smartctl"):
            yield Series({"__name__": "up", "instance": f"{host}:9100", "job": job}, times, values)
    times = _grid(step=60)
    for index, sensor in enumerate(("cpu", "disk é", 'quo"te\\d')):
        yield Series(
            {"__name__": "temp_celsius", "sensor": sensor, "host": "nas1"},
            times,
            np.round(40 + index + 5 * np.sin(np.arange(len(times)) / 7), 1),
        )


def _odd() -> Iterator[Series]:
    times = _grid(step=30)
    values = np.sin(np.arange(len(times)) / 5) * 3
    for position, special in ((0, np.nan), (17, np.inf), (50, -np.inf), (90, np.nan), (91, np.nan)):
        values[position :: 97 + position] = special
    yield Series({"__name__": "odd", "kind": "mixed"}, times, values)
    yield Series({"__name__": "odd", "kind": "nan"}, times, np.full(len(times), np.nan))
    yield Series({"__name__": "odd", "kind": "inf"}, times, np.full(len(times), np.inf))
    yield Series({"__name__": "odd", "kind": "minus"}, times, -np.abs(np.cos(times)) * 1e-9)
    yield Series({"__name__": "odd", "kind": "huge"}, times, np.full(len(times), 1.5e300))
    yield Series({"__name__": "odd", "kind": "zero"}, times, np.zeros(len(times)))
    steps = np.floor(np.arange(len(times)) / 6) % 4
    yield Series({"__name__": "state", "unit": "a"}, times, steps)
    yield Series({"__name__": "state", "unit": "b"}, times, 3 - steps)
    yield Series({"__name__": "state_info", "unit": "a", "version": "1.2"}, times, times * 0 + 1)
    yield Series({"__name__": "state_info", "unit": "b", "version": "1.3"}, times, times * 0 + 1)
    yield Series({"__name__": "born_late", "unit": "a"}, times[-20:], np.arange(20.0))
    yield Series({"__name__": "died_early", "unit": "a"}, times[:40], np.arange(40.0))
    yield Series(
        {"__name__": "sparse"}, START + np.array([600.0, 3000.0, 3300.0, 6899.0]), np.arange(4.0)
    )


def _histograms(rng: np.random.Generator) -> Iterator[Series]:
    bounds = ["0.005", "0.05", "0.1", "0.5", "1", "2.5", "+Inf"]
    times = _grid()
    for handler in ("/api", "/login", "/idle"):
        for instance in ("a:80", "b:80"):
            total = np.zeros(len(times))
            labels = {"handler": handler, "instance": instance}
            for bound in bounds:
                if handler != "/idle":
                    total = total + np.cumsum(rng.poisson(3, len(times))).astype(np.float64)
                yield Series(
                    {"__name__": "http_seconds_bucket", **labels, "le": bound}, times, total
                )
            yield Series({"__name__": "http_seconds_count", **labels}, times, total)
            yield Series({"__name__": "http_seconds_sum", **labels}, times, total * 0.3)
    for bound, count in (("-1", 2.0), ("0", 4.0), ("1.0", 3.0), ("1", 3.0), ("+Inf", 9.0)):
        yield Series({"__name__": "negative_bucket", "le": bound}, times, times * 0 + count)
    for bound in ("1", "2"):
        yield Series({"__name__": "endless_bucket", "le": bound}, times, times * 0 + 2)


def homelab_series() -> list[Series]:
    """All series, the same at every call; about 110."""
    rng = np.random.default_rng(_RNG_SEED)
    return [*_counters(rng), *_gauges(rng), *_odd(), *_histograms(rng)]
