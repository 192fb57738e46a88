"""Names asked of the backends, in time or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from providers.pbs import Contents, Snapshot
from providers.proxmox import Guest, Inventory, Node
from providers.reading import Reading, State
from sre_tui.agent import discovery
from sre_tui.agent.discovery import Discovery, joined
from sre_tui.tools.context import ToolContext
from tests.stubs.homelab_tools import NOW, context_in


class Names:
    """Answers every question about labels alike."""

    source = "x:main"

    def __init__(self, *values: str, hangs: bool = False, breaks: bool = False) -> None:
        self.values = values
        self.hangs = hangs
        self.breaks = breaks
        self.asked: list[str] = []

    async def label_values(self, label: str, *_: object) -> Reading[tuple[str, ...]]:
        self.asked.append(label)
        if self.hangs:
            await asyncio.Event().wait()
        if self.breaks:
            raise RuntimeError("unforeseen")
        return Reading(source="x:main", state=State.OK, observed_at=NOW, data=self.values)


def context_with(folder: Path, prometheus: Sequence[Names], loki: Sequence[Names]) -> ToolContext:
    context = context_in(folder)
    context.__dict__.update(prometheus=tuple(prometheus), loki=tuple(loki), grafana=())
    return context


async def test_hosts_come_without_their_ports(tmp_path: Path) -> None:
    context = context_with(tmp_path, [Names("nas1:9100", "media:9100")], [Names("nas1")])
    found = await Discovery(context).names()
    assert found == {"hosts": ("media", "nas1"), "services": ("nas1",)}


async def test_who_hangs_or_breaks_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "SECONDS", 0.05)
    slow, broken, good = Names(hangs=True), Names(breaks=True), Names("nas1:9100")
    context = context_with(tmp_path, [slow, broken, good], [])
    assert await Discovery(context).names() == {"hosts": ("nas1",)}


async def test_names_are_asked_for_again_only_after_a_while(tmp_path: Path) -> None:
    names = Names("nas1")
    now: list[datetime] = [NOW]
    context = context_with(tmp_path, [names], [])
    context.clock = lambda: now[0]
    found = Discovery(context)
    await asyncio.gather(found.names(), found.names())
    now[0] += timedelta(minutes=5)
    await found.names()
    assert names.asked == ["instance"]
    now[0] += timedelta(minutes=6)
    await found.names()
    assert names.asked == ["instance", "instance"]


async def test_without_backends_nothing_is_known(tmp_path: Path) -> None:
    assert await Discovery(context_in(tmp_path)).names() == {}


class Machines:
    """A Proxmox VE that answers with an inventory, or not at all."""

    def __init__(self, source: str, inventory: Inventory | None) -> None:
        self.source = source
        self.inventory_of = inventory

    async def inventory(self) -> Reading[Inventory]:
        state = State.UNREACHABLE if self.inventory_of is None else State.OK
        return Reading(source=self.source, state=state, observed_at=NOW, data=self.inventory_of)


async def test_every_machine_of_the_inventories_is_told_and_who_is_silent(tmp_path: Path) -> None:
    guests = [
        Guest(source="proxmox:a", vmid=vmid, type="lxc", node="pve1", name=f"guest{vmid}")
        for vmid in range(100, 200)
    ]
    there = Inventory(guests=tuple(guests), nodes=(Node(source="proxmox:a", name="attic"),))
    context = context_with(tmp_path, [], [])
    told, silent = Machines("proxmox:a", there), Machines("proxmox:b", None)
    context.__dict__.update(proxmox=(told, silent), truenas=())
    found = await Discovery(context).machines()
    assert len(found.names["guests"]) == 100
    assert found.names["hosts"] == ("attic",)
    assert found.silent == ("proxmox:b",)


class Noted:
    """A backup server whose notes name one guest."""

    source = "pbs:a"

    async def contents(self) -> Reading[Contents]:
        one = Snapshot(source="pbs:a", datastore="main", type="ct", id="101", at=NOW,
                       comment="diary")  # fmt: skip
        data = Contents(snapshots=(one,))
        return Reading(source="pbs:a", state=State.OK, observed_at=NOW, data=data)


async def test_guests_that_only_their_backups_name_are_machines_too(tmp_path: Path) -> None:
    mute = Guest(source="proxmox:a", vmid=101, type="lxc", node="pve3")
    context = context_with(tmp_path, [], [])
    host = Machines("proxmox:a", Inventory(guests=(mute,)))
    context.__dict__.update(proxmox=(host,), pbs=(Noted(),), truenas=())
    found = await Discovery(context).machines()
    assert (found.names, found.silent) == ({"guests": ("diary",)}, ())


def test_names_of_several_are_joined() -> None:
    assert joined({"hosts": ("a", "b")}, {"hosts": ("b", "c"), "services": ("x",)}) == {
        "hosts": ("a", "b", "c"),
        "services": ("x",),
    }
