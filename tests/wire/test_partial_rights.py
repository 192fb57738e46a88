"""Rights that are held only where they are of no use, or on a part, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from commands.diagnostics import ExitCode
from providers.endpoint import ProxmoxEndpoint
from providers.proxmox import ProxmoxClient
from providers.reading import Reading, State
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.demo.servers.proxmox_access import ProxmoxToken
from sre_tui.demo.world.world import World
from tests.cli.inside import run_inside
from tests.cli.running import Done
from tests.stubs.asgi import serving
from tests.stubs.pbs import ANCHOR, NAME, SECRET, client_of, pbs_server, world_of
from tests.stubs.proxmox import NOW, THEN, world

ROLES: dict[str, dict[str, str]] = {
    "nothing": {},
    "guests": {"/vms": "PVEAuditor"},
    "storages": {"/storage": "PVEAuditor"},
    "nodes": {"/nodes": "PVEAuditor"},
    "one-node": {"/nodes/pve1": "PVEAuditor"},
    "pool": {"/pool/x": "PVEAuditor"},
    "one-storage": {"/storage/pbs-main": "PVEAuditor", "/vms": "PVEAuditor"},
    "replaced": {"/": "PVEAuditor", "/vms": "VM.PowerMgmt"},
}
TOKENS = {
    f"6f1c1f5e-0010-4000-8000-{number:012}": ProxmoxToken(name=name, acl=acl)
    for number, (name, acl) in enumerate(ROLES.items())
}
GRANT = "pveum acl modify / -token 'sre@pve!{}' -role PVEAuditor"
PBS_GRANT = f"proxmox-backup-manager acl update / Audit --auth-id '{NAME}'"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = proxmox_app(world(guests=12).virtualization, lambda: NOW, TOKENS)
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def backups() -> World:
    return world_of(guests=12)


def identity(name: str) -> str:
    return next(f"{t.user}!{t.name}={secret}" for secret, t in TOKENS.items() if t.name == name)


def said(url: str, name: str, command: str, folder: Path) -> Done:
    """How a command of somebody with that token ends."""
    given = {"PROXMOX_URL": url, "PROXMOX_API_TOKEN": identity(name)}
    return run_inside(command.split(), folder, given, now=THEN)


OK, PART, NONE = State.OK, State.PARTIAL, State.UNAUTHORIZED


@pytest.mark.parametrize(
    ("name", "guests", "nodes", "tasks", "storages", "archives", "replications"),
    [
        ("nothing", NONE, NONE, NONE, NONE, NONE, NONE),
        ("guests", OK, NONE, NONE, NONE, NONE, OK),
        ("storages", NONE, NONE, NONE, OK, NONE, NONE),
        ("nodes", NONE, OK, OK, NONE, NONE, NONE),
        ("one-node", NONE, PART, PART, NONE, NONE, NONE),
        ("pool", NONE, NONE, NONE, NONE, NONE, NONE),
        ("one-storage", OK, NONE, NONE, PART, PART, OK),
        ("replaced", NONE, OK, OK, OK, NONE, NONE),
    ],
)
async def test_each_list_is_judged_by_the_paths_that_it_is_filtered_by(
    url: str,
    name: str,
    guests: State,
    nodes: State,
    tasks: State,
    storages: State,
    archives: State,
    replications: State,
) -> None:
    endpoint = ProxmoxEndpoint(url=url, token=SecretStr(identity(name)), timeout=60.0)
    async with ProxmoxClient(endpoint, clock=lambda: THEN) as client:
        readings: list[Reading[Any]] = [
            await client.inventory(),
            await client.nodes(),
            await client.tasks(),
            await client.storages(),
            await client.storage_backups(),
            await client.replications(),
        ]
    states = [reading.state for reading in readings]
    assert states == [guests, nodes, tasks, storages, archives, replications]
    for reading in readings:
        assert (GRANT.format(name) in reading.detail) == (reading.state is not OK), reading.detail


@pytest.mark.parametrize(
    ("name", "command", "denied"),
    [
        ("guests", "tasks --errors --since 7d", "no task failed"),
        ("guests", "storage", "No storages"),
        ("guests", "check", "All is well"),
        ("storages", "guests list", "No guests"),
        ("pool", "guests show docker1", "there is no guest"),
        ("nothing", "nodes", "No nodes"),
        ("guests", "backups jobs", "No backup jobs"),
    ],
)
def test_nothing_is_said_of_what_is_not_seen(
    url: str, name: str, command: str, denied: str, tmp_path: Path
) -> None:
    done = said(url, name, command, tmp_path)
    assert done.code == ExitCode.UNAUTHORIZED
    assert GRANT.format(name) in done.err
    assert denied not in done.out + done.err


def test_what_is_seen_of_a_part_names_the_rest(url: str, tmp_path: Path) -> None:
    done = said(url, "one-node", "tasks --errors --since 7d", tmp_path)
    assert done.code == ExitCode.PARTIAL
    assert "tasks of pve2, pve3 but the token's own missing" in done.err
    assert "no task failed within the last 7d, as far as could be asked" in done.err
    nodes = said(url, "one-node", "nodes", tmp_path)
    assert nodes.code == ExitCode.PARTIAL
    assert "pve2, pve3: " in nodes.err


def test_the_check_up_fails_for_a_right_that_is_of_no_use_where_it_is(
    url: str, tmp_path: Path
) -> None:
    done = said(url, "guests", "doctor --no-model", tmp_path)
    assert done.code == ExitCode.UNAUTHORIZED
    assert "lacks Sys.Audit on / (on /vms it is of no use here)" in done.out
    assert "lacks Datastore.Audit on /storage (on /vms it is of no use here)" in done.out
    assert done.err.count(GRANT.format("guests")) == 1
    part = said(url, "one-node", "doctor --no-model", tmp_path)
    assert "Sys.Audit is held on /nodes/pve1 only" in part.out
    assert "nothing of pve2, pve3 is seen" in part.out
    assert "1 of 1 nodes that may be looked at answer" in part.out


@pytest.mark.parametrize("path", ["/system", "/datastore/main/lab"])
async def test_a_backup_server_that_shows_nothing_is_not_empty(backups: World, path: str) -> None:
    with pbs_server(backups, who=PbsToken(NAME, SECRET, {path: "Audit"})) as url:
        async with client_of(url) as client:
            readings: list[Reading[Any]] = [
                await client.datastores(),
                await client.contents(),
                await client.jobs(),
            ]
    for reading in readings:
        assert reading.state is State.UNAUTHORIZED
        assert "lacks Datastore.Audit on /datastore" in reading.detail
        assert PBS_GRANT in reading.detail


async def test_of_one_datastore_only_that_is_told(backups: World) -> None:
    who = PbsToken(NAME, SECRET, {"/datastore/main": "Audit"})
    with pbs_server(backups, who=who) as url:
        async with client_of(url) as client:
            datastores, contents = await client.datastores(), await client.contents()
            server = await client.server()
    assert (datastores.state, contents.state) == (State.PARTIAL, State.PARTIAL)
    assert "datastores but main missing" in datastores.detail
    assert "a right is missing: this needs Sys.Audit on /system/status" in server.detail


@pytest.mark.parametrize("acl", [{}, {"/system": "Audit"}])
def test_commands_of_a_backup_server_that_shows_nothing(
    backups: World, acl: dict[str, str], tmp_path: Path
) -> None:
    now = datetime.fromtimestamp(ANCHOR, UTC)
    with pbs_server(backups, who=PbsToken(NAME, SECRET, acl)) as url:
        given = {"PBS_URL": url, "PBS_API_TOKEN": f"{NAME}:{SECRET}"}
        done = [
            run_inside(command.split(), tmp_path, given, now=now)
            for command in ("backups datastores", "backups list", "check", "doctor --no-model")
        ]
    assert [each.code for each in done] == [ExitCode.UNAUTHORIZED] * 4
    assert all(PBS_GRANT in each.err for each in done)
    everything = "".join(each.out + each.err for each in done)
    for denied in ("No datastores", "No backups", "All is well", "0 datastores"):
        assert denied not in everything


def test_all_is_not_well_where_only_a_part_was_seen(backups: World, tmp_path: Path) -> None:
    who = PbsToken(NAME, SECRET, {"/datastore/main": "Audit", "/system": "Audit"})
    with pbs_server(backups, who=who) as url:
        given = {"PBS_URL": url, "PBS_API_TOKEN": f"{NAME}:{SECRET}"}
        done = run_inside(["check"], tmp_path, given, now=datetime.fromtimestamp(ANCHOR, UTC))
    assert done.code == ExitCode.PARTIAL
    assert "All is well" not in done.out
    assert "checks saw only a part" in done.out
