"""snmp_exporter: the router."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.plant import DAY, Plant


def families(plant: Plant) -> Iterator[Family]:
    """The families of the if_mib module for the WAN and LAN ports."""
    snmp = Exporter(plant, "snmp")
    router = plant.homelab.router
    factors = {"wan": 1.0, "lan": 1.6}

    def ports() -> Iterator[Point]:
        for number, name in enumerate(factors, start=1):
            yield Point(
                router, router,
                {"ifIndex": str(number), "ifName": name, "ifDescr": name, "ifAlias": ""},
            )  # fmt: skip

    def octets(level: str, _: Sequence[Point]) -> Compute:
        quantity = plant[level]
        at = np.zeros(len(factors), dtype=np.intp)
        share = np.array(list(factors.values()))
        start = np.full((len(factors), 1), plant.anchor - 45 * DAY)
        return lambda rows, t: np.floor(
            np.maximum(
                quantity.integral(at[rows], t) - quantity.integral(at[rows], start[rows]), 0.0
            )
            * share[rows, None]
        )

    for name, level in (("ifHCInOctets", "router.in"), ("ifHCOutOctets", "router.out")):
        yield snmp.family(
            name, "counter", "The total number of octets on the interface.", ports,
            partial(octets, level),
        )  # fmt: skip
    yield snmp.fixed(
        "ifOperStatus", "The current operational state of the interface.", ports, lambda _: 1.0
    )

    def uptime(_: Sequence[Point]) -> Compute:
        return lambda rows, t: np.floor((t - (plant.anchor - 45 * DAY)) * 100)

    yield snmp.family(
        "sysUpTime", "gauge", "The time (in hundredths of a second) since re-initialization.",
        lambda: [Point(router, router, {})], uptime,
    )  # fmt: skip
