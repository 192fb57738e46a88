"""The report as a level: read, stepped through, and made in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from providers.reading import SourceStatus, State
from sre_tui.complaint import Complaint
from sre_tui.environment import Environment, Folders
from sre_tui.live.report_desk import ReportDesk
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import SectionState
from sre_tui.memory.reports import Reports
from sre_tui.report.collect import SECTIONS
from sre_tui.report.html import Html
from sre_tui.report.message import Letter
from sre_tui.screens.choice import ChoiceScreen
from sre_tui.screens.file_name import FileNameScreen
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.screens.report import ReportScreen
from sre_tui.settings import Settings, load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_reports
from tests.screens.homelab import status
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from tests.stubs.at_hand import start_at_hand
from tests.stubs.homelab_tools import context_in
from tests.stubs.reports import MADE, full_report, hostile_report, partial_report, quiet_report
from tests.stubs.smtp_server import MailBox, smtp_server
from widgets.key_footer import KeyFooter

SOMEWHERE = {"prometheus": [{"name": "main", "url": "http://127.0.0.1:1"}]}
"""A backend that nobody asks here."""


REFUSED = "memory.db is no [b]database[/]"


async def _away(context: ToolContext, work: object) -> tuple[None, SourceStatus]:
    return None, status("memory", State.BAD_RESPONSE, REFUSED)


async def _full(context: ToolContext, work: object) -> None:
    raise NotKept("the disk is [b]full[/]")


class Maker:
    """Stands in for what makes reports: one section after the other, as it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.report = quiet_report().model_copy(update={"id": "fresh", "made": MADE})
        self.fault: Exception | None = None
        self.begun = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._may = asyncio.Event()
        monkeypatch.setattr("sre_tui.report.make.make_report", self)

    async def __call__(self, context: ToolContext, *, told: Any) -> Report:
        self.begun += 1
        self._loop, self._may = asyncio.get_running_loop(), asyncio.Event()
        state: SectionState = "ok"
        for place, heading in enumerate(SECTIONS):
            if place == 4:
                await self._may.wait()
            told(heading, state)
        if self.fault is not None:
            raise self.fault
        return self.report

    def go_on(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._may.set)


def settings(**more: Any) -> Settings:
    return Settings.model_validate({**SOMEWHERE, **more})


def _add(report: Report, archive: Reports) -> None:
    archive.add(report)


@asynccontextmanager
async def on_archive(
    folder: Path, *reports: Report, size: str = "120x40", context: ToolContext | None = None
) -> AsyncIterator[Scene]:
    """The app over an archive with these, the oldest first, three hours after the full one."""
    used = context or context_in(folder, settings())
    for each in reports:
        await with_reports(used, partial(_add, each))
    async with on_stage(size=SIZES[size], reports=ReportDesk(used)) as scene:
        scene.clock.now = MADE + timedelta(hours=3)
        yield scene


def aged(days: int, report: Report) -> Report:
    """The same some days before."""
    span = timedelta(days=days)
    changes = {"id": f"week{days}", "made": report.made - span, "since": report.since - span}
    return report.model_copy(update={**changes, "until": report.until - span})


def page(scene: Scene) -> PageScroll:
    return scene.app.screen.query_one(PageScroll)


def told(scene: Scene) -> str:
    """What notices say."""
    shown = " ".join(map(scene.within, scene.app.screen.query("Toast")))
    return " ".join(shown.replace("▌", "").split())


async def opened(scene: Scene, *words: str) -> None:
    await scene.press("R")
    assert isinstance(scene.app.screen, ReportScreen)
    await scene.settle(lambda: scene.says(*words))


