"""A titled box that says in words what state its content is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from widgets.cell import Tone, marked
from widgets.text import duration, plain_line, plain_text


class PaneKind(StrEnum):
    """States of a pane; only READY, STALE and PARTIAL show the content."""

    READY = "ready"
    LOADING = "loading"
    EMPTY = "empty"
    ERROR = "error"
    STALE = "stale"
    UNAUTHORIZED = "unauthorized"
    NOT_CONFIGURED = "not-configured"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class PaneState:
    """What a pane says about its content.

    Attributes:
        kind: The state.
        headline: What is the case: the cause of an error, what there is none of.
        detail: More of it: the right that is missing, the setting, what is left out.
        hint: The next step.
        age_s: Age of the data shown in seconds, None if it is not known.
    """

    kind: PaneKind
    headline: str = ""
    detail: str = ""
    hint: str = ""
    age_s: float | None = None


READY = PaneState(PaneKind.READY)

_BADGES: dict[PaneKind, tuple[Tone, str]] = {
    PaneKind.LOADING: (Tone.INFO, "loading"),
    PaneKind.EMPTY: (Tone.MUTED, "empty"),
    PaneKind.ERROR: (Tone.ERROR, "error"),
    PaneKind.STALE: (Tone.STALE, "stale"),
    PaneKind.UNAUTHORIZED: (Tone.ERROR, "no access"),
    PaneKind.NOT_CONFIGURED: (Tone.MUTED, "not set up"),
    PaneKind.PARTIAL: (Tone.WARNING, "partial"),
}
_DEFAULT_HEADLINES: dict[PaneKind, str] = {
    PaneKind.LOADING: "Loading…",
    PaneKind.EMPTY: "Nothing here",
    PaneKind.ERROR: "This could not be read",
    PaneKind.STALE: "The last good data is shown",
    PaneKind.UNAUTHORIZED: "Access was refused",
    PaneKind.NOT_CONFIGURED: "Not configured",
    PaneKind.PARTIAL: "Some of it is missing",
}
_DETAIL_LABELS: dict[PaneKind, str] = {
    PaneKind.UNAUTHORIZED: "Missing right: ",
    PaneKind.NOT_CONFIGURED: "Setting: ",
}
_SHOWS_CONTENT = {PaneKind.READY, PaneKind.STALE, PaneKind.PARTIAL}
_CAN_RETRY = {PaneKind.ERROR, PaneKind.UNAUTHORIZED}


def badge_of(state: PaneState) -> str:
    """Glyph, word and age of a state, empty when all is well."""
    if state.kind is PaneKind.READY:
        return ""
    tone, word = _BADGES[state.kind]
    age = "" if state.age_s is None else f" · {duration(state.age_s)} old"
    return marked(tone, word) + age


class Pane(Vertical):
    """A titled box around its children; assign `state` to say what state they are in.

    While a message stands in for the content the pane itself takes the focus, and gives it back
    to where it was, so that a source that fails for a moment does not throw the user elsewhere.
    """

    DEFAULT_CSS = """
    Pane {
        height: 1fr;
        border: round $foreground 25%;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $foreground;
        &:focus, &:focus-within { border: heavy $border; }
        & > .pane--notice { width: 1fr; height: auto; display: none; dock: top; }
        &.-error { border: round $error; border-subtitle-color: $text-error; }
        &.-unauthorized { border: round $error; border-subtitle-color: $text-error; }
        &.-error:focus, &.-unauthorized:focus { border: heavy $error; }
        &.-partial { border-subtitle-color: $text-warning; }
        &.-partial > .pane--notice { display: block; padding: 0 1; color: $text-warning; }
        &.-stale > * { text-opacity: 60%; }
        &.-stale > .pane--notice { display: block; padding: 0 1; text-opacity: 100%; }
        &:ansi.-stale > * { text-opacity: 100%; text-style: dim; }
        &.-message > * { display: none; }
        &.-message > .pane--notice {
            display: block; dock: none; height: 1fr; padding: 1 2;
            content-align: center middle; text-align: center;
        }
    }
    """

    title: reactive[str] = reactive("")
    state: reactive[PaneState] = reactive(READY)

    def __init__(
        self,
        title: str,
        *children: Widget,
        state: PaneState = READY,
        retry_key: str = "ctrl+r",
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A pane.

        Args:
            title: Heading in the border.
            children: Its content; it may also be composed inside ``with Pane(...)``.
            state: State to begin with.
            retry_key: Key that fetches again, named where that can help.
            id: Widget id.
            classes: CSS classes.
        """
        super().__init__(*children, id=id, classes=classes)
        self._retry_key = retry_key
        self._focused: Widget | None = None
        self._notice = Static(classes="pane--notice", markup=False)
        self.set_reactive(Pane.title, title)
        self.set_reactive(Pane.state, state)
        # Set before there is anything to style anew.
        self._set_classes(state)

    def compose(self) -> ComposeResult:
        """The notice above the content."""
        yield self._notice
        yield from super().compose()

    def on_mount(self) -> None:
        """Show the state given at the start."""
        self.watch_title(self.title)
        self.watch_state(self.state)

    def watch_title(self, title: str) -> None:
        """Put the title into the border."""
        self.border_title = plain_text(title)

    def watch_state(self, state: PaneState) -> None:
        """Set classes, badge and notice from the state, all in one repaint."""
        self._carry_focus(state.kind not in _SHOWS_CONTENT)
        self._set_classes(state)
        self.border_subtitle = plain_text(self.badge)
        if self.is_attached:
            self._notice.update(self._message(state))

    def _set_classes(self, state: PaneState) -> None:
        # At once, because everything in the pane is styled anew each time.
        classes = {f"-{kind}": kind is state.kind for kind in PaneKind}
        self.update_classes({**classes, "-message": state.kind not in _SHOWS_CONTENT})

    def focus_content(self, content: Widget) -> None:
        """Give the focus to a part of the content, or to the message in its place.

        Args:
            content: What gets it, at once or as soon as it is shown.
        """
        if self.state.kind in _SHOWS_CONTENT:
            self.screen.set_focus(content)
        else:
            self._stand_in_for(content)

    def _stand_in_for(self, content: Widget | None) -> None:
        self._focused = content
        self.can_focus = True
        # At once: the next state may come before what was put off, and find the focus elsewhere.
        self.screen.set_focus(self, scroll_visible=False)

    def _carry_focus(self, message: bool) -> None:
        had_focus = self._has_keys
        if message and not had_focus and self.is_attached and self.has_focus_within:
            self._stand_in_for(self.screen.focused)
        self.can_focus = message
        if not message and had_focus:
            # The content can only take the focus once it is displayed again.
            self.call_after_refresh(self._return_focus)

    @property
    def _has_keys(self) -> bool:
        # What the screen says: `has_focus` follows only with an event of its own.
        return self.is_attached and self.screen.focused is self

    def _return_focus(self) -> None:
        if self.state.kind not in _SHOWS_CONTENT or not self._has_keys:
            # It failed again meanwhile, or the focus was moved.
            return
        if self._focused is not None and self._focused.is_attached:
            self._focused.focus(scroll_visible=False)
            return
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus(scroll_visible=False)
                return

    @property
    def badge(self) -> str:
        """Glyph, word and age of the state, empty when all is well."""
        return badge_of(self.state)

    def _message(self, state: PaneState) -> Text:
        if state.kind is PaneKind.READY:
            return Text()
        headline = plain_line(state.headline) or _DEFAULT_HEADLINES[state.kind]
        detail = plain_line(state.detail)
        if detail:
            detail = _DETAIL_LABELS.get(state.kind, "") + detail
        tone = _BADGES[state.kind][0]
        if state.kind in _SHOWS_CONTENT:
            parts = [part for part in (headline, detail, plain_line(state.hint)) if part]
            return Text(marked(tone, " · ".join(parts)))
        lines = [
            Text(marked(tone, headline), style="bold"),
            Text(detail),
            Text(plain_line(state.hint)),
        ]
        if state.kind in _CAN_RETRY:
            lines.append(Text(f"{self._retry_key} tries again"))
        return Text("\n").join(line for line in lines if line.plain)
