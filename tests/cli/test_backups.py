"""`sre backups` over the demo: documents, exit codes, and parts that are away."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from sre_tui.demo.runtime.state import DemoState
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.demo.servers.proxmox_access import ProxmoxToken
from tests.cli.inside import run_inside
from tests.cli.running import Sre
from tests.stubs.asgi import serving
from tests.stubs.proxmox import SECRET, world

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


def test_no_row_of_a_source_that_is_partial_is_no_all_clear(tmp_path: Path) -> None:
    token = ProxmoxToken(acl={"/vms/9999": "PVEAuditor", "/storage": "PVEAuditor"})
    app = proxmox_app(world(guests=12).virtualization, time.time, {SECRET: token})
    with serving(app) as url:
        given = {"PROXMOX_URL": url, "PROXMOX_API_TOKEN": f"{token.user}!{token.name}={SECRET}"}
        coverage = run_inside(["backups", "coverage", "--json"], tmp_path, given)
        jobs = run_inside(["backups", "jobs", "--json"], tmp_path, given)
    document = json.loads(coverage.out)
    assert (document["state"], document["data"]["items"]) == ("partial", [])
    assert int(coverage.code) == 5
    assert int(jobs.code) == 4


def test_jobs_are_listed_with_whom_they_leave_out(sre: Sre) -> None:
    done = sre("backups", "jobs")
    assert done.code == 0, done.err
    assert "01:30" in done.out
    assert "win10-old (excluded, in no other job)" in done.err
    assert "did you mean backup-8c1f2a4e-7d30" in sre("backups", "jobs", "backup-8c1f2a4e-7d3x").err
