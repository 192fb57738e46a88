"""The world: one homelab, one scenario, one "now"; alive from long before it to long after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sre_tui.demo.scenario import RawTask, Scenario
from sre_tui.demo.telemetry import (
    AlertRule,
    Annotation,
    LogSource,
    RawAlert,
    RecordingRule,
    ScrapeTarget,
    SeriesSource,
    Silence,
)
from sre_tui.demo.world import rules
from sre_tui.demo.world.backups import Backups
from sre_tui.demo.world.build import build_homelab
from sre_tui.demo.world.exporters import all_families, recording
from sre_tui.demo.world.family import Target
from sre_tui.demo.world.homelab import Homelab
from sre_tui.demo.world.logs import Murmur, Script, Source, Voice, WorldLogs
from sre_tui.demo.world.nas import Nas
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.series import RawSeries, WorldSeries
from sre_tui.demo.world.shapes import FOREVER, line
from sre_tui.demo.world.stage import Stage
from sre_tui.demo.world.virtualization.virtualization import Virtualization
from sre_tui.demo.world.work import is_scrub, make_busy


@dataclass(frozen=True)
class World:
    """What the simulated backends serve.

    ``anchor`` (Unix seconds) is the moment the scenario calls now; every answer is a function of
    the seed, the scenario and the times asked for.
    """

    scenario: Scenario
    seed: int
    anchor: float
    homelab: Homelab
    series: SeriesSource
    logs: LogSource
    backups: Backups
    virtualization: Virtualization
    nas: Nas
    _plant: Plant
    _annotations: Sequence[Annotation]

    @classmethod
    def create(
        cls, scenario: Scenario, *, guests: int = 40, seed: int | None = None, anchor: float
    ) -> World:
        """Build the world.

        Args:
            scenario: what goes wrong.
            guests: number of Proxmox guests, 10 to 1,000.
            seed: instead of the scenario's own.
            anchor: Unix seconds of the scenario's "now".

        Raises:
            ValueError: for a bad number of guests, or a fault whose target such a homelab lacks.
        """
        chosen = scenario.seed if seed is None else seed
        homelab = build_homelab(guests, chosen)
        plant = Plant(homelab, chosen, anchor)
        stage = Stage(plant)
        for fault in scenario.faults:
            start = anchor + fault.at
            end = FOREVER if fault.duration is None else start + fault.duration
            try:
                fault.act(stage, start, end)
            except KeyError as error:
                raise ValueError(
                    f"{scenario.id}: a homelab of {guests} guests has no {error} for the fault "
                    f"{fault.kind} on {fault.target}"
                ) from error
        for task in scenario.raw.tasks:
            make_busy(stage, task)
        for held in scenario.raw.datasets:
            points = line([(anchor + at, value) for at, value in held.points])
            try:
                stage.add("dataset.used", held.dataset, points)
            except KeyError as error:
                known = ", ".join(plant["dataset.used"].row)
                raise ValueError(
                    f"{scenario.id}: there is no dataset {error}; there are {known}"
                ) from error
        stage.keep_processors_possible()
        raw_series = [
            RawSeries(item.name, item.labels, line([(anchor + x, y) for x, y in item.points]))
            for item in scenario.raw.metrics
        ]
        raw_voices = _raw_voices(scenario, chosen, anchor)
        nas = Nas(plant, stage.scans)
        nas.keep_awake_while_scanned()
        backups = Backups(plant, stage.backup_incidents, stage.backup_rots, stage.full_stores)
        return cls(
            scenario=scenario,
            seed=chosen,
            anchor=anchor,
            homelab=homelab,
            series=WorldSeries(plant.targets, all_families(plant), raw_series),
            logs=WorldLogs(lambda: [*stage.voices(), *raw_voices], stage.mutes),
            backups=backups,
            nas=nas,
            virtualization=Virtualization(
                plant, backups, stage.host_tasks, stage.ha_services, scenario.raw.tasks
            ),
            _plant=plant,
            _annotations=tuple(stage.annotations),
        )

    def alert_rules(self) -> Sequence[AlertRule]:
        """The operator's alerting rules."""
        return rules.alert_rules()

    def recording_rules(self) -> Sequence[RecordingRule]:
        """The recording rules whose series are among the metrics."""
        return recording.RULES

    def targets(self, now: float) -> Sequence[ScrapeTarget]:
        """Every scrape target with its health at a moment."""
        return [_target(target, now) for target in self._plant.targets if target.job]

    def silences(self, now: float) -> Sequence[Silence]:
        """The silences known at a moment; nobody has set one."""
        return ()

    def own_time(self, machine: str, now: float) -> float:
        """What the clock of a machine shows, which may have run away."""
        return self._plant.own_time(machine, now)

    def annotations(self, start: float, end: float) -> Sequence[Annotation]:
        """The annotations in ``start <= time <= end``."""
        return [note for note in self._annotations if start <= note.time <= end]

    def raw_alerts(self, now: float) -> Sequence[RawAlert]:
        """The injected alerts that are active at a moment."""
        found = []
        for item in self.scenario.raw.alerts:
            since = self.anchor + item.at
            if since <= now and (item.duration is None or now < since + item.duration):
                labels = {"alertname": item.name, "severity": item.severity, **item.labels}
                notes = {"summary": item.summary} if item.summary else {}
                found.append(RawAlert(item.name, labels, notes, since))
        return found

    def raw_tasks(self) -> Sequence[RawTask]:
        """The injected tasks but scrubs, which pools know of; times are relative to ``anchor``."""
        return tuple(task for task in self.scenario.raw.tasks if not is_scrub(task))

    def dashboards(self) -> Sequence[Mapping[str, Any]]:
        """Grafana dashboards as JSON objects, by title."""
        return rules.dashboards()


def _target(target: Target, now: float) -> ScrapeTarget:
    last = (now - target.offset) // target.interval * target.interval + target.offset
    error = target.error(last)
    return ScrapeTarget(
        job=target.job,
        instance=target.instance,
        scrape_url=target.url,
        labels={"job": target.job, "instance": target.instance, **target.labels},
        health="up" if error is None else "down",
        last_error=error or "",
        last_scrape=last,
        scrape_duration=0.012 if error is None else 10.0,
    )


def _raw_voices(scenario: Scenario, seed: int, anchor: float) -> list[Voice]:
    voices: list[Voice] = []
    for number, item in enumerate(scenario.raw.logs):
        source = Source(
            item.labels.get("hostname", ""),
            item.labels.get("service_name", ""),
            item.labels.get("level", "info"),
            exact=tuple(item.labels.items()),
        )
        say = partial(_said, item.line)
        name, start = f"raw {number}", anchor + item.at
        if item.per_hour is None:
            voices.append(Script(source, name, seed, [start], say))
        else:
            voices.append(Murmur(source, name, seed, item.per_hour, say, start=start))
    return voices


def _said(text: str, *_: object) -> str:
    return text