@pytest.mark.parametrize("size", SIZES)
async def test_a_report_in_every_state(
    size: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def looks(name: str) -> None:
        # The keys in the footer come after what they are for.
        await scene.settle(lambda: scene.says("⏎ Reports", "? Help"))
        assert scene.svg == snapshot(name=name, extension_class=SvgSnapshot)

    maker = Maker(monkeypatch)
    async with on_archive(tmp_path, size=size) as scene:
        with monkeypatch.context() as away:
            away.setattr("sre_tui.live.report_shelf.asked_reports", _away)
            await opened(scene, "✗ error", "memory gave no usable answer", REFUSED)
            assert scene.says("ctrl+r tries again")
            await looks("error")
            away.setattr("sre_tui.tools.memory_data.with_reports", _full)
            await scene.press("n")
            await scene.settle(lambda: scene.says("4 of 9"))
            maker.go_on()
            await scene.settle(lambda: scene.says("Report fresh", "A quiet week", "▲ partial"))
            assert scene.says("this report is not archived: the disk is [b]full[/]")
            await looks("not-archived")
    async with on_archive(tmp_path, size=size) as scene:
        await opened(scene, "No report has been made yet", "n makes one", "· empty")
        assert scene.says("n New", "w Write", "m Mail", "[ Earlier", "? Help")
        await looks("empty")
        await scene.press("n")
        await scene.settle(lambda: scene.says("• Making a report: 4 of 9 sections"))
        await looks("making")
        maker.fault = Complaint("the zone [b]Mars[/] is not known")
        maker.go_on()
        await scene.settle(lambda: scene.says("✗ The report was not made: the zone [b]Mars[/]"))
        assert not scene.says("Making a report")
        await looks("failed")
        maker.fault, maker.report = None, full_report()
        await scene.press("n")
        await scene.settle(lambda: scene.says("4 of 9"))
        maker.go_on()
        await scene.settle(lambda: scene.says("made 3 h ago · 1 of 1", "tank is degraded"))
        assert scene.says("Report on homelab", "CRITICAL", "Replace sdc in tank")
        await looks("full")
        maker.report = partial_report().model_copy(update={"id": "gaps"})
        await scene.press("n")
        await scene.settle(lambda: scene.says("4 of 9"))
        maker.go_on()
        await scene.settle(lambda: scene.says("Report gaps", "not everything could be looked at"))
        await looks("partial")


async def test_a_new_one_is_made_while_the_latest_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    maker = Maker(monkeypatch)
    async with on_archive(tmp_path, aged(7, quiet_report()), full_report()) as scene:
        await opened(scene, "made 3 h ago", "1 of 2", "tank is degraded")
        await scene.press("n")
        await scene.settle(lambda: scene.says("Making a report: 4 of 9 sections"))
        # Reading goes on, and a second one is not begun.
        await scene.press("G", "n")
        assert page(scene).scroll_y > 0
        assert scene.says("It is under way: 4 of 9 sections")
        maker.go_on()
        await scene.settle(lambda: scene.says("Report fresh", "1 of 3", "A quiet week"))
        assert not scene.says("Making a report")
        await scene.settle(lambda: page(scene).scroll_y == 0)
        assert maker.begun == 1


async def test_whoever_leaves_is_told_when_it_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    maker = Maker(monkeypatch)
    async with on_archive(tmp_path) as scene:
        await opened(scene, "No report has been made yet")
        await scene.press("n")
        await scene.settle(lambda: scene.says("4 of 9"))
        await scene.press("escape", "5", *"/report")
        assert scene.at_main
        assert scene.says("/report  the latest report")
        maker.go_on()
        await scene.settle(lambda: "The report is made: R shows it" in told(scene))
        await scene.press("enter")
        await scene.settle(lambda: scene.says("Report fresh · made 3 h ago · 1 of 1"))
        maker.fault = RuntimeError("token=secret")
        await scene.press("n")
        await scene.settle(lambda: scene.says("4 of 9"))
        await scene.press("q")
        maker.go_on()
        await scene.settle(lambda: "went wrong inside (RuntimeError)" in told(scene))
        assert "secret" not in told(scene)


async def test_those_before_it_are_stepped_through_and_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copied: list[str] = []
    archive = (aged(14, quiet_report()), aged(7, partial_report()), full_report())
    async with on_archive(tmp_path, *archive, size="80x24") as scene:
        monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
        await opened(scene, "1 of 3")
        await scene.press("]", "G", "[")
        await scene.settle(lambda: scene.says("Report week7 · made 7 d 3 h ago · 2 of 3"))
        await scene.settle(lambda: page(scene).scroll_y == 0)
        await scene.press("[")
        await scene.settle(lambda: scene.says("Report week14", "3 of 3"))
        await scene.press("[", "]")
        await scene.settle(lambda: scene.says("2 of 3"))
        await scene.press("y", "enter")
        assert copied[0].startswith("Report on homelab")
        await scene.settle(lambda: scene.says("2026-11-16 to 11-23", "critical · ", "unknown · "))
        assert isinstance(scene.app.screen, ChoiceScreen)
        await scene.settle(lambda: scene.says("⏎ Choose", "esc Back"))
        await scene.press("enter")
        await scene.settle(lambda: scene.says("tank is degraded", "1 of 3"))
        # Wider lines are broken elsewhere.
        await scene.pilot.resize_terminal(120, 40)
        await scene.settle(lambda: scene.says("pool tank is degraded: sdc is faulted (nas1)"))
        await scene.press("R")
        assert len(scene.app.screen_stack) == 2
        await scene.pilot.click("#breadcrumb", offset=(2, 0))
        await scene.settle(lambda: scene.at_main)


async def test_a_memory_that_is_away_costs_the_archive_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "data" / "memory" / "memory.db"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("no [b]database[/]" * 100, encoding="utf-8")
    maker = Maker(monkeypatch)
    async with on_archive(tmp_path, size="80x24") as scene:
        await opened(scene, "✗ error", "memory", "ctrl+r tries again")
        await scene.press("n")
        await scene.settle(lambda: scene.says("4 of 9"))
        maker.go_on()
        await scene.settle(lambda: scene.says("Report fresh", "A quiet week"))
        assert scene.says("this report is not archived: ", "▲ partial")
        # It is still there for who comes back, and once the memory is.
        await scene.press("escape", "R")
        await scene.settle(lambda: scene.says("Report fresh", "not archived"))
        in_the_way.unlink()
        await with_reports(context_in(tmp_path), lambda archive: archive.add(full_report()))
        await scene.press("ctrl+r")
        await scene.settle(lambda: scene.says("1 of 2"))
        await scene.press("[")
        await scene.settle(lambda: scene.says("tank is degraded", "2 of 2"))
        assert not scene.says("not archived")
        await scene.press("]")
        await scene.settle(lambda: scene.says("Report fresh", "not archived"))


async def test_without_a_backend_there_is_nothing_to_report_on(tmp_path: Path) -> None:
    async with on_archive(tmp_path, context=context_in(tmp_path), size="80x24") as scene:
        await opened(scene, "No report has been made yet")
        await scene.press("n")
        await scene.settle(lambda: scene.says("The report was not made: no backend is configured"))


async def test_hostile_text_stays_text(tmp_path: Path) -> None:
    hostile = hostile_report().model_copy(update={"id": "[b]evil[/]"})
    async with on_archive(tmp_path, hostile) as scene:
        await opened(scene, "Report [b]evil[/]", "<script>alert(1)</script>")
        assert scene.is_clean
        for _ in range(6):
            await scene.press("pagedown")
            assert scene.is_clean
        await scene.press("w")
        await scene.settle(lambda: isinstance(scene.app.screen, FileNameScreen))
        assert scene.says("Write the report [b]evil[/] to")
        await scene.press("escape", "enter")
        await scene.settle(lambda: isinstance(scene.app.screen, ChoiceScreen))
        await scene.settle(lambda: scene.says(" · [b]evil[/]"))
        assert scene.is_clean
        await scene.press("escape")


async def test_a_name_is_asked_for(snapshot: SnapshotAssertion) -> None:
    async def never(_: str, __: bool) -> Path:
        raise AssertionError

    async with on_stage() as scene:
        hint = ".html, .md, .json or .txt says as what; in /home/anna"
        scene.app.push_screen(FileNameScreen("Write it to", "report.html", hint, never))
        await scene.settle(lambda: scene.says("Write it to", "report.html", hint, "esc Back"))
        await scene.draw("name", snapshot)


async def test_it_is_written_as_what_its_name_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def said(words: str) -> bool:
        return words in scene.within(scene.app.screen.query_one("#file-said"))

    monkeypatch.chdir(tmp_path)
    async with on_archive(tmp_path, full_report(), size="80x24") as scene:
        await opened(scene, "tank is degraded")
        await scene.press("w")
        await scene.settle(lambda: scene.says("Write the report", "report-2026-11-23.html"))
        await scene.press("end", *["backspace"] * 5, "enter")
        await scene.settle(lambda: said("end the name in .html"))
        await scene.press(*".md", "enter")
        await scene.settle(lambda: "Written: " in told(scene))
        written = tmp_path / "report-2026-11-23.md"
        assert written.read_text(encoding="utf-8").startswith("# Report on homelab")
        written.write_text("mine", encoding="utf-8")
        await scene.press("w")
        await scene.settle(lambda: isinstance(scene.app.screen, FileNameScreen))
        await scene.press("end", *["backspace"] * 4, *"md", "enter")
        await scene.settle(lambda: said("is there already: enter once more replaces it"))
        assert written.read_text(encoding="utf-8") == "mine"
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, ReportScreen))
        assert "tank" in written.read_text(encoding="utf-8")


