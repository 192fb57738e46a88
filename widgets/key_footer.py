"""The keys that work here, in one line: a press of the mouse on one is a press of the key."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

GAP = 1
"""Cells between two keys."""

Key = tuple[Binding, bool]
"""A binding that is to be shown, and whether it works now."""


class KeysPainted(Message):
    """The keys of a screen are there, which come last of all that is on it."""


class KeyFooter(Widget):
    """What Textual's own footer shows, drawn as one widget.

    One widget for each key would be made, styled and laid out anew with every change of the focus.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-footer--key",
        "key-footer--description",
        "key-footer--pointed",
    }

    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: 1;
        background: $footer-background;
        & > .key-footer--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        & > .key-footer--description {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        & > .key-footer--pointed { background: $block-hover-background; }
    }
    """

    keys: reactive[tuple[Key, ...]] = reactive(())
    pointed: reactive[str] = reactive("")
    """The key under the mouse."""
    _told = False

    def on_mount(self) -> None:
        """Follow what the focus changes."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _changed(self, screen: Screen[object]) -> None:
        if not screen.app.app_focus or screen is not self.screen:
            return
        first: dict[str, Key] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            if binding.show:
                first.setdefault(binding.action, (binding, enabled))
        self.keys = tuple(first.values())
        if not self._told:
            self._told = True
            self.call_after_refresh(self.post_message, KeysPainted())

    def render(self) -> Text:
        """The keys, as many as the line has room for."""
        key_style = self.get_component_rich_style("key-footer--key", partial=True)
        said_style = self.get_component_rich_style("key-footer--description", partial=True)
        pointed = self.get_component_rich_style("key-footer--pointed", partial=True)
        line = Text(no_wrap=True, end="")
        for binding, enabled in self.keys:
            if line:
                line.append(" " * GAP)
            state = Style(dim=not enabled, meta={"key": binding.key if enabled else ""})
            if binding.key == self.pointed:
                state += pointed
            line.append(self.app.get_key_display(binding), key_style + state)
            line.append(
                f" {binding.description}" if binding.description else "", said_style + state
            )
        line.truncate(max(0, self.content_size.width), overflow="ellipsis")
        return line

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light the key under the mouse."""
        self.pointed = event.style.meta.get("key", "")

    def on_leave(self) -> None:
        """The mouse has gone."""
        self.pointed = ""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key; one that does not work now rings."""
        key = event.style.meta.get("key")
        if key:
            self.app.simulate_key(key)
        elif key is not None:
            self.app.bell()
