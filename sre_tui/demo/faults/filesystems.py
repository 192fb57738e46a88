"""Root file systems that run full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sre_tui.demo.faults.kind import Fault, Length, TargetKind, fault_kind
from sre_tui.demo.faults.services import bad_answers
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import FOREVER, Shape, line

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


@fault_kind
class FilesystemFull(Fault):
    """Something fills a machine's root file system; from severity 0.5 on nothing can be written."""

    hits: ClassVar[TargetKind] = TargetKind.MACHINE
    summary: ClassVar[str] = "a machine's root file system runs full"

    within: Length = Field(default=3 * 3600.0, description="how long it takes to get there")
    folder: str = Field(default="/var/log", description="folder that grows")

    def act(self, stage: Stage, start: float, end: float) -> None:
        host, sev = self.target, self.severity
        full = 0.92 + 0.08 * min(1.0, 2 * sev)
        stop = min(end, start + self.within)
        part = (stop - start) / self.within
        if host in stage.plant["root.used"].row:
            size = stage.plant.root_size(host)
            rise = full * size - stage.typical("root.used", host)
            stage.add("root.used", host, _rise(start, stop, end, rise * part))
        else:
            # A Proxmox node has its root file system on its own pool.
            pool = stage.lab.pool_by_id[f"{host}/rpool"]
            rise = full * pool.size - stage.typical("pool.used", pool.id)
            stage.add("pool.used", pool.id, _rise(start, stop, end, rise * part))
        stage.murmur(
            Source(host, "systemd-journald", "warning"), 4,
            f"{self.folder} has grown by <1..9>.<0..9> GiB, vacuuming is not possible",
            start + self.within * 0.5, end,
        )  # fmt: skip
        ran_out = start + self.within
        if sev >= 0.5 and ran_out < end:
            self._refuse(stage, ran_out, end)

    def _refuse(self, stage: Stage, start: float, end: float) -> None:
        """What cannot be written any more."""
        host, sev = self.target, self.severity
        stage.murmur(
            Source(host, "rsyslogd", "error"), 10 + 20 * sev,
            "action 'action-0-builtin:omfile' suspended: No space left on device", start, end,
        )  # fmt: skip
        guest = stage.lab.guest_by_name.get(host)
        if guest is None or not guest.running:
            return
        for service in guest.services:
            stage.murmur(
                stage.source(host, service.name, "error"), 20 + 60 * sev,
                f"{service.name}: write /var/lib/{service.name}/<hex:8>.tmp: no space left on "
                "device",
                start, end,
            )  # fmt: skip
        bad_answers(stage, stage.probes_on(host), start, end, 0.5 * sev, 500)
        if sev >= 0.7:
            for instance in stage.probes_on(host):
                stage.probe_fails(instance, start, end, 500.0)


def _rise(start: float, stop: float, end: float, height: float) -> Shape:
    points = [(start, 0.0), (stop, height)]
    if end < FOREVER:
        points += [(max(end, stop + 1), height), (max(end, stop + 1) + 60, 0.0)]
    return line(points)
