"""Errors that are told to the user as they are: what is wrong, in one line."""

from __future__ import annotations

import os
from typing import ClassVar


class Complaint(Exception):
    """Something the user can mend; ``str(error)`` is for people, ``code`` for programs."""

    code: str = "failed"
    wrong_usage: ClassVar[bool] = False
    """Whether the call itself was wrong, so that trying again cannot help."""


def why(error: Exception) -> str:
    """What a file's error says to people: no number, no codec, and no path a second time."""
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error)
