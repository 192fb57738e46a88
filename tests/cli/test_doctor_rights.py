"""`sre doctor` on a token that may see nothing, and on addresses without TLS."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from commands.diagnostics import ExitCode
from providers.endpoint import ProxmoxEndpoint
from providers.reading import Reading, State
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.doctor.reach import unreached
from tests.cli.inside import run_inside
from tests.stubs.asgi import serving
from tests.stubs.proxmox import NOBODY, NOW, TOKENS, identity, world

DOCTOR = ("doctor", "--no-model")


def test_one_command_for_three_missing_rights_is_told_once(tmp_path: Path) -> None:
    app = proxmox_app(world(guests=12).virtualization, lambda: NOW, TOKENS)
    with serving(app) as url:
        given = {"PROXMOX_URL": url, "PROXMOX_API_TOKEN": identity(NOBODY)}
        done = run_inside(DOCTOR, tmp_path, given)
    assert done.code == ExitCode.UNAUTHORIZED
    assert done.out.count("the token 'sre@pve!blind' lacks") == 3
    fix = "pveum acl modify / -token 'sre@pve!blind' -role PVEAuditor"
    assert done.err.count(fix) == 1


def test_a_key_that_is_not_sent_in_the_clear_needs_another_address(tmp_path: Path) -> None:
    given = {"TRUENAS_URL": "http://127.0.0.1:9", "TRUENAS_API_KEY": "1-abc"}
    done = run_inside(DOCTOR, tmp_path, given)
    assert done.code == ExitCode.UNAUTHORIZED
    assert "revokes a key that comes in unencrypted" in done.out
    assert "Write TRUENAS_URL with https://." in done.err
    assert "Privileges" not in done.err


@pytest.mark.parametrize(
    ("scheme", "state", "fix"),
    [
        ("http", State.BAD_RESPONSE, "Write PROXMOX_URL with https://."),
        ("http", State.UNREACHABLE, ""),
        ("http", State.UNAUTHORIZED, "make a token"),
        ("https", State.BAD_RESPONSE, ""),
    ],
)
async def test_a_server_that_breaks_off_may_want_tls(scheme: str, state: State, fix: str) -> None:
    endpoint = ProxmoxEndpoint(url=f"{scheme}://pve:8006", token=SecretStr("sre@pve!tui=x"))
    reading: Reading[str] = Reading(
        source="proxmox:main",
        state=state,
        observed_at=datetime.fromtimestamp(NOW, UTC),
        detail="http://pve:8006 broke off in the middle of its answer",
    )
    assert (await unreached(reading, endpoint, "make a token")).fix == fix
