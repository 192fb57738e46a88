"""Everything one can do in the app, said once: keys, footer, help and palette come from here.

An action belongs to the part of the app its id begins with; that part has a method
``action_NAME``. Keys can be changed by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes:
        id: part and name, for example ``rows.explain``.
        keys: default keys, separated by commas; empty for none.
        label: one or two words, for the footer and the palette.
        help: one line, for the help and the palette.
        name: the method without ``action_``; the end of the id if empty.
        footer: whether it stands in the footer, which has room for eight.
        priority: whether the key works while the focus is in a text field that would take it.
    """

    id: str
    keys: str
    label: str
    help: str
    name: str = ""
    footer: bool = False
    priority: bool = False

    @property
    def part(self) -> str:
        """The part of the app it belongs to."""
        return self.id.partition(".")[0]

    @property
    def call(self) -> str:
        """The method with its arguments, as Textual runs it."""
        return self.name or self.id.partition(".")[2].replace("-", "_")

    @property
    def method(self) -> str:
        """The method without ``action_`` and without arguments."""
        return self.call.partition("(")[0]

    @property
    def binding(self) -> Binding:
        """As Textual wants it."""
        return Binding(
            self.keys,
            self.call,
            self.label,
            show=self.footer,
            tooltip=self.help,
            priority=self.priority,
            id=self.id,
        )


PARTS: Final[dict[str, str]] = {
    "rows": "In a pane",
    "list": "In a list",
    "table": "In a list",
    "filter": "While filtering",
    "chat": "Chat",
    "transcript": "Reading the chat",
    "prompt": "While typing",
    "tool-line": "On a tool call",
    "detail": "Details",
    "page": "Reading",
    "reader": "Reading",
    "timeline": "In the timeline",
    "investigation": "In an investigation",
    "report": "A report",
    "incidents": "Incidents",
    "incident": "Incidents",
    "outline": "In a list",
    "evidence": "Evidence",
    "choice": "In a choice",
    "file": "Naming a file",
    "record": "Recording an incident",
    "go-to": "Going somewhere",
    "help": "Help",
    "logs": "In the logs",
    "lines": "In the logs",
    "log-line": "A log line",
    "query": "While editing a query",
    "charts": "Charts",
    "main": "On the first screen",
    "level": "Everywhere",
    "app": "Everywhere",
}
"""Headings of the help, in its order."""

