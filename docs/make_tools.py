"""Write tools.md from the registered tools, each with what its command shows: ``make docs``.

The commands run on the demo with a clock that stands still, so that the document changes only when
a tool does. ``python docs/make_tools.py`` prints it.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shlex
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from commands.diagnostics import ExitCode
from commands.main import run
from index.builder import build
from sre_tui.demo.runtime.demo import start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.settings import Settings
from sre_tui.tools.arguments import format_window
from sre_tui.tools.registry import all_tools
from sre_tui.tools.runbook_index import sources
from sre_tui.tools.tool import Tool

NOW: Final = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)
SCENARIO: Final = "nas-disk-failing"
WIDTH: Final = 110
MOST_LINES: Final = 24
PORTS: Final = 19200

INCIDENT: Final = {
    "id": "k7m2p4qx",
    "title": "Jellyfin buffers",
    "alert": "SmartDiskFailing",
    "subject": "nas1/sdd",
    "services": ["jellyfin"],
    "severity": "critical",
    "cause": "sdd was failing and slowed the pool down",
    "resolution": "replaced sdd",
    "started": "2026-10-02T18:05:00Z",
    "ended": "2026-10-02T21:40:00Z",
    "recorded": "2026-10-02T21:44:00Z",
    "updated": "2026-10-02T21:44:00Z",
}
"""What the journal has."""

INTRODUCTION: Final = f"""\
# Tools

Written by `make docs` from the registered tools. A tool is one question to the homelab; the
assistant asks it by its name, you by its command, and both get the same answer. None changes
anything. `sre schema TOOL` prints the JSON schemas of a tool's arguments and of its answer, and
`--json` gives that answer.

What the commands show below is the simulated homelab of
`sre --demo --scenario {SCENARIO}` in a terminal of {WIDTH} columns; a pipe gets all columns.
"""


class Screen(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def document(shown: Mapping[str, str] | None = None) -> str:
    """The whole text.

    Args:
        shown: what each tool's example shows, by the tool's name; without it the text has none.
    """
    return "\n".join(
        [INTRODUCTION, *_contents(), *(_section(tool, shown or {}) for tool in all_tools())]
    )


def _contents() -> Iterator[str]:
    yield "| tool | command | answers |\n|---|---|---|"
    for tool in all_tools():
        yield f"| [`{tool.name}`](#{tool.name}) | `sre {' '.join(tool.command)}` | {tool.summary} |"
    yield ""


def _section(tool: Tool[Any], shown: Mapping[str, str]) -> str:
    needs = " or ".join(sorted(tool.needs))
    lines = [f"## {tool.name}\n", tool.description, ""]
    lines += [f"Needs {needs}.\n"] if needs else []
    lines += ["| argument | what it says | default |", "|---|---|---|"]
    for name, field in tool.arguments.model_fields.items():
        lines.append(f"| `{name}` | {field.description or ''} | {_default(field)} |")
    if not tool.arguments.model_fields:
        lines = lines[:-2]
    if tool.name in shown:
        lines += ["", f"```console\n$ sre {tool.examples[0]}\n{shown[tool.name]}```"]
    return "\n".join([*lines, ""])


def _default(field: FieldInfo) -> str:
    if field.is_required() or field.default in (None, (), ""):
        return ""
    shown = format_window(field.default) if isinstance(field.default, timedelta) else field.default
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def examples() -> dict[str, str]:
    """What the first example of every tool shows on the demo, by the tool's name."""
    os.environ["COLUMNS"] = str(WIDTH)
    with tempfile.TemporaryDirectory() as root, running_demo() as variables:
        folders = Folders.under(Path(root))
        build(sources(Settings()), folders.index)
        environment = replace(
            Environment(),
            variables={**variables, "NO_COLOR": "1", "REPORT_TIMEZONE": "UTC"},
            folders=folders,
        )
        recorded = replace(environment, stdin=io.StringIO(f"{json.dumps(INCIDENT)}\n"))
        run(["incidents", "import", "-"], replace(recorded, stderr=io.StringIO()))
        still = replace(environment, clock=lambda: NOW)
        run(["baselines", "compute", "--quiet", "--metric", "cpu"], still)
        run(["report", "--quiet"], still)
        return {tool.name: _shown(tool, environment) for tool in all_tools() if tool.examples}


def _shown(tool: Tool[Any], environment: Environment) -> str:
    screen = Screen()
    words = shlex.split(tool.examples[0].partition(" | ")[0])
    code = run(words, replace(environment, stdout=screen, stderr=screen, clock=lambda: NOW))
    if code not in (ExitCode.OK, ExitCode.PARTIAL):
        raise SystemExit(f"sre {tool.examples[0]}: {screen.getvalue()}")
    lines = [line.rstrip() for line in screen.getvalue().splitlines()]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… and {len(lines) - MOST_LINES + 1} more lines"]
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def running_demo() -> Iterator[Mapping[str, str]]:
    """A demo in a thread of its own, for as long as the ``with`` lasts; gives its variables."""
    started, done = threading.Event(), threading.Event()
    variables: dict[str, str] = {}

    async def serve() -> None:
        async with start_demo(SCENARIO, ports_base=PORTS, clock=NOW.timestamp) as demo:
            variables.update(demo.environment)
            started.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    if not started.wait(60):
        raise SystemExit("the demo did not start")
    try:
        yield variables
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    sys.stdout.write(document(examples()))
