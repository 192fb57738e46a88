"""Names of guests whose node is silent: who tells them, and who is asked at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from providers.pbs import Contents, Snapshot
from providers.prometheus import InstantResult
from providers.proxmox import Guest, Inventory
from providers.reading import Reading, State
from providers.series import Sample
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.topology.guest_names import (
    METRICS,
    NOTES,
    named_elsewhere,
    named_inventories,
    named_inventory,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def guest(vmid: int, name: str | None = None, source: str = "proxmox:a") -> Guest:
    status: Any = "unknown" if name is None else "running"
    return Guest(source=source, vmid=vmid, type="qemu", node="pve3", name=name, status=status)


def reading(source: str, data: Any) -> Reading[Any]:
    state = State.UNREACHABLE if data is None else State.OK
    return Reading[Any](source=source, state=state, observed_at=NOW, data=data)


class Host:
    """A Proxmox VE with these guests."""

    def __init__(self, *guests: Guest, source: str = "proxmox:a") -> None:
        self.source = source
        self.guests = guests

    async def inventory(self, *, boot: bool = False) -> Reading[Inventory]:
        return reading(self.source, Inventory(guests=self.guests))


class Server:
    """A backup server with the notes of guests by their id, the newest last; None: it is off."""

    def __init__(self, *notes: tuple[int, str] | None) -> None:
        self.notes = notes
        self.asked = 0

    async def contents(self) -> Reading[Contents]:
        self.asked += 1
        if None in self.notes:
            return reading("pbs:a", None)
        return reading("pbs:a", Contents(snapshots=tuple(self._snapshots())))

    def _snapshots(self) -> Any:
        for age, (vmid, note) in enumerate(reversed([one for one in self.notes if one])):
            yield Snapshot(
                source="pbs:a", datastore="main", type="vm", id=str(vmid), at=NOW - age * HOUR,
                comment=note,
            )  # fmt: skip


class Metrics:
    """A Prometheus to which an exporter told names of guests by their id, with the hours since."""

    def __init__(self, *told: tuple[int, str, int]) -> None:
        self.told = told
        self.asked = 0

    async def query(self, query: str) -> Reading[InstantResult]:
        self.asked += 1
        samples = tuple(
            Sample(
                source="prometheus:a",
                labels={"id": f"qemu/{vmid}", "name": name},
                at=NOW,
                value=(NOW - hours * HOUR).timestamp(),
            )
            for vmid, name, hours in self.told
        )
        data = InstantResult(kind="vector", query=query, at=NOW, samples=samples)
        return reading("prometheus:a", data)


class Homelab:
    """Backends of one homelab, whose clock can be set."""

    def __init__(self, *hosts: Host, pbs: Server | None = None, told: Metrics | None = None):
        self.proxmox = hosts
        self.pbs = (pbs,) if pbs is not None else ()
        self.prometheus = (told,) if told is not None else ()
        self.now = NOW

    def clock(self) -> datetime:
        return self.now


def sources(homelab: Homelab) -> Sources:
    return cast(Sources, homelab)


async def names(homelab: Homelab) -> dict[int, str | None]:
    readings, _ = await named_inventories(sources(homelab))
    return {each.vmid: each.name for one in readings if one.data for each in one.data.guests}


async def test_nobody_is_asked_while_every_guest_has_a_name() -> None:
    pbs, told = Server((101, "other")), Metrics((101, "other", 1))
    homelab = Homelab(Host(guest(101, "media")), pbs=pbs, told=told)
    readings, learned = await named_inventories(sources(homelab))
    assert (readings[0].warnings, dict(learned), pbs.asked, told.asked) == ((), {}, 0, 0)


async def test_the_newest_notes_go_before_metrics_and_both_are_told() -> None:
    pbs = Server((108, "photos"), (108, "immich"), (109, "made by hand on tuesday"))
    told = Metrics((108, "metrics", 1), (109, "old", 40), (109, "vault", 2), (110, "x\ny", 3))
    homelab = Homelab(Host(*map(guest, (108, 109, 110, 111))), pbs=pbs, told=told)
    readings, learned = await named_inventories(sources(homelab))
    assert readings[0].data is not None
    found = {each.vmid: each for each in readings[0].data.guests}
    assert [found[vmid].name for vmid in (108, 109, 110, 111)] == ["immich", "vault", "x y", None]
    assert found[108].last_reported == NOW - HOUR
    assert found[109].last_reported == NOW - 2 * HOUR
    assert readings[0].warnings == (
        f"1 guest on pve3 has its name from {NOTES.replace('their', 'its')}",
        f"2 guests on pve3 have their names from {METRICS}",
    )
    assert named_elsewhere(found[108], learned) == "immich by the notes of its backups"
    assert named_elsewhere(found[111], learned) == ""
    assert await names(Homelab(Host(guest(108)), pbs=pbs, told=told)) == {108: "immich"}
    assert (pbs.asked, told.asked) == (2, 1)


async def test_a_word_about_all_and_an_id_of_two_clusters_are_no_name() -> None:
    pbs = Server((101, "homelab"), (102, "homelab"), (103, "mail"), (104, "dev"))
    here = Host(*map(guest, (101, 102, 103, 104)))
    there = Host(guest(103, "web", "proxmox:b"), source="proxmox:b")
    homelab = Homelab(here, there, pbs=pbs)
    expected = {101: None, 102: None, 103: None, 104: "dev"}
    asked = cast(Any, here)
    one = await named_inventory(sources(homelab), asked, lambda client: client.inventory())
    assert one.data is not None
    assert {each.vmid: each.name for each in one.data.guests} == expected
    other = await named_inventory(sources(homelab), cast(Any, there), lambda c: c.inventory())
    assert other.warnings == ()


async def test_what_was_learned_is_kept_for_a_while_and_failures_shorter() -> None:
    pbs = Server((108, "immich"))
    homelab = Homelab(Host(guest(108)), pbs=pbs)
    assert await names(homelab) == {108: "immich"}
    homelab.now += timedelta(minutes=9)
    assert await names(homelab) == {108: "immich"}
    assert pbs.asked == 1
    homelab.now += timedelta(minutes=2)
    pbs.notes = (None,)
    assert await names(homelab) == {108: None}
    homelab.now += timedelta(minutes=2)
    pbs.notes = ((108, "immich"),)
    assert await names(homelab) == {108: "immich"}
    assert pbs.asked == 3


async def test_a_guest_that_loses_its_name_later_is_asked_about_at_once() -> None:
    pbs = Server((108, "immich"), (109, "paperless"))
    host = Host(guest(108))
    homelab = Homelab(host, pbs=pbs)
    assert await names(homelab) == {108: "immich"}
    pbs.notes = ((108, "immich"), (109, "paperless"), (110, "vaultwarden"))
    host.guests = (guest(108), guest(110))
    assert await names(homelab) == {108: "immich", 110: "vaultwarden"}
    host.guests = (guest(110),)
    assert await names(homelab) == {110: "vaultwarden"}
    assert pbs.asked == 2