ACTIONS: Final[tuple[Action, ...]] = (
    Action("list.open", "enter", "Details", "All about the row", "select_cursor", footer=True),
    Action("rows.explain", "e", "Explain", "Explain it in the chat", footer=True),
    Action("rows.changes", "c", "Changes", "Ask what changed around it"),
    Action(
        "rows.investigate",
        "i",
        "Investigate",
        "Look for its cause and what speaks for it",
        footer=True,
    ),
    Action("rows.timeline", "C", "Timeline", "List what changed with it around its beginning"),
    Action("rows.logs", "l", "Logs", "Its log lines, live", footer=True),
    Action("rows.metrics", "m", "Metrics", "Its metrics as charts"),
    Action(
        "rows.filter",
        "slash",
        "Filter",
        "Show only what contains a text; !text turns it round",
        footer=True,
        # Run before the next key is looked at, or that one would still go to the list.
        priority=True,
    ),
    Action("rows.sort-next", "s", "Sort", "Sort by the next column", footer=True),
    Action("rows.sort-previous", "S", "Sort back", "Sort by the column before"),
    Action("rows.reverse", "r", "Reverse", "Turn the order round"),
    Action("rows.backups", "b", "Backups", "Its backups"),
    Action("rows.copy", "y", "Copy row", "Copy what is known of the row"),
    Action("filter.clear", "escape", "Clear", "Show all again", footer=True),
    Action("filter.keep", "enter,down", "Keep", "Keep the filter, back to the list", footer=True),
    Action("chat.leave", "escape", "Back", "Cancel the answer, else back to the list", footer=True),
    Action("chat.older", "pageup", "Older", "Scroll the chat up", footer=True, priority=True),
    Action("chat.newer", "pagedown", "Newer", "Scroll the chat down", priority=True),
    Action("chat.end", "end", "End", "To the end of the chat, and follow it"),
    Action("chat.read", "ctrl+up", "Read", "Go through the answers by keys", footer=True),
    Action("chat.evidence", "ctrl+o", "Evidence", "List the evidence so far", footer=True),
    Action("chat.new", "ctrl+n", "New", "Begin a new conversation", footer=True),
    Action("chat.copy", "y", "Copy answer", "Copy the last answer to the clipboard"),
    Action("chat.sessions", "", "Sessions", "Go on with an earlier conversation"),
    Action("chat.cost", "", "Cost", "What this conversation took so far"),
    Action("chat.model", "", "Model", "Ask another model, or the built-in analyst"),
    Action("chat.again", "", "Ask again", "Ask the last question anew"),
    Action("chat.save", "", "Save", "Write this conversation as Markdown"),
    Action("transcript.type", "enter,i", "Type", "Ask a question", footer=True),
    Action("transcript.next-call", "n", "Next call", "To the next tool call", footer=True),
    Action("transcript.previous-call", "N", "Call before", "To the tool call before"),
    Action("transcript.whole", "o", "Whole", "The whole result of the tool call"),
    Action("transcript.down", "j", "Down", "Scroll down", "scroll_down"),
    Action("transcript.up", "k", "Up", "Scroll up", "scroll_up"),
    Action("transcript.top", "g", "Top", "To the beginning", "scroll_home"),
    Action("transcript.bottom", "G", "End", "To the end, and follow it", "scroll_end"),
    Action("level.back", "escape,q", "Back", "One level back", footer=True),
    Action("detail.explain", "e", "Explain", "Explain it in the chat", footer=True),
    Action("detail.changes", "c", "Changes", "Ask what changed around it", footer=True),
    Action("detail.investigate", "i", "Investigate", "Look for its cause", footer=True),
    Action("detail.timeline", "C", "Timeline", "List what changed with it around its beginning"),
    Action(
        "detail.next", "right", "Section", "To the next section", "next", footer=True, priority=True
    ),
    Action("detail.previous", "left", "Section before", "To the section before", priority=True),
    *(
        Action(
            f"detail.section-{number}",
            str(number),
            f"Section {number}",
            f"To section {number}",
            f"section({number})",
        )
        for number in range(1, 9)
    ),
    Action("detail.hour", "h", "Hour", "Charts of the last hour", "window(0)", footer=True),
    Action("detail.day", "d", "Day", "Charts of the last 24 hours", "window(1)"),
    Action("detail.week", "w", "Week", "Charts of the last 7 days", "window(2)"),
    Action("detail.backups", "b", "Backups", "Its backups"),
    Action("detail.node", "n", "Node", "The node it runs on"),
    Action("detail.copy", "y", "Copy", "Copy the section to the clipboard"),
    Action("page.down", "j", "Down", "Scroll down", "scroll_down"),
    Action("page.up", "k", "Up", "Scroll up", "scroll_up"),
    Action("page.top", "g", "Top", "To the beginning", "scroll_home"),
    Action("page.bottom", "G", "End", "To the end", "scroll_end"),
    Action("reader.copy", "y", "Copy", "Copy the text to the clipboard", footer=True),
    Action("detail.logs", "l", "Logs", "Its log lines, live", footer=True),
    Action("detail.metrics", "m", "Metrics", "Its metrics as charts"),
    Action("logs.open", "", "Open", "The line whole, with its labels"),
    Action(
        "logs.filter",
        "slash",
        "Filter",
        "Show only lines that contain a text; !text turns it round",
        footer=True,
        # As in the panes: the next key belongs to the filter already.
        priority=True,
    ),
    Action("logs.level", "v", "Level", "The least pressing level that is shown", footer=True),
    Action("logs.pause", "space", "Pause", "Let the lines stand still, and go on", footer=True),
    Action("logs.patterns", "p", "Patterns", "Count the lines by what they say", footer=True),
    Action("logs.narrower", "left_square_bracket", "Shorter", "A shorter window of time"),
    Action("logs.wider", "right_square_bracket", "Longer", "A longer window of time"),
    Action("logs.edit-query", "i", "Query", "Edit the LogQL", footer=True),
    Action("logs.explain", "e", "Explain", "Ask the chat about the line", footer=True),
    Action("logs.copy", "y", "Copy line", "Copy the line to the clipboard"),
    Action("log-line.explain", "e", "Explain", "Ask the chat about the line", footer=True),
    Action("log-line.copy", "y", "Copy", "Copy the line and its labels", footer=True),
    Action("query.run", "enter", "Run", "Run the query", "submit", footer=True),
    Action("query.leave", "escape", "Back", "Leave the query as it was", footer=True),
    Action("charts.hour", "h", "1 h", "The last hour", "look_back('1h')", footer=True),
    Action("charts.day", "d", "24 h", "The last 24 hours", "look_back('24h')", footer=True),
    Action("charts.week", "w", "7 d", "The last 7 days", "look_back('7d')", footer=True),
    Action("charts.narrower", "left_square_bracket", "Shorter", "A shorter window of time"),
    Action("charts.wider", "right_square_bracket", "Longer", "A longer window of time"),
    Action("charts.edit-query", "i", "Query", "Chart any PromQL", footer=True),
    Action("charts.logs", "l", "Logs", "Log lines of the same", footer=True),
    Action("charts.copy", "y", "Copy", "Copy the queries and the figures", footer=True),
    Action("evidence.back", "escape,q", "Back", "Close", footer=True),
    Action("evidence.previous", "p,left", "Previous", "The evidence before", footer=True),
    Action("evidence.next", "n,right", "Next", "The evidence after", footer=True),
    Action("evidence.copy", "y", "Copy", "Copy the text to the clipboard", footer=True),
    Action("timeline.narrow", "left_square_bracket", "Narrower", "Look less far", footer=True),
    Action("timeline.widen", "right_square_bracket", "Wider", "Look further", footer=True),
    Action("timeline.earlier", "comma", "Earlier", "Move the window back", footer=True),
    Action("timeline.later", "full_stop", "Later", "Move the window on, to now at most"),
    Action("timeline.now", "n", "Now", "Back to now"),
    Action("timeline.subject", "o", "Only it", "Only what it was opened for, or everything"),
    Action("timeline.routine", "a", "All", "What belongs to every day too, or not"),
    Action("outline.open", "enter", "Open", "Fold, or open what is behind", "select", footer=True),
    Action("investigation.explain", "e", "Explain", "Carry it into the chat", footer=True),
    Action("investigation.timeline", "C", "Timeline", "What changed around it", footer=True),
    Action("investigation.record", "r", "Record", "Record the cause in your journal", footer=True),
    Action("investigation.fold-all", "a", "Fold all", "Fold all, or unfold all", footer=True),
    Action("investigation.narrow", "left_square_bracket", "Narrower", "Look less far back"),
    Action("investigation.widen", "right_square_bracket", "Wider", "Look further back"),
    Action("investigation.copy", "y", "Copy", "Copy the whole page", footer=True),
    Action("report.make", "n", "New", "Make a report of now, in the background", footer=True),
    Action("report.write", "w", "Write", "Write it into a file", footer=True),
    Action("report.mail", "m", "Mail", "Mail it, once that is agreed to", footer=True),
    Action("report.earlier", "left_square_bracket", "Earlier", "The report before", footer=True),
    Action("report.later", "right_square_bracket", "Later", "The report after", footer=True),
    Action("report.list", "enter", "Reports", "List all of them", "choose", footer=True),
    Action("report.copy", "y", "Copy", "Copy the whole report"),
    Action("file.back", "escape", "Back", "Write nothing", footer=True),
    Action(
        "file.write",
        "enter",
        "Write",
        "Write it under that name",
        footer=True,
        # A text field has a use of its own for it, which the footer would not show.
        priority=True,
    ),
    Action("incidents.record", "n", "New", "Record an incident in your journal", footer=True),
    Action("incident.edit", "E", "Edit", "Say other things of it", footer=True),
    Action("incident.close", "X", "Close", "Say that it is over, and what helped", footer=True),
    Action("choice.back", "escape,q", "Back", "Close without a choice", footer=True),
    Action(
        "choice.take",
        "enter",
        "Choose",
        "Choose the line under the cursor",
        footer=True,
        # The list has a use of its own for it, which the footer would not show.
        priority=True,
    ),
    Action("record.back", "escape", "Back", "Record nothing", footer=True),
    Action(
        "record.save",
        "ctrl+s",
        "Record",
        "Record it as it stands there",
        footer=True,
        priority=True,
    ),
    Action("go-to.back", "escape", "Back", "Close, and stay here", footer=True),
    Action("go-to.down", "down", "Down", "To the next place", "cursor_down"),
    Action("go-to.up", "up", "Up", "To the place before", "cursor_up"),
    Action("go-to.complete", "tab", "Complete", "Complete the name", footer=True),
    Action("go-to.go", "enter", "Go", "Go there", footer=True),
    Action("help.back", "escape,q,question_mark,f1", "Back", "Close the help", footer=True),
    Action("main.next", "tab", "Pane", "To the next pane"),
    Action("main.previous", "shift+tab", "Previous pane", "To the pane before"),
    Action("main.alerts", "1", "Alerts", "To the alerts", "show_pane('alerts')"),
    Action("main.guests", "2", "Guests", "To the guests", "show_pane('guests')"),
    Action("main.pools", "3", "Pools", "To the pools", "show_pane('pools')"),
    Action("main.backups", "4", "Backups", "To the backups", "show_pane('backups')"),
    Action("main.chat", "5", "Chat", "To the chat", "show_pane('chat')"),
    Action("main.findings", "f", "Findings", "What the checks found, the gravest first"),
    Action("main.timeline", "w", "What changed", "List what changed of late, from all sources"),
    Action("main.investigate", "I", "Investigate all", "What is wrong anywhere, and why"),
    Action("main.incidents", "J", "Incidents", "Your journal: what was wrong, and what helped"),
    Action("main.logs", "L", "All logs", "Log lines of any LogQL, live"),
    Action("main.metrics", "M", "Any metric", "A chart of any PromQL"),
    Action("main.back", "escape", "Back", "Cancel the answer, else show all, else unzoom"),
    Action("main.zoom", "z", "Zoom", "One pane on the whole screen, and back"),
    Action("app.report", "R", "Report", "What was, is and is to come, on one page"),
    Action("app.refresh", "ctrl+r", "Refresh", "Ask every source now"),
    Action("app.pause", "space", "Pause", "Pause the live data, and go on"),
    Action("app.theme", "t", "Theme", "Choose the colours", "change_theme"),
    Action(
        "app.palette",
        "ctrl+p",
        "Commands",
        "All commands by name",
        "command_palette",
        priority=True,
    ),
    Action(
        "app.go-to",
        "colon",
        "Go to",
        "Go to a pane, a screen, or anything by its name",
        # The next key belongs to the name already.
        priority=True,
    ),
    Action("app.help", "question_mark,f1", "Help", "All keys", "show_help", footer=True),
    Action("app.quit", "q", "Quit", "Leave", footer=True),
    Action("app.quit-now", "ctrl+q", "Leave", "Leave, while typing too", "quit", priority=True),
)


def bindings(part: str) -> list[BindingType]:
    """The bindings of one part of the app."""
    return [action.binding for action in ACTIONS if action.part == part and action.keys]
