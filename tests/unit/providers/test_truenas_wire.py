"""Whatever a TrueNAS answers becomes models or one clear error, and its oddities are read right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from providers.errors import BackendError, BadResponse, NotFound, Unreachable
from providers.truenas import protection_wire, share_wire, storage_wire, system_wire
from providers.truenas.errors import MethodMissing, RoleMissing, SessionEnded, call_error
from providers.truenas.extended_json import plain
from providers.truenas.fields import prose, row, rows, when

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MILLISECONDS = int(AT.timestamp() * 1000)


def _names() -> st.SearchStrategy[str]:
    known = [
        "id", "name", "pool", "type", "status", "size", "scan", "function", "state", "percentage",
        "topology", "data", "children", "stats", "read_errors", "unavail_disk", "disk", "used",
        "parsed", "rawvalue", "$date", "$set", "properties", "creation", "schedule", "minute",
        "lifetime_value", "progress", "percent", "active_workloads", "used_ports", "host_ports",
        "container_details", "formatted", "level", "datetime", "networks", "hosts", "encryption",
    ]  # fmt: skip
    return st.sampled_from(known) | st.text(max_size=6)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names(), inner, max_size=6),
    max_leaves=20,
)

READERS: list[Callable[[JsonValue], object]] = [
    lambda answer: storage_wire.pools("nas", answer, (), (), nested=True),
    lambda answer: storage_wire.datasets("nas", answer),
    lambda answer: storage_wire.disks("nas", "nas1", answer),
    storage_wire.temperatures,
    lambda answer: system_wire.info("nas", answer),
    lambda answer: system_wire.alerts("nas", answer),
    lambda answer: system_wire.jobs("nas", answer),
    system_wire.services,
    lambda answer: system_wire.ups(
        (row(answer, "ups.config"), system_wire.last_values([answer])), (), None
    ),
    system_wire.last_values,
    system_wire.update,
    lambda answer: system_wire.apps("nas", answer),
    lambda answer: share_wire.nfs("nas", answer),
    lambda answer: share_wire.smb("nas", answer),
    lambda answer: share_wire.sessions("nas", answer),
    lambda answer: protection_wire.snapshots("nas", answer),
    lambda answer: protection_wire.snapshot_tasks("nas", answer),
    lambda answer: protection_wire.replications("nas", list(rows(answer, "x")), {}),
]


@given(values)
def test_any_answer_is_read_or_refused(answer: Any) -> None:
    for read in READERS:
        for given_answer in (answer, [answer]):
            try:
                read(plain(given_answer))
            except BadResponse as error:
                assert "answered no" in error.detail  # noqa: PT017 - either is right


@given(values)
def test_any_error_is_one_line(error: Any) -> None:
    found = call_error("pool.query", error)
    assert isinstance(found, BackendError)
    assert "\n" not in found.detail
    assert found.detail.startswith("pool.query: ")


@pytest.mark.parametrize(
    ("code", "number", "reason", "kind"),
    [
        (-32601, None, "", MethodMissing),
        (-32001, 201, "[ENOMETHOD] Method not found", MethodMissing),
        (-32001, 207, "[ENOTAUTHENTICATED] Not authenticated", SessionEnded),
        (-32001, 13, "[EACCES] Session is expired", SessionEnded),
        (-32001, 13, "[EACCES] Not authorized", RoleMissing),
        (-32001, 16, "[EBUSY] Rate Limit Exceeded", Unreachable),
        (-32000, None, "", Unreachable),
        (-32001, 2, "[ENOENT] None", NotFound),
        (-32001, 14, "[EFAULT] broken", BadResponse),
        (-32602, None, "", BadResponse),
    ],
)
def test_errors_are_told_apart(
    code: int, number: int | None, reason: str, kind: type[BackendError]
) -> None:
    error: dict[str, Any] = {"code": code, "message": "Method call error"}
    if number is not None:
        error["data"] = {"error": number, "reason": reason, "trace": None, "extra": None}
    found = call_error("pool.query", error)
    assert type(found) is kind
    assert reason in found.detail


def test_extended_json_is_made_plain() -> None:
    assert plain(
        {
            "at": {"$date": MILLISECONDS},
            "time": {"$time": "10:00:00"},
            "day": {"$type": "date", "$value": "2026-11-22"},
            "roles": {"$set": [{"$date": 1000}]},
            "odd": {"$date": "soon", "more": 1},
        }
    ) == {
        "at": AT.timestamp(),
        "time": "10:00:00",
        "day": "2026-11-22",
        "roles": [1.0],
        "odd": {"$date": "soon", "more": 1},
    }


def test_a_locked_pool_has_neither_sizes_nor_disks() -> None:
    answer: JsonValue = [
        {"id": 3, "name": "safe", "status": "OFFLINE", "healthy": False, "size": None,
         "allocated": None, "free": None, "fragmentation": None, "scan": None, "topology": None}
    ]  # fmt: skip
    (pool,) = storage_wire.pools("nas", answer, (), (), nested=True)
    assert (pool.state, pool.healthy, pool.fill, pool.scan, pool.vdevs) == (
        "OFFLINE", False, None, None, (),
    )  # fmt: skip


@pytest.mark.parametrize("scan", [None, {}, {"function": None, "state": None, "errors": None}])
def test_a_pool_that_was_never_scrubbed_has_no_scan(scan: JsonValue) -> None:
    answer: JsonValue = [{"name": "new", "status": "ONLINE", "scan": scan, "fragmentation": "12"}]
    (pool,) = storage_wire.pools("nas", answer, (), (), nested=False)
    assert pool.scan is None
    assert pool.fragmentation == 0.12


def test_a_dead_member_is_named_by_the_disk_it_was() -> None:
    leaf: JsonValue = {
        "name": "1234-uuid", "type": "DISK", "status": "UNAVAIL", "disk": None,
        "path": "/dev/disk/by-partuuid/1234", "children": [],
        "stats": {"read_errors": 3, "write_errors": 12, "checksum_errors": 0},
        "unavail_disk": {"name": "sdd", "serial": "71L0A", "model": "HDWG480", "size": 8},
    }  # fmt: skip
    answer: JsonValue = [
        {"name": "tank", "status": "DEGRADED", "topology": {"data": [
            {"name": "mirror-0", "type": "MIRROR", "status": "DEGRADED", "children": [leaf]}
        ]}}
    ]  # fmt: skip
    (pool,) = storage_wire.pools("nas", answer, (), (), nested=False)
    (member,) = pool.troubled()
    assert (member.label, member.serial, member.missing, member.errors) == (
        "sdd",
        "71L0A",
        True,
        15,
    )
    assert not pool.vdevs[0].missing


def test_disks_without_a_pool_take_it_from_the_topology() -> None:
    disks = storage_wire.disks("nas", "nas1", [{"name": "sda", "pool": None}, {"name": "sdz"}])
    answer: JsonValue = [
        {
            "name": "tank",
            "topology": {"data": [{"type": "DISK", "disk": "sda", "status": "ONLINE"}]},
        }
    ]
    pools = storage_wire.pools("nas", answer, (), disks, nested=False)
    assert [d.pool for d in storage_wire.with_pools(disks, pools)] == ["tank", None]


def test_a_disk_that_left_long_ago_is_not_listed() -> None:
    rows: JsonValue = [{"name": "sda"}, {"name": "sdb", "expiretime": 1.0}, {"serial": "x"}]
    assert [disk.name for disk in storage_wire.disks("nas", "", rows)] == ["sda"]


def test_alerts_lose_their_html_and_nothing_else() -> None:
    text = 'Pool <b>tank</b> is DEGRADED:<br>One &lt; two<br/><ul><li>Disk "sda"</li></ul> 3 < 4'
    assert prose(text) == 'Pool tank is DEGRADED: One < two Disk "sda" 3 < 4'


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ({"minute": "0", "hour": "*"}, 3600.0),
        ({"minute": "*/5", "hour": "*"}, 300.0),
        ({"minute": "0", "hour": "*/6"}, 21600.0),
        ({"minute": "0", "hour": "2"}, 86400.0),
        ({"minute": "0", "hour": "2", "dow": "sun"}, 604800.0),
        ({"minute": "0", "hour": "2", "dow": "1,3"}, None),
        ({"minute": "0", "hour": "0", "dom": "*/2"}, 172800.0),
        ({"minute": "0", "hour": "0", "month": "1"}, None),
        ({"minute": "0", "hour": "*", "begin": "09:00", "end": "18:00"}, None),
        ({"minute": "0", "hour": "*", "begin": "00:00", "end": "23:59"}, 3600.0),
        ({"minute": "0", "hour": "2", "begin": "09:00", "end": "18:00"}, 86400.0),
        ({"minute": "*/²", "hour": "*"}, None),
        ({}, None),
    ],
)
def test_intervals_of_schedules(schedule: dict[str, str], seconds: float | None) -> None:
    assert protection_wire.interval(schedule) == seconds


def test_the_age_of_a_copy_is_that_of_its_snapshot_not_of_its_name() -> None:
    last = "a@auto-2026-11-22_15-00"
    older = "b@auto-2026-11-20_00-00"
    tasks: list[dict[str, JsonValue]] = [
        {"id": 1, "name": "copy", "state": {"state": "FINISHED", "last_snapshot": last}},
        {"id": 2, "name": "gone", "state": {"state": "ERROR", "last_snapshot": older}},
        {"id": 3, "name": "never", "state": {}},
    ]
    copy, gone, never = protection_wire.replications("nas", tasks, {last: AT})
    assert copy.last_snapshot_at == AT
    assert gone.last_snapshot_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert never.last_snapshot_at is None


def test_new_and_old_answers_about_updates() -> None:
    old = system_wire.update({"status": "AVAILABLE", "version": "TrueNAS-25.10.1"})
    new = system_wire.update({"code": "NORMAL", "status": {"new_version": {"version": "26.0"}}})
    none = system_wire.update({"code": "NORMAL", "status": {"new_version": None}})
    assert (old.available, old.version) == (True, "25.10.1")
    assert (new.available, new.version, none.available) == (True, "26.0", False)


def test_what_the_nas_could_not_find_out_about_updates_is_not_called_up_to_date() -> None:
    failed = system_wire.update(
        {"code": "ERROR", "status": None, "error": {"errname": "ENONET", "reason": "no network"}}
    )
    assert (failed.available, failed.error) == (None, "no network")
    assert system_wire.update({"status": "HA_UNAVAILABLE"}).available is None
    assert system_wire.update({}).available is None
    reboot = system_wire.update({"code": "REBOOT_REQUIRED", "status": None, "error": None})
    assert (reboot.available, reboot.reboot_required) == (None, True)


def test_a_ups_that_cannot_be_heard_is_not_on_line_power() -> None:
    def heard(*klasses: str) -> bool | None:
        told = system_wire.alerts("nas", [{"uuid": k, "klass": k} for k in klasses])
        ups = system_wire.ups(({"driver": "usbhid-ups"}, {}), (), told)
        assert ups is not None
        return ups.on_battery

    assert [heard(), heard("UPSOnBattery"), heard("UPSCommbad")] == [False, True, None]
    unused = system_wire.services([{"service": "ups", "enable": False, "state": "STOPPED"}])
    assert system_wire.ups(({"driver": "usbhid-ups"}, {}), unused, ()) is None


def test_the_time_in_a_name_is_that_of_the_nas() -> None:
    name = "tank@auto-2026-07-01_14-00"
    tasks: list[dict[str, JsonValue]] = [{"id": 1, "state": {"last_snapshot": name}}]
    for zone, hour in (("America/Los_Angeles", 21), ("Europe/Berlin", 12), ("Nowhere/Land", 14)):
        (copy,) = protection_wire.replications("nas", tasks, {}, protection_wire.zone(zone))
        assert copy.last_snapshot_at == datetime(2026, 7, 1, hour, tzinfo=UTC)


def test_a_copy_without_a_schedule_follows_its_snapshot_tasks() -> None:
    daily: dict[str, JsonValue] = {"schedule": {"minute": "0", "hour": "0"}}
    weekly: dict[str, JsonValue] = {"schedule": {"minute": "0", "hour": "0", "dow": "sun"}}
    odd: dict[str, JsonValue] = {"schedule": {"minute": "0", "hour": "0", "dow": "1,3"}}

    def every(*tasks: dict[str, JsonValue]) -> float | None:
        value: dict[str, JsonValue] = {
            "id": 1, "schedule": None, "periodic_snapshot_tasks": list(tasks),
        }  # fmt: skip
        (copy,) = protection_wire.replications("nas", [value], {})
        return copy.interval

    assert [every(weekly), every(weekly, daily), every(odd), every()] == [
        604800.0, 86400.0, None, None,
    ]  # fmt: skip


def test_a_name_with_line_breaks_stays_one_row() -> None:
    assert plain({"name": "tank\nPool fast\tis fine"}) == {"name": "tank Pool fast is fine"}


def test_times_of_samba_are_text() -> None:
    (session,) = share_wire.sessions("nas", [{"creation_time": "2026-11-22T15:00:00+01:00"}])
    assert session.since == AT
    assert when({"at": "2026-11-22T15:00:00"}, "at") is None


def test_quotas_and_locked_datasets() -> None:
    answer: JsonValue = [
        {"id": "tank", "type": "FILESYSTEM", "locked": False,
         "used": {"parsed": 10}, "available": {"parsed": 30},
         "quota": {"parsed": None, "rawvalue": "0"}, "children": [
            {"id": "tank/safe", "encrypted": True, "locked": True, "used": {"parsed": 8},
             "available": None, "refquota": {"parsed": 9}, "children": []},
        ]},
    ]  # fmt: skip
    root, safe = storage_wire.datasets("nas", answer)
    assert (root.fill, root.quota, root.locked) == (0.25, None, False)
    assert (safe.locked, safe.encrypted, safe.refquota, safe.fill) == (True, True, 9, None)
