"""`sre doctor` over the whole homelab: what is well, what is broken, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from commands.diagnostics import ExitCode
from sre_tui.settings import BACKENDS
from tests.cli.running import Done, Sre

Broken = Callable[..., AbstractContextManager[None]]
CODES = {
    "refuse": ExitCode.UNREACHABLE,
    "tls": ExitCode.UNREACHABLE,
    "401": ExitCode.UNAUTHORIZED,
    "html": ExitCode.FAILURE,
}


def by_source(findings: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        found.setdefault(finding["subject"].removesuffix(":main"), []).append(finding)
    return found


def test_all_is_well_with_every_backend(told: Callable[..., Done]) -> None:
    done = told("doctor", "--no-model", "--json")
    assert done.code == ExitCode.OK, done.out + done.err
    found = by_source(done.document["data"]["items"])
    assert set(BACKENDS) <= set(found)
    for backend in BACKENDS:
        assert [finding["verdict"] for finding in found[backend]] == ["ok"] * len(found[backend])
        assert found[backend][0]["aspect"] == "reachable"
        assert " ms" in found[backend][0]["detail"]


@pytest.mark.parametrize(
    ("how", "backends"),
    [
        *((how, ("proxmox", "pbs", "truenas")) for how in CODES),
        *(("refuse", ("proxmox",)), ("tls", ("pbs",)), ("html", ("truenas",))),
    ],
)
def test_a_broken_backend_is_named_and_the_others_are_well(
    sre: Sre, broken: Broken, how: str, backends: tuple[str, ...]
) -> None:
    with broken(how, *backends):
        done = sre("doctor", "--no-model", "--json")
    found = by_source(done.document["data"]["items"])
    assert {found[backend][0]["verdict"] for backend in backends} == {"failed"}
    assert done.code == CODES[how], found
    for other in {*BACKENDS} - {*backends}:
        assert {finding["verdict"] for finding in found[other]} == {"ok"}


@pytest.mark.parametrize(
    ("variable", "given", "told"),
    [
        ("PROXMOX_API_TOKEN", "sre@pve!tui=wrong", ["token list sre@pve", "-role PVEAuditor"]),
        ("PBS_API_TOKEN", "sre@pbs!tui:wrong", ["list-tokens sre@pbs", "acl update / Audit"]),
        ("TRUENAS_API_KEY", "1-wrong", ["Readonly Admin"]),
    ],
)
def test_a_refused_credential_is_answered_with_its_causes_and_the_least_rights(
    sre: Sre, variable: str, given: str, told: list[str]
) -> None:
    done = sre.having(**{variable: given})("doctor", "--no-model")
    assert all(text in done.err for text in [*told, f"{variable}_FILE"]), done.err
    assert "wrong" not in done.err
    if "sre@" in given:
        assert "wrong name or secret, expired or disabled" in done.out
        assert f"does not accept the token '{given[:11]}'" in done.err


@pytest.mark.parametrize("how", ["401", "403", "redirect"])
def test_no_new_key_is_advised_where_none_was_judged(sre: Sre, broken: Broken, how: str) -> None:
    with broken(how, "truenas"):
        done = sre("doctor", "--no-model")
    assert "truenas:main reachable: The key was not sent, so another one changes" in done.err
    assert "Readonly Admin" not in done.err


def test_a_datastore_that_is_not_plugged_in_is_a_note_only(told: Callable[..., Done]) -> None:
    done = told("doctor", "--no-model", "--json")
    (finding,) = [
        finding
        for finding in by_source(done.document["data"]["items"])["pbs"]
        if finding["aspect"] == "datastores"
    ]
    assert finding["verdict"] == "ok"
    assert finding["detail"] == "2 datastores readable; usb: not plugged in"


@pytest.mark.parametrize("backend", ["proxmox", "pbs", "truenas"])
def test_a_strange_certificate_is_answered_with_the_settings_that_trust_it(
    sre: Sre, backend: str
) -> None:
    name = backend.upper()
    unpinned = sre.having(**{f"{name}_FINGERPRINT": ""})
    done = unpinned("doctor", "--no-model")
    assert done.code == ExitCode.UNREACHABLE
    assert f"{name}_FINGERPRINT" in done.err
    assert f"{name}_CA_CERT" in done.err
    assert "the server shows the fingerprint" in done.out
    assert "openssl" not in done.err


def test_without_any_backend_it_says_what_to_set(bare: Sre) -> None:
    done = bare("doctor", "--no-model")
    assert done.code == 2
    assert "Set PROMETHEUS_URL or GRAFANA_URL" in done.err
