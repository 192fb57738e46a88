"""What to look at more closely for a kind of cause: who does it, how much, how long it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.matchers import host_matcher, stream_selector
from sre_tui.agent.analyst.ranking import Hypothesis

if TYPE_CHECKING:
    from sre_tui.agent.analyst.look import Look

_NIC: Final = 'device!~"lo|veth.*|br-.*|docker.*|tap.*|fw.*|vmbr.*"'


def _containers_memory(host: str) -> str:
    return f'topk(3, container_memory_working_set_bytes{{name!="",{host_matcher(host)}}})'


def _memory_now(host: str) -> str:
    return f'{{__name__=~"node_memory_(MemAvailable|MemTotal)_bytes",{host_matcher(host)}}}'


def _senders(hosts: list[str]) -> str:
    return (
        "topk(3, sum by (instance) (rate(node_network_transmit_bytes_total"
        f"{{{_NIC},{host_matcher(*hosts)}}}[15m])))"
    )


def _guests_processor(ids: str) -> str:
    return f'topk(3, pve_cpu_usage_ratio{{id=~"{ids}"}})'


def _power() -> str:
    return '{__name__=~"network_ups_tools_(battery_runtime|battery_charge|ups_load)"}'


def _time_to_full(host: str, pool: str) -> str:
    where = f'{host_matcher(host)},device=~"{pool}(/.*)?"'
    return (
        f"node_filesystem_avail_bytes{{{where}}} / "
        f"(-deriv(node_filesystem_avail_bytes{{{where}}}[2h]) > 0)"
    )


def _power_states(host: str) -> str:
    return f"smartctl_device{{{host_matcher(host)}}}"


Maker = Callable[[Hypothesis, "Look"], dict[str, str]]


def _memory(cause: Hypothesis, look: Look) -> dict[str, str]:
    host = cause.subject.host
    return {"memory": _memory_now(host), "containers": _containers_memory(host)}


def _space(cause: Hypothesis, look: Look) -> dict[str, str]:
    host, pool = cause.subject.host, cause.subject.name.partition("/")[0]
    made = {"time_to_full": _time_to_full(host, pool)}
    clients = look.inventory.clients_of(host, pool)
    if clients:
        made["senders"] = _senders(clients)
    return made


def _processor(cause: Hypothesis, look: Look) -> dict[str, str]:
    guests = look.inventory.guests_on(cause.subject.host)
    ids = [own for own, name in look.inventory.name_of_id.items() if name in guests]
    return {"guests": _guests_processor("|".join(sorted(ids)))} if ids else {}


def _battery(cause: Hypothesis, look: Look) -> dict[str, str]:
    return {"power": _power()}


def _disk(cause: Hypothesis, look: Look) -> dict[str, str]:
    return {"disk": _power_states(cause.subject.host)} if cause.subject.host else {}


MAKERS: Final[Mapping[str, Maker]] = {
    "memory_leak": _memory, "memory_exhausted": _memory, "oom_kill": _memory,
    "space_growth": _space, "pool_full": _space,
    "cpu_saturated": _processor, "high_load": _processor,
    "ups_on_battery": _battery, "disk_failing": _disk,
}  # fmt: skip


def detail_calls(cause: Hypothesis, look: Look) -> dict[str, Call]:
    """Calls that tell more about a cause, by name; none for most kinds."""
    maker = MAKERS.get(cause.kind.id)
    queries = maker(cause, look) if maker is not None else {}
    calls = {
        f"detail_{name}": Call("prometheus_instant_query", {"query": query})
        for name, query in queries.items()
    }
    if cause.kind.id in ("log_flood", "logs_dropped"):
        labels = f"{look.inventory.service_label}, {look.inventory.host_label}"
        rate = f"sum by ({labels}) (count_over_time({look.all_streams()}[10m]))"
        calls["detail_writing"] = Call(
            "loki_metric_query", {"query": f"topk(3, {rate})", "since": "10m", "step": "10m"}
        )
    pool = cause.subject.name.partition("/")[0]
    clients = look.inventory.clients_of(cause.subject.host, pool)
    if cause.kind.id in ("space_growth", "pool_full") and clients and pool:
        query = f'{stream_selector(look.inventory.host_label, clients)} |= "{pool}"'
        calls["detail_writers"] = Call("loki_patterns", {"query": query, "since": "3h", "limit": 5})
    return calls


def detail_templates() -> Iterator[str]:
    """Every expression of this module, with sample labels."""
    yield _containers_memory("media")
    yield _memory_now("media")
    yield _senders(["media", "docker1"])
    yield _guests_processor("qemu/103|lxc/104")
    yield _power()
    yield _time_to_full("nas1", "tank")
    yield _power_states("nas1")
