"""Loads what keys and questions need, in the background and only once."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Final

from sre_tui.live.answers import AnswerSource

log = logging.getLogger(__name__)

_NEEDED_LATER: Final = (
    "sre_tui.screens.logs",
    "sre_tui.screens.metric_chart",
    "sre_tui.screens.recording",
    "sre_tui.screens.report",
    "sre_tui.agent.model",
)
"""Modules of what keys open, too much to be loaded before the first paint or with the key."""
_OF_ANSWERS: Final = ("widgets.answer_markdown", "sre_tui.screens.answer_writer")
"""What shows answers: parsers of Markdown and of code."""


def load_answers() -> None:
    """Load what answers are shown with; blocks."""
    for module in _OF_ANSWERS:
        import_module(module)


async def answers_loaded() -> None:
    """Wait until that is loaded, in a thread where it is not."""
    if not sys.modules.keys() >= set(_OF_ANSWERS):
        await asyncio.to_thread(load_answers)


class WarmUp:
    """Call `begin` as soon as it disturbs nobody, and `for_questions` once one is to be expected.

    The library of a model takes seconds to load, so it is begun with as soon as possible. The
    built-in analyst takes a part of one, and memory that is not worth it before somebody asks.
    """

    def __init__(self, answers: AnswerSource) -> None:
        """What this source of answers needs is loaded as well."""
        self._answers = answers
        self._has_begun = False
        self._expects_questions = False

    def begin(self) -> None:
        """Begin, if that was not done before."""
        if not self._has_begun:
            self._has_begun = True
            self._in_thread(self._load)
            if self._answers.model is not None:
                self.for_questions()

    def for_questions(self) -> None:
        """Load what answers the first question, if that was not done before."""
        if not self._expects_questions:
            self._expects_questions = True
            self._in_thread(self._load_for_questions)

    def _in_thread(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                log.exception("what is needed later could not be loaded")

        # Not one of Textual's workers: the app must not wait for it when it ends.
        threading.Thread(target=run, name="warm-up", daemon=True).start()

    def _load(self) -> None:
        for module in _NEEDED_LATER:
            import_module(module)

    def _load_for_questions(self) -> None:
        load_answers()
        self._answers.warm_up()
