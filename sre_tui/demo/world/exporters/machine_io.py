"""node_exporter: block devices, network interfaces and NFS client of every machine."""

from __future__ import annotations

from collections.abc import Iterator

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Family
from sre_tui.demo.world.homelab import Guest, Node
from sre_tui.demo.world.plant import Plant, machine_nic

_PACKET = 850.0


def families(plant: Plant) -> Iterator[Family]:
    """The families of the collectors diskstats, netdev, netclass and nfs."""
    node = Exporter(plant, "node")
    lab = plant.homelab

    def host_of(point: Point) -> str:
        return point.instance.removesuffix(":9100")

    def devices() -> Iterator[Point]:
        for device in plant.block_devices:
            host, _, name = device.partition("/")
            yield Point(f"{host}:9100", device, {"device": name})

    def disk(name: str, text: str, level: str, factor: float = 1.0, digits: float = 1.0) -> Family:
        return node.counter(
            f"node_disk_{name}", text, devices, level, factor=factor, digits=digits, owner=host_of
        )

    yield disk("reads_completed_total", "The total number of reads completed successfully.",
               "disk.reads")  # fmt: skip
    yield disk("writes_completed_total", "The total number of writes completed successfully.",
               "disk.writes")  # fmt: skip
    yield disk("read_bytes_total", "The total number of bytes read successfully.", "disk.reads",
               98304.0, 512.0)  # fmt: skip
    yield disk("written_bytes_total", "The total number of bytes written successfully.",
               "disk.writes", 32768.0, 512.0)  # fmt: skip
    yield disk("read_time_seconds_total", "The total number of seconds spent by all reads.",
               "disk.read_time", digits=1e-3)  # fmt: skip
    yield disk("write_time_seconds_total", "The total number of seconds spent by all writes.",
               "disk.write_time", digits=1e-3)  # fmt: skip
    yield disk("io_time_seconds_total", "Total seconds spent doing I/Os.", "disk.busy",
               digits=1e-3)  # fmt: skip

    def interfaces() -> Iterator[Point]:
        for name in plant.observed:
            machine = lab.machines[name]
            yield Point(f"{name}:9100", name, {"device": machine_nic(machine)})
            if isinstance(machine, Node):
                yield Point(f"{name}:9100", name, {"device": "vmbr0"})

    for way, level in (("receive", "net.rx"), ("transmit", "net.tx")):
        text = f"Network device statistic {way}"
        yield node.counter(f"node_network_{way}_bytes_total", f"{text}_bytes.", interfaces, level)
        yield node.counter(
            f"node_network_{way}_packets_total", f"{text}_packets.", interfaces, level,
            factor=1 / _PACKET,
        )  # fmt: skip
        yield node.counter(
            f"node_network_{way}_errs_total", f"{text}_errs.", interfaces, "net.errors"
        )
        yield node.counter(
            f"node_network_{way}_drop_total", f"{text}_drop.", interfaces, "net.drops"
        )
    yield node.fixed(
        "node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.", interfaces,
        lambda _: 1.0,
    )  # fmt: skip
    yield node.fixed(
        "node_network_speed_bytes", "Speed value of the interface.",
        lambda: (p for p in interfaces() if p.labels["device"].startswith("en")), lambda _: 3.125e8,
    )  # fmt: skip
    yield node.counter(
        "node_network_carrier_changes_total", "Number of carrier changes.", interfaces,
        "net.carrier",
    )  # fmt: skip

    def clients() -> Iterator[Point]:
        for name in plant.observed:
            machine = lab.machines[name]
            if getattr(machine, "mounts", ()):
                yield Point(f"{name}:9100", name, {})

    yield node.counter(
        "node_nfs_rpcs_total", "Total number of RPCs performed.", clients, "nfs.requests"
    )
    yield node.counter(
        "node_nfs_rpc_retransmissions_total", "Number of RPC transmissions performed.", clients,
        "nfs.retransmissions",
    )  # fmt: skip

    def calls() -> Iterator[Point]:
        for point in clients():
            for method in ("Read", "Write", "GetAttr"):
                yield Point(point.instance, point.subject, {"proto": "4", "method": method})

    yield node.counter(
        "node_nfs_requests_total", "Number of NFS procedures invoked.", calls, "nfs.requests",
        factor=0.3,
    )  # fmt: skip

    def tracked() -> Iterator[Point]:
        for name in plant.observed:
            if not isinstance(lab.machines[name], Guest):
                yield Point(f"{name}:9100", name, {})

    yield node.gauge(
        "node_nf_conntrack_entries", "Number of currently allocated flow entries.", tracked,
        "context.switches", 0.05,
    )  # fmt: skip
    yield node.fixed(
        "node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.", tracked,
        lambda _: 262144.0,
    )  # fmt: skip
