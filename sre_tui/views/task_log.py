"""How the log of a task is shown: what went wrong in it stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from widgets.cell import Tone

_WRONG: Final = re.compile(
    r"\b(?:error|failed|failure|fatal|aborted|no space left)\b", re.IGNORECASE
)
_WARNED: Final = re.compile(r"\bwarn(?:ing|ings)?\b", re.IGNORECASE)


class Log(Protocol):
    """Lines of a task, and how many there are in all."""

    @property
    def lines(self) -> tuple[str, ...]: ...
    @property
    def total(self) -> int | None: ...


def task_log_lines(log: Log | None) -> Iterator[tuple[str, Tone]]:
    """Each line with what it means; first what is left out."""
    lines: Sequence[str] = () if log is None else log.lines
    if log is None or not lines:
        yield "The log is empty." if log is not None else "There is no such log.", Tone.MUTED
        return
    if log.total is not None and log.total > len(lines):
        yield f"The last {len(lines):,} of {log.total:,} lines:", Tone.MUTED
    for line in lines:
        if _WRONG.search(line) and "errors: 0" not in line:
            yield line, Tone.ERROR
        else:
            yield line, Tone.WARNING if _WARNED.search(line) else Tone.NEUTRAL
