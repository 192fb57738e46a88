"""What Prometheus, Loki and Grafana tell of themselves, and ``up`` of every target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from sre_tui.demo.world import dice
from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family, RowSet, Target
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

PROMETHEUS_VERSION = "3.8.0"
LOKI_VERSION = "3.6.2"
_LATENCY = (("0.1", 0.93), ("0.2", 0.97), ("0.4", 0.985), ("1", 0.995), ("3", 0.999), ("+Inf", 1.0))
_SAMPLES = {"node": 620.0, "cadvisor": 410.0, "pve": 900.0, "smartctl": 180.0}


def families(plant: Plant) -> Iterator[Family]:
    """The families of the scrape itself and of the monitoring stack."""
    yield from _scrapes(plant)
    yield from _prometheus(plant)
    yield from _loki(plant)


def _scrapes(plant: Plant) -> Iterator[Family]:
    def over_targets(name: str, value: Compute) -> Family:
        scraped = [number for number, target in enumerate(plant.targets) if target.job]

        def build() -> RowSet:
            return RowSet([{} for _ in scraped], scraped, value, always=True)

        return Family(name, "gauge", "", build, described=None)

    targets = [target for target in plant.targets if target.job]
    took = np.array([dice.between(0.004, 0.045, t.job, t.instance, "took") for t in targets])
    count = np.array([_SAMPLES.get(target.job, 60.0) for target in targets])

    def up(rows: Rows, t: Floats) -> Floats:
        return np.array([_seen(targets[row], t[at]) for at, row in enumerate(rows.tolist())])

    def duration(rows: Rows, t: Floats) -> Floats:
        return np.where(up(rows, t) > 0, took[rows, None] * (1 + 0.2 * np.mod(t, 60) / 60), 10.0)

    def samples(rows: Rows, t: Floats) -> Floats:
        return count[rows, None] * up(rows, t)

    yield over_targets("up", up)
    yield over_targets("scrape_duration_seconds", duration)
    yield over_targets("scrape_samples_scraped", samples)
    yield over_targets("scrape_samples_post_metric_relabeling", samples)


def _seen(target: Target, times: Floats) -> Floats:
    seen = target.seen(times)
    return np.ones_like(times) if seen is None else seen.astype(np.float64)


def _prometheus(plant: Plant) -> Iterator[Family]:
    exporter = Exporter(plant, "prometheus")
    at = "monitor:9090"

    def server() -> Iterator[Point]:
        yield Point(at, "prometheus", {})

    def on_monitor() -> Iterator[Point]:
        yield Point(at, "monitor", {})

    yield exporter.fixed(
        "prometheus_build_info", "A metric with a constant '1' value labeled by version.",
        lambda: [Point(at, "prometheus", {"version": PROMETHEUS_VERSION, "goversion": "go1.25.3"})],
        lambda _: 1.0,
    )  # fmt: skip
    yield exporter.fixed(
        "prometheus_config_last_reload_successful",
        "Whether the last configuration reload attempt was successful.", server, lambda _: 1.0,
    )  # fmt: skip
    yield exporter.gauge(
        "prometheus_tsdb_head_series", "Total number of series in the head block.", server,
        "samples", 60.0,
    )  # fmt: skip
    yield exporter.counter(
        "prometheus_tsdb_head_samples_appended_total", "Total number of appended samples.",
        lambda: [Point(at, "prometheus", {"type": "float"})], "samples", lives=plant.services,
    )  # fmt: skip
    yield exporter.gauge(
        "prometheus_tsdb_storage_blocks_bytes", "The number of bytes used for local storage.",
        on_monitor, "root.used", 0.3,
    )  # fmt: skip
    for name, text in (
        ("prometheus_rule_evaluation_failures_total", "The total number of rule failures."),
        ("prometheus_notifications_dropped_total", "Total number of alerts dropped."),
        ("prometheus_target_scrapes_exceeded_sample_limit_total",
         "Total number of scrapes that hit the sample limit and were rejected."),
        ("prometheus_tsdb_compactions_failed_total", "Total number of compactions that failed."),
    ):  # fmt: skip
        yield replace(exporter.fixed(name, text, server, lambda _: 0.0), type="counter")

    def born(name: str) -> Compute:
        row = np.array([plant.services.row[name]], dtype=np.intp)
        return lambda rows, t: plant.services.since(row[np.zeros_like(rows)], t).copy()

    every = Exporter(plant, "prometheus", "loki")
    both = [Point(at, "prometheus", {}), Point("monitor:3100", "loki", {})]

    def started(_: object) -> Compute:
        parts = [born(point.subject) for point in both]
        return lambda rows, t: np.concatenate(
            [parts[row](rows[i : i + 1], t[i : i + 1]) for i, row in enumerate(rows.tolist())]
        )

    yield every.family(
        "process_start_time_seconds", "gauge", "Start time of the process since unix epoch.",
        lambda: both, started,
    )  # fmt: skip
    yield every.gauge(
        "process_resident_memory_bytes", "Resident memory size in bytes.",
        lambda: [Point(at, "monitor/prometheus", {}), Point("monitor:3100", "monitor/loki", {})],
        "container.memory",
    )  # fmt: skip
    yield every.counter(
        "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
        lambda: [Point(at, "monitor/prometheus", {}), Point("monitor:3100", "monitor/loki", {})],
        "container.cpu", digits=0.01, lives=plant.containers,
    )  # fmt: skip
    name = "prometheus_http_request_duration_seconds"
    text = "Histogram of latencies for HTTP requests."
    labels = {"handler": "/api/v1/query"}
    yield exporter.family(
        f"{name}_bucket", "histogram", text,
        lambda: [Point(at, "prometheus", {**labels, "le": le}) for le, _ in _LATENCY],
        partial(_requests, plant, "prometheus", np.array([share for _, share in _LATENCY])),
        described=name,
    )  # fmt: skip
    for suffix, factor in (("count", 1.0), ("sum", 0.041)):
        yield exporter.family(
            f"{name}_{suffix}", "histogram", text, lambda: [Point(at, "prometheus", labels)],
            partial(_requests, plant, "prometheus", np.array([factor])), described=name,
        )  # fmt: skip


def _requests(plant: Plant, service: str, share: Floats, _: Sequence[Point]) -> Compute:
    level = plant["samples" if service == "prometheus" else "log.lines"]

    def compute(rows: Rows, t: Floats) -> Floats:
        zero = np.zeros(len(rows), dtype=np.intp)
        life = np.full(len(rows), plant.services.row[service], dtype=np.intp)
        served = np.floor(plant.services.grown(level, zero, life, t) / 250)
        return served * share[rows, None]

    return compute


def _loki(plant: Plant) -> Iterator[Family]:
    loki = Exporter(plant, "loki")
    at = "monitor:3100"

    def ingested() -> Iterator[Point]:
        yield Point(at, "loki", {"tenant": "fake"})

    def discarded() -> Iterator[Point]:
        yield Point(at, "loki", {"tenant": "fake", "reason": "rate_limited"})

    yield loki.fixed(
        "loki_build_info", "A metric with a constant '1' value labeled by version.",
        lambda: [Point(at, "loki", {"version": LOKI_VERSION, "branch": "release-3.6.x"})],
        lambda _: 1.0,
    )  # fmt: skip
    yield loki.counter(
        "loki_distributor_lines_received_total",
        "The total number of lines received per tenant", ingested, "log.lines",
        lives=plant.services,
    )  # fmt: skip
    yield loki.counter(
        "loki_distributor_bytes_received_total",
        "The total number of uncompressed bytes received per tenant", ingested, "log.lines",
        factor=142.0, lives=plant.services,
    )  # fmt: skip
    yield loki.counter(
        "loki_discarded_samples_total", "The total number of samples that were discarded.",
        discarded, "log.discarded", lives=plant.services,
    )  # fmt: skip
    yield loki.fixed(
        "loki_ingester_memory_streams", "The total number of streams in memory per tenant.",
        ingested, lambda _: float(3 * len(plant.observed)),
    )  # fmt: skip
    yield replace(
        loki.fixed("loki_panic_total", "The total number of panic triggered", lambda: [
            Point(at, "loki", {})], lambda _: 0.0),
        type="counter",
    )  # fmt: skip
    name = "loki_request_duration_seconds"
    text = "Time (in seconds) spent serving HTTP requests."
    labels = {"method": "POST", "route": "loki_api_v1_push", "status_code": "204", "ws": "false"}
    yield loki.family(
        f"{name}_bucket", "histogram", text,
        lambda: [Point(at, "loki", {**labels, "le": le}) for le, _ in _LATENCY],
        partial(_requests, plant, "loki", np.array([share for _, share in _LATENCY])),
        described=name,
    )  # fmt: skip
    for suffix, factor in (("count", 1.0), ("sum", 0.018)):
        yield loki.family(
            f"{name}_{suffix}", "histogram", text, lambda: [Point(at, "loki", labels)],
            partial(_requests, plant, "loki", np.array([factor])), described=name,
        )  # fmt: skip
