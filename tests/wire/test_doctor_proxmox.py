"""The check-up of a Proxmox VE names what is missing, and the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from providers.endpoint import ProxmoxEndpoint
from providers.proxmox import Permissions, ProxmoxClient
from providers.reading import Obstacle, Reading, State
from sre_tui.demo.runtime.certificates import Certificate, issue
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.doctor.finding import Finding, Verdict
from sre_tui.doctor.proxmox import _rights, proxmox
from sre_tui.doctor.reach import lacking
from tests.stubs.proxmox import MASTER, NOBODY, NOW, PARTLY, THEN, TOKENS, Cluster, cluster, world


def clock() -> datetime:
    return THEN


def verdicts(findings: Sequence[Finding]) -> dict[str, set[Verdict]]:
    found: dict[str, set[Verdict]] = {}
    for each in findings:
        found.setdefault(each.aspect, set()).add(each.verdict)
    return found


def ours(findings: Sequence[Finding], aspect: str) -> list[Finding]:
    return [each for each in findings if each.aspect == aspect]


async def test_all_is_well() -> None:
    async with cluster() as lab, ProxmoxClient(lab.endpoint()) as client:
        findings = await proxmox(client, clock)
    assert {each.verdict for each in findings} == {Verdict.OK}
    assert [each.aspect for each in findings] == ["reachable", "clock", "rights", "nodes"]
    assert findings[1].detail == "as this machine's, as far as it tells"
    assert "Proxmox VE 9.2.11" in findings[0].detail


async def test_missing_rights_are_named_with_the_command_that_grants_them() -> None:
    async with cluster() as lab, lab.client(NOBODY) as client:
        findings = ours(await proxmox(client, clock), "rights")
    assert [each.verdict for each in findings] == [Verdict.FAILED] * 3
    assert {each.state for each in findings} == {State.UNAUTHORIZED}
    assert "the token 'sre@pve!blind' lacks VM.Audit on /vms: no guests" in findings[0].detail
    assert "pveum acl modify / -token 'sre@pve!blind' -role PVEAuditor" in findings[0].fix
    assert "pveum acl modify / -user sre@pve -role PVEAuditor" in findings[0].fix


async def test_rights_on_a_part_only() -> None:
    async with cluster() as lab, lab.client(PARTLY) as client:
        findings = ours(await proxmox(client, clock), "rights")
    assert (findings[0].verdict, "/vms/101 only" in findings[0].detail) == (Verdict.WARNING, True)


def test_rights_on_all_guests_and_all_storages_are_enough() -> None:
    granted = {"/": {"Sys.Audit": True}, "/vms": {"VM.Audit": True},
               "/storage": {"Datastore.Audit": True, "Datastore.Allocate": True}}  # fmt: skip
    endpoint = ProxmoxEndpoint(url="https://pve:8006", token=SecretStr("sre@pve!tui=x"))
    found = _rights(ProxmoxClient(endpoint), Permissions(granted=granted), (), "8.4.1")
    assert [each.verdict for each in found] == [Verdict.OK, Verdict.OK, Verdict.WARNING]
    assert "may also change things (Datastore.Allocate)" in found[2].detail
    # Addresses are told by the agents, which is no right of auditors before version 9.
    assert found[1].detail.endswith("are not seen: the token lacks VM.Monitor on /vms")
    assert "pveum acl modify / -role SreAgents -token 'sre@pve!tui'" in found[1].fix
    newer = _rights(ProxmoxClient(endpoint), Permissions(granted=granted), (), "9.2.11")
    assert "VM.GuestAgent.Audit" in newer[1].detail
    assert "pveum acl modify / -token 'sre@pve!tui' -role PVEAuditor" in newer[1].fix
    # Rights that are not passed on cover nothing below.
    alone = {**granted, "/vms": {"VM.Audit": False}}
    found = _rights(ProxmoxClient(endpoint), Permissions(granted=alone), (), "8.4.1")
    assert found[0].verdict is Verdict.FAILED
    assert "lacks VM.Audit on /vms (on /vms it is of no use here): no guests" in found[0].detail


async def test_too_many_rights() -> None:
    async with cluster() as lab, lab.client(MASTER) as client:
        findings = ours(await proxmox(client, clock), "rights")
    assert verdicts(findings) == {"rights": {Verdict.OK, Verdict.WARNING}}
    assert "Datastore.Allocate" in findings[-1].detail


async def test_a_wrong_token_an_old_version_and_a_lost_node() -> None:
    offline = {"kind": "node_offline", "target": "pve3", "at": "-20m"}
    async with cluster(offline, version="7.4") as lab:
        wrong = lab.endpoint().model_copy(update={"token": SecretStr("sre@pve!tui=no")})
        async with ProxmoxClient(wrong) as client:
            refused = await proxmox(client, clock)
        async with lab.client() as client:
            findings = await proxmox(client, clock)
    assert (refused[0].state, refused[0].verdict) == (State.UNAUTHORIZED, Verdict.FAILED)
    assert "pveum user token add sre@pve tui" in refused[0].fix
    assert "name the file in PROXMOX_API_TOKEN_FILE, or set PROXMOX_API_TOKEN" in refused[0].fix
    assert ours(findings, "version")[0].verdict is Verdict.WARNING
    assert "pve3 does not" in ours(findings, "nodes")[0].detail
    # The simulated clock is frozen and the server's is not.
    assert ours(findings, "clock")[0].verdict is Verdict.WARNING
    assert "sre runbooks show clock-skew" in ours(findings, "clock")[0].fix


async def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    app = proxmox_app(world().virtualization, lambda: NOW, TOKENS)
    certificate = issue(tmp_path, "pve1")
    server = LoopbackServer("proxmox", app, certificate=certificate)
    await server.start()
    try:
        async with Cluster(server, NOW).client() as client:
            findings = await proxmox(client, clock)
        async with Cluster(server, NOW).client(fingerprint="ab" * 32) as client:
            renewed = await proxmox(client, clock)
        async with Cluster(server, NOW).client(verify_ssl=False) as client:
            careless = await proxmox(client, clock)
    finally:
        await server.stop()
    shown = certificate.fingerprint
    assert f"the server shows the fingerprint {shown}" in findings[0].detail
    assert f"PROXMOX_FINGERPRINT={shown}" in findings[0].fix
    assert f"{shown} differs from the configured {'ab' * 32}" in renewed[0].detail
    assert "Only if you know that the certificate was renewed" in renewed[0].fix
    assert ours(careless, "transport")[0].verdict is Verdict.WARNING


async def test_an_address_that_the_certificate_lacks_is_no_matter_of_the_ca(
    tmp_path: Path,
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    leaf = authority.issue_cert("*.lan", "localhost", "pve1.lan", "192.0.2.7")
    certificate = Certificate(tmp_path / "leaf.pem", tmp_path / "leaf.key")
    leaf.private_key_pem.write_to_path(certificate.key)
    leaf.cert_chain_pems[0].write_to_path(certificate.certificate)
    for name, each in (("right.pem", authority), ("wrong.pem", stranger)):
        each.cert_pem.write_to_path(tmp_path / name)
    app = proxmox_app(world().virtualization, lambda: NOW, TOKENS)
    server = LoopbackServer("proxmox", app, certificate=certificate)
    await server.start()
    try:
        async with Cluster(server, NOW).client(ca_cert=tmp_path / "right.pem") as client:
            (named,) = await proxmox(client, clock)
        async with Cluster(server, NOW).client(ca_cert=tmp_path / "wrong.pem") as client:
            (unknown,) = await proxmox(client, clock)
    finally:
        await server.stop()
    port = server.url.rpartition(":")[2]
    assert "it is made for pve1.lan, 192.0.2.7" in named.detail
    assert f"set PROXMOX_URL to https://pve1.lan:{port}, which" in named.fix
    assert f"or set PROXMOX_FINGERPRINT={certificate.fingerprint}" in named.fix
    assert "CA_CERT" not in named.fix
    assert f"or make PROXMOX_CA_CERT ({tmp_path / 'wrong.pem'}) the file of the CA" in unknown.fix
    assert "made for" not in unknown.detail


@pytest.mark.parametrize(
    ("secret", "named"),
    [
        ("sre@pve!tui=s3cret", "The token 'sre@pve!tui' is known"),
        ("PBSAPIToken=sre@pbs!tui:s3cret", "The token 'sre@pbs!tui' is known"),
        ("s3cret", "The token is known"),
    ],
)
def test_a_missing_right_names_the_token_without_its_secret(secret: str, named: str) -> None:
    endpoint = ProxmoxEndpoint(url="https://pve:8006", token=SecretStr(secret))

    def advised(obstacle: Obstacle) -> str:
        refused = Reading[str](
            source="proxmox:main", state=State.UNAUTHORIZED, observed_at=THEN, obstacle=obstacle
        )
        return lacking(refused, endpoint, "create", "grant", "look at {}".format)

    told = advised(Obstacle.RIGHT)
    assert told.startswith(named)
    assert told.endswith(": grant")
    refusal = advised(Obstacle.CREDENTIALS)
    assert refusal.endswith("create")
    assert ("look at sre@" in refusal) == ("!" in secret)
    assert "s3cret" not in told + refusal
