"""`sre check` and `sre status`: lines, documents and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.cli.running import Sre

Breaking = Callable[..., AbstractContextManager[None]]


def test_the_first_line_says_how_it_is(sre: Sre) -> None:
    done = sre("check")
    assert done.code == 0, done.err
    assert done.lines[0].split(":")[0] in ("OK", "WARNING", "CRITICAL")


def test_the_exit_code_follows_the_findings(sre: Sre) -> None:
    done = sre("check", "--exit-code", "--json")
    counts = json.loads(done.out)["data"]["counts"]
    grave = counts.get("critical", 0) + counts.get("warning", 0)
    assert done.code == (6 if grave else 0), done.err
    critical = sre("check", "--exit-code", "--severity", "critical", "--fields", "Finding")
    assert critical.code == (6 if counts.get("critical") else 0), critical.err
    assert "inside" not in critical.err


def test_an_area_without_findings_is_fine(sre: Sre) -> None:
    done = sre("check", "--only", "power", "--exit-code")
    assert done.code == 0, done.err
    assert done.lines[0].startswith("OK: All is well")


def test_fields_are_picked_by_their_titles(sre: Sre) -> None:
    done = sre("check", "--only", "power", "--fields", "what,finding,limit", "--json")
    assert json.loads(done.out)["data"]["items"] == []
    for more in ([], ["--exit-code"]):
        wrong = sre("check", "--fields", "nonsense", *more)
        assert wrong.code == 2
        assert "there is no field 'nonsense'" in wrong.err


def test_mistakes_are_one_line(sre: Sre) -> None:
    done = sre("check", "--only", "poolz")
    assert done.code == 2
    assert "did you mean pools" in done.err
    assert sre("check", "--exit-code", "--watch", "5").code == 2


def test_a_dead_source_is_told_with_exit_code_5(sre: Sre, broken: Breaking) -> None:
    with broken("refuse", "truenas"):
        done = sre("check", "--only", "snapshot-count,ups-on-battery", "--exit-code")
        status = sre("status", "--json")
    assert done.code == 5, done.err
    assert "nothing listens" in done.err
    assert status.code == 5
    document = json.loads(status.out)
    assert {one["state"] for one in document["data"]["asked"]} > {"ok"}


def test_what_is_wrong_with_a_source_is_told_once(sre: Sre, broken: Breaking) -> None:
    with broken("html", "pbs"):
        done = sre("check", "--only", "backups")
    assert done.code == 5, done.err
    assert (done.out + done.err).count("answered a web page") == 1
    assert "checks could not look: pbs:main\n" in done.err


def test_status_shows_the_sources(sre: Sre) -> None:
    done = sre("status")
    assert done.code == 0, done.err
    assert "prometheus:main" in done.out
    assert "Source" in done.out


def test_without_a_backend_it_says_what_is_needed(bare: Sre) -> None:
    for command in ("check", "status"):
        done = bare(command)
        assert done.code == 2
        assert "none is configured" in done.err


def test_mistakes_in_the_limits_of_checks_are_told(sre: Sre, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[checks.pool-fil]\ntrigger = 0.9\n[checks.nas-alerts]\ntrigger = 1\n")
    for command in (["check", "--only", "power"], ["config", "check"]):
        done = sre("--config", str(file), *command)
        assert done.code == 2
        assert "checks.pool-fil: there is no such check; did you mean pool-fill?" in done.err
        assert "checks.nas-alerts.trigger: this check has no limits" in done.err
        assert "sre config path" in done.err
    assert str(file) in done.err
