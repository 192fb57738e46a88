"""Signals of guests, containers, web pages, name resolution, power and the monitoring itself."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.signals.signal import Signal, Unit
from sre_tui.diagnosis.language.topics import Topic

_GUESTS = 'id=~"(qemu|lxc)/.+",$S'
_LINES = "increase(loki_distributor_lines_received_total{$S}[5m])"
_LINES_BEFORE = "increase(loki_distributor_lines_received_total{$S}[5m] offset 1d)"
_DNS = 'job=~".*dns.*"'
_PING = 'job=~".*(icmp|ping).*"'

SIGNALS: Final = (
    Signal(
        "target_up", "target_down", ("up",), "up{$S}", "==", 0, Unit.COUNT,
        "Prometheus cannot scrape {job} at {instance} (up = {value})", (Topic.MONITORING,),
        hold=120,
    ),
    Signal(
        "node_up", "node_down", ("pve_up",), 'pve_up{id=~"node/.+",$S}', "==", 0, Unit.COUNT,
        "Proxmox shows {id} as not running (pve_up = {value})", (Topic.GUEST,), hold=0, severity=3,
    ),
    Signal(
        "guest_up", "guest_down", ("pve_up", "pve_onboot_status"),
        f"pve_up{{{_GUESTS}}} and on (id) (pve_onboot_status == 1)", "==", 0, Unit.COUNT,
        "Proxmox shows {id} as stopped although it starts on boot (pve_up = {value})",
        (Topic.GUEST,), hold=0, severity=3,
    ),
    Signal(
        "guest_disk_traffic", "noisy_guest",
        ("pve_disk_read_bytes_total", "pve_disk_written_bytes_total"),
        f"(rate(pve_disk_read_bytes_total{{{_GUESTS}}}[5m]) + "
        f"rate(pve_disk_written_bytes_total{{{_GUESTS}}}[5m])) / 1048576", ">", 60, Unit.COUNT,
        "{id} moves {value} mebibytes per second to and from its disks", (Topic.IO, Topic.DISK),
    ),
    Signal(
        "guest_memory", "memory_exhausted", ("pve_memory_usage_bytes", "pve_memory_size_bytes"),
        f"pve_memory_usage_bytes{{{_GUESTS}}} / pve_memory_size_bytes{{{_GUESTS}}}", ">", 0.95,
        Unit.RATIO, "{id} uses {value} of its memory", (Topic.MEMORY,), hold=600,
    ),
    Signal(
        "storage_space", "storage_full", ("pve_disk_usage_bytes", "pve_disk_size_bytes"),
        'pve_disk_usage_bytes{id=~"storage/.+",$S} / pve_disk_size_bytes{id=~"storage/.+",$S}',
        ">", 0.9, Unit.RATIO, "{id} is {value} full", (Topic.SPACE,), hold=0,
    ),
    Signal(
        "not_backed_up", "backup_missing", ("pve_not_backed_up_total",),
        "pve_not_backed_up_total{$S}", ">", 0, Unit.COUNT,
        "{value} guests are in no backup job", (Topic.BACKUP,), hold=0,
    ),
    Signal(
        "container_restarts", "restart_loop", ("container_start_time_seconds",),
        'changes(container_start_time_seconds{name!="",$S}[15m])', ">", 2.5, Unit.COUNT,
        "container {name} was started {value} times within 15 min", (Topic.CONTAINER,), hold=0,
        severity=3,
    ),
    Signal(
        "container_memory", "container_memory",
        ("container_memory_working_set_bytes", "container_spec_memory_limit_bytes"),
        'container_memory_working_set_bytes{name!="",$S} / '
        '(container_spec_memory_limit_bytes{name!="",$S} > 0)', ">", 0.9, Unit.RATIO,
        "container {name} uses {value} of its memory limit", (Topic.MEMORY, Topic.CONTAINER),
    ),
    Signal(
        "container_kills", "oom_kill", ("container_oom_events_total",),
        'container_oom_events_total{name!="",$S} - container_oom_events_total{name!="",$S} '
        "offset 15m", ">", 0, Unit.COUNT,
        "container {name} was killed for lack of memory, {value} within 15 min",
        (Topic.MEMORY, Topic.CONTAINER), hold=0, severity=3, lasting=False,
    ),
    Signal(
        "container_gone", "container_down", ("container_last_seen",),
        'time() - container_last_seen{name!="",$S}', ">", 180, Unit.SECONDS,
        "container {name} was last seen {value} ago", (Topic.CONTAINER,), hold=0,
    ),
    Signal(
        "dns_probe", "dns_down", ("probe_success",), f"probe_success{{{_DNS},$S}}", "==", 0,
        Unit.COUNT, "name server {instance} does not answer (probe success = {value})",
        (Topic.DNS,), hold=120, severity=3,
    ),
    Signal(
        "dns_time", "dns_slow", ("probe_duration_seconds",),
        f"probe_duration_seconds{{{_DNS},$S}}", ">", 0.5, Unit.SECONDS,
        "a lookup at {instance} takes {value}", (Topic.DNS,),
    ),
    Signal(
        "packet_loss", "packet_loss", ("probe_success",),
        f"1 - avg_over_time(probe_success{{{_PING},$S}}[10m])", ">", 0.05, Unit.RATIO,
        "{value} of the pings to {instance} within 10 min failed", (Topic.NETWORK,), severity=3,
    ),
    Signal(
        "web_probe", "web_down", ("probe_success",),
        'probe_success{job!~".*(dns|icmp|ping).*",$S}', "==", 0, Unit.COUNT,
        "{instance} does not answer as it should (probe success = {value})", (Topic.WEB,), hold=120,
        severity=3,
    ),
    Signal(
        "web_status", "web_errors", ("probe_http_status_code",), "probe_http_status_code{$S}", ">",
        499, Unit.COUNT, "{instance} answers with status {value}", (Topic.WEB,), hold=120,
    ),
    Signal(
        "web_time", "web_slow", ("probe_duration_seconds",),
        'probe_duration_seconds{job!~".*(dns|icmp|ping).*",$S}', ">", 0.6, Unit.SECONDS,
        "{instance} takes {value} to answer", (Topic.WEB,),
    ),
    Signal(
        "proxy_errors", "web_errors", ("traefik_service_requests_total",),
        'sum by (service) (rate(traefik_service_requests_total{code=~"5..",$S}[5m])) / '
        "sum by (service) (rate(traefik_service_requests_total{$S}[5m]))", ">", 0.05, Unit.RATIO,
        "{value} of the requests to {service} end in an error 5xx", (Topic.WEB,),
    ),
    Signal(
        "certificate_expired", "certificate_expired", ("probe_ssl_earliest_cert_expiry",),
        "probe_ssl_earliest_cert_expiry{$S} - time()", "<", 0, Unit.SECONDS,
        "the certificate of {instance} expired; time left is {value}",
        (Topic.CERTIFICATE, Topic.WEB), hold=0, severity=3,
    ),
    Signal(
        "certificate_left", "certificate_expiring", ("probe_ssl_earliest_cert_expiry",),
        "(probe_ssl_earliest_cert_expiry{$S} - time()) > 0", "<", 1209600, Unit.SECONDS,
        "the certificate of {instance} expires in {value}", (Topic.CERTIFICATE, Topic.WEB), hold=0,
    ),
    Signal(
        "ups_on_battery", "ups_on_battery", ("network_ups_tools_ups_status",),
        'network_ups_tools_ups_status{flag="OB",$S}', "==", 1, Unit.COUNT,
        "UPS {ups} runs on battery (flag {flag} = {value})", (Topic.POWER,), hold=0, severity=3,
    ),
    Signal(
        "ups_battery_low", "ups_on_battery", ("network_ups_tools_ups_status",),
        'network_ups_tools_ups_status{flag="LB",$S}', "==", 1, Unit.COUNT,
        "the battery of UPS {ups} is low (flag {flag} = {value})", (Topic.POWER,), hold=0,
        severity=3,
    ),
    Signal(
        "ups_replace", "ups_battery_worn", ("network_ups_tools_ups_status",),
        'network_ups_tools_ups_status{flag="RB",$S}', "==", 1, Unit.COUNT,
        "UPS {ups} wants a new battery (flag {flag} = {value})", (Topic.POWER,), hold=0,
    ),
    Signal(
        "ups_runtime", "ups_on_battery", ("network_ups_tools_battery_runtime",),
        "network_ups_tools_battery_runtime{$S} / 1", "<", 600, Unit.COUNT,
        "the battery of UPS {ups} lasts {value} s more", (Topic.POWER,), hold=0,
    ),
    Signal(
        "logs_dropped", "logs_dropped", ("loki_discarded_samples_total",),
        "increase(loki_discarded_samples_total{$S}[5m])", ">", 0, Unit.COUNT,
        "Loki dropped {value} lines within 5 min ({reason})", (Topic.MONITORING,), hold=0,
    ),
    Signal(
        "log_volume", "log_flood", ("loki_distributor_lines_received_total",),
        f"sum by (instance) ({_LINES}) / (sum by (instance) ({_LINES_BEFORE}) > 0)",
        ">", 4, Unit.RATIO, "Loki receives {value} times as many lines as a day before",
        (Topic.MONITORING,), hold=600,
    ),
    Signal(
        "config_reload", "monitoring_config", ("prometheus_config_last_reload_successful",),
        "prometheus_config_last_reload_successful{$S}", "==", 0, Unit.COUNT,
        "Prometheus could not load its configuration (last reload successful = {value})",
        (Topic.MONITORING,), hold=0,
    ),
)  # fmt: skip