async def test_it_is_mailed_once_that_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Drawing its charts takes seconds, and has tests of its own.
    plain = Letter("All of it", Html("<p>All of it"))
    monkeypatch.setattr("sre_tui.live.report_post.letter_of", lambda report: plain)
    box = MailBox(refuses={"bob@home.arpa": "550 no such user [b]here[/]"})
    async with smtp_server(box):
        mail = {
            "host": "127.0.0.1",
            "port": box.port,
            "security": "none",
            "sender": "sre@home.arpa",
        }
        to = {"recipients": "anna@home.arpa,bob@home.arpa"}
        used = context_in(tmp_path, settings(mail=mail, report=to))
        async with on_archive(tmp_path, full_report(), size="80x24", context=used) as scene:
            await opened(scene, "tank is degraded")
            await scene.press("m")
            await scene.settle(lambda: scene.says("Mail this report?", "to anna@home.arpa, bob@"))
            await scene.press("escape")
            assert not box.taken
            await scene.press("m", "enter")
            await scene.settle(lambda: scene.says("1 of 1 · mailed"))
            assert "Mailed to anna@home.arpa; bob@home.arpa gets none: " in told(scene)
            assert "[b]here[/]" in told(scene)
            (letter,) = box.mails
            assert "critical" in letter["Subject"]
            await scene.press("m")
            await scene.settle(lambda: scene.says("it was mailed "))
            await scene.press("escape")
            box.refuses["DATA"] = "554 no"
            await scene.press("m", "enter")
            await scene.settle(lambda: "Not mailed: " in told(scene))
            # What was refused when somebody looked on is nothing for the next run.
            assert not await with_reports(used, lambda archive: archive.due())


