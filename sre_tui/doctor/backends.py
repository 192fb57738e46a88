"""Check-ups of the backends: reached, let in, enough rights but not too many, clock, data."""

from __future__ import annotations

from datetime import timedelta

from providers.clock import Clock
from providers.grafana import GrafanaClient
from providers.loki import LokiClient
from providers.prometheus import PrometheusClient
from sre_tui.doctor.finding import Finding, doubtful, failed_reading, good
from sre_tui.doctor.reach import timed, transport, unreached
from sre_tui.doctor.rights import beyond_reading

_PROXY_ACCESS = (
    "Prometheus itself has no logins: a proxy in front of it refused. Give its user and password "
    "(PROMETHEUS_USERNAME, PROMETHEUS_PASSWORD_FILE) or its token (PROMETHEUS_TOKEN_FILE)."
)
_GRAFANA_RECIPE = (
    "In Grafana: Administration > Users and access > Service accounts > Add service account, "
    "role Viewer, then Add token; write it into a file and name the file in "
    "GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE, or set GRAFANA_SERVICE_ACCOUNT_TOKEN."
)
_LOKI_ACCESS = (
    "Loki answers 'no org id' when it is multi-tenant: set LOKI_TENANT. Any other refusal comes "
    "from a proxy: LOKI_USERNAME and LOKI_PASSWORD_FILE, or LOKI_TOKEN_FILE."
)


async def prometheus(client: PrometheusClient, clock: Clock) -> list[Finding]:
    """Reached, version, targets, and whether rules are readable."""
    build, spent = await timed(client.build_info)
    if build.data is None:
        return [await unreached(build, client.endpoint, _PROXY_ACCESS)]
    found = [
        good(client.source, "reachable", f"Prometheus {build.data.version} in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, client.clock_offset),
    ]
    targets = await client.targets()
    if targets.data is None:
        found.append(
            doubtful(
                client.source,
                "targets",
                f"scrape targets cannot be read: {targets.detail}",
                "Thanos, Mimir and VictoriaMetrics have none; otherwise let the proxy pass "
                "/api/v1/targets.",
            )
        )
    else:
        down = [target for target in targets.data if target.health == "down"]
        text = f"{len(targets.data) - len(down)} of {len(targets.data)} targets up"
        if down:
            found.append(
                doubtful(client.source, "targets", text, "`sre metrics targets` says which and why")
            )
        elif targets.data:
            found.append(good(client.source, "targets", text))
        else:
            found.append(
                doubtful(
                    client.source,
                    "targets",
                    "it scrapes nothing",
                    "Add scrape_configs, node_exporter on each host first.",
                )
            )
    return found


async def grafana(client: GrafanaClient, clock: Clock) -> list[Finding]:
    """Reached, version, token accepted, alert rules readable, not too many rights."""
    health, spent = await timed(client.health)
    if health.data is None:
        return [await unreached(health, client.endpoint, _GRAFANA_RECIPE)]
    found = [
        good(client.source, "reachable", f"Grafana {health.data.version} in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, client.clock_offset),
    ]
    rules = await client.rules()
    if rules.data is None:
        found.append(failed_reading(rules, "rights", _GRAFANA_RECIPE))
        return found
    found.append(good(client.source, "rights", f"{len(rules.data)} alert rules readable"))
    permissions = await client.permissions()
    if permissions.data is not None:
        more = [
            name
            for name in permissions.data
            if name.endswith((":write", ":create", ":delete")) and not name.startswith("users.auth")
        ]
        found += beyond_reading(client.source, "the token", more, _GRAFANA_RECIPE)
    return found


async def loki(client: LokiClient, clock: Clock) -> list[Finding]:
    """Reached, ready, let in, and whether logs arrive."""
    now = clock()
    labels, spent = await timed(lambda: client.label_names(now - timedelta(hours=6), now))
    if labels.data is None:
        return [await unreached(labels, client.endpoint, _LOKI_ACCESS)]
    found = [
        good(client.source, "reachable", f"Loki in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, client.clock_offset),
    ]
    if labels.data:
        shown = ", ".join(labels.data[:6])
        found.append(good(client.source, "data", f"{len(labels.data)} labels: {shown}"))
    else:
        found.append(
            doubtful(
                client.source,
                "data",
                "no log line arrived within the last 6 hours",
                "Check the shipper (Alloy, Promtail, Vector) and its address of Loki; "
                "`sre runbooks show loki-ingestion` has the steps.",
            )
        )
    return found
