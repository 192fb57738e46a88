"""What exists in the homelab, at every size."""

from __future__ import annotations

import pytest

from sre_tui.demo.world.build import build_homelab


def test_the_default_homelab_is_the_one_that_is_described() -> None:
    lab = build_homelab(40, 1)
    assert [node.name for node in lab.nodes] == ["pve1", "pve2", "pve3"]
    assert len(lab.guests) == 40
    assert len(lab.disks) == 12
    assert [p.id for p in lab.pools if p.host == "nas1"] == ["nas1/tank", "nas1/fast"]
    assert [store.name for store in lab.datastores] == ["main", "archive"]
    assert lab.guest_by_name["media"].vmid == 101
    assert len({disk.serial for disk in lab.disks}) == 12


def test_every_reference_leads_somewhere() -> None:
    lab = build_homelab(60, 5)
    storages = {(storage.node, storage.name) for storage in lab.storages}
    for guest in lab.guests:
        assert guest.node in lab.node_by_name
        assert (guest.node, guest.storage) in storages
        assert all(mount.pool in lab.pool_by_id for mount in guest.mounts)
        assert all(item.guest == guest.name for item in guest.containers)
    for pool in lab.pools:
        assert all(lab.disk_by_id[disk].pool == pool.id for disk in pool.disks)
    assert all(storage.pool in lab.pool_by_id for storage in lab.storages)
    assert all(store.pool in lab.pool_by_id for store in lab.datastores)
    assert "media" in {guest.name for guest in lab.guests_mounting("nas1/tank")}
    assert "db" in {guest.name for guest in lab.guests_stored_on("nas1/fast")}


@pytest.mark.parametrize("guests", [10, 40, 1000])
def test_names_and_ids_are_unique(guests: int) -> None:
    lab = build_homelab(guests, 3)
    assert len({guest.name for guest in lab.guests}) == guests
    assert len({guest.vmid for guest in lab.guests}) == guests
    assert len({guest.address for guest in lab.guests}) == guests


def test_a_seed_gives_one_homelab_and_another_seed_another() -> None:
    assert build_homelab(60, 3) == build_homelab(60, 3)
    one, other = build_homelab(60, 3), build_homelab(60, 4)
    assert [g.name for g in one.guests[:40]] == [g.name for g in other.guests[:40]]
    assert [g.name for g in one.guests[40:]] != [g.name for g in other.guests[40:]]
    assert one.disks[0].serial != other.disks[0].serial


@pytest.mark.parametrize("guests", [0, 9, 1001])
def test_an_impossible_number_of_guests_is_refused(guests: int) -> None:
    with pytest.raises(ValueError, match="10 to 1,000"):
        build_homelab(guests, 1)
