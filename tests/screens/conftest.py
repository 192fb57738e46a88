from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from sre_tui.screens import rows
from sre_tui.screens.warm_up import load_answers
from tests.screens.idle import FRAME, paint_at_rest, until_idle
from tests.screens.parsed import parsed_once

# As in an app whose user has come to the chat: no thread stands between a question and its run.
load_answers()
# Nor between the first rows of a pane and what they look like.
for found in iter_modules(rows.__path__, f"{rows.__name__}."):
    import_module(found.name)


@pytest.fixture(autouse=True)
def _terminal_and_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same terminal and time zone for everyone, whatever the tests are started from."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _no_waste_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the app ends with its work, and it is painted when that is done."""
    # What lets the app draw at once would slow down this worker, whatever it tests next.
    monkeypatch.setattr(gc, "set_threshold", _leave)
    monkeypatch.setattr(sys, "setswitchinterval", _leave)
    monkeypatch.setattr("textual.app.wait_for_idle", until_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", until_idle)
    # Asks every widget whether it has anything left to do, which the event loop knows.
    monkeypatch.setattr("textual.pilot.Pilot._wait_for_screen", until_idle)
    # Every app has a style sheet of its own, of the same text as those before it.
    monkeypatch.setattr(Stylesheet, "_parse_rules", parsed_once)
    # The same, without a call from the interpreter for each rule and widget.
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", FRAME)
    monkeypatch.setattr("textual.screen.Screen._compositor_refresh", paint_at_rest)


def _leave(*_: float) -> None:
    """Change nothing."""
