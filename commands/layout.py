"""How wide a line of a stream may be."""

from __future__ import annotations

from collections.abc import Mapping
from shutil import get_terminal_size
from typing import TextIO


def room(stream: TextIO, variables: Mapping[str, str]) -> int | None:
    """Terminal cells that a line of a stream may have; None if it may have any number.

    ``COLUMNS`` goes before the terminal's own width, and holds in a pipe too, where no width is
    the rule.
    """
    given = variables.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given)
    return get_terminal_size().columns if stream.isatty() else None
