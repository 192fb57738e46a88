"""What was asked, kept for the next time the app is opened."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_KEPT: Final = 1000
_LONGEST: Final = 10_000
"""Characters of a question; what is longer was pasted, and is not asked again by hand."""
_LONGEST_FILE: Final = 2_000_000
"""Bytes from which on the file is cut down to what is kept."""


class QuestionHistory:
    """A private file with one JSON string per line, the oldest first; its methods may block."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Sequence[str]:
        """The last questions; lines that are none are left out.

        Raises:
            OSError: it cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        found = [text for line in data.splitlines() if (text := _question(line))]
        kept = found[-_KEPT:]
        if len(data) > _LONGEST_FILE:
            draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            self._append(draft, kept)
            draft.replace(self.path)
        return kept

    def add(self, question: str) -> None:
        """Append a question.

        Raises:
            OSError: it cannot be written.
        """
        if len(question) <= _LONGEST:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(self.path, [question])

    def _append(self, path: Path, questions: Sequence[str]) -> None:
        text = "".join(f"{json.dumps(question)}\n" for question in questions)
        # One write each, so that two apps at once do not get into each other's lines.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)


def _question(line: bytes) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
