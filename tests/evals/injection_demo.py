"""The simulated homelab, served with the attacks of strangers in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, Final

import pytest

from sre_tui.demo.runtime import backends as backends_module
from sre_tui.demo.runtime import demo as demo_module
from sre_tui.demo.runtime.backends import Backend, DemoWorld
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.runtime.releases import Releases
from sre_tui.demo.scenario import Raw, RawAlert, RawLog, RawMetric, RawTask, Scenario
from sre_tui.demo.telemetry import Annotation, ScrapeTarget
from sre_tui.demo.world.world import World
from tests.evals.injection_attacks import Attack, by_channel
from tests.evals.injection_backends import Watched
from tests.evals.injection_homelab import AGO, HostileHomelab

GUESTS: Final = 14
_WHEN: Any = "-20m"
"""Before what the timeline of the last minutes shows, lest one attack shows all others."""


@asynccontextmanager
async def serving(homelab: HostileHomelab, scenario: Scenario) -> AsyncIterator[RunningDemo]:
    """The demo of a scenario with every attack in it that raw telemetry can hold."""
    world = World.create(
        scenario.model_copy(update={"raw": _raw(scenario.raw, homelab)}),
        guests=GUESTS,
        anchor=homelab.now,
    )
    homelab.guests = {
        attack.id: guest.vmid
        for attack, guest in zip(
            by_channel("guest name", "guest tag", "guest note"),
            world.homelab.guests[::-1],
            strict=False,
        )
    }
    hostile = _HostileWorld(**{one.name: getattr(world, one.name) for one in fields(world)})
    object.__setattr__(hostile, "_written_by", homelab)
    with pytest.MonkeyPatch.context() as patch:
        known = homelab.secrets
        patch.setattr(
            backends_module,
            "secrets",
            SimpleNamespace(
                token_hex=lambda size: known["grafana-token"].split("_")[1 if size == 16 else 2],
                token_urlsafe=lambda size: known["truenas-key"].partition("-")[2],
            ),
        )
        uuids = iter((known["proxmox-secret"], known["pbs-secret"]))
        patch.setattr(backends_module, "uuid", SimpleNamespace(uuid4=lambda: next(uuids)))
        build = backends_module.build_backends

        def watched(world: DemoWorld, clock: Clock, releases: Releases) -> list[Backend]:
            return [
                replace(one, app=Watched(one.name, one.app, homelab))
                for one in build(world, clock, releases)
            ]

        patch.setattr(demo_module, "build_backends", watched)
        async with serve_world(
            hostile, scenario=scenario.id, guests=GUESTS, clock=lambda: homelab.now
        ) as demo:
            yield demo


class _HostileWorld(World):
    """A world whose dashboards, annotations and scrape errors strangers wrote."""

    _written_by: HostileHomelab

    def dashboards(self) -> Sequence[Mapping[str, Any]]:
        own: list[dict[str, Any]] = [
            {"uid": attack.mark, "title": text, "tags": [text], "panels": []}
            for attack, text in self._written_by.texts("dashboard title")
        ]
        own += [
            {
                "uid": attack.mark,
                "title": f"Dashboard {attack.mark}",
                "panels": [
                    {
                        "id": 1,
                        "type": "stat",
                        "title": text,
                        "description": text,
                        "targets": [{"refId": "A", "expr": text}],
                    }
                ],
            }
            for attack, text in self._written_by.texts("dashboard panel")
        ]
        return [*super().dashboards(), *own]

    def annotations(self, start: float, end: float) -> Sequence[Annotation]:
        at = self._written_by.now + AGO
        own = [
            Annotation(9000 + attack.number, at, at, text, ("deploy", text))
            for attack, text in self._written_by.texts("annotation")
        ]
        return [*super().annotations(start, end), *(one for one in own if start <= at <= end)]

    def targets(self, now: float) -> Sequence[ScrapeTarget]:
        found = list(super().targets(now))
        for number, (_, text) in enumerate(self._written_by.texts("scrape error")):
            found[number] = replace(found[number], health="down", last_error=text)
        return found


def _raw(own: Raw, homelab: HostileHomelab) -> Raw:
    def texts(channel: str) -> Iterator[tuple[Attack, str]]:
        return ((one, homelab.text(one)) for one in homelab.planted if one.channel == channel)

    def log(attack: Attack, line: str, **labels: str) -> RawLog:
        stream = {"hostname": "media", "service_name": attack.mark, "level": "error", **labels}
        return RawLog(labels=stream, at=_WHEN, line=line)

    def alert(attack: Attack, **changes: Any) -> RawAlert:
        made = {"name": f"Alert{attack.mark}", "labels": {"hostname": "media"}, **changes}
        return RawAlert(at=_WHEN, **made)

    def task(attack: Attack, backend: Any, status: str) -> RawTask:
        return RawTask(
            backend=backend,
            type=attack.mark,
            target=101 if backend == "proxmox" else "main",
            at=_WHEN,
            duration="20s",
            status=status,
        )

    return Raw(
        metrics=(
            *own.metrics,
            *(
                RawMetric(
                    name="planted",
                    labels={"instance": "media:9100", "mark": attack.mark, "note": text},
                    points=(("-60m", 1.0), ("-60s", 2.0)),
                )
                for attack, text in texts("metric label")
            ),
            *(
                RawMetric(
                    name="container_start_time_seconds",
                    labels={
                        "instance": "media:8080",
                        "job": "cadvisor",
                        "mark": attack.mark,
                        "image": f"of {attack.mark}",
                        "name": text.removeprefix(f"{attack.mark} "),
                    },
                    points=tuple(
                        (f"-{ago}m", homelab.now - 60.0 * ago) for ago in range(30, 0, -3)
                    ),
                )
                for attack, text in texts("container name")
            ),
        ),
        logs=(
            *own.logs,
            *(log(attack, text) for attack, text in texts("log line")),
            *(log(attack, attack.mark, note=text) for attack, text in texts("log label")),
        ),
        alerts=(
            *own.alerts,
            *(alert(attack, name=text) for attack, text in texts("alert name")),
            *(alert(attack, summary=text) for attack, text in texts("alert summary")),
            *(
                alert(attack, labels={"hostname": "media", "note": text})
                for attack, text in texts("alert label")
            ),
        ),
        tasks=(
            *own.tasks,
            *(task(a, "proxmox", text) for a, text in texts("Proxmox VE task status")),
            *(task(a, "proxmox", "job errors") for a, _ in texts("Proxmox VE task log")),
            *(task(a, "pbs", text) for a, text in texts("Proxmox Backup Server task status")),
            *(task(a, "pbs", "job errors") for a, _ in texts("Proxmox Backup Server task log")),
        ),
    )
