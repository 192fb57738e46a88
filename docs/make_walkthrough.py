"""Walk through every bundled scenario in the app: ``python -m docs.make_walkthrough [ID ...]``.

Writes ``docs/walkthrough.md``; with ids only their sections are made anew. The clock stands still.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.staged_app import StagedApp, staged_app, without_ports
from sre_tui.demo.scenario import Cause as TrueCause
from sre_tui.demo.scenario import Scenario, Truth
from sre_tui.demo.scenario_load import load_scenario, scenario_ids
from sre_tui.diagnosis.causes.model import Cause, Investigation
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.evals.measures import is_true
from sre_tui.evals.stage import play
from sre_tui.live.homelab import ALERTS, HEALTH
from sre_tui.screens.investigation import InvestigationScreen
from widgets.transcript import Transcript

DOCUMENT = Path(__file__).with_name("walkthrough.md")
SIZE = (120, 40)
AT_MOST = 6
"""Keys from what is red to the explanation."""
ROUTES: tuple[tuple[str, ...], ...] = (("e",), ("I",), ("escape", "j", "e"))
"""What is pressed, one after the other, until the cause is known."""
EXPLAINED = ("e",)
_SHOWN_ALERTS = 3
_SHOWN_LINES = 12
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Walk:
    """How one scenario went.

    Attributes:
        keys: everything pressed until the explanation stood there.
        right: whether the first cause told is a true one; where nothing is wrong, whether none is
            told as certain.
        told: true causes among those told as certain, and how many there are.
        red: what the header and the first alerts said.
        seen: what the explanation looked like.
    """

    scenario: Scenario
    keys: tuple[str, ...]
    right: bool
    told: tuple[int, int]
    red: tuple[str, ...]
    seen: tuple[str, ...]


def walked_ids() -> list[str]:
    """The scenarios of the document; those kept for measuring are for nobody's eyes."""
    names = [name for name in scenario_ids() if not name.startswith("r-")]
    return sorted(names, key=lambda name: (name.startswith("control-") or name == "quiet", name))


async def walk(name: str, routes: Sequence[tuple[str, ...]] = ROUTES) -> Walk:
    """Go from what is red to the cause, and tell what was pressed and seen."""
    scenario = load_scenario(name)
    with TemporaryDirectory() as folder:
        async with (
            play(scenario) as stage,
            staged_app(stage.context, Path(folder), size=SIZE) as app,
        ):
            return await _walk(app, scenario, routes)


async def _walk(app: StagedApp, scenario: Scenario, routes: Sequence[tuple[str, ...]]) -> Walk:
    main = app.app.main
    await app.until(lambda: {ALERTS, HEALTH} <= set(main.snapshots), "alerts and health")
    table = main.rows_pane("alerts")
    await app.until(lambda: table.is_answered, "the first pane")
    alerts = len(table.rows)
    lines = app.text.splitlines()
    red = (_health(lines[0]), *_alert_lines(app.within(table), alerts))
    pressed: list[str] = []
    best: Walk | None = None
    for keys in routes:
        # Without an alert there is no row to explain, and there may be no second one.
        if keys[-1] == "e" and alerts < (2 if "j" in keys else 1):
            continue
        pressed += keys
        if len(pressed) > AT_MOST:
            break
        await app.press(*keys)
        if keys[-1] == "e":
            causes, seen = await _explained(app)
        else:
            causes, seen = await _investigated(app)
        right, told = _judged(causes, scenario)
        walk = Walk(scenario, tuple(pressed), right, told, red, seen)
        if right:
            return walk
        best = best or walk
    assert best is not None
    return best


async def _explained(app: StagedApp) -> tuple[Sequence[Cause], tuple[str, ...]]:
    await app.answered()
    chat = app.app.main.chat
    transcript = chat.query_one(Transcript)
    asked = [one for one in chat.evidence if one.tool == "investigate" and one.document]
    transcript.scroll_to_widget(transcript.children[-1], animate=False, top=True)
    await app.pilot.pause()
    lines = [line for line in app.within(transcript) if line.strip()]
    begins = next((place for place, line in enumerate(lines) if "explain" in line), 0)
    told = [line for line in lines[begins:] if not line.lstrip().startswith(("▸", "‣", "▶"))]
    if not asked or asked[-1].document is None:
        return (), tuple(told[:_SHOWN_LINES])
    found = Investigation.model_validate(asked[-1].document["data"])
    return found.ranked, tuple(told[:_SHOWN_LINES])


