"""Which sources an answer rests on, which of them are old, and which it had to do without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from providers.clock import age_in_words
from providers.reading import SourceStatus, State
from providers.text import one_line
from sre_tui.agent.analyst.calls import Found
from sre_tui.agent.analyst.wording import plain
from sre_tui.settings.model import TITLES

MOST_LINES: Final = 4
"""Lines told of what could not be checked."""
_URL = re.compile(r"\b(?:of |at |to )?https?://\S+\s*")
_CAUSE = re.compile(r"\(([^()]{3,80})\)")
_ASKED_BY: Final = {"backup_coverage": "proxmox", "hdd_power_status": "prometheus"}
"""Backends of tools whose names do not begin with theirs."""
_OF_ALL: Final = ("investigate", "what_changed", "check_health", "capacity_forecast")
"""Tools that ask every backend."""
_AWAY: Final = ("unreachable", "timeout")
_RUNBOOKS: Final = "the runbooks"


@dataclass
class _Trouble:
    """Why a source gave nothing, as it first said, and the evidence for that."""

    reason: str
    cite: str


@dataclass
class Coverage:
    """What every source gave for one question.

    Attributes:
        answered: names of the sources that gave data, be it old.
        told: names of those of which the answer has said already that they gave none.
    """

    answered: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    _failed: dict[str, _Trouble] = field(default_factory=dict)
    _stale: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def note(self, found: Found) -> None:
        """Remember how the sources of one call fared."""
        if found.ran is None:
            return
        if found.ran.result is None:
            evidence = found.ran.evidence
            reason = f"{_words(evidence.state)}: {_reason(evidence.summary)}"
            if evidence.state is State.BAD_RESPONSE:
                reason = one_line(evidence.summary, 120)
            self._fail(tool_source(found.call.tool), reason, found.cite)
            return
        for status in found.ran.result.sources:
            self._note_source(status, found.cite)

    def _note_source(self, status: SourceStatus, cite: str) -> None:
        name = source_name(status.source)
        if status.state.has_data:
            self.answered.add(name)
        if status.state is State.STALE:
            before = self._stale.get(name)
            if before is None or status.observed_at < before[0]:
                self._stale[name] = (status.observed_at, _reason(status.detail))
        elif status.state is State.PARTIAL:
            # Runbooks that are found by their words alone are found all the same.
            if name != _RUNBOOKS:
                self._fail(name, f"incomplete: {_reason(status.detail)}", cite)
        elif status.state is not State.OK:
            self._fail(name, f"{_words(status.state)}: {_reason(status.detail)}", cite)

    def _fail(self, name: str, reason: str, cite: str) -> None:
        self._failed.setdefault(name, _Trouble(reason.rstrip(": "), cite))

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the backends that gave nothing at all."""
        return tuple(
            name for name in self._failed if name not in self.answered and name != _RUNBOOKS
        )

    def trouble(self, name: str) -> str:
        """One sentence about why a source gave nothing, cited; empty if it did not fail."""
        told = self._failed.get(name)
        if told is None or name in self.answered:
            return ""
        away = told.reason.startswith(_AWAY)
        verb = "cannot be reached" if away else "gave no answer"
        why = told.reason.partition(": ")[2] if away else told.reason
        return f"{plain(name)} {verb}{f' ({plain(why)})' if why else ''}{told.cite}."

    def missing(self) -> Iterator[str]:
        """One line for each source that gave less than it was asked for."""
        for name, trouble in self._failed.items():
            old = name in self._stale and name in self.answered
            if name in self.told - self.answered or (old and self._says_same(name)):
                continue
            part = " in part" if name in self.answered else ""
            yield f"{plain(name)}{part} ({plain(trouble.reason)}){trouble.cite}"

    def _says_same(self, name: str) -> bool:
        """Whether what is missing of a source is so for the reason for which the rest is old."""
        return self._failed[name].reason.endswith(self._stale[name][1])

    def ages(self, now: datetime) -> dict[str, float]:
        """The sources whose data is old, each with the age of the oldest in seconds."""
        return {name: (now - at).total_seconds() for name, (at, _) in self._stale.items()}

    def old(self, now: datetime) -> str:
        """A sentence about the sources whose data is old; empty if there are none."""
        told = [
            f"the data of {plain(name)} is {age_in_words((now - at).total_seconds())} old"
            + (", and some of it is missing" if name in self._failed else "")
            + (f" ({plain(reason)})" if reason else "")
            for name, (at, reason) in self._stale.items()
        ]
        if not told:
            return ""
        return f"{'; '.join(told)}. What happened since is not in this answer."


def source_name(source: str) -> str:
    """What the operator calls a source such as ``prometheus:main``."""
    backend, _, instance = source.partition(":")
    if backend == "index":
        return _RUNBOOKS
    name = next((title for key, title in TITLES.items() if key == backend), backend.capitalize())
    return name if instance in ("", "main", "default") else f"{name} {one_line(instance, 40)}"


def backend_of(tool: str) -> str:
    """The backend that a tool asks first of all."""
    return _ASKED_BY.get(tool, tool.partition("_")[0])


def tool_source(tool: str) -> str:
    """What the operator calls the backend that a tool asks."""
    if tool in _OF_ALL:
        return "the homelab as a whole"
    backend = backend_of(tool)
    return _RUNBOOKS if backend == "runbook" else source_name(backend)


def bounded(lines: Sequence[str]) -> list[str]:
    """At most so many lines that they are still read; the last one says how many more there are."""
    if len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} more"]


def _words(state: State) -> str:
    return state.value.replace("_", " ")


def _reason(detail: str) -> str:
    """The cause in a detail, without the address, which the settings tell."""
    first = one_line(detail, 300).partition(";")[0]
    cause = _CAUSE.search(first)
    if cause is not None and not cause.group(1).endswith("?"):
        return cause.group(1)
    return one_line(_URL.sub("", first), 100).strip(" :")
