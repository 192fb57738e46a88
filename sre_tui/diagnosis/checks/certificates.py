"""Checks of certificates, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "certificate-expired", "certificate_expired", "certificates",
        "probe_ssl_earliest_cert_expiry{$S} - time()",
        "<", 0,
        "the certificate of {instance} expired {value:age} ago",
        unit="s", delay=0, severity=Severity.CRITICAL,
        title="a certificate that has expired",
        why="browsers and clients refuse the site",
        advice="see why it was not renewed",
    ),
    metric_check(
        "certificate-left", "certificate_expiring", "certificates",
        "(probe_ssl_earliest_cert_expiry{$S} - time()) > 0",
        "<", 1.2096e+06,
        "the certificate of {instance} expires in {value}",
        unit="s", delay=0,
        title="a certificate that expires soon",
        why="browsers and clients will refuse the site",
        advice="see whether its renewal works",
    ),
)  # fmt: skip
