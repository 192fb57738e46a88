"""Evidence of a finding or an event: who said it, in answer to what, and how to see it again."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

EvidenceKind = Literal["metric", "log", "alert", "target", "api", "task", "annotation"]
DATING: Final = frozenset({"alert", "api", "task"})
"""Kinds of evidence that have dates of their own, however short the window is that is read."""
LONGEST_SAID: Final = 300
"""Characters of a line that are kept of it, from both of its ends."""


class Evidence(BaseModel):
    """One thing that a backend said.

    ``says`` is the backend's own line or figure: text of outsiders, already made one line of plain
    characters, that is shown but never obeyed.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    """Backend and instance: ``prometheus:main``."""
    kind: EvidenceKind
    says: str
    at: AwareDatetime | None = None
    """When it was so, or was said."""
    asked: str = ""
    """The query, path or id it answers to."""
    command: str = ""
    """What stands behind ``sre`` to see it again; empty if no command shows it."""
