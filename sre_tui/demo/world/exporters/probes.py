"""blackbox_exporter: web pages, ping and name resolution, seen from the monitoring guest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

_PHASES = {"resolve": 0.08, "connect": 0.05, "tls": 0.27, "processing": 0.5, "transfer": 0.1}
_TIMEOUT = 9.5


def families(plant: Plant) -> Iterator[Family]:
    """The families of the modules http, icmp and dns, one job each."""
    jobs = {module: Exporter(plant, f"blackbox-{module}") for module in ("http", "icmp", "dns")}
    shared = (
        ("probe_success", "Displays whether or not the probe was a success", _success),
        ("probe_duration_seconds", "Returns how long the probe took to complete in seconds", _took),
    )
    every = Exporter(plant, *(f"blackbox-{module}" for module in jobs))
    for name, text, compute in shared:
        yield every.family(
            name, "gauge", text, lambda: (p for module in jobs for p in _probes(plant, module)),
            partial(compute, plant),
        )  # fmt: skip
    http = jobs["http"]

    def pages() -> Iterator[Point]:
        return _probes(plant, "http")

    yield http.family(
        "probe_http_status_code", "gauge", "Response HTTP status code", pages,
        lambda rows: _gated(plant, rows, "probe.status"),
    )  # fmt: skip
    yield http.fixed(
        "probe_http_ssl", "Indicates if SSL was used for the final redirect", pages, lambda _: 1.0
    )
    yield http.family(
        "probe_ssl_earliest_cert_expiry", "gauge", "Returns last SSL chain expiry in unixtime",
        pages, lambda rows: _expiry(plant, rows),
    )  # fmt: skip

    def phases() -> Iterator[Point]:
        for point in pages():
            for phase in _PHASES:
                yield Point(point.instance, point.subject, {"phase": phase})

    def phase_time(rows: Sequence[Point]) -> Compute:
        took = _took(plant, rows)
        share = np.array([_PHASES[row.labels["phase"]] for row in rows])
        return lambda chosen, t: took(chosen, t) * share[chosen, None]

    yield http.family(
        "probe_http_duration_seconds", "gauge", "Duration of http request by phase", phases,
        phase_time,
    )  # fmt: skip
    yield jobs["dns"].family(
        "probe_dns_lookup_time_seconds", "gauge",
        "Returns the time taken for probe dns lookup in seconds", lambda: _probes(plant, "dns"),
        lambda rows: _took(plant, rows),
    )  # fmt: skip
    yield jobs["icmp"].family(
        "probe_icmp_duration_seconds", "gauge", "Duration of icmp request by phase",
        lambda: (Point(p.instance, p.subject, {"phase": "rtt"}) for p in _probes(plant, "icmp")),
        lambda rows: _took(plant, rows),
    )  # fmt: skip


def _probes(plant: Plant, module: str) -> Iterator[Point]:
    for probe in plant.homelab.probes:
        if probe.module == module:
            yield Point(probe.instance, probe.instance, {})


def _rows(plant: Plant, points: Sequence[Point]) -> Rows:
    return np.array([plant["probe.failing"].row[point.subject] for point in points], dtype=np.intp)


def _success(plant: Plant, points: Sequence[Point]) -> Compute:
    at = _rows(plant, points)
    return lambda rows, t: (plant["probe.failing"].value(at[rows], t) < 0.5).astype(np.float64)


def _took(plant: Plant, points: Sequence[Point]) -> Compute:
    at = _rows(plant, points)

    def compute(rows: Rows, t: Floats) -> Floats:
        failing = plant["probe.failing"].value(at[rows], t) >= 0.5
        usual = plant["probe.duration"].value(at[rows], t)
        answered = plant["probe.status"].value(at[rows], t) != 200.0
        return np.where(failing & ~answered, _TIMEOUT, np.minimum(usual, _TIMEOUT))

    return compute


def _gated(plant: Plant, points: Sequence[Point], name: str) -> Compute:
    at = _rows(plant, points)

    def compute(rows: Rows, t: Floats) -> Floats:
        failing = plant["probe.failing"].value(at[rows], t) >= 0.5
        status = plant[name].value(at[rows], t)
        return np.where(failing & (status == 200.0), 0.0, status)

    return compute


def _expiry(plant: Plant, points: Sequence[Point]) -> Compute:
    at = _rows(plant, points)
    return lambda rows, t: np.round(t + plant["certificate.left"].value(at[rows], t))
