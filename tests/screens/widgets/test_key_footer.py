"""The keys in one line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from widgets.key_footer import KeyFooter, KeysPainted


class Keys(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "first", "First", key_display="a"),
        Binding("b", "first", "First again"),
        Binding("c", "second", "Second"),
        Binding("d", "hidden", "Hidden", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.rung = 0
        self.painted = 0

    def compose(self) -> ComposeResult:
        yield Button("other")
        yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "second" else True

    def action_first(self) -> None:
        self.done.append("first")

    def action_second(self) -> None:
        self.done.append("second")

    def on_keys_painted(self, _: KeysPainted) -> None:
        self.painted += 1

    def bell(self) -> None:
        self.rung += 1


async def test_each_action_that_is_to_be_shown_stands_there_once_and_can_be_pressed() -> None:
    app = Keys()
    async with app.run_test(size=(40, 6)) as pilot:
        footer = app.query_one(KeyFooter)
        assert footer.render().plain == "a First c Second"
        await pilot.click(footer, offset=(3, 0))
        assert (app.done, app.rung) == (["first"], 0)
        await pilot.click(footer, offset=(11, 0))
        await pilot.click(footer, offset=(30, 0))
        assert (app.done, app.rung) == (["first"], 1)
        assert app.painted == 1


async def test_what_does_not_work_now_is_dim_and_what_is_pointed_at_is_lit() -> None:
    app = Keys()
    async with app.run_test(size=(40, 6)) as pilot:
        footer = app.query_one(KeyFooter)
        dim = {span.style.dim for span in footer.render().spans if not isinstance(span.style, str)}
        assert dim == {True, False}
        before = footer.render().spans
        await pilot.hover(footer, offset=(0, 0))
        assert footer.pointed == "a"
        assert footer.render().spans != before
        await pilot.hover(Button)
        assert footer.pointed == ""


async def test_a_narrow_line_says_that_there_is_more() -> None:
    app = Keys()
    async with app.run_test(size=(12, 6)):
        assert app.query_one(KeyFooter).render().plain == "a First c S…"


async def test_nothing_is_drawn_anew_when_the_keys_stay() -> None:
    app = Keys()
    async with app.run_test(size=(40, 6)) as pilot:
        footer = app.query_one(KeyFooter)
        keys = footer.keys
        app.screen.refresh_bindings()
        await pilot.pause()
        assert footer.keys is keys
