"""What is foretold of the simulated homelab: quiet, with a pool that fills, with dead parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import Endpoint, PbsEndpoint
from providers.last_known_good import NothingKept
from providers.reading import State
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.environment import Environment, Folders
from sre_tui.settings import Settings, load_settings
from sre_tui.tools.capacity_forecast import CapacityListing
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.forecasts import outlook_text
from sre_tui.views.registry import table_view
from tests.stubs.at_hand import start_at_hand
from tests.stubs.patient import patient
from tests.stubs.sizes import fewest_guests
from widgets.cell import Display, keyed_rows

CLOCK = 1_795_359_600.0
NOW = datetime.fromtimestamp(CLOCK, UTC)


@asynccontextmanager
async def homelab(
    folder: Path, scenario: str, *backends: str, sockets: bool = False
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    size = fewest_guests(scenario)
    start = start_demo if sockets else start_at_hand
    async with start(scenario, guests=size, clock=frozen_clock(CLOCK)) as demo:
        given = patient(demo.environment)
        found: dict[str, Any] = {}
        if "prometheus" in backends:
            found["prometheus"] = [Endpoint(url=demo.url("prometheus"), timeout=60.0)]
        if "pbs" in backends:
            found["pbs"] = [
                PbsEndpoint(
                    url=given["PBS_URL"],
                    token=SecretStr(given["PBS_API_TOKEN"]),
                    fingerprint=given["PBS_FINGERPRINT"],
                    timeout=60.0,
                )
            ]
        folders = Folders(folder, folder, folder, folder, folder)
        settings = Settings(**found) if backends else _all_of(given, folders)
        async with ToolContext(settings, folders, lambda: NOW, kept=NothingKept()) as context:
            yield demo, context


def _all_of(variables: Mapping[str, str], folders: Folders) -> Settings:
    return load_settings(
        Environment(
            variables=variables, folders=folders, working_folder=folders.config, clock=lambda: NOW
        )
    )


async def foretold(context: ToolContext, **arguments: object) -> ToolResult[CapacityListing]:
    return await get_tool("capacity_forecast").run(context, arguments)


def row(answer: ToolResult[CapacityListing], key: str) -> Capacity:
    return next(each for each in answer.data.items if each.subject.key == key)


async def test_a_pool_that_fills_within_hours_is_first(tmp_path: Path) -> None:
    async with homelab(tmp_path, "pool-filling", "prometheus", "pbs", sockets=True) as (_, context):
        answer = await foretold(context)
        first = answer.data.items[0]
        assert first.subject.key == "pool:nas1/tank"
        assert first.outlook == "growing"
        # What the plant does is known: the same line through the last hours, to the size.
        at = datetime.fromtimestamp(CLOCK, UTC)
        reading = await context.prometheus[0].query_range(
            'node_filesystem_avail_bytes{device="tank"}', at - timedelta(hours=2), at, 3600.0
        )
        assert reading.data is not None
        (series,) = reading.data.series
        early, last = series.points[0][1], series.points[-1][1]
        left = timedelta(hours=2) * (last / (early - last))
        assert first.full_at is not None
        assert abs(first.full_at - (at + left)) < left * 0.1
        assert first.earliest is not None
        assert first.earliest <= at + left
        assert first.latest is not None
        assert first.latest >= at + left
        shown = outlook_text(first, NOW)
        assert shown.startswith("full in ")
        assert row(answer, "datastore:archive").source == "pbs:main"
        text = get_tool("capacity_forecast").render(answer, ModelView(NOW))
        assert f"pool tank on nas1: {shown}" in text
        assert "a day" in text
        assert "values of" in text
        assert estimate_tokens(text) <= 1300
        view = table_view("capacity_forecast")
        cells = keyed_rows(
            answer.data.items, view.columns, Display(NOW, None, True), view.key
        )  # fmt: skip
        assert cells[0].cells[1].text == "tank on nas1"
        soon = await foretold(context, within="3d", kind="pool")
        assert [each.subject.name for each in soon.data.items] == ["nas1/tank"]


async def test_a_full_datastore_is_full_since_when(tmp_path: Path) -> None:
    scenario = "backups-failing-datastore-full"
    async with homelab(tmp_path, scenario, "prometheus", "pbs") as (_, context):
        answer = await foretold(context)
        full = row(answer, "datastore:main")
        assert (full.outlook, full.growth, full.full_at) == ("full", None, None)
        assert full.full_since is not None
        assert timedelta(days=1) < NOW - full.full_since < timedelta(days=3)
        assert outlook_text(full, NOW).startswith("full since ")
        # The pool below it is the same space, whatever a line through its weeks foretells.
        below = row(answer, "pool:pbs/backup")
        assert (below.outlook, below.full_at) == ("full", None)
        assert below.full_since == full.full_since
        assert row(answer, "pool:nas1/tank").outlook != "full"
        stores = await get_tool("pbs_datastore_status").run(context, {})
        (main,) = [each for each in stores.data.items if each.name == "main"]
        assert main.full_since is not None
        assert abs(main.full_since - full.full_since) < timedelta(hours=6)
        (cells,) = keyed_rows(
            [main], table_view("pbs_datastore_status").columns, Display(NOW, None, True),
            lambda one: one.key,
        )  # fmt: skip
        assert any(cell.text.startswith("since ") for cell in cells.cells)
        checked = await get_tool("check_health").run(context, {"only": "datastore-fill"})
        assert [one.since for one in checked.data.items] == [main.full_since]


async def test_what_is_on_a_node_that_is_gone_is_marked(tmp_path: Path) -> None:
    async with homelab(tmp_path, "node-offline") as (_, context):
        inventory = (await context.proxmox[0].inventory()).data
        assert inventory is not None
        (gone,) = [node.name for node in inventory.nodes if node.status == "offline"]
        answer = await foretold(context)
        away = {each.subject.key: each.out_of_reach for each in answer.data.items}
        assert away[f"pool:{gone}/rpool"]
        elsewhere = {guest.name for guest in inventory.guests if guest.node != gone}
        hosts = {each.subject.host for each in answer.data.items if each.out_of_reach}
        assert "vaultwarden" in hosts
        assert not hosts & elsewhere
        pools = (await context.truenas[0].pools()).data
        assert pools is not None
        for pool in pools:
            # A grid may end minutes ago; what is shown is what the NAS says now.
            assert row(answer, f"pool:nas1/{pool.name}").used == pool.usable_used


async def test_quiet_is_calm(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet", "prometheus", "pbs") as (_, context):
        answer = await foretold(context)
        assert answer.state is State.OK
        kinds = {each.kind for each in answer.data.items}
        assert {"pool", "datastore", "guest", "filesystem", "storage", "certificate"} <= kinds
        for each in answer.data.items:
            if each.kind != "certificate":
                assert each.outlook in ("growing", "not growing", "too little data")
                assert each.first is None or each.first > NOW + timedelta(days=90), each
        calm = await foretold(context, within="20d")
        assert calm.data.items == ()
        assert "none is full by then" in calm.data.hints[0]
        keys = [each.subject.key for each in answer.data.items]
        assert len(keys) == len(set(keys))


async def test_names_are_found_or_corrected(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet", "prometheus") as (_, context):
        tank = await foretold(context, name="tank")
        assert [each.subject.key for each in tank.data.items] == ["pool:nas1/tank"]
        media = await foretold(context, name="media")
        assert [each.subject.key for each in media.data.items] == ["filesystem:media:/"]
        with pytest.raises(ArgumentError, match="did you mean tank"):
            await foretold(context, name="tnak")


async def test_a_dead_source_is_said_and_the_rest_is_told(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet", "prometheus", "pbs", sockets=True) as (demo, context):
        await demo.break_backend("prometheus", "refuse")
        with stamina.set_testing(True, attempts=1):
            answer = await foretold(context)
        assert answer.state is State.PARTIAL
        assert any("prometheus:main" in line for line in answer.warnings)
        assert {each.kind for each in answer.data.items} == {"datastore"}
        assert (
            "too little history"
            not in get_tool("capacity_forecast").render(answer, ModelView(NOW)).partition("\n")[0]
        )
