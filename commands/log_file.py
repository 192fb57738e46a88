"""The log file: where every library writes to instead of the screen, cleaned, without secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from commands.diagnostics import Narrator
from providers.text import clean
from sre_tui.environment import Environment

if TYPE_CHECKING:
    from sre_tui.agent.redaction import Redactor
    from sre_tui.settings import Settings

LARGEST = 2_000_000
"""Bytes of one file; three older ones are kept."""


class RedactingFormatter(logging.Formatter):
    """Writes records cleaned and without secrets; what that takes is loaded with the first."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._settings = settings
        self._redactor: Redactor | None = None

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, its traceback included."""
        text = super().format(record)
        if self._redactor is None:
            self._redactor = self._made()
        # A log is read in a terminal, and errors quote what backends sent.
        return self._redactor.text(clean(text))

    def _made(self) -> Redactor:
        from sre_tui.agent.redaction import Redactor
        from sre_tui.settings import SettingsError

        try:
            return Redactor.of(self._settings())
        except SettingsError:
            return Redactor()


def write_log_to(
    environment: Environment, narrator: Narrator, settings: Callable[[], Settings]
) -> None:
    """Send every library's log to the rotating file, so that nothing of it reaches the screen."""
    from logging.handlers import RotatingFileHandler

    path = environment.folders.log_file
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    handler: logging.Handler
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LARGEST, backupCount=3, delay=True, encoding="utf-8"
        )
    except OSError as error:
        narrator.warn(f"no log is written: {path}: {error.strerror or error}")
        handler = logging.NullHandler()
    handler.setFormatter(RedactingFormatter(settings))
    root.handlers = [handler]
    logging.raiseExceptions = False
