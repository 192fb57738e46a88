"""Errors that are told to the user as they are: what is wrong, in one line."""

from __future__ import annotations

from typing import ClassVar


class Complaint(Exception):
    """Something the user can mend; ``str(error)`` is for people, ``code`` for programs."""

    code: str = "failed"
    wrong_usage: ClassVar[bool] = False
    """Whether the call itself was wrong, so that trying again cannot help."""
