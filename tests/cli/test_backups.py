"""`sre backups` over the demo: documents, exit codes, and parts that are away."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from sre_tui.demo.runtime.state import DemoState
from tests.cli.running import Sre

Breaking = Callable[..., AbstractContextManager[None]]


def test_bare_backups_tells_the_coverage(sre: Sre) -> None:
    done = sre("backups")
    assert done.code == 0, done.err
    assert "Newest good" in done.lines[1]
    excluded = sre("backups", "coverage", "--state", "excluded", "--jsonl")
    assert {json.loads(line)["verdict"] for line in excluded.lines} == {"excluded"}
    assert "orphaned: lxc 1190 (wiki)" in done.err


def test_the_document_has_verdicts_and_base_units(sre: Sre) -> None:
    done = sre("backups", "coverage", "media", "--json")
    assert done.code == 0, done.err
    (media,) = json.loads(done.out)["data"]["items"]
    assert (media["vmid"], media["verdict"], media["problem"]) == (101, "ok", False)
    assert media["newest"]["at"].endswith("Z")
    assert media["interval"] == 86_400
    assert media["jobs"][0]["storage"] == "pbs-main"
    assert media["newest"]["verified"] == "ok"


def test_problems_of_a_healthy_homelab_are_none(sre: Sre) -> None:
    done = sre("backups", "coverage", "--problems", "--json")
    assert json.loads(done.out)["data"]["items"] == []
    assert done.code == 0


def test_names_that_do_not_exist_suggest_the_nearest(sre: Sre) -> None:
    for arguments in (("coverage", "medai"), ("list", "medai")):
        done = sre("backups", *arguments)
        assert done.code == 2
        assert "did you mean media" in done.err
    assert "did you mean archive" in sre("backups", "datastores", "archvie").err


def test_a_dead_backup_server_leaves_what_proxmox_knows(
    sre: Sre, demo: DemoState, broken: Breaking
) -> None:
    with broken("refuse", "pbs"):
        coverage = sre("backups", "coverage", "--json")
        stores = sre("backups", "datastores")
        guests = sre("guests", "list")
    document = json.loads(coverage.out)
    assert (coverage.code, document["state"]) == (5, "partial")
    counts = document["data"]["counts"]
    assert counts["ok"] + counts["ok_in_part"] == demo.guests
    assert "nothing listens" in coverage.err
    assert stores.code in (3, 5)
    assert "Traceback" not in stores.err
    assert guests.code == 0


def test_without_proxmox_coverage_says_what_is_needed(bare: Sre) -> None:
    done = bare("backups", "coverage")
    assert done.code == 2
    assert "PROXMOX_URL" in done.err
    assert "sre --demo backups coverage" in done.err


def test_without_proxmox_what_the_backup_server_tells_alone_is_named(sre: Sre) -> None:
    left = {name: value for name, value in sre.variables.items() if not name.startswith("PROXMOX")}
    done = replace(sre, variables=left)("backups")
    assert done.code == 2
    assert "set PROXMOX_URL" in done.err
    assert "`sre backups list`" in done.err
    assert "work with what is configured" in done.err
