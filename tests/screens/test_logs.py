"""The screen of log lines: what it asks for, how it follows, every key, every state."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from providers.reading import State
from sre_tui.live.line_buffer import LineBuffer
from sre_tui.live.log_tail import LogTail
from sre_tui.screens.log_line import LogLineScreen
from sre_tui.screens.log_patterns import PatternsScreen
from sre_tui.screens.logs import LogsScreen
from sre_tui.screens.subject_queries import LogsOf
from sre_tui.screens.wanted import LogsWanted
from tests.screens.logs import Loki, entry
from tests.screens.panes import everything
from tests.screens.stage import SIZES, Scene, on_stage
from tests.screens.svg import SvgSnapshot
from tests.unit.widgets.hostile import EXAMPLES
from widgets.pane import Pane

MEDIA = LogsOf("media (101)", ("media",))


@pytest.fixture(autouse=True)
def _asks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tail asks once, and again when a test presses ctrl+r."""
    monkeypatch.setattr(LogTail, "interval", 3600.0)


@asynccontextmanager
async def _stage(loki: Loki, size: str = "120x40") -> AsyncIterator[Scene]:
    async with on_stage(size=SIZES[size], ask_tool=loki.ask, feed_of=loki.feed) as scene:
        yield scene


@asynccontextmanager
async def _logs(scene: Scene, of: LogsOf = MEDIA, lines: int | None = 100) -> AsyncIterator[None]:
    """The screen opened anew; with None it is not waited for."""
    scene.app.post_message(LogsWanted(of))
    await scene.settle(lambda: isinstance(scene.app.screen, LogsScreen))
    if lines is not None:
        await scene.settle(lambda: _shown(scene) == lines)
    yield
    while scene.app.screen is not scene.main:
        await scene.app.pop_screen()
    await scene.settle()


def _screen(scene: Scene) -> LogsScreen:
    screen = scene.app.screen
    assert isinstance(screen, LogsScreen)
    return screen


def _pane(scene: Scene) -> Pane:
    return _screen(scene).query_one("#logs", Pane)


def _title(scene: Scene) -> str:
    return _pane(scene).title


def _frame(scene: Scene) -> str:
    return scene.framed(_pane(scene))


def _shown(scene: Scene) -> int:
    return len(_screen(scene).view.lines)


def _is_clean(scene: Scene) -> bool:
    shown = scene.text.replace("\n", "")
    return not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Cf"}


