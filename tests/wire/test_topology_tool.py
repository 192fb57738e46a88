"""The tool that shows what stands on what, over the simulated homelab and with parts of it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.endpoint import Endpoint
from providers.reading import State
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.tools.topology import TopologyListing
from sre_tui.views.page import Block, Branch
from sre_tui.views.registry import table_view
from tests.stubs.homelab_tools import context_in
from tests.stubs.ports import free_ports
from tests.wire.test_investigate_tool import THEN, homelab
from widgets.cell import Display


async def ask(context: ToolContext, name: str = "") -> ToolResult[TopologyListing]:
    return await get_tool("topology").run(context, {"name": name})


def text(answer: ToolResult[TopologyListing], budget: int = 4000) -> str:
    return get_tool("topology").render(answer, ModelView(now=THEN, budget=budget))


def links(answer: ToolResult[TopologyListing]) -> set[tuple[str, str, str]]:
    return {(link.dependent, link.relation.value, link.on) for link in answer.data.links}


def page(answer: ToolResult[Any]) -> list[str]:
    view = table_view("topology")
    assert view.page is not None
    shown: list[str] = []
    for part in view.page(answer.data, Display(now=THEN, utc=None, wide=True), None):
        if isinstance(part, Block):
            shown.append(part.title)
            shown += ["".join(cell.text for cell in each.pieces) for each in part.lines]
        else:
            shown += branches([part])
    return shown


def branches(parts: Sequence[Branch], depth: int = 0) -> Iterator[str]:
    for part in parts:
        yield "  " * depth + "".join(cell.text for cell in part.pieces)
        yield from branches(part.children, depth + 1)


async def test_a_guest_stands_on_disks_and_carries_a_site(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path, guests=40) as (_, context):
        media, tank, everything = (
            await ask(context, "media"), await ask(context, "nas1/tank"), await ask(context)
        )  # fmt: skip
        database = await ask(context, "guest:db")
        with pytest.raises(ArgumentError, match=r"or other thing 'mediaa'; did you mean media"):
            await ask(context, "mediaa")
    assert media.state is State.OK
    below = {thing.key: thing.below for thing in media.data.items if thing.below is not None}
    assert below["guest:media"] == 0
    assert below["storage:pve2/local-zfs"] == 1
    assert below["pool:pve2/rpool"] == 2
    assert below["disk:pve2/nvme0n1"] == 3
    assert below["disk:nas1/sdc"] == 4
    assert below["pool:pbs/backup"] == 2
    above = {thing.key: thing.above for thing in media.data.items if thing.above}
    assert above == {"container:media/jellyfin": 1, "site:jellyfin.home.example": 2}
    assert "share:nas1:/mnt/tank/media" in media.data.hints[0]
    said = text(media)
    assert said.startswith("What guest media [guest:media] stands on and carries, from ")
    assert "made of 6 disks (sda, sdb, sdc, sdd, sde, sdf) (truenas:main)" in said
    assert "guest media carries 1 service [runs on]: jellyfin (loki:main)" in said

    lines = page(media)
    assert "  mounts share /mnt/tank/media on nas1  prometheus:main" in lines
    assert "        made of disk sdc on nas1  truenas:main" in lines

    on_tank = {thing.key for thing in tank.data.items if thing.above}
    assert {"guest:media", "site:jellyfin.home.example", "datastore:archive"} <= on_tank
    # A backup that lies on it is no reason for its guest to fail.
    assert "guest:dns1" not in on_tank
    assert ("replication:nas1/fast-to-tank", "copies to", "dataset:nas1/tank/replica") in links(
        tank
    )
    assert {"storage:fast-vm", "pool:nas1/fast"} <= {t.key for t in database.data.items if t.below}

    assert estimate_tokens(text(everything, 1200)) <= 1200
    assert any(line.startswith("tank on nas1  made of 6 disks") for line in page(everything))
    assert len(everything.data.items) > 200


async def test_with_backends_down_the_others_tell_what_they_know(tmp_path: Path) -> None:
    async with homelab("quiet", tmp_path, sockets=True) as (demo, context):
        await demo.break_backend("truenas", "500")
        no_nas = await ask(context, "media")
        await demo.mend_backend("truenas")
        await demo.break_backend("proxmox", "500")
        no_proxmox = await ask(context, "media")
        await demo.mend_backend("proxmox")
        await demo.break_backend("prometheus", "500")
        no_prometheus = await ask(context, "media")
        with pytest.raises(ArgumentError, match="as far as the backends answered"):
            await ask(context, "wordpress-7")
    assert no_nas.state is no_proxmox.state is no_prometheus.state is State.PARTIAL
    assert ("share:nas1:/mnt/tank/media", "shared from", "pool:nas1/tank") in links(no_nas)
    assert ("guest:media", "runs on", "node:pve2") in links(no_proxmox)
    assert ("guest:media", "mounts", "share:nas1:/mnt/tank/media") in links(no_proxmox)
    assert ("guest:media", "stored on", "storage:pve2/local-zfs") in links(no_prometheus)
    assert ("pool:pve2/rpool", "made of", "disk:pve2/nvme0n1") in links(no_prometheus)
    assert "! truenas:main" in text(no_nas)


async def test_where_nobody_answers_no_name_is_wrong(tmp_path: Path) -> None:
    settings = Settings(prometheus=(Endpoint(url=f"http://127.0.0.1:{free_ports()}"),))
    with stamina.set_testing(True, attempts=1):
        answer = await ask(context_in(tmp_path, settings), "media")
    assert answer.state is State.UNREACHABLE
    assert answer.data.items == ()
