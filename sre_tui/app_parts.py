"""What the full-screen app is made of, given by whoever starts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from providers.clock import Clock
from sre_tui.live.answers import AnswerSource
from sre_tui.live.feed import AskTool, Feed
from sre_tui.screens.look import Look

if TYPE_CHECKING:
    from sre_tui.live.recording import Changer, Recorder
    from sre_tui.live.report_desk import ReportDesk


@dataclass(frozen=True)
class AppParts:
    """What the app is given.

    Attributes:
        homelab: its name, for the header.
        clock: what time it is.
        answers: who answers in the chat.
        feeds: what is asked again and again; without any, snapshots only come as messages. They
            are asked in a thread of their own.
        feed_of: makes a feed of a tool and its arguments, for what is opened.
        ask_tool: asks a tool once, in the thread of the feeds, for feeds that ask for something
            else each time.
        release: closes what the feeds have opened, in their thread.
        ask_again: lets sources be asked at once that were to be left alone, in the same thread.
        sources: names of the configured sources, shown before they answered.
        read_runbook: the text of a runbook by its id, None if there is none; may block.
        list_runbooks: ids and titles of all runbooks; may block.
        look: theme and keys.
        reports: reads, makes, writes and mails reports; None where there is no memory for them.
        record: keeps an incident that a person agreed to in the journal.
        change: changes or closes an incident of the journal as a person agreed to.
        warm_up: whether to load in the background what the first question needs.
    """

    homelab: str
    clock: Clock
    answers: AnswerSource
    feeds: Sequence[Feed] = ()
    feed_of: Callable[[str, Mapping[str, object]], Feed] | None = None
    ask_tool: AskTool | None = None
    release: Callable[[], Awaitable[None]] | None = None
    ask_again: Callable[[], None] | None = None
    sources: Sequence[str] = ()
    read_runbook: Callable[[str], str | None] | None = None
    list_runbooks: Callable[[], Sequence[tuple[str, str]]] | None = None
    reports: ReportDesk | None = None
    record: Recorder | None = None
    change: Changer | None = None
    look: Look = field(default_factory=Look)
    warm_up: bool = False
