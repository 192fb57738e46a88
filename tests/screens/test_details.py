"""Detail screens: every section of every kind, the keys in them, and what they say in trouble."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from syrupy.assertion import SnapshotAssertion

from sre_tui.live.homelab import GUESTS
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.detail_body import PartTable
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.screens.pane_tabs import PaneTabs
from sre_tui.screens.reader import RunbookScreen, TaskLogScreen
from sre_tui.tools.loki_data import LogListing
from sre_tui.tools.proxmox_guest_data import GuestListing, GuestProperties, Property
from sre_tui.tools.runbooks import RunbookMatches
from tests.screens.details import ANSWERS, LINES, PASSAGE, backends, dead, entry
from tests.screens.homelab import status
from tests.screens.panes import FULL, GUEST_ROWS, PROXMOX, answered, everything
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from tests.unit.widgets.hostile import EXAMPLES

KEYS = {"alerts": "1", "guests": "2", "pools": "3", "backups": "4"}


async def _open(scene: Scene, pane: str, name: str) -> DetailScreen:
    """Open the row of that name from its pane, as a user does."""
    await scene.press(KEYS[pane])
    table = scene.main.rows_pane(pane)
    await scene.settle(lambda: table.has_focus_within)
    await scene.press("g")
    for _ in table.rows:
        if scene.chosen == name:
            break
        await scene.press("j")
    assert scene.chosen == name
    await scene.press("enter")
    await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
    await scene.settle()
    return _screen(scene)


def _screen(scene: Scene) -> DetailScreen:
    screen = scene.app.screen
    assert isinstance(screen, DetailScreen)
    return screen


def _section(scene: Scene) -> str:
    """Id of the section that is open, as its tab is marked."""
    front = scene.app.screen.query_one(PaneTabs).query(".-front").first()
    return str(front.id).removeprefix("tab-")


def _crumbs(scene: Scene) -> str:
    return scene.within(scene.app.screen.query_one("#breadcrumb"))


async def _read(scene: Scene) -> str:
    """All that the open section says, scrolled through to its end."""
    told = [scene.text]
    for page in scene.app.screen.query(PageScroll):
        if not page.max_scroll_y:
            continue
        page.scroll_end(animate=False)
        await scene.settle()
        told.append(scene.text)
        page.scroll_home(animate=False)
        await scene.settle()
    return "\n".join(told)


Expected = Sequence[tuple[str, tuple[str, ...]]]
KINDS: dict[tuple[str, str], Expected] = {
    ("alerts", "SmartDiskFailing"): (
        ("overview", ("◆ critical  SmartDiskFailing", "smartctl_device_smart_status == 0",
                      "Value, fires == 0 · now 0", "╌ limit 0", "Storage / disks / SmartDisk",
                      "https://runbooks.example/disk-smart-warning")),
        ("history", ("last 7 days · 2", "◆ holds now", "· over", "15 min", "1 d ago")),
        ("labels", ("device     sdc", "Check backups, then replace it.")),
        ("rule", ("condition", "C: A = 0", "1 min", "✓ ok", "Storage")),
        ("runbook", ("best match first · 2", "Disk wear [and] SMART", "zfs-pool-degraded")),
    ),
    ("guests", "media (101)"): (
        ("overview", ("✓ running", "100 % of 8.0 GiB", "40 d", "▲ stale", "ENOSPC", "Alerts · 2",
                      "HighReadLatency")),
        ("config", ("network", "eth0", "vmbr0 [b]10.0.20.111/24[/b]")),
        ("charts", ("CPU · now 97 % · 20 % to 97 %", "Memory · now 8.0 GiB · 3.0 GiB to 8.0 GiB",
                    "no data in this time")),
        ("tasks", ("Tasks of the last 7 days · 1", "✗ error", "vzdump")),
        ("backups", ("The last 5 weeks", "✗ failed 1 day", "▲ with warnings 1 day",
                     "✓ done 17 days", "Copies · 4 of 9", "✗ failed", "not yet")),
        ("snapshots", ("Snapshots · 1", "before-upgrade", "3 d ago", "[red]with")),
        ("logs", ("✗ jellyfin: transcode [b]stalled[/b] red", "cron: started")),
    ),
    ("pools", "fast"): (
        ("overview", ("✗ degraded  fast", "▲ resilver 42 %", "└── mirror-0  ✗ degraded",
                      "sdh", "removed, missing")),
        ("datasets", ("largest first · 3", "fast/media", "2.0 TiB")),
        ("snapshots", ("hold most first · 1", "▲ 700", "Snapshot tasks · 1", "fast and below")),
        ("replication", ("Replication · 1", "▲ late", "fast/vm", "5 d")),
        ("growth", ("full in 41 d", "+11.0 GiB/d")),
    ),
    ("backups", "media (101)"): (
        ("overview", ("▲ stale", "the last run failed", "job errors: ENOSPC", "✗ failed 1 day",
                      "· no run")),
        ("runs", ("Runs on the backup server · 19", "✗ error", "▲ warning",
                  "Runs on Proxmox VE · 1")),
        ("copies", ("✓ 2 verified   ✗ 1 damaged   · 1 not verified yet", "main:lab")),
    ),
    ("backups", "main"): (
        ("overview", ("✗ nearly full", "98%", "in 9 d", "✓ ok 4 h", "✗ failed 1 day")),
        ("growth", ("Used", "Growth a day", "no data in this time")),
        ("tasks", ("Tasks of the last 7 days · 19",)),
        ("contents", ("Namespaces · 2", "(root)", "lab", "✗ 1 damaged")),
        ("jobs", ("Jobs · 1", "prune", "✗ error", "cannot lock [/]" )),
    ),
}  # fmt: skip
NODE: Expected = (
    ("overview", ("✓ online", "of 64.0 GiB", "16 × Ryzen [9]", "2 of 3")),
    ("guests", ("Guests · 4", "nextcloud", "media")),
    ("charts", ("CPU · now", "Hottest sensor", "no data in this time")),
    ("disks", ("sda", "▲ 57 °C", "39 °C", "✗ FAILED", "✓ PASSED", "93%")),
    ("storages", ("Storages · 1", "local-zfs", "50%")),
    ("tasks", ("Tasks of the last 2 days · 1", "job errors")),
    ("logs", ("transcode",)),
)
"""What is read in the sections of each kind, in their order."""


async def _walk(
    scene: Scene, name: str, expected: Expected, wide: bool, snapshot: SnapshotAssertion
) -> None:
    for number, (section, words) in enumerate(expected):
        assert _section(scene) == section
        told = await _read(scene)
        missing = [word for word in words if word not in told]
        assert not missing, (name, section, missing, told)
        keys = {a.binding.action for a in scene.app.active_bindings.values() if a.binding.show}
        assert 0 < len(keys) <= 8, (section, keys)
        drawn = f"{name}-{section}-{'wide' if wide else 'narrow'}"
        assert scene.svg == snapshot(name=drawn, extension_class=SvgSnapshot)
        await scene.press("right")
        await scene.settle(lambda number=number: _screen(scene).section != number)  # type: ignore[misc]
    assert _section(scene) == expected[0][0]


@pytest.mark.parametrize("size", SIZES)
async def test_every_section_of_every_kind(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(size=SIZES[size]) as scene:
        asked = backends(scene, monkeypatch)
        await scene.arrive(*everything())
        for (pane, name), expected in KINDS.items():
            await _open(scene, pane, name)
            assert _crumbs(scene).startswith(f"attic › {pane.capitalize()} › {name}")
            await _walk(scene, f"{pane}-{name}", expected, size == "120x40", snapshot)
            if pane == "guests":
                await scene.press("n")
                await scene.settle(lambda: _crumbs(scene).endswith("media (101) › Nodes › pve1"))
                await _walk(scene, "node", NODE, size == "120x40", snapshot)
                await scene.press("escape")
                assert _crumbs(scene).endswith("media (101)")
            await scene.press("escape")
            assert scene.app.screen is scene.main
            assert scene.main.rows_pane(pane).has_focus_within
            assert asked.asking == []
    assert scene.app.broken is None


async def test_only_the_open_section_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        asked = backends(scene, monkeypatch)
        await scene.arrive(*everything())
        await _open(scene, "guests", "media (101)")
        assert asked.asked == [("grafana_get_alerts", {"host": "media", "limit": 200})]
        await scene.press("7")
        # The label that names machines is found out before the lines are asked for.
        assert asked.asking == ["loki_list_label_values", "loki_query_logs"]
        assert asked.asked[-1][1]["query"] == '{host="media"}'
        await scene.press("9", "8")
        assert _section(scene) == "logs"
        await scene.press("left", "left")
        assert _section(scene) == "backups"
        # The calendar and the list of copies ask once each.
        assert asked.asking == ["pbs_list_tasks", "pbs_list_backups"]
        await scene.pilot.click("#tab-config")
        await scene.settle(lambda: _section(scene) == "config")
        assert asked.asking == ["proxmox_get_guest_config"]


async def test_charts_look_back_further_by_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        asked = backends(scene, monkeypatch)
        await scene.arrive(*everything())
        screen = await _open(scene, "guests", "media (101)")
        assert screen.check_action("window", (1,)) is False
        await scene.press("d")
        assert screen.window == 0
        await scene.press("3")
        queries = [arguments for tool, arguments in asked.asked if tool.startswith("prometheus")]
        assert len(queries) == 6
        assert {one["since"] for one in queries} == {"1h"}
        assert all('id="lxc/101"' in str(one["query"]) for one in queries)
        for key, since in (("d", "24h"), ("w", "7d"), ("h", "1h")):
            asked.asked.clear()
            await scene.press(key)
            queries = [each for tool, each in asked.asked if tool.startswith("prometheus")]
            assert [one["since"] for one in queries] == [since] * 6
            assert asked.asking.count("prometheus_range_query") == 6


async def test_rows_of_sections_open_what_they_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        backends(scene, monkeypatch)
        await scene.arrive(*everything())
        await _open(scene, "guests", "media (101)")
        await scene.press("enter")
        await scene.settle(lambda: _crumbs(scene).endswith("› Alerts › HighReadLatency media"))
        await scene.press("escape", "4", "enter")
        await scene.settle(lambda: isinstance(scene.app.screen, TaskLogScreen))
        assert scene.says("Log of vzdump 101")
        await scene.press("escape", "n", "2", "j", "enter")
        await scene.settle(lambda: _crumbs(scene).endswith("› Nodes › pve1 › Guests › media (101)"))
        await scene.press("escape")
        assert _section(scene) == "guests"
        await scene.press("escape")
        assert _section(scene) == "tasks"
        await scene.press("escape")
        assert scene.app.screen is scene.main


@pytest.mark.parametrize("size", SIZES)
async def test_log_of_a_failed_run_and_a_runbook(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    async with on_stage(size=SIZES[size]) as scene:
        copied: list[str] = []
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        asked = backends(scene, monkeypatch)
        await scene.arrive(*everything())
        await _open(scene, "backups", "media (101)")
        await scene.press("2", "enter")
        await scene.settle(lambda: isinstance(scene.app.screen, TaskLogScreen))
        tool, arguments = asked.asked[-1]
        assert (tool, list(arguments)) == ("pbs_list_tasks", ["log"])
        assert scene.says("The last 4 of 900 lines", "ERROR: ENOSPC: [b]No space[/b]")
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("y", "escape", "escape")
        assert "ENOSPC: [b]No space[/b]\n" in copied[0]

        def text(runbook: str) -> str | None:
            read.append(runbook)
            return "# Disk wear\n\n[red]Replace it[/red]\n" + "more\n" * 60

        monkeypatch.setattr(scene.app, "_parts", _with_runbooks(scene, text))
        await _open(scene, "alerts", "SmartDiskFailing")
        await scene.press("5", "enter")
        await scene.settle(lambda: isinstance(scene.app.screen, RunbookScreen))
        await scene.settle(lambda: scene.says("[red]Replace it[/red]"))
        assert scene.says("sre runbooks show disk-smart-warning")
        assert read == ["disk-smart-warning"]
        page = scene.app.screen.query_one(PageScroll)
        await scene.settle(lambda: page.max_scroll_y > 0)
        scene.app.clear_notifications()
        await scene.settle()
        assert scene.svg == snapshot(name="runbook", extension_class=SvgSnapshot)
        await scene.press("j", "G")
        assert page.scroll_offset.y == page.max_scroll_y > 0
        await scene.press("g")
        assert page.scroll_offset.y == 0


def _with_runbooks(scene: Scene, text: object) -> object:
    from dataclasses import replace

    return replace(scene.app._parts, read_runbook=text)  # type: ignore[arg-type]


async def test_backups_of_a_row_by_a_key_and_nodes_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage() as scene:
        backends(scene, monkeypatch)
        await scene.arrive(*everything())
        for pane, key in (("alerts", "j"), ("guests", "j")):
            await scene.press(KEYS[pane], "g", key, "b")
            await scene.settle(lambda: "› Backups › media (101)" in _crumbs(scene))
            await scene.press("b")
            assert _crumbs(scene).count("Backups") == 1
            await scene.press("escape")
        await scene.press("3", "b")
        assert scene.app.screen is scene.main
        assert scene.says("No backups are known of fast")
        await _open(scene, "guests", "media (101)")
        await scene.press("b")
        await scene.settle(lambda: _crumbs(scene).endswith("media (101) › Backups › media (101)"))
        await scene.press("escape", "escape")
        assert scene.at_main
        await scene.press("ctrl+p", *"node pve2")
        await scene.settle(lambda: scene.says("Node pve2"))
        await scene.press("enter")
        await scene.settle(lambda: _crumbs(scene) == "attic › Nodes › pve2")


async def test_a_dead_backend_blanks_only_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "[/] refused \x1b[31m"
    answers = {
        **ANSWERS,
        "pbs_list_tasks": dead("pbs_list_tasks", said),
        "loki_list_label_values": dead("loki_list_label_values", said),
        "prometheus_instant_query": dead("prometheus_instant_query", said),
    }
    async with on_stage() as scene:
        asked = backends(scene, monkeypatch, answers)
        await scene.arrive(*everything())
        await _open(scene, "guests", "media (101)")
        await scene.press("5")
        assert scene.says("✗ error", "[/] refused", "Copies · 4 of 9", "main:lab")
        await scene.press("7")
        assert scene.says("✗ error", "[/] refused")
        assert "loki_query_logs" not in [tool for tool, _ in asked.asked]
        await scene.press("n", "4")
        await scene.settle(lambda: scene.says("[/] refused", "✗ FAILED", "/dev/nvme0n1"))
        asked.answers = {}
        await scene.press("1")
        assert scene.says("✓ online")
        assert scene.is_clean


async def test_the_cursor_and_the_focus_stay_where_the_user_left_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage(size=(80, 24)) as scene:
        backends(scene, monkeypatch)
        await scene.arrive(*everything())
        screen = await _open(scene, "guests", "media (101)")
        table = screen.query_one(PartTable)
        assert table.has_focus
        await scene.press("j")
        key = table.cursor_key
        screen.show()
        assert (table.has_focus, table.cursor_key) == (True, key)
        await scene.press("tab")
        page = screen.query_one(PageScroll)
        assert page.has_focus
        screen.show()
        await scene.settle()
        assert page.has_focus


async def test_copy_explain_changes_and_the_row_that_went(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with on_stage() as scene:
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        backends(scene, monkeypatch)
        await scene.arrive(*everything())
        await _open(scene, "guests", "media (101)")
        await scene.press("2", "y")
        assert "10.0.20.111/24" in copied[0]
        await scene.press("4", "y")
        assert "vzdump" in copied[1]
        stopped = GUEST_ROWS[1].model_copy(update={"status": "stopped"})
        await scene.press("1")
        await scene.arrive(answered(GUESTS, GuestListing(items=(stopped,)), status(PROXMOX)))
        await scene.settle(lambda: scene.says("· stopped"))
        await scene.arrive(answered(GUESTS, GuestListing(items=GUEST_ROWS[:1]), status(PROXMOX)))
        await scene.settle(lambda: scene.says("no longer there; this is how it was seen last"))
        assert scene.says("· stopped")
        await scene.press("c")
        await scene.settle(lambda: scene.app.screen is scene.main)
        assert scene.answers.asked[-1] == "what changed on media in the last 6 hours?"
        scene.chat.cancel()
        await scene.settle(lambda: not scene.chat.busy)
        await scene.arrive(answered(GUESTS, FULL[GUESTS], status(PROXMOX)))
        await _open(scene, "guests", "media (101)")
        await scene.press("n", "e")
        await scene.settle(lambda: scene.app.screen is scene.main)
        assert scene.answers.asked[-1] == "how is the node pve1?"


async def test_hostile_answers_change_nothing_but_the_characters_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = tuple(Property(group=text or "x", name=text, value=text, note=text) for text in EXAMPLES)
    shots = tuple(Property(group="snapshots", name=text, note=text) for text in EXAMPLES)
    lines = tuple(entry(number, text) for number, text in enumerate(EXAMPLES))
    found = [
        {"id": text or "x", "title": text, "heading": text, "passage": text} for text in EXAMPLES
    ]
    books = RunbookMatches.model_validate(
        {"query": "q", "mode": "text", "items": [{**PASSAGE, **one} for one in found]}
    )
    answers = {
        **ANSWERS,
        "proxmox_get_guest_config": GuestProperties(asked="x", items=(*rows, *shots)),
        "loki_query_logs": LogListing(items=lines, query="q", start=LINES.start, end=LINES.end),
        "runbook_search": books,
        "pbs_list_tasks": dead("x", "a" * 10_000),
    }
    async with on_stage(size=(80, 24)) as scene:
        backends(scene, monkeypatch, answers)
        await scene.arrive(*everything())
        for pane, name, keys in (
            ("guests", "media (101)", "2567"),
            ("alerts", "SmartDiskFailing", "5"),
        ):
            await _open(scene, pane, name)
            for key in keys:
                await scene.press(key)
                await _read(scene)
                assert scene.is_clean, key
                await scene.press("y")
            await scene.press("escape")
    assert scene.app.broken is None
