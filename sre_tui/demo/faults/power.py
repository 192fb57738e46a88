"""Electric power."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sre_tui.demo.faults.kind import Fault, TargetKind, fault_kind
from sre_tui.demo.world.exporters.power import FULL_LOAD_RUNTIME
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.shapes import FOREVER, line

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


@fault_kind
class UpsOnBattery(Fault):
    """Mains power is gone; the battery drains, faster with more severity (an old battery)."""

    hits: ClassVar[TargetKind] = TargetKind.UPS
    summary: ClassVar[str] = "mains power fails and the UPS runs on battery"

    def act(self, stage: Stage, start: float, end: float) -> None:
        ups = self.target
        load = stage.typical("ups.load", ups)
        lasts = FULL_LOAD_RUNTIME * 100 / load * (1.4 - 0.8 * self.severity)
        stage.hold("ups.on_battery", ups, start, end, 1.0)
        empty = start + lasts
        points = [(start, 0.0), (min(end, empty), -100.0 * min(end - start, lasts) / lasts)]
        if end < FOREVER:
            left = points[-1][1]
            points.append((max(end, points[-1][0]) + 1, left))
            points.append((end + 4 * 3600, 0.0))
        stage.add("ups.charge", ups, line(points))
        listeners = ("nas1", *stage.lab.node_by_name)
        for host in listeners:
            lines = [(start + 2, f"UPS {ups}@nas1 on battery")]
            low = start + lasts * 0.8
            if low < end:
                lines.append((low, f"UPS {ups}@nas1 battery is low"))
            if end < FOREVER:
                lines.append((end + 3, f"UPS {ups}@nas1 on line power"))
            stage.say(Source(host, "upsmon", "warning"), *lines)
        stage.murmur(
            Source("nas1", "upsd", "warning"), 30,
            f"Data for UPS [{ups}]: OB DISCHRG, input voltage 0.0", start + 5,
            min(end, empty),
        )  # fmt: skip
