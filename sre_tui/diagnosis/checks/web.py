"""Checks of web, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "web-probe", "web_down", "web",
        'probe_success{job!~".*(dns|icmp|ping).*",$S}',
        "==", 0,
        "{instance} does not answer as it should (probe success = {value})",
        delay=120, severity=Severity.CRITICAL,
    ),
    metric_check(
        "web-status", "web_errors", "web",
        "probe_http_status_code{$S}",
        ">", 499,
        "{instance} answers with status {value}",
        delay=120,
    ),
    metric_check(
        "web-time", "web_slow", "web",
        'probe_duration_seconds{job!~".*(dns|icmp|ping).*",$S}',
        ">", 0.6,
        "{instance} takes {value} to answer",
        unit="s",
    ),
    metric_check(
        "proxy-errors", "web_errors", "web",
        'sum by (service) (rate(traefik_service_requests_total{code=~"5..",$S}[5m])) / '
        'sum by (service) (rate(traefik_service_requests_total{$S}[5m]))',
        ">", 0.05,
        "{value} of the requests to {service} end in an error 5xx",
        unit="ratio", clear=0.0475,
    ),
)  # fmt: skip
