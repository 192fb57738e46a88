from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.views.human import ago, count, duration, moment, number, percent, short_time, size
from sre_tui.views.units import metric_unit, query_unit, value_of_query, with_unit
from widgets.cell import Display

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1536, "1.5 KiB"),
        (2089072092774, "1.9 TiB"),
        (16 * 1024**3, "16.0 GiB"),
        (1023 * 1024, "1,023 KiB"),
        (0.5, "0.5 B"),
        (-2048, "-2.0 KiB"),
        (nan, "NaN"),
    ],
)
def test_bytes_are_divided_not_cut(value: float, text: str) -> None:
    assert size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3, "3"),
        (1234567, "1,234,567"),
        (0.1 + 0.2, "0.3"),
        (12.3456, "12.35"),
        (0.00012345, "0.000123"),
        (1e20, "1e+20"),
        (nan, "NaN"),
        (inf, "+Inf"),
        (-inf, "-Inf"),
    ],
)
def test_numbers_have_about_four_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0000123, "12.3 µs"),
        (0.0123, "12.3 ms"),
        (1.5, "1.5 s"),
        (90, "1 min"),
        (7500, "2 h 5 min"),
        (-90, "-1 min"),
        (86400 * 3 + 3600 * 4, "3 d 4 h"),
    ],
)
def test_spans_have_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_ratios_are_per_cent() -> None:
    assert [percent(value) for value in (0, 0.4213, 1, 1.5, 0.0001)] == [
        "0 %",
        "42.1 %",
        "100 %",
        "150 %",
        "0.01 %",
    ]


def test_times_are_relative_absolute_or_inside_a_window() -> None:
    at = NOW - timedelta(minutes=6)
    assert ago(at, NOW) == "6 min ago"
    assert ago(NOW + timedelta(hours=2), NOW) == "in 2 h"
    assert ago(NOW, NOW) == "now"
    assert moment(at, Display(now=NOW, utc=None, wide=False)) == "6 min ago"
    assert moment(at, Display(now=NOW, utc=True, wide=False)) == "2026-11-22 13:54:00Z"
    assert short_time(at, NOW - timedelta(hours=1), NOW) == "13:54"
    assert short_time(at, NOW - timedelta(minutes=10), NOW) == "13:54:00"
    assert short_time(at, NOW - timedelta(days=2), NOW) == "11-22 13:54"


def test_nouns_are_counted() -> None:
    assert [count(1, "alert"), count(2, "alert"), count(0, "entry", "entries")] == [
        "1 alert",
        "2 alerts",
        "0 entries",
    ]


@given(st.floats())
def test_any_value_can_be_written_in_any_unit(value: float) -> None:
    for unit in (None, "B", "s", "ratio", "%", "°C", "timestamp", "B/s", "/s", "s/s", "ms"):
        assert with_unit(value, unit)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("node_memory_MemAvailable_bytes", "B"),
        ("node_network_receive_bytes_total", "B"),
        ("http_request_duration_seconds_bucket", "s"),
        ("http_request_duration_seconds_count", None),
        ("node_boot_time_seconds", "timestamp"),
        ("process_start_time_seconds", "timestamp"),
        ("node_time_seconds", "timestamp"),
        ("backup_last_success_timestamp", "timestamp"),
        ("probe_ssl_last_chain_expiry_timestamp_seconds", "timestamp"),
        ("probe_dns_lookup_time_seconds", "s"),
        ("node_disk_io_time_seconds_total", "s"),
        ("probe_ssl_earliest_cert_expiry", "timestamp"),
        ("node_hwmon_temp_celsius", "°C"),
        ("smartctl_device_temperature", "°C"),
        ("pve_cpu_usage_ratio", "ratio"),
        ("node_load1", None),
        ("bytes", "B"),
        ("kilobytes", None),
    ],
)
def test_names_tell_their_unit(name: str, unit: str | None) -> None:
    assert metric_unit(name) == unit


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        ("rate(node_network_receive_bytes_total[5m])", "B/s"),
        ('sum by (i) (rate(node_cpu_seconds_total{mode!="idle"}[5m]))', "s/s"),
        ("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "ratio"),
        ('100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])))', "%"),
        ("time() - node_boot_time_seconds", "s"),
        ("probe_ssl_earliest_cert_expiry - time()", "s"),
        ("(probe_ssl_earliest_cert_expiry - time()) / 86400", "d"),
        ("node_filesystem_avail_bytes / 1024^3", "GiB"),
        ("rate(node_network_receive_bytes_total[5m]) * 8", "bit/s"),
        ("histogram_quantile(0.9, sum by (le) (rate(http_seconds_bucket[5m])))", "s"),
        ("max_over_time(node_hwmon_temp_celsius[1d]) > 50", "°C"),
        ("count(node_memory_MemTotal_bytes)", None),
        ("node_memory_MemTotal_bytes * node_load1", None),
        ("node_memory_MemTotal_bytes + node_boot_time_seconds", None),
        ("sum(rate(errors_total[5m])) / sum(rate(errors_total[5m]))", "ratio"),
        ("rate(http_requests_total[5m])", "/s"),
        ("node_memory_MemFree_bytes > bool 5", None),
        ("up and on(instance) node_memory_MemFree_bytes", None),
        ("up == on(instance) group_left() node_memory_MemFree_bytes", None),
        ("1e9 > node_memory_MemFree_bytes", "B"),
        ("node_memory_MemFree_bytes or vector(0)", "B"),
        ("pbs_used / pbs_size > 0.95", "ratio"),
        ('pbs_available{a="b"} / pbs_size', "ratio"),
        ("pbs_used / smb_size", None),
        ("up{", None),
    ],
)
def test_expressions_keep_or_change_the_unit(query: str, unit: str | None) -> None:
    assert query_unit(query) == unit


def test_free_space_that_is_foretold_below_zero_is_what_lacks() -> None:
    query = "predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0"
    assert value_of_query(-60.6 * 2**40, query) == "60.6 TiB short"
    assert value_of_query(2.0**40, query) == "1.0 TiB"
    assert value_of_query(-1024.0, "delta(node_filesystem_avail_bytes[6h])") == "-1.0 KiB"
    assert value_of_query(0.9882, "pbs_used / pbs_size > 0.95") == "98.8 %"
    assert value_of_query(3.0, "") == "3"


def test_a_missing_value_is_not_zero() -> None:
    assert with_unit(None, "B") == "not reported"
