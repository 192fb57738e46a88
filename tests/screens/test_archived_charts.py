"""Charts of guests and nodes where Prometheus has none of them: the archive of their server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from providers.proxmox import HistoryPoint
from providers.reading import State
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.detail import DetailScreen
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.proxmox_guest_data import GuestProperties
from sre_tui.tools.proxmox_history import LoadHistory
from tests.screens.details import ANSWERS, backends, curve, series
from tests.screens.homelab import NOW, status
from tests.screens.panes import PROXMOX, everything
from tests.screens.stage import Scene, on_stage

NONE = Snapshot("q", NOW, trouble=status("prometheus", State.NOT_CONFIGURED))
COURSE = LoadHistory(
    source=PROXMOX, subject="lxc/101", name="media (101)", timeframe="hour",
    start=NOW - timedelta(hours=1), end=NOW, step=60.0,
    points=tuple(
        HistoryPoint(at=NOW - timedelta(minutes=59 - minute), cpu=minute / 100, disk_read=2048.0,
                     memory=2.0**31, net_in=1024.0)
        for minute in (*range(20), *range(40, 60))
    ),
)  # fmt: skip
ARCHIVES = {
    **ANSWERS,
    "proxmox_get_guest_config": GuestProperties(asked="lxc/101", history=COURSE),
    "proxmox_node_status": NodeListing(histories=(COURSE,)),
}


async def _charts_of_the_first_guest(scene: Scene) -> None:
    await scene.press("2")
    await scene.settle(lambda: scene.main.rows_pane("guests").has_focus_within)
    while scene.chosen != "media (101)":
        await scene.press("j")
    await scene.press("enter")
    await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
    await scene.press("3")
    await scene.settle()


async def test_without_prometheus_the_server_s_own_archive_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage(size=(120, 60)) as scene:
        asked = backends(scene, monkeypatch, {**ARCHIVES, "prometheus_range_query": NONE})
        await scene.arrive(*everything())
        await _charts_of_the_first_guest(scene)
        assert scene.says("CPU, by Proxmox VE · now 59 % · 0 % to 59 %", "Memory, by Proxmox VE")
        assert scene.says("Disk, read, by Proxmox VE · now 2.0 KiB/s", "Network, out  no data")
        assert "not set up" not in scene.text
        # One question for all six charts, and as far back as they look.
        of = {"guest": "lxc/101"}
        archive = [each for tool, each in asked.asked if tool == "proxmox_get_guest_config"]
        assert archive == [{**of, "history": "hour"}]
        await scene.press("w")
        await scene.settle()
        archive = [each for tool, each in asked.asked if tool == "proxmox_get_guest_config"]
        assert archive[-1] == {**of, "history": "week"}
        await scene.press("n")
        await scene.settle()
        await scene.press("3")
        await scene.settle(lambda: scene.says("Hottest sensor", "CPU, by Proxmox VE · now 59 %"))
        assert ("proxmox_node_status", {"node": "pve1", "history": "hour"}) in asked.asked
        # What only an exporter measures has no archive.
        assert scene.says("Hottest sensor  · not set up")


async def test_with_series_of_the_guest_no_archive_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage() as scene:
        every = {**ARCHIVES, "prometheus_range_query": series(curve({"id": "lxc/101"}, 0.2, 0.4))}
        asked = backends(scene, monkeypatch, every)
        await scene.arrive(*everything())
        await _charts_of_the_first_guest(scene)
        assert "proxmox_get_guest_config" not in asked.asking
        here, asked.answers["prometheus_range_query"] = every["prometheus_range_query"], NONE
        await scene.press("w")
        await scene.settle()
        assert "proxmox_get_guest_config" in asked.asking
        # Once Prometheus has the series again, the archive is left alone.
        asked.answers["prometheus_range_query"] = here
        await scene.press("d")
        await scene.settle()
        assert "proxmox_get_guest_config" not in asked.asking
