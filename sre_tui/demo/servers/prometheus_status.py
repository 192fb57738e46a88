"""What the demo's Prometheus says about itself, as small documents by path."""

from __future__ import annotations

from sre_tui.demo.promql import Version
from sre_tui.demo.promql.formatting import format_time
from sre_tui.demo.servers.prometheus_documents import Document

_GIVEN_VERSION = {"2.42.0": "2.42.0", "3.x": "3.5.0"}
_CONFIG = "global:\n  scrape_interval: 15s\n  scrape_timeout: 10s\n  evaluation_interval: 1m\n"


def build_info(version: Version) -> Document:
    """``/api/v1/status/buildinfo``."""
    return {
        "version": _GIVEN_VERSION[version],
        "revision": "demo",
        "branch": "HEAD",
        "buildUser": "demo@sre-tui",
        "buildDate": "20260101-00:00:00",
        "goVersion": "go1.19.8" if version == "2.42.0" else "go1.24.5",
    }


def runtime_info(started: float, now: float, version: Version) -> Document:
    """``/api/v1/status/runtimeinfo``."""
    document: Document = {
        "startTime": format_time(started),
        "CWD": "/prometheus",
        "reloadConfigSuccess": True,
        "lastConfigTime": format_time(started),
        "corruptionCount": 0,
        "goroutineCount": 40,
        "GOMAXPROCS": 4,
        "GOGC": "" if version == "2.42.0" else "75",
        "GODEBUG": "",
        "storageRetention": "15d",
    }
    if version == "3.x":
        document |= {"serverTime": format_time(now), "hostname": "prometheus", "GOMEMLIMIT": 0}
    return document


def flags() -> Document:
    """``/api/v1/status/flags``: those a client may care about."""
    return {
        "config.file": "/etc/prometheus/prometheus.yml",
        "enable-feature": "",
        "log.format": "logfmt",
        "log.level": "info",
        "query.lookback-delta": "5m",
        "query.max-concurrency": "20",
        "query.max-samples": "50000000",
        "query.timeout": "2m",
        "rules.alert.for-grace-period": "10m",
        "rules.alert.for-outage-tolerance": "1h",
        "rules.alert.resend-delay": "1m",
        "storage.tsdb.path": "/prometheus",
        "storage.tsdb.retention.time": "15d",
        "web.enable-admin-api": "false",
        "web.enable-lifecycle": "false",
        "web.enable-remote-write-receiver": "false",
        "web.listen-address": "0.0.0.0:9090",
    }


def config() -> Document:
    """``/api/v1/status/config``."""
    return {"yaml": _CONFIG}
