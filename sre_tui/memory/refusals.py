"""Why the memory does not serve, beyond what any backend may have."""

from __future__ import annotations

from providers.errors import BackendError
from providers.reading import State
from sre_tui.complaint import Complaint


class NotSetUp(BackendError):
    """The settings name a memory that cannot be: a mistake to mend before trying again."""

    state = State.NOT_CONFIGURED


class NotKept(Complaint):
    """Nothing was written; what was there before is still there."""

    code = "not_writable"


class PerhapsKept(Complaint):
    """Nobody said whether it was written: it may be there, or what was there before."""

    code = "unknown_outcome"
