"""What the analyst has at hand while it answers one question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sre_tui.agent.analyst.calls import Call, Caller, DataT, Found
from sre_tui.agent.analyst.coverage import Coverage, source_name
from sre_tui.agent.analyst.entities import Focus, resolve
from sre_tui.agent.analyst.inventory import MAX_SERIES, Inventory, identity_query
from sre_tui.agent.analyst.question import Question
from sre_tui.settings.reporting import ReportSettings
from sre_tui.tools.arguments import format_window
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.loki_data import LabelValues
from sre_tui.tools.prometheus_data import InstantValues, TargetListing

SERVICE_LABELS: Final = (
    "service_name", "service", "container", "container_name", "unit", "app", "job", "filename",
)  # fmt: skip
HOST_LABELS: Final = ("hostname", "host", "nodename", "node", "machine", "instance")
SETTINGS: Final = {
    "prometheus": "PROMETHEUS_URL", "grafana": "GRAFANA_URL", "loki": "LOKI_URL",
    "proxmox": "PROXMOX_URL", "pbs": "PBS_URL", "truenas": "TRUENAS_URL",
}  # fmt: skip


@dataclass
class Look:
    """One question being answered.

    Attributes:
        question: what is asked.
        caller: makes the tool calls.
        now: the moment of asking.
        here: name of the machine the question is asked on.
        inventory: what was discovered so far.
        focus: the names in the question.
        gaps: what could not be checked, in words, beside the sources that failed.
        coverage: how the sources fared.
        configured: backends that are set.
        found: outcomes of discovery by what they are for.
        own: names for the commands of the next steps, such as ``vmid`` or ``pool``.
        remedy: the failure pattern that the next steps are against; empty if there is none.
        reports: when reports are made, and for whom; None if that is not known.
    """

    question: Question
    caller: Caller
    now: datetime
    here: str = ""
    inventory: Inventory = field(default_factory=Inventory)
    focus: Focus = field(default_factory=Focus)
    gaps: list[str] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    configured: frozenset[str] = frozenset()
    found: dict[str, Found] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    remedy: str = ""
    reports: ReportSettings | None = None

    def note_gap(self, text: str) -> None:
        """Remember, once, what could not be checked."""
        if text and text not in self.gaps:
            self.gaps.append(text)

    async def ask(self, **calls: Call) -> dict[str, Found]:
        """Make the calls at the same time and keep their outcomes by name.

        How their sources fared is noted.
        """
        outcomes = await self.caller.run(list(calls.values()))
        found = dict(zip(calls, outcomes, strict=True))
        self.found |= found
        for one in outcomes:
            self.coverage.note(one)
        return found

    def note_missing_backends(self, *backends: str) -> None:
        """Say which of these backends are not configured."""
        for backend in backends:
            if backend not in self.configured:
                setting = SETTINGS.get(backend, f"{backend.upper()}_URL")
                self.note_gap(f"{source_name(backend)} is not configured: set {setting}")

    async def discover(self, *parts: str) -> None:
        """Find out what exists; ``parts`` are of identity, targets, alerts, logs."""
        words = [word for word in self.question.candidates if len(word) > 2]
        wanted = {
            "identity": Call(
                "prometheus_instant_query",
                {"query": identity_query(words), "limit": MAX_SERIES},
            ),
            "targets": Call("prometheus_targets", {"limit": 1000}),
            "alerts": Call("grafana_get_alerts", {}),
            "logs": Call("loki_list_label_values", {"label": SERVICE_LABELS[0], "limit": 5000}),
        }
        await self.ask(**{name: wanted[name] for name in parts})
        if "logs" in parts:
            await self._find_log_labels()
        self.learn()

    def learn(self) -> None:
        inventory = self.inventory
        targets = self._data("targets", TargetListing)
        if targets is not None:
            inventory.add_targets(targets.items)
        identity = self._data("identity", InstantValues)
        if identity is not None:
            inventory.add_samples(identity.items)
        alerts = self._data("alerts", AlertListing)
        if alerts is not None:
            inventory.alerts = alerts.items
        for name in self.found:
            if name.startswith("logs"):
                values = self._data(name, LabelValues)
                for item in values.items if values is not None else ():
                    if item.label == inventory.service_label:
                        inventory.services.setdefault(item.value, set())
        self.focus = resolve(self.question, inventory, self.here)

    async def _find_log_labels(self) -> None:
        values = self._data("logs", LabelValues)
        if values is None or values.items:
            return
        names = await self.ask(log_labels=Call("loki_list_label_values", {}))
        data = names["log_labels"].data(LabelValues)
        known = {item.value for item in data.items} if data is not None else set()
        service = next((name for name in SERVICE_LABELS if name in known), "")
        host = next((name for name in HOST_LABELS if name in known), "")
        if host:
            self.inventory.host_label = host
        if not service:
            self.inventory.service_label = host or next(iter(sorted(known)), "job")
            return
        self.inventory.service_label = service
        await self.ask(logs_again=Call("loki_list_label_values", {"label": service, "limit": 5000}))

    def _data(self, name: str, kind: type[DataT]) -> DataT | None:
        found = self.found.get(name)
        return found.data(kind) if found is not None else None

    def cite(self, name: str) -> str:
        """The citation of an outcome, with a space before it."""
        found = self.found.get(name)
        return found.cite if found is not None else ""

    def all_streams(self) -> str:
        """A selector for every log stream."""
        return f'{{{self.inventory.service_label}=~".+"}}'

    def window(self, longest: timedelta = timedelta(days=7)) -> dict[str, object]:
        """Arguments ``since`` and ``end`` for the question's window."""
        scope = self.question.scope
        length = min(scope.end - scope.start, longest)
        return window_arguments(length, scope.end, self.now)


def window_arguments(length: timedelta, end: datetime, now: datetime) -> dict[str, object]:
    """``since`` and ``end`` as the tools take them; an end that is now is left out."""
    arguments: dict[str, object] = {"since": format_window(max(length, timedelta(minutes=1)))}
    if now - end > timedelta(seconds=30):
        arguments["end"] = end.isoformat()
    return arguments
