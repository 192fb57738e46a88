"""Checks of web, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

_PROXIED: Final = "sum by (service) (rate(traefik_service_requests_total{%s$S}[5m]))"
_FAILED: Final = _PROXIED % 'code=~"5..",'

CHECKS: Final = (
    metric_check(
        "web-probe", "web_down", "web",
        'probe_success{job!~".*(dns|icmp|ping).*",$S}',
        "==", 0,
        "{instance} does not answer as it should (probe success = {value})",
        delay=120, severity=Severity.CRITICAL,
        title="a site that does not answer as it should",
        why="people cannot use it",
        advice="look at what serves it, then at the proxy before it",
    ),
    metric_check(
        "web-status", "web_errors", "web",
        "probe_http_status_code{$S}",
        ">", 499,
        "{instance} answers with status {value}",
        delay=120,
        title="a site that answers with a server's error",
        why="people cannot use it",
        advice="read the log of what serves it",
    ),
    metric_check(
        "web-time", "web_slow", "web",
        'probe_duration_seconds{job!~".*(dns|icmp|ping).*",$S}',
        ">", 0.6,
        "{instance} takes {value} to answer",
        unit="s",
        title="a site that answers slowly",
        why="people wait for it",
        advice="see whether many sites are slow or this one alone",
    ),
    metric_check(
        "proxy-errors", "web_errors", "web",
        # One failed request among a dozen is no rate: at least four within the five minutes.
        f"{_FAILED} / {_PROXIED % ''} and {_FAILED} > 0.012",
        ">", 0.05,
        "{value} of the requests to {service} end in an error 5xx",
        unit="ratio", clear=0.0475,
        title="a service behind the proxy that fails many requests",
        why="people see errors",
        advice="read the log of the service",
    ),
)  # fmt: skip
