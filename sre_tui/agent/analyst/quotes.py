"""Cites what backends said: each thing is evidence of its own, with the query to see it oneself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from providers.reading import State
from sre_tui.agent.analyst.calls import Caller, Found
from sre_tui.agent.analyst.wording import cited
from sre_tui.agent.runner import Quoted
from sre_tui.diagnosis.causes.model import Step
from sre_tui.diagnosis.evidence import Evidence

MOST: Final = 2
"""Citations of one sentence."""
_KINDS: Final = {
    "metric": "a metric", "log": "a log line", "alert": "an alert", "target": "a scrape target",
    "api": "its API", "task": "a task", "annotation": "an annotation",
}  # fmt: skip


class Quotes:
    """Makes evidence of what one result quotes.

    Args:
        caller: keeps the evidence.
        found: the call that brought the result.
    """

    def __init__(self, caller: Caller, found: Found) -> None:
        self._caller = caller
        self._found = found

    @property
    def whole(self) -> str:
        """The citation of the whole result, with a space before it."""
        return self._found.cite

    def cite(self, several: Iterable[Evidence], shows: str = "", most: int = MOST) -> str:
        """The citations of what backends said, else that of the whole; with a space before them.

        Args:
            several: what they said.
            shows: what was concluded from it.
            most: how many of them are cited.
        """
        ids = [self._id(one, shows) for one in tuple(several)[:most]]
        return cited(ids) or self.whole

    def cite_runbook(self, steps: Sequence[Step]) -> str:
        """The citation of steps that stand in one runbook, with a space before it."""
        runbook = steps[0].runbook
        lines: list[str] = []
        for step in steps:
            lines += [f"{step.heading}: {step.text}", *(f"    {one}" for one in step.commands)]
        quoted = Quoted(
            of=self._found.id,
            source="runbooks",
            summary=f"runbook {runbook}: {steps[0].text}",
            text="\n".join(lines),
            command=f"sre runbooks show {runbook}",
            # It lies on this machine: that a backend's data is old says nothing of it.
            state=State.OK,
        )
        return cited([self._caller.quote(quoted)])

    def _id(self, one: Evidence, shows: str) -> str:
        lines = [one.says, ""]
        if shows and shows not in one.says:
            lines.append(f"it shows: {shows}")
        at = f" at {one.at:%Y-%m-%d %H:%M} UTC" if one.at is not None else ""
        lines.append(f"said by {one.source}, {_KINDS[one.kind]}{at}")
        if one.asked:
            lines.append(f"asked: {one.asked}")
        command = f"sre {one.command}" if one.command else ""
        if command:
            lines.append(f"to see it yourself: {command}")
        quoted = Quoted(
            of=self._found.id,
            source=one.source,
            summary=one.says,
            text="\n".join(lines),
            command=command,
            at=one.at,
        )
        return self._caller.quote(quoted)


__all__ = ["Quotes"]
