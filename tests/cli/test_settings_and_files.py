"""Wrong settings, folders that cannot be written, secrets that come from files."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Sre


def configure(sre: Sre, text: str) -> Path:
    path = sre.config_file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[prometheus]\nurl = 1", ["not valid TOML", "line 1"]),
        ("[[promethues]]\nurl = 'http://a:9090'\n", ["promethues", "did you mean prometheus?"]),
        ("[[loki]]\nurl = 'http://a:3100'\ntimeuot = 3\n", ["timeuot", "did you mean timeout?"]),
        ("[[loki]]\nurl = 'ftp://a'\n", ["loki.0.url", "ftp"]),
        ("[llm]\nmax_turns = 0\n", ["llm.max_turns", "1"]),
    ],
)
def test_wrong_settings_are_told_by_file_and_name(bare: Sre, text: str, words: list[str]) -> None:
    path = configure(bare, text)
    for command in ("alerts", "config check", "ask hello"):
        done = bare(*command.split())
        assert (done.code, done.out) == (2, "")
        assert str(path) in done.err
        assert all(word in done.err for word in words), done.err
    assert bare("alerts", "--json").error["code"] == "settings"


def test_every_mistake_is_told_at_once(bare: Sre) -> None:
    configure(bare, "homelab_nmae = 'x'\n[llm]\nmax_turns = 0\n")
    done = bare.having(LOKI_TIMEOUT="soon", LOKI_URL="http://a:1")("config", "check")
    assert all(name in done.err for name in ("homelab_nmae", "max_turns", "LOKI_TIMEOUT"))


def test_commands_without_settings_work_with_wrong_ones(bare: Sre) -> None:
    configure(bare, "what is this")
    for command in ("--help", "alerts --help", "config path", "demo list", "schema", "logs-path"):
        assert bare(*command.split()).code == 0, command


def test_init_writes_a_private_file_once(bare: Sre) -> None:
    done = bare("config", "init")
    assert (done.code, done.out) == (0, f"{bare.config_file}\n")
    assert bare.config_file.stat().st_mode & 0o777 == 0o600
    assert bare("config", "check").code == 0
    bare.config_file.write_text("homelab_name = 'mine'\n")
    again = bare("config", "init")
    assert (again.code, again.out) == (2, "")
    assert "--force" in again.err
    assert bare.config_file.read_text() == "homelab_name = 'mine'\n"


def test_another_settings_file_can_be_chosen(bare: Sre, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("homelab_name = 'cabin'\n")
    done = bare("--config", "other.toml", "config", "show", "--json")
    rows = {row["setting"]: row for row in done.document["data"]["items"]}
    assert rows["homelab_name"]["value"] == "cabin"
    assert rows["homelab_name"]["origin"] == str(tmp_path / "other.toml")


@pytest.mark.parametrize("folder", ["state", "cache"])
def test_a_folder_that_cannot_be_written_costs_a_warning_only(sre: Sre, folder: str) -> None:
    (sre.home / folder).write_text("a file where the folder should be")
    done = sre("alerts", "list")
    assert "\nSeverity " in done.out
    assert done.code == 0
    assert len(done.err.splitlines()) >= 1
    assert all(line.startswith("warning: ") for line in done.err.splitlines())
    assert "Traceback" not in done.err


def test_an_answer_comes_even_if_the_session_cannot_be_saved(sre: Sre) -> None:
    (sre.home / "state").write_text("a file where the folder should be")
    done = sre("ask", "--no-llm", "any alerts?")
    assert "SmartDiskFailing" in done.out
    assert "the session cannot be saved" in done.err


def test_damaged_caches_and_sessions_are_survived(sre: Sre) -> None:
    kept = sre.home / "cache" / "sre-tui" / "last-known-good" / "cache.db"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"SQLite format 3\x00 and then nothing of the kind" * 100)
    assert sre("logs", "labels").lines[0].split()[0] == "Label"
    sessions = sre.home / "state" / "sre-tui" / "sessions"
    sessions.mkdir(parents=True)
    damaged = sessions / "20260101-000000-abcd.json"
    damaged.write_text('{"kind": "sre-tui session", "exch')
    done = sre("ask", "--no-llm", "--session", damaged.stem, "any alerts?")
    assert (done.code, done.out) == (2, "")
    assert "left as it is" in done.err
    assert damaged.read_text().endswith('"exch')


def test_secrets_may_come_from_files(sre: Sre, demo: Any) -> None:
    token = sre.variables["GRAFANA_SERVICE_ACCOUNT_TOKEN"]
    (sre.home / "token").write_text(f"{token}\n")
    by_file = sre.having(
        GRAFANA_SERVICE_ACCOUNT_TOKEN="", GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE="token"
    )
    assert by_file("dashboards").code == 0
    missing = sre.having(
        GRAFANA_SERVICE_ACCOUNT_TOKEN="", GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE="nowhere"
    )("dashboards")
    assert missing.code == 2
    assert "GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE: nowhere" in missing.err


def test_a_full_disk_loses_nothing(sre: Sre, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system can be mounted by root only")
    try:
        (small / "filler").write_bytes(b"x" * 60_000)
        full = sre.having(XDG_STATE_HOME=str(small), XDG_CACHE_HOME=str(small))
        done = full.apart("ask", "--no-llm", "any alerts?")
        assert "SmartDiskFailing" in done.out
        assert "Traceback" not in done.err
        assert "warning: " in done.err
    finally:
        subprocess.run(["umount", str(small)], check=True)
