"""Which measure an expression asks for, and which baselines a name means."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.signals.measures import MEASURES, meant_by
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.tools.baseline_names import NONE_YET, is_on, known_as, no_baseline_of
from sre_tui.tools.known_expressions import known_measure


def idle(more: str = "", window: str = "5m") -> str:
    return f'rate(node_cpu_seconds_total{{mode="idle"{more}}}[{window}])'


IDLE = idle()
FREE = "node_memory_MemAvailable_bytes{hostname='a'}"
ALL = "node_memory_MemTotal_bytes{hostname='a'}"
OWN = "sum by (job) (up)"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_every_measure_is_known_by_its_own_expression(measure: object) -> None:
    assert measure in MEASURES
    one = next(each for each in MEASURES if each is measure)
    found = known_measure(one.gauge.value)
    assert found is not None
    assert (found.measure, found.factor) == (one, 1.0)
    assert meant_by(one.name)[0] is one


@pytest.mark.parametrize(
    ("query", "name", "factor"),
    [
        ("node_load1", "load", 1.0),
        ("topk(3, (node_load1))", "load", 1.0),
        ("sort_desc(node_load1) > 2", "load", 1.0),
        ('node_load1{instance=~"(media)([.:].*)?"}', "load", 1.0),
        (f"1 - avg by (instance) ({IDLE})", "cpu", 1.0),
        (f"100 * (1 - avg by (instance, hostname) ({IDLE}))", "cpu", 100.0),
        (f"100 - (avg by (instance) ({IDLE}) * 100)", "cpu", 100.0),
        ("1 - avg by (instance) (" + idle(",instance=~'a.*'") + ")", "cpu", 1.0),
        (f"({ALL} - {FREE}) / {ALL} * 100", "memory", 100.0),
        ('pve_cpu_usage_ratio{id=~"(qemu|lxc)/.+", id="lxc/101"}', "guest-cpu", 1.0),
        ("pbs_used/pbs_size", "datastore", 1.0),
        ("sum by (job) (up)", OWN, 1.0),
        ('sum by (job) (up{job="node"}) * 2', OWN, 2.0),
    ],
)
def test_part_of_a_measure_and_per_cent_of_it_are_known(
    query: str, name: str, factor: float
) -> None:
    found = known_measure(query, [OWN])
    assert found is not None
    assert (found.measure.name, found.factor) == (name, factor)


@pytest.mark.parametrize(
    "query",
    [
        "node_load1 offset 1h",
        "node_load1 @ 1000",
        "node_load1 > bool 2",
        "node_load1 * -1",
        "node_load1 * 0",
        "node_load1 / 2",
        "node_load1 + node_load5",
        "sum(node_load1)",
        f"1 - avg({IDLE})",
        f"1 - avg by (instance, cpu) ({IDLE})",
        "1 - avg by (instance) (" + idle(",cpu='0'") + ")",
        f"1 - avg by (instance) ({idle(window='1m')})",
        'sum by (job) (up{instance="media:9100"})',
        "node_load1[5m]",
        "pve_cpu_usage_ratio",
        "rate(",
        "1",
        "(" * 300 + "up" + ")" * 300,
    ],
)
def test_what_has_other_values_is_not(query: str) -> None:
    assert known_measure(query, [OWN]) is None


def test_a_name_means_what_there_are_baselines_of() -> None:
    kept = ("cpu", "guest-cpu", "guest-memory", "temperature", OWN)

    def meant(text: str) -> list[str]:
        return [one.name for one in known_as(text, kept)]

    assert meant("cpu") == meant("CPU usage") == meant("processor") == ["cpu", "guest-cpu"]
    assert meant("RAM") == ["guest-memory"]
    assert meant("node_cpu_seconds_total") == ["cpu"]
    assert meant(OWN) == meant("sum by (job) ( up )") == [OWN]
    assert meant("load") == meant("nonsense") == []
    assert no_baseline_of("cpu", ()) == NONE_YET
    assert no_baseline_of("load", kept).startswith("there is no baseline of load yet: `sre")
    assert "did you mean temperature?" in no_baseline_of("tempratur", kept)


@pytest.mark.parametrize("asked", ["nas1/sdc", "NAS1", "sdc"])
def test_a_thing_is_on_its_machine(asked: str) -> None:
    assert is_on("nas1/sdc", asked)
    assert not is_on("nas11/sdd", asked)


def test_other_forms_of_names() -> None:
    assert is_on("media:/var", "media")
    assert is_on("jellyfin.home.example", "jellyfin")
    assert not is_on("media", "med")
    assert not is_on("nas1", "")


def test_series_of_an_own_measure_are_told_apart_by_what_is_left_of_their_labels() -> None:
    found = known_measure("pg_stat_database_numbackends", ["pg_stat_database_numbackends"])
    assert found is not None
    labels = {"__name__": "x", "instance": "db:9187", "job": "pg", "datname": "gitea"}
    assert found.measure.host_of(labels, Topology()) == "db/datname=gitea"
    assert found.measure.host_of({"instance": "db:9187"}, Topology()) == "db"
    assert found.measure.host_of({"ups": "a\x1b[31m"}, Topology()) == "ups=a"
