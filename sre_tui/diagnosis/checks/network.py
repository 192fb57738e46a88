"""Checks of network, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "network-errors", "link_errors", "network",
        "increase(node_network_receive_errs_total{$S}[5m]) + "
        "increase(node_network_transmit_errs_total{$S}[5m])",
        ">", 30,
        "{device} counted {value:error} within 5 min",
        delay=120,
        title="a network interface that counts errors",
        why="transfers are slow or break off",
        advice="look at cable, switch port and driver",
    ),
    metric_check(
        "carrier-changes", "link_errors", "network",
        "increase(node_network_carrier_changes_total{$S}[15m])",
        ">", 1.5,
        "the link of {device} changed {value:time} within 15 min",
        delay=0, lasting=False,
        title="a network link that goes up and down",
        why="connections break off",
        advice="look at cable and switch port",
    ),
    metric_check(
        "link-speed", "link_slow", "network",
        "(node_network_speed_bytes{$S} > 0) / max_over_time(node_network_speed_bytes{$S}[7d])",
        "<", 0.5,
        "{device} runs at {value} of the speed it had within the last 7 d",
        unit="ratio", delay=120,
        title="a network link that fell back to a lower speed",
        why="everything that goes over it is slow",
        advice="look at cable, plug and switch port",
    ),
    metric_check(
        "conntrack-full", "conntrack_full", "network",
        "node_nf_conntrack_entries{$S} / node_nf_conntrack_entries_limit{$S}",
        ">", 0.9,
        "the connection table is {value} full",
        unit="ratio", clear=0.855,
        title="a connection table that is nearly full",
        why="new connections are refused",
        advice="see who opens so many",
    ),
    metric_check(
        "dns-probe", "dns_down", "network",
        'probe_success{job=~".*dns.*",$S}',
        "==", 0,
        "name server {instance} does not answer (probe success = {value})",
        delay=120, severity=Severity.CRITICAL,
        title="a name server that does not answer",
        why="nothing that is called by its name can be reached",
        advice="see whether its service runs",
    ),
    metric_check(
        "dns-time", "dns_slow", "network",
        'probe_duration_seconds{job=~".*dns.*",$S}',
        ">", 0.5,
        "a lookup at {instance} takes {value}",
        unit="s",
        title="a name server that answers slowly",
        why="everything that is called by its name starts slowly",
        advice="look at its load and at the servers it asks",
    ),
    metric_check(
        "packet-loss", "packet_loss", "network",
        '1 - avg_over_time(probe_success{job=~".*(icmp|ping).*",$S}[10m])',
        ">", 0.05,
        "{value} of the pings to {instance} within 10 min failed",
        unit="ratio", clear=0.0475, severity=Severity.CRITICAL,
        title="a machine that loses pings",
        why="connections to it are slow or break off",
        advice="see whether it alone is lost or what is behind it too",
    ),
)  # fmt: skip