STATES = {
    State.OK: ("· empty", "No line in the last 1 h", "its last line before was at 09:12",
               "] looks further back"),
    State.UNREACHABLE: ("✗ error", "nothing listens at https://loki:3100", "sre doctor",
                        "ctrl+r tries again"),
    State.UNAUTHORIZED: ("✗ no access", "refused the token", "Missing right:", "LOKI_TENANT"),
    State.NOT_CONFIGURED: ("· not set up", "Setting: LOKI_URL", "sre config init"),
    State.STALE: ("◌ stale · 6 min old", "no answer within 10 s", "out of memory"),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_logs_of_a_guest_in_every_state(size: str, snapshot: SnapshotAssertion) -> None:
    loki = Loki([])
    loki.hints = ('{hostname="media"} wrote nothing; its last line before was at 09:12',)
    every = Loki().lines
    async with _stage(loki, size) as scene:
        await scene.arrive(*everything())
        await scene.press("2", "j", "l")
        await scene.settle(lambda: isinstance(scene.app.screen, LogsScreen))
        assert scene.text.splitlines()[0].strip() == "attic › media (101) › Logs"
        for state, words in STATES.items():
            loki.state, loki.lines = state, list(every if state is State.STALE else ())
            await scene.press("ctrl+r")
            await scene.settle(lambda wanted=words: wanted[0] in _pane(scene).badge)  # type: ignore[misc]
            await scene.settle()
            frame = _frame(scene)
            assert all(word in frame for word in words), frame
            assert scene.svg == snapshot(extension_class=SvgSnapshot, name=state.value)
        loki.state = State.OK
        await scene.press("right_square_bracket", "left_square_bracket")
        await scene.settle(lambda: "100 lines · last 1 h · all levels · following" in _title(scene))
        assert loki.queries == ['{hostname="media"}']
        assert scene.says("✗ error", "▲ warning", "◆ critical", "• info", "· debug", "14:01:56")
        assert "connection from 10.0.20.99" in scene.text.splitlines()[-3]
        assert scene.svg == snapshot(extension_class=SvgSnapshot)
        await scene.press("k", "escape")
        assert scene.main.rows_pane("guests").has_focus_within
        await scene.press("L")
        await scene.settle(lambda: loki.queries[-1] == '{service_name=~".+"}')
        assert scene.text.splitlines()[0].strip() == "attic › All › Logs"


async def test_the_lines_under_every_key(
    monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    loki = Loki()
    async with _stage(loki, "80x24") as scene, _logs(scene):
        await _levels_windows_and_filter(scene, loki)
        await _a_line(scene, monkeypatch, snapshot)
        await _queries(scene, loki)
        await _follows(scene, loki)
        await _stands_still(scene, loki)
        await _patterns(scene, loki, snapshot)
        await scene.press("e")
        await scene.settle(lambda: scene.app.screen is scene.main)
        await scene.settle(lambda: scene.chat.busy)
        assert scene.answers.asked == [
            "what does this log line of jellyfin on media from 2026-11-20 14:02:36 UTC mean?"
        ]
        assert scene.answers.attached == ["2026-11-20T14:02:36Z error jellyfin on media: meanwhile"]
        assert scene.says("> 2026-11-20T14:02:36Z error")


async def _levels_windows_and_filter(scene: Scene, loki: Loki) -> None:
    for word, count in (("info", 67), ("warning", 50), ("error", 33), ("critical", 16)):
        await scene.press("v")
        await scene.settle(lambda wanted=count: _title(scene).startswith(f"{wanted} lines"))  # type: ignore[misc]
        assert f"{word} or worse" in _title(scene)
        assert loki.asked[-1][1]["level"] == word
    await scene.press("v", *["left_square_bracket"] * 2)
    await scene.settle(lambda: "60 lines · last 5 min · all levels" in _title(scene))
    assert (loki.asked[-1][1]["since"], "level" in loki.asked[-1][1]) == ("300s", False)
    await scene.press("left_square_bracket")
    assert scene.says("5 min is the shortest window")
    await scene.press("slash", *"slow")
    await scene.settle(lambda: scene.says("10 of 60"))
    await scene.press("home", "exclamation_mark")
    await scene.settle(lambda: scene.says("50 of 60"))
    assert "slow query" not in scene.text
    await scene.press("enter")
    assert _screen(scene).view.has_focus
    await scene.press("escape", "slash", "|")
    await scene.settle(lambda: scene.says("None of 60 lines contains |"))
    await scene.press("escape", "right_square_bracket")
    await scene.settle(lambda: "100 lines · last 15 min" in _title(scene))


async def _a_line(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(scene.app, "copy_to_clipboard", copied.append)
    await scene.press("k", "k", "y")
    line = "2026-11-20T14:01:56Z error jellyfin on media: transcode stalled: read timeout on "
    assert copied == [f"{line}/mnt/tank/media/97.mkv"]
    await scene.press("enter")
    await scene.settle(lambda: isinstance(scene.app.screen, LogLineScreen))
    assert scene.says(
        "attic › media (101) › Logs › Line", "✗ error", "jellyfin on media", "service_name",
        "2026-11-20T14:01:56Z", "1795183316000000097",
    )  # fmt: skip
    await scene.draw("line", snapshot)
    await scene.press("y", "escape")
    assert copied[1].endswith("label hostname=media\nlabel service_name=jellyfin")


async def _queries(scene: Scene, loki: Loki) -> None:
    await scene.press("i")
    field = scene.app.screen.query_one("#query Input", Input)
    assert field.has_focus
    assert field.value == '{hostname="media"}'
    field.value = '\x1b[31m{hostname="nas1" \x07'
    await scene.press("enter")
    await scene.settle(lambda: scene.says("✗ syntax error: unexpected end of input"))
    lines = scene.text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.rstrip().endswith("^"))
    assert lines[at - 1].index("{") + len('{hostname="nas1"') == lines[at].index("^")
    await scene.settle(lambda: scene.says("Loki rejects this query"))
    await scene.settle(lambda: field.has_focus)
    await scene.press("escape")
    await scene.settle(lambda: _title(scene).startswith("100 lines"))
    assert "syntax error" not in scene.text
    assert field.value == '{hostname="media"}'
    assert _screen(scene).view.has_focus
    await scene.press("i")
    field.value = " "
    await scene.press("enter")
    assert scene.says("type a query")
    field.value = '{hostname="media"} |= "x"'
    await scene.press("enter")
    await scene.settle(lambda: loki.queries[-1] == '{hostname="media"} |= "x"')
    await scene.settle(lambda: "asking" not in _title(scene))


async def _follows(scene: Scene, loki: Loki) -> None:
    view = _screen(scene).view
    await scene.press("G")
    loki.lines.append(entry(100, "the newest"))
    await scene.press("ctrl+r")
    await scene.settle(lambda: "the newest" in scene.text)
    assert _screen(scene).chosen == loki.lines[-1]
    await scene.press("k", "k")
    assert "G follows" in _title(scene)
    at, top = _screen(scene).chosen, view.scroll_offset.y
    loki.lines += [entry(number, f"later {number}") for number in range(101, 105)]
    await scene.press("ctrl+r")
    await scene.settle(lambda: _shown(scene) == 105)
    assert (_screen(scene).chosen, view.scroll_offset.y) == (at, top)
    assert "later 104" not in scene.text
    await scene.press("G")
    assert "later 104" in scene.text
    assert "following" in _title(scene)
    await scene.press("g")
    assert _screen(scene).chosen == loki.lines[0]
    await scene.press("pagedown", "pageup", "end")
    view.scroll_to(y=3, animate=False, immediate=True)
    await scene.settle()
    assert not view.following
    view.scroll_end(animate=False, immediate=True)
    await scene.settle()
    assert view.following


async def _stands_still(scene: Scene, loki: Loki) -> None:
    await scene.press("space")
    assert "paused, space goes on" in _title(scene)
    loki.lines.append(entry(105, "meanwhile", "error"))
    asked = len(loki.asked)
    await scene.press("ctrl+r")
    assert (len(loki.asked), _shown(scene)) == (asked, 105)
    await scene.press("space")
    await scene.settle(lambda: "meanwhile" in scene.text)
    assert "following" in _title(scene)
    assert _shown(scene) == 106


async def _patterns(scene: Scene, loki: Loki, snapshot: SnapshotAssertion) -> None:
    await scene.press("p")
    await scene.settle(lambda: scene.says("of 106 lines"))
    assert isinstance(scene.app.screen, PatternsScreen)
    await scene.settle(lambda: scene.says("out of memory", "cache hit for key"))
    await scene.draw("patterns", snapshot)
    query = '{hostname="media"} |= "x"'
    assert loki.asked[-1][1] == {"query": query, "since": "900s", "limit": 500}
    await scene.press("enter")
    await scene.settle(lambda: isinstance(scene.app.screen, LogsScreen))
    await scene.settle(lambda: loki.queries[-1].startswith(f"{query} |~ `"))
    assert "last 15 min" in _title(scene)
    await scene.press("escape")
    assert isinstance(scene.app.screen, PatternsScreen)
    await scene.press("escape")


async def test_memory_is_bounded_and_what_was_dropped_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sre_tui.screens.logs.LineBuffer", partial(LineBuffer, 60))
    loki = Loki()
    async with _stage(loki) as scene, _logs(scene, lines=60):
        assert "the oldest 40 dropped" in _title(scene)
        await scene.press("g")
        assert _screen(scene).chosen == loki.lines[40]
        loki.lines += [entry(number) for number in range(100, 110)]
        await scene.press("ctrl+r")
        await scene.settle(lambda: "the oldest 50 dropped" in _title(scene))
        assert _shown(scene) == 60
        assert _screen(scene).chosen == loki.lines[50]
        # A pause that is longer than the window would leave a hole between the lines.
        await scene.press("space")
        for clock in (scene.clock, loki):
            clock.now += timedelta(hours=3)
        at = loki.now - timedelta(minutes=1)
        loki.lines.append(entry(0).model_copy(update={"at": at, "time_ns": 10**20, "line": "late"}))
        await scene.press("space")
        await scene.settle(lambda: _shown(scene) == 1)
        assert scene.says("late", "older ones left out")


async def test_before_anything_came_it_says_so() -> None:
    async with on_stage(size=(80, 24)) as scene:
        scene.app.post_message(LogsWanted(MEDIA))
        await scene.settle(lambda: isinstance(scene.app.screen, LogsScreen))
        await scene.settle(lambda: scene.says("Nobody can be asked", "LOKI_URL"))
        for key in ("v", "p", "space", "left_square_bracket", "e", "y", "enter"):
            await scene.press(key)
        assert isinstance(scene.app.screen, LogsScreen)


async def test_hostile_lines_change_nothing_but_characters() -> None:
    lines = [
        entry(number, text, "error", hostname=text, service_name=text)
        for number, text in enumerate(EXAMPLES)
    ]
    labels = {text[:40] or "empty": text[:400] for text in EXAMPLES}
    lines.append(entry(99, "\n".join(EXAMPLES), None, **labels))
    of = LogsOf(EXAMPLES[0], query='{a="b"}')
    async with _stage(Loki(lines), "80x24") as scene, _logs(scene, of, len(lines)):
        assert scene.says("x [/] y", "disk [critical]", "[@click=app")
        for width in (200, 61):
            await scene.pilot.resize_terminal(width, 24)
            assert _is_clean(scene)
            assert all(cell_len(line) <= width for line in scene.text.splitlines())
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, LogLineScreen))
        assert scene.says("x [/] y", "disk [critical] full")
        assert _is_clean(scene)
        await scene.press("y", "escape", "y", "p")
        await scene.settle(lambda: scene.says("Patterns"))
        assert _is_clean(scene)
        await scene.press("escape", "e")
        await scene.settle(lambda: scene.app.screen is scene.main)
        assert _is_clean(scene)
    assert scene.app.broken is None
