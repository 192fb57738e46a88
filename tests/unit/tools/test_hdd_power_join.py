"""Series of one disk put together, and joined with the disk of the NAS that they are of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.series import Labels, Series, SeriesStats, SeriesWindow
from providers.truenas import Disk
from sre_tui.tools.hdd_power_join import disk_of, host_of, joined, reported, same_host

END = datetime(2026, 11, 22, 15, tzinfo=UTC)
HERE = {"truenas:main": "192.0.2.10"}


def series(labels: Labels, *minutes: int, source: str = "prometheus:main") -> Series:
    """Points of value 2, so many minutes before the end."""
    return Series(
        source=source,
        labels=labels,
        points=tuple((END - timedelta(minutes=each), 2.0) for each in sorted(minutes)[::-1]),
        stats=SeriesStats(points=len(minutes)),
    )


def window(*found: Series, end: datetime = END) -> SeriesWindow:
    start = end - timedelta(hours=1)
    return SeriesWindow(query="x", start=start, end=end, step=60.0, series=found)


def disk(name: str, serial: str = "", *, source: str = "truenas:main", **more: str) -> Disk:
    return Disk.model_validate({"source": source, "name": name, "serial": serial, **more})


def pairs(
    labels: list[Labels], inventory: list[Disk], addresses: dict[str, str] | None = None
) -> list[str | None]:
    """Serial number of the disk that each label set is joined with."""
    found = reported([window(*(series(each, 1) for each in labels))])
    together, _ = joined(found, inventory, HERE if addresses is None else addresses)
    return [known.serial if known else None for _, known in together]


def test_labels_of_several_exporters_name_disk_and_host() -> None:
    assert disk_of({"device": "/dev/sda", "instance": "nas1:9100"}) == "sda"
    assert disk_of({"disk": "sdb", "device": "x"}) == "sdb"
    assert disk_of({"device_id": "/dev/disk/by-id/wwn-0x5000"}) == "wwn-0x5000"
    assert host_of({"instance": "nas1:9100"}) == "nas1"
    assert host_of({"host": "nas", "instance": "nas1:9100"}) == "nas"
    assert (disk_of({}), host_of({})) == ("", "")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nas1", "NAS1", True),
        ("nas1", "nas1.home.example", True),
        ("nas1", "nas2", False),
        ("", "nas1", False),
        ("10.0.10.20", "10.0.10.21", False),
        ("fd00::1", "fd00::2", False),
    ],
)
def test_hosts_are_the_same_with_or_without_a_domain(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same


def test_series_split_by_a_restart_are_one_disk() -> None:
    old = {"disk": "sda", "host": "nas1", "instance": "nas1:9100"}
    new = {"disk": "sda", "host": "nas1", "instance": "nas1:9101"}
    (one,) = reported([window(series(old, 9, 8, 7, 6), series(new, 6, 5, 4))])
    assert [(END - at).total_seconds() / 60 for at, _ in one.points] == [9, 8, 7, 6, 5, 4]
    assert one.labels == new


def test_a_disk_that_got_another_name_is_still_one_disk() -> None:
    link = "/dev/disk/by-id/wwn-0x5000C500F7425581"
    before = {"device_id": link, "device": "/dev/sda", "instance": "192.0.2.10:9635"}
    after = before | {"device": "/dev/sdb"}
    found = reported([window(series(before, 9, 8), series(after, 5, 4))])
    assert [each.name for each in found] == ["sdb"]
    other = disk("sda", "B", host="nas1", wwn="5000c500f7425582")
    known = disk("sdb", "A", host="nas1", wwn="5000c500f7425581")
    together, left = joined(found, [other, known], {})
    assert [each and each.serial for _, each in together] == ["A"]
    assert left == [other]


def test_a_replaced_disk_is_not_taken_for_its_successor() -> None:
    old = {"disk": "sda", "host": "nas1", "serial": "OLD"}
    new = {"disk": "sda", "host": "nas1", "serial": "NEW"}
    assert pairs([old, new], [disk("sda", "NEW", host="nas1")]) == [None, "NEW"]
    # Before the new one reports, the old one does not borrow its serial number either.
    assert pairs([old], [disk("sda", "NEW", host="nas1")]) == [None]
    link = {"device_id": "/dev/disk/by-id/ata-TOSHIBA_HDWG480_OLD", "device": "/dev/sda"}
    assert pairs([link], [disk("sda", "OLD"), disk("sda", "NEW")]) == ["OLD"]


def test_the_same_name_on_several_hosts_is_told_apart() -> None:
    inventory = [
        disk("sda", "A", host="nas1"), disk("sda", "B", host="nas2", source="truenas:two"),
    ]  # fmt: skip
    labels = [{"disk": "sda", "host": host} for host in ("pve1", "nas2", "nas1.home.example")]
    assert pairs(labels, inventory) == [None, "B", "A"]


def test_a_host_told_by_its_address_is_the_nas_at_that_address() -> None:
    inventory = [disk("sda", "A", host="nas1")]
    both = [
        {"device": "/dev/sda", "instance": "192.0.2.9:9635"},
        {"device": "/dev/sda", "instance": "192.0.2.10:9635"},
    ]
    assert pairs(both, inventory) == [None, "A"]
    # The only host there is, or one with the same pool, is taken for the NAS.
    assert pairs(both[:1], inventory, {}) == ["A"]
    assert pairs(both, inventory, {}) == [None, None]
    pooled = [both[0] | {"pool": "none"}, both[1] | {"pool": "tank"}]
    assert pairs(pooled, [disk("sda", "A", host="nas1", pool="tank")], {}) == [None, "A"]


def test_what_may_be_two_disks_is_joined_with_none() -> None:
    inventory = [disk("sda", "A"), disk("sda", "B", source="truenas:two")]
    assert pairs([{"disk": "sda"}], inventory, {}) == [None]


def test_a_fresh_answer_counts_before_a_stale_one() -> None:
    labels = {"disk": "sda", "host": "nas1"}
    old = window(series(labels, 70, 65), end=END - timedelta(hours=1))
    fresh = window(series(labels, 2, 1))
    (one,) = reported([old, fresh])
    assert (one.window, len(one.points)) == (fresh, 2)


def test_one_series_for_each_state_is_another_metric() -> None:
    labels = {"device": "/dev/sda", "state": "standby", "type": "hdd"}
    assert reported([window(series(labels, 1))]) == []
