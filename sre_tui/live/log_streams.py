"""Which log streams are of a machine: label names and spellings differ from homelab to homelab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict

from providers.alerting import without_port
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, quote
from providers.reading import State
from sre_tui.live.feed import AskTool

if TYPE_CHECKING:
    from sre_tui.tools.result import ToolResult

LOOK_BACK: Final = "1d"
"""How far back a label must have been seen."""
_LABELS: Final = "loki_list_label_values"
_NAS: Final = "truenas_system_status"
_MOST_LABELS: Final = 3
"""Labels that are searched for a machine's name."""


class LogStreams(BaseModel):
    """A selector, and what is to be known about it."""

    model_config = ConfigDict(frozen=True)

    query: str
    """LogQL; empty if nothing can be said."""
    note: str = ""
    """Why it may not be what was meant."""


class StreamsFeed:
    """Finds the selector of some machines' streams; of all streams without a machine.

    Args:
        ask: asks a tool.
        hosts: names of the machines, without port; any of them may be the label's spelling.
        nas: source whose own name is asked for where there is no name yet: ``truenas:main``.
    """

    name = "loki"
    interval = 30.0

    def __init__(self, ask: AskTool, hosts: Sequence[str] = (), nas: str = "") -> None:
        self._ask = ask
        self._hosts = tuple(hosts)
        self._nas = nas

    async def recall(self) -> None:
        """It is found out quickly."""

    async def fetch(self) -> ToolResult[Any]:
        """Ask for labels and their values.

        Raises:
            NotConfigured: there is no Loki.
            BackendError: Loki gave no answer.
        """
        hosts = self._hosts or await self._nas_names()
        answer = await self._ask(_LABELS, {"since": LOOK_BACK})
        if not answer.state.has_data:
            return answer
        known = _values(answer)
        machines = [name for name in LOG_HOST_LABELS if name in known]
        programs = [name for name in LOG_SERVICE_LABELS if name in known]
        found = LogStreams(query="", note="no stream wrote anything in the last day")
        if known and not hosts:
            label = next(iter([*programs, *machines]), min(known))
            found = LogStreams(query=_selector(label, ()))
        elif known:
            found = await self._of_hosts(hosts, [*machines, *programs[:1]])
        return answer.model_copy(update={"data": found})

    async def _of_hosts(self, hosts: Sequence[str], labels: Sequence[str]) -> LogStreams:
        for label in labels[:_MOST_LABELS]:
            asked = {"label": label, "since": LOOK_BACK, "limit": 5000}
            values = _values(await self._ask(_LABELS, asked))
            same = sorted(value for value in values if any(_is(value, host) for host in hosts))
            if same:
                return LogStreams(query=_selector(label, same))
        label = next(iter(labels), LOG_HOST_LABELS[0])
        named = " or ".join(hosts)
        return LogStreams(
            query=_selector(label, hosts), note=f"no stream of the last day is of {named}"
        )

    async def _nas_names(self) -> tuple[str, ...]:
        if not self._nas:
            return ()
        answer = await self._ask(_NAS, {"section": "system"})
        if answer.state is State.NOT_CONFIGURED or not answer.state.has_data:
            return (self._nas.rpartition(":")[2],)
        names = [
            report.info.hostname
            for report in answer.data.systems
            if report.source == self._nas and report.info is not None and report.info.hostname
        ]
        return tuple(names) or (self._nas.rpartition(":")[2],)


def _values(answer: ToolResult[Any]) -> frozenset[str]:
    return frozenset(item.value for item in answer.data.items)


def _is(value: str, host: str) -> bool:
    """Whether a label's value names a machine, whatever its case, port and domain."""
    one, other = without_port(value).casefold(), without_port(host).casefold()
    return one == other or _short(one) == _short(other)


def _short(name: str) -> str:
    return name if name.replace(".", "").isdigit() else name.partition(".")[0]


def _selector(label: str, values: Sequence[str]) -> str:
    if not values:
        return f"{{{LabelMatcher(label, '=~', quote('.+'))}}}"
    if len(values) == 1:
        return f"{{{LabelMatcher(label, '=', quote(values[0]))}}}"
    # A dot for what has a meaning in expressions: backslashes would have to be escaped twice.
    either = "|".join(
        "".join(char if char.isalnum() or char in "-_" else "." for char in value)
        for value in values
    )
    return f"{{{LabelMatcher(label, '=~', quote(either))}}}"
