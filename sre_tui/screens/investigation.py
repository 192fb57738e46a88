"""What is wrong with something, and why: causes in order, what speaks for each, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from providers.clock import Clock
from providers.reading import State
from providers.text import one_line
from sre_tui.agent.events import Evidence
from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, Investigation, Step
from sre_tui.diagnosis.evidence import Evidence as Said
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.memory.draft import Draft, draft_of
from sre_tui.screens.about.tab import ToRunbook
from sre_tui.screens.actions import bindings
from sre_tui.screens.level import Level
from sre_tui.screens.page_text import page_text, paragraph
from sre_tui.screens.rows.findings import host_of, on_what
from sre_tui.screens.rows_pane import Inquired
from sre_tui.screens.wanted import (
    InvestigationWanted,
    OpeningWanted,
    RecordWanted,
    TimelineWanted,
)
from sre_tui.views.human import count
from sre_tui.views.investigation import page_of
from sre_tui.views.investigation_words import window_text
from sre_tui.views.page import Block
from widgets.cell import Display
from widgets.outline import MARGIN, Outline, OutlineLine, OutlineOpened
from widgets.pane import Pane
from widgets.text import duration, plain_line, plain_lines

WINDOWS: Final = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 72, 168))
"""How far can be looked back."""
_FIRST: Final = timedelta(hours=6)
_ASKED: Final = "investigate"
_FOLDED: Final = frozenset({"Looked at", "Elsewhere, unrelated"})
"""Blocks that are opened only when wanted."""
_COPIED_WIDTH: Final = 100
_FRAME: Final = 2
"""Columns of the frame around the outline."""
_TELLING: Final = (Argument, Effect, Event, Finding)
"""What lines tell that backends said something about."""


class Conclusions(Outline):
    """The lines."""

    PART: ClassVar[str] = "outline"
    BINDINGS: ClassVar[list[BindingType]] = bindings("outline")


class InvestigationScreen(Level):
    """The page of an investigation as an outline: blocks fold, evidence opens."""

    PART: ClassVar[str] = "investigation"
    BINDINGS: ClassVar[list[BindingType]] = bindings("investigation")

    def __init__(self, clock: Clock, about: str = "") -> None:
        """Look into what these words name; into everything if there are none."""
        super().__init__(clock)
        self._about = " ".join(about.split())
        self._window = _FIRST
        self._told: dict[str, object] = {}

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What is looked into, and how far back."""
        back = duration(self._window.total_seconds())
        return ("Investigation", f"{self._about or 'everything'}, the last {back}")

    def body(self) -> ComposeResult:
        """The outline."""
        with Pane("Investigation", state=self.state_of(_ASKED), id="investigation"):
            yield Conclusions()

    @property
    def found(self) -> Investigation | None:
        """What came last."""
        data = self.data(_ASKED)
        return data if isinstance(data, Investigation) else None

    @property
    def outline(self) -> Outline:
        """The lines."""
        return self.query_one(Outline)

    @property
    def chosen(self) -> object:
        """What the line under the cursor tells."""
        return self._told.get(self.outline.cursor_key or "")

    def on_mount(self) -> None:
        """Look into it."""
        pane = self.query_one(Pane)
        pane.can_focus = True
        self.set_focus(pane)
        self._ask_anew()

    def show(self) -> None:
        """The conclusion with all that it stands on."""
        if not self.is_mounted:
            return
        pane, found = self.query_one(Pane), self.found
        with self.app.batch_update():
            if found is not None:
                self.outline.set_lines(tuple(self._lines(found)))
                pane.title = f"Investigation · {window_text(found)}"
            pane.state = self.state_of(_ASKED)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for."""
        match action:
            case "explain" | "copy" | "timeline" | "fold_all":
                return True if self.found is not None else None
            case "record":
                return True if self._draft is not None else None
            case "narrow":
                return True if self._window > WINDOWS[0] else None
            case "widen":
                return True if self._window < WINDOWS[-1] else None
        return True

    def action_explain(self) -> None:
        """Carry it into the chat: the cause under the cursor, else the whole."""
        if (found := self.found) is None:
            return
        cause = self._cause_under_cursor
        if cause is not None:
            claim = one_line(cause.claim, 160)
            self.post_message(Inquired(f"why is it that {claim}, and what should be done first?"))
            return
        about = one_line(self._about, 120)
        self.post_message(
            Inquired(
                f"what is wrong with {about}, and why?"
                if about
                else f"what is wrong, and why? ({one_line(found.headline, 160)})"
            )
        )

    def action_record(self) -> None:
        """Record the cause under the cursor, else the first one, once the form is agreed to."""
        draft, found = self._draft, self.found
        if draft is not None and found is not None:
            self.post_message(RecordWanted(draft, found, self))

    def action_timeline(self) -> None:
        """List what changed around the beginning of what is under the cursor."""
        if (found := self.found) is None:
            return
        chosen = self.chosen
        if isinstance(chosen, Event):
            self.post_message(TimelineWanted(host_of(chosen.subject), chosen.at))
        elif (cause := self._cause_under_cursor) is not None:
            self.post_message(TimelineWanted(host_of(cause.subject), cause.since))
        else:
            host = host_of(found.focus[0]) if found.focus else ""
            self.post_message(TimelineWanted(host, found.since))

    def action_copy(self) -> None:
        """Copy the page."""
        if (found := self.found) is not None:
            display = Display(now=self.clock(), utc=True, wide=True)
            self.app.copy_to_clipboard(page_text(page_of(found, display), _COPIED_WIDTH).plain)
            self.notify("Copied the investigation")

    def action_fold_all(self) -> None:
        """Fold all, or unfold all if all is folded."""
        outline = self.outline
        headings = [key for key in outline.shown_keys if key in self._told and _is_heading(key)]
        outline.fold_all(not all(outline.is_folded(key) for key in headings))

    def action_narrow(self) -> None:
        """Look less far back."""
        self._step(-1)

    def action_widen(self) -> None:
        """Look further back."""
        self._step(1)

    def _step(self, step: int) -> None:
        place = min(max(0, WINDOWS.index(self._window) + step), len(WINDOWS) - 1)
        self._window = WINDOWS[place]
        self._ask_anew()
        self.show_crumbs()

    def _ask_anew(self) -> None:
        hours = round(self._window.total_seconds() / 3600)
        self.ask(_ASKED, _ASKED, {"about": self._about, "window": f"{hours}h"})
        self.show()

    @property
    def _draft(self) -> Draft | None:
        found, cause = self.found, self._cause_under_cursor
        if found is None:
            return None
        return draft_of(found, cause if cause is not None and cause.confirmed else None)

    @property
    def _cause_under_cursor(self) -> Cause | None:
        key = self.outline.cursor_key or ""
        told = self._told.get(key), self._told.get(_heading_of(key))
        return next((one for one in told if isinstance(one, Cause)), None)

    def _lines(self, found: Investigation) -> Iterator[OutlineLine]:
        """The page's blocks as headings with their lines; the answer above them never folds."""
        self._told = {}
        sure = any(one.confirmed for one in found.causes)
        # The screen's, because the outline has no width while a message stands in its place.
        room = self.size.width - _FRAME - MARGIN
        for block in page_of(found, self.reading):
            key = block.key or block.title
            first = 0
            if block.title:
                # How sure a cause is stays in sight when it is folded.
                first = 1 if isinstance(block.about, Cause) else 0
                yield self._heading(block, found, first, room, sure=sure)
            for number, each in enumerate(block.lines[first:]):
                name = f"{key}\n{number}"
                self._told[name] = each.about
                yield OutlineLine(
                    name,
                    paragraph(each, room),
                    under=_heading_key(key) if block.title else "",
                    opens=_opens(each.about),
                )

    def _heading(
        self, block: Block, found: Investigation, first: int, room: int, *, sure: bool
    ) -> OutlineLine:
        key = block.key or block.title
        self._told[_heading_key(key)] = block.about or block
        text = Text.assemble((plain_line(block.title), "bold"))
        if not first:
            text.append(f"  {count(len(block.lines), 'line')}", "dim")
        for each in block.lines[:first]:
            text.append("\n")
            text.append_text(paragraph(each, room))
        lesser = isinstance(block.about, Cause) and sure and not block.about.confirmed
        return OutlineLine(
            _heading_key(key), text, heading=True, folded=lesser or block.title in _FOLDED
        )

    @on(OutlineOpened)
    def _opened(self, event: OutlineOpened) -> None:
        event.stop()
        told = self._told.get(event.key)
        match told:
            case Step() if told.runbook:
                self.post_message(OpeningWanted(ToRunbook(told.runbook, told.runbook)))
            case Cause():
                self.post_message(InvestigationWanted(on_what(told.subject)))
            case Argument() | Effect() | Event() | Finding():
                self._show_evidence(event.key)

    def _show_evidence(self, key: str) -> None:
        """What backends said about this line, among all that they said."""
        from sre_tui.screens.evidence import EvidenceScreen

        every: list[Evidence] = []
        shown = ""
        for name, told in self._told.items():
            for said in told.evidence if isinstance(told, _TELLING) else ():
                every.append(self._quoted(f"{len(every) + 1}", said))
                if name == key and not shown:
                    shown = every[-1].id
        if shown:
            self.app.push_screen(EvidenceScreen(every, shown, self.clock))
        else:
            self.notify("This follows from the rest; no backend said it itself")

    def _quoted(self, name: str, said: Said) -> Evidence:
        last = self.answer(_ASKED)
        sources = () if last is None else last.sources
        source = next((one for one in sources if one.source == said.source), None)
        asked = f"\n\nasked: {said.asked}" if said.asked else ""
        at: datetime = said.at or self.clock()
        return Evidence(
            id=name,
            tool=_ASKED,
            arguments={"about": self._about},
            state=State.OK if source is None else source.state,
            observed_at=at,
            summary=one_line(said.says),
            text=plain_lines(said.says + asked),
            sources=() if source is None else (source,),
            elapsed=0.0,
            command=f"sre {said.command}" if said.command else "",
            part_of="the investigation",
        )


def _opens(told: object) -> bool:
    """Whether there is more to see of what a line tells."""
    match told:
        case Step():
            return bool(told.runbook)
        case Argument() | Effect() | Event() | Finding():
            return bool(told.evidence)
    return isinstance(told, Cause)


def _heading_key(block: str) -> str:
    return f"{block}\n"


def _heading_of(key: str) -> str:
    return _heading_key(key.partition("\n")[0])


def _is_heading(key: str) -> bool:
    return key.endswith("\n")
