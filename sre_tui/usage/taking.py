"""Takes what waits in the spool over into the memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.environment import Folders
from sre_tui.memory.place import place_of
from sre_tui.memory.refusals import NotKept
from sre_tui.memory.store import open_store
from sre_tui.memory.usage import Usage
from sre_tui.settings import Settings
from sre_tui.usage.components import Seen, keep_components
from sre_tui.usage.counter import spool_of
from sre_tui.usage.records import AskedQuestion, Counted
from sre_tui.usage.spool import Spool

log = logging.getLogger(__name__)

_LINE: Final[TypeAdapter[Counted | AskedQuestion | Seen]] = TypeAdapter(
    # What a line says of a question belongs into no log.
    Counted | AskedQuestion | Seen,
    config=ConfigDict(hide_input_in_errors=True),
)
LEFT_ALONE: Final = 3600.0
"""Seconds after a failure."""
PATIENCE: Final = 10.0
"""Seconds that another process is waited for which does the same."""


@contextmanager
def opened_usage(settings: Settings, folders: Folders) -> Iterator[tuple[Usage, str]]:
    """The usage with what waited for it, and why something still waits if it does.

    Raises:
        BackendError: the memory cannot be used.
    """
    with open_store(place_of(settings, folders)) as store:
        usage, why = Usage(store), ""
        # Where nothing is counted, as on the demo, the memory is none that the others wait for.
        if settings.memory.usage:
            try:
                take_over(spool_of(folders), usage)
            except (NotKept, OSError) as error:
                why = f"the latest calls are not in it yet: {one_line(str(error))}"
        yield usage, why


def relieve(spool: Spool, settings: Settings, folders: Folders) -> None:
    """Take over what waits, though nobody asked for it; what hinders that is only logged.

    A memory that could not be reached is left alone for a while: somebody waits for the prompt.
    """
    tried = spool.folder / "tried"
    try:
        if time.time() - _touched(tried) < LEFT_ALONE:
            return
        tried.touch(0o600)
        with open_store(place_of(settings, folders)) as store:
            take_over(spool, Usage(store))
        tried.unlink(missing_ok=True)
    except (BackendError, NotKept, OSError) as error:
        log.warning("usage waits for the memory: %s", one_line(str(error)))


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def take_over(spool: Spool, usage: Usage) -> int:
    """Keep what waits and say how many calls were new.

    One that is killed in between leaves it to the next, which counts nothing twice.

    Raises:
        BackendError: the memory cannot be used.
        NotKept: it cannot be written; what waits goes on waiting.
        OSError: the spool cannot be read.
        TimeoutError: another process takes over, and does not end.
    """
    from filelock import FileLock

    taken = 0
    if not spool.size:
        return taken
    with FileLock(spool.folder / "lock", timeout=PATIENCE, mode=0o600):
        # What an earlier one left behind, then what came since.
        for _ in range(2):
            with spool.aside() as lines:
                read = _read(lines)
                taken += usage.take(
                    [each for each in read if isinstance(each, Counted)],
                    [each for each in read if isinstance(each, AskedQuestion)],
                )
                keep_components(spool.folder, [each for each in read if isinstance(each, Seen)])
    return taken


def _read(lines: list[bytes]) -> list[Counted | AskedQuestion | Seen]:
    read: list[Counted | AskedQuestion | Seen] = []
    for line in filter(None, lines):
        try:
            read.append(_LINE.validate_json(line))
        except ValidationError as error:
            # A power cut can leave half a line.
            log.warning("a line of the usage is left out: %s", one_line(str(error), 120))
    return read
