"""Secrets that must not be told, whatever the command and whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cli.running import Sre

SECRET = "glsa_ThisMustNeverBeTold_0123456789"


def secrets_in(sre: Sre, *commands: str) -> list[str]:
    told = []
    for command in commands:
        done = sre(*command.split())
        told += [f"{command}: {done.out}{done.err}"] if SECRET in done.out + done.err else []
    log = sre.home / "state" / "sre-tui" / "log" / "sre.log"
    told += [log.read_text()] if log.exists() and SECRET in log.read_text() else []
    return told


def test_secrets_are_never_told(sre: Sre, broken: Callable[..., Any]) -> None:
    with_secrets = sre.having(
        GRAFANA_SERVICE_ACCOUNT_TOKEN=SECRET,
        LOKI_USERNAME="me",
        LOKI_PASSWORD=SECRET,
        OPENAI_API_KEY=SECRET,
        LLM_PROVIDER="openai",
        LLM_MODEL="openai/x",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        INITIAL_RETRY_DELAY="0.01",
        JITTER="0",
    )
    with broken("500", "loki"):
        told = secrets_in(
            with_secrets,
            *("config show", "config show --json", "config check"),
            *("alerts --json", "logs labels --json", "ask hello --json", "doctor --json"),
        )
    assert told == []


def test_secrets_in_wrong_settings_are_not_told(bare: Sre) -> None:
    wrong = f"url = 'http://me:{SECRET}@a:3100'\ntoken = ['{SECRET}']\nhedaers = '{SECRET}'\n"
    bare.config_file.parent.mkdir(parents=True)
    bare.config_file.write_text(f"[[loki]]\n{wrong}")
    bare.config_file.chmod(0o600)
    assert secrets_in(bare, "config check", "config show", "alerts --json") == []
    assert bare("config", "check").code == 2
