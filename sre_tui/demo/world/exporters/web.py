"""Traefik's and PostgreSQL's own metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

_CLASSES = {"ok": "200", "redirect": "302", "missing": "404", "error": "502", "slow": "200"}
_BUCKETS = ("0.1", "0.3", "1.2", "5.0", "+Inf")
# Share of each class of requests that is at most as slow as each bucket, and its mean (seconds).
_SHARES = {
    "ok": ((0.82, 0.965, 0.998, 1.0, 1.0), 0.068),
    "redirect": ((0.98, 1.0, 1.0, 1.0, 1.0), 0.012),
    "missing": ((0.97, 1.0, 1.0, 1.0, 1.0), 0.015),
    "error": ((0.6, 0.7, 0.8, 0.9, 1.0), 0.9),
    "slow": ((0.0, 0.0, 0.05, 0.55, 1.0), 6.5),
}


def families(plant: Plant) -> Iterator[Family]:
    """The families of traefik's service metrics and of postgres_exporter."""
    traefik = Exporter(plant, "traefik")

    def requests() -> Iterator[Point]:
        for service in plant.web_services:
            for code in ("200", "302", "404", "502"):
                yield Point(
                    "proxy:8082", service,
                    {"code": code, "method": "GET", "protocol": "http",
                     "service": f"{service}@file"},
                )  # fmt: skip

    yield traefik.family(
        "traefik_service_requests_total", "counter",
        "How many HTTP requests processed on a service, partitioned by status code.", requests,
        lambda rows: _requests(plant, rows, 0),
    )  # fmt: skip
    duration = "traefik_service_request_duration_seconds"
    text = "How long it took to process the request on a service."

    def buckets() -> Iterator[Point]:
        for point in requests():
            for bound in _BUCKETS:
                yield Point(point.instance, point.subject, {**point.labels, "le": bound})

    yield traefik.family(
        f"{duration}_bucket", "histogram", text, buckets, lambda rows: _requests(plant, rows, 1),
        described=duration,
    )  # fmt: skip
    yield traefik.family(
        f"{duration}_count", "histogram", text, requests, lambda rows: _requests(plant, rows, 0),
        described=duration,
    )  # fmt: skip
    yield traefik.family(
        f"{duration}_sum", "histogram", text, requests, lambda rows: _requests(plant, rows, 2),
        described=duration,
    )  # fmt: skip

    def certificates() -> Iterator[Point]:
        for probe in plant.homelab.probes:
            if probe.module == "http":
                name = probe.instance.removeprefix("https://")
                yield Point("proxy:8082", probe.instance, {"cn": name, "sans": name})

    def expiry(rows: Sequence[Point]) -> Compute:
        level = plant["certificate.left"]
        at = np.array([level.row[row.subject] for row in rows], dtype=np.intp)
        return lambda chosen, t: np.round(t + level.value(at[chosen], t))

    yield traefik.family(
        "traefik_tls_certs_not_after", "gauge", "Certificate expiration timestamp", certificates,
        expiry,
    )  # fmt: skip
    yield from _postgres(plant)


def _requests(plant: Plant, points: Sequence[Point], part: int) -> Compute:
    """Requests per row: 0 all of them, 1 those within the row's bucket, 2 their seconds."""
    codes = [point.labels["code"] for point in points]
    born = plant.services.row["traefik"]
    row = np.array([plant["http.ok"].row[point.subject] for point in points], dtype=np.intp)
    weights = {
        name: np.array(
            [
                (code == _CLASSES[name])
                * (
                    1.0
                    if part == 0
                    else _SHARES[name][1]
                    if part == 2
                    else _SHARES[name][0][_BUCKETS.index(point.labels["le"])]
                )
                for code, point in zip(codes, points, strict=True)
            ]
        )
        for name in _CLASSES
    }

    def compute(rows: Rows, t: Floats) -> Floats:
        total = np.zeros_like(t)
        life = np.full(len(rows), born, dtype=np.intp)
        for name, weight in weights.items():
            share = weight[rows]
            mine = share > 0
            if mine.any():
                level = plant[f"http.{name}"]
                grown = plant.services.grown(level, row[rows][mine], life[mine], t[mine])
                # Whole requests first, so that buckets and count add up to the same integers.
                total[mine] += np.floor(grown) * share[mine, None]
        return total if part == 2 else np.floor(total + 1e-9)

    return compute


def _postgres(plant: Plant) -> Iterator[Family]:
    postgres = Exporter(plant, "postgres")

    def server() -> Iterator[Point]:
        yield Point("db:9187", "db", {})

    def databases() -> Iterator[Point]:
        for name in ("nextcloud", "gitea", "paperless"):
            yield Point("db:9187", "db", {"datname": name})

    yield postgres.fixed(
        "pg_up", "Whether the last scrape of metrics from PostgreSQL was able to connect", server,
        lambda _: 1.0,
    )  # fmt: skip
    yield postgres.counter(
        "pg_stat_database_xact_commit",
        "Number of transactions in this database that have been committed", databases,
        "db.transactions", factor=0.33,
    )  # fmt: skip

    def backends(rows: Sequence[Point]) -> Compute:
        level = plant["db.connections"]
        at = np.array([level.row[row.subject] for row in rows], dtype=np.intp)
        return lambda chosen, t: np.floor(level.value(at[chosen], t) / 3)

    yield postgres.family(
        "pg_stat_database_numbackends", "gauge",
        "Number of backends currently connected to this database", databases, backends,
    )  # fmt: skip
