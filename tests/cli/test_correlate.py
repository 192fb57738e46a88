"""`sre metrics correlate` as people and scripts use it."""

from __future__ import annotations

from tests.cli.running import Sre


def test_an_alert_by_its_name(sre: Sre) -> None:
    done = sre("metrics", "correlate", "HostHighIoWait", "--host", "media", "-n", "200")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith("What moves with alert HostHighIoWait from ")
    assert "waiting for storage" in done.out
    data = sre("metrics", "correlate", "HostHighIoWait", "--host", "media", "--json").document
    assert data["data"]["labels"]["hostname"] == "media"
    assert {"what", "subject", "lag", "strength", "chance", "shift", "query"} <= set(
        data["data"]["items"][0]
    )


def test_mistakes_are_one_line_and_exit_code_2(sre: Sre) -> None:
    for arguments, told in (
        (("HostHighIoWait",), "instances; choose one by --host"),
        (("rate(node_load1",), ""),
        (("node_load1", "--since", "5m"), "between 1h and 2d"),
    ):
        done = sre("metrics", "correlate", *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("error: ")
        assert told in done.err