async def _investigated(app: StagedApp) -> tuple[Sequence[Cause], tuple[str, ...]]:
    screen = app.app.screen
    assert isinstance(screen, InvestigationScreen)
    await app.until(lambda: screen.found is not None, "the investigation")
    assert screen.found is not None
    lines = [line for line in app.within(screen.outline) if line.strip()]
    return screen.found.ranked, tuple(lines[:_SHOWN_LINES])


def _judged(causes: Sequence[Cause], scenario: Scenario) -> tuple[bool, tuple[int, int]]:
    sure = [one for one in causes if one.confirmed]
    true = {cause for question in scenario.questions for cause in question.truth.causes}
    if not true:
        return not sure, (0, 0)
    patterns = bundled()

    def meets(cause: Cause, one: TrueCause) -> bool:
        return is_true(cause.kind, cause.subject, Truth(cause=one), patterns)

    first = any(meets(causes[0], one) for one in true) if causes else False
    told = sum(any(meets(cause, one) for cause in sure) for one in true)
    return first, (told, len(true))


def _health(line: str) -> str:
    return re.sub(r"\s+\d\d:\d\d:\d\d\s*$", "", line).strip()


def _alert_lines(rows: Sequence[str], how_many: int) -> Iterator[str]:
    drawn = [row.strip() for row in rows if re.search(r"critical|warning|info", row)]
    shown = drawn[: min(_SHOWN_ALERTS, how_many)]
    yield from (_SPACES.sub(" ", row) for row in shown)
    if how_many > len(shown):
        yield f"… {how_many - len(shown)} more alerts"


INTRODUCTION = """\
# From red to the cause

Every bundled scenario, but for those kept for measuring (`r-...`), walked through in the app at
{columns}x{lines} without a model: from what is red on the screen to the explanation, with at most
{most} keys. Start one with `sre --scenario ID` and press the same. `make walkthrough` writes this
page, by pressing them.

The way is always the same: `e` explains the first alert in the chat; where there is none, or where
that does not tell the cause, `I` investigates everything, and `escape` `j` `e` explains the alert
below. A key counts whether or not it helped. Whether the cause is named is held against the truth
that the scenario declares: the cause told first has to be a true one.

"""


def render(walks: Sequence[str]) -> str:
    """The document of these sections."""
    head = INTRODUCTION.format(columns=SIZE[0], lines=SIZE[1], most=AT_MOST)
    return head + "\n".join(walks)


def section(walk: Walk) -> str:
    """What is told of one scenario."""
    told, true = walk.told
    keys = " ".join(f"`{key}`" for key in walk.keys)
    outcome = "leads to the cause" if true else "tells that nothing at home is the cause"
    if true and not told:
        outcome = "names the true cause first, but as a possible one"
    if not walk.right:
        outcome = (
            "**does not** tell the true cause first" if true else "**names** a cause where none is"
        )
        outcome += "; neither do the other keys of the way above"
    also = f"; {told} of its {true} causes are told as certain" if true > 1 else ""
    return "\n".join(
        [
            f"## {walk.scenario.id}",
            "",
            f"{walk.scenario.title}.",
            "",
            "```text",
            *(without_ports(line) for line in walk.red),
            "```",
            "",
            f"Keys: {keys} ({len(walk.keys)}), which {outcome}{also}.",
            "",
            "```text",
            *(without_ports(line) for line in walk.seen),
            "```",
            "",
        ]
    )


def sections() -> dict[str, str]:
    """The sections of the document as it is, by scenario."""
    if not DOCUMENT.exists():
        return {}
    _, *parts = re.split(r"(?m)^(?=## )", DOCUMENT.read_text(encoding="utf-8"))
    return {part.splitlines()[0].removeprefix("## "): part.rstrip("\n") + "\n" for part in parts}


def main(chosen: Sequence[str]) -> None:
    """Walk, and write after each scenario, so that nothing is lost."""
    logging.lastResort = logging.NullHandler()
    known = sections()
    for name in chosen or walked_ids():
        known[name] = section(asyncio.run(walk(name)))
        order = [one for one in walked_ids() if one in known]
        DOCUMENT.write_text(render([known[one] for one in order]), encoding="utf-8")
        sys.stderr.write(f"{name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
