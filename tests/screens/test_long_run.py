"""What is closed and what is replaced does not stay; hours of it: ``benchmarks/bench_long_run``."""

from __future__ import annotations

from textual._styles_cache import StylesCache

from sre_tui.live.homelab import GUESTS
from sre_tui.screens.rows_pane import RowTable
from sre_tui.tools.proxmox_guest_data import GuestListing
from tests.screens.homelab import status
from tests.screens.panes import GUEST_ROWS, PROXMOX, answered, everything
from tests.screens.stage import Scene, on_stage

ROUNDS = 12


def _drawn_of_closed(scene: Scene) -> int:
    """Pictures of widgets that are remembered beyond those that are on the screen."""
    shown = len(list(scene.main.walk_children(with_self=True)))
    return max(0, StylesCache.get_inner_outer.cache_info().currsize - 2 * shown)


async def test_closed_screens_and_replaced_rows_leave_nothing_behind() -> None:
    async with on_stage(size=(160, 40)) as scene:
        await scene.arrive(*everything())
        for tick in range(ROUNDS):
            busy = tuple(one.model_copy(update={"cpu": tick / 50}) for one in GUEST_ROWS)
            await scene.arrive(answered(GUESTS, GuestListing(items=busy), status(PROXMOX)))
            await scene.press("1234"[tick % 4], "enter")
            assert not scene.at_main
            await scene.press("escape")
            assert _drawn_of_closed(scene) == 0
        for table in scene.main.query(RowTable):
            assert len(table._line_cache) <= 4
            assert len(table._cell_render_cache) <= 128