async def test_mail_that_is_not_set_up_says_what_is_missing(tmp_path: Path) -> None:
    async with on_archive(tmp_path, quiet_report(), size="80x24") as scene:
        # A letter while one types, a place to go to, and a key in the footer for the mouse.
        await scene.press("5", "R")
        assert scene.at_main
        await scene.press("backspace", "escape", "colon", *"report", "enter")
        await scene.settle(lambda: scene.says("A quiet week"))
        keys = scene.text.splitlines()[-1]
        assert len(scene.app.screen.query_one(KeyFooter).keys) == 8
        await scene.pilot.click(KeyFooter, offset=(keys.index("m Mail"), 0))
        await scene.settle(lambda: "mail needs a server: set SMTP_HOST" in told(scene))
        assert isinstance(scene.app.screen, ReportScreen)


async def test_one_of_a_simulated_homelab(tmp_path: Path) -> None:
    folders, clock = Folders.under(tmp_path), MADE.timestamp
    async with start_at_hand("nas-disk-failing", guests=10, clock=clock) as demo:
        # One backend that is broken; of all of them a report takes ten seconds.
        nas = {name: each for name, each in demo.environment.items() if "TRUENAS" in name}
        variables = {**nas, "MEMORY_DB_URL": "", "REPORT_LOOKBACK_DAYS": "1"}
        environment = Environment(
            variables=variables, folders=folders, working_folder=tmp_path, clock=lambda: MADE
        )
        async with (
            ToolContext(load_settings(environment), folders, lambda: MADE) as used,
            on_archive(tmp_path, context=used) as scene,
        ):
            await opened(scene, "No report has been made yet")
            await scene.press("n")
            await scene.settle(lambda: scene.says("made 3 h ago · 1 of 1"))
            assert scene.says("CRITICAL", "sdc", "Written by the built-in analyst")
            (kept,) = await with_reports(used, lambda archive: archive.latest())
            assert scene.says(f"Report {kept.id}")
