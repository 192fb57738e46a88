"""Shell completion: commands, options, values, and names from the last good answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from commands.completion import known_names
from providers.last_known_good import peek
from sre_tui.demo.runtime.state import DemoState, demo_environment
from sre_tui.environment import Environment, Folders
from tests.cli.running import SRE, Sre


def environment_of(sre: Sre) -> Environment:
    home = sre.home
    folders = Folders(
        config=home / "config" / "sre-tui",
        data=home / "data" / "sre-tui",
        cache=home / "cache" / "sre-tui",
        state=home / "state" / "sre-tui",
        runtime=home / "state" / "sre-tui" / "run",
    )
    return Environment(variables=sre.environment, folders=folders, working_folder=home)


@pytest.fixture(scope="module")
def answers(demo: DemoState, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sre` keeps that has asked each backend once."""
    sre = Sre(tmp_path_factory.mktemp("answers"), demo_environment(demo))
    for line in ("alerts list", "alerts rules", "metrics search load", "dashboards"):
        assert sre(*line.split()).code == 0
    for line in ("logs labels", "logs labels hostname"):
        assert sre(*line.split()).code == 0
    return sre.home / "cache"


@pytest.fixture
def used(sre: Sre, answers: Path) -> Sre:
    """`sre` that has these answers."""
    copytree(answers, sre.home / "cache")
    return sre


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sre", "al"), {"alerts"}),
        (("sre", "alerts", ""), {"list", "rules", "show"}),
        (("sre", "alerts", "--st"), {"--state"}),
        (("sre", "alerts", "list", "--sev"), {"--severity"}),
        (("sre", "alerts", "list", "--state", "f"), {"firing"}),
        (("sre", "alerts", "--state", "p"), {"pending"}),
        (("sre", "logs", "query", "--level", "w"), {"warning"}),
        (("sre", "demo", "run", "--scenario", "dns"), {"dns-down"}),
        (("sre", "runbooks", "show", "dns"), {"dns-down"}),
        (("sre", "schema", "loki_q"), {"loki_query_logs"}),
        (("sre", "--no-"), {"--no-color", "--no-input"}),
    ],
)
def test_words_that_are_always_there(bare: Sre, words: tuple[str, ...], expected: set[str]) -> None:
    done = bare.complete(*words)
    assert set(done.lines) == expected
    assert done.err == ""


def test_names_come_from_earlier_answers_without_the_network(
    used: Sre, broken: Callable[..., Any]
) -> None:
    with broken("timeout"):
        assert used.complete("sre", "alerts", "list", "SmartD").lines == ["SmartDiskFailing"]
        assert used.complete("sre", "alerts", "list", "--host", "na").lines == ["nas1"]
        assert "node_load15" in used.complete("sre", "metrics", "search", "node_l").lines
        assert used.complete("sre", "logs", "labels", "service").lines == ["service_name"]
        assert used.complete("sre", "dashboards", "show", "homelab-z").lines == ["homelab-zfs"]
        assert used.complete("sre", "runbooks", "search", "--alert", "DnsP").err == ""


def test_another_homelab_lends_no_names(used: Sre) -> None:
    elsewhere = used.having(
        GRAFANA_URL="http://127.0.0.1:9", PROMETHEUS_URL="http://127.0.0.1:9", LOKI_URL=""
    )
    assert elsewhere.complete("sre", "alerts", "list", "").out.split() == []
    assert known_names("alert", environment_of(elsewhere)) == []
    assert known_names("alert", environment_of(used)) != []


@pytest.mark.parametrize("kind", ["alert", "metric", "label", "host", "dashboard", "no such kind"])
def test_nothing_known_is_no_failure(bare: Sre, kind: str) -> None:
    assert known_names(kind, environment_of(bare)) == []
    assert not (bare.home / "cache").exists()


def test_what_is_measured_is_known_without_a_backend(bare: Sre) -> None:
    assert bare.complete("sre", "baselines", "check", "guest-").out.split() == [
        "guest-cpu", "guest-disk", "guest-memory", "guest-network",
    ]  # fmt: skip


def test_damage_and_locks_are_no_failure(used: Sre) -> None:
    environment = environment_of(used)
    folder = environment.folders.cache / "last-known-good"
    base = sqlite3.connect(folder / "cache.db")
    base.execute("BEGIN EXCLUSIVE")
    assert "SmartDiskFailing" in known_names("alert", environment)
    base.rollback()
    base.close()
    (folder / "cache.db").write_bytes(b"no database" * 1000)
    assert known_names("alert", environment) == []
    used.config_file.parent.mkdir(parents=True)
    used.config_file.write_text("not toml")
    done = used.complete("sre", "alerts", "list", "")
    assert (done.out.split(), done.err) == ([], "")


def test_every_kept_answer_can_be_read_back(used: Sre) -> None:
    folder = environment_of(used).folders.cache / "last-known-good"
    names = [name for name, _ in peek(folder, lambda name: True)]
    assert len(names) >= 8
    assert list(peek(folder / "nowhere", lambda name: True)) == []
    values = dict(peek(folder, lambda name: name.endswith(" metrics")))
    ((_, kept),) = values.items()
    assert isinstance(kept.value, list)


def test_a_real_bash_completes(used: Sre, tmp_path: Path) -> None:
    # Which shell it is for is told by what started it, so that must not be left to chance.
    asking = f"{' '.join(SRE)} --show-completion; exit $?"
    done = used(command=["/bin/bash", "-c", asking])
    assert done.code == 0
    (tmp_path / "completion.bash").write_text(done.out)
    (tmp_path / "bin").mkdir()
    launcher = tmp_path / "bin" / "sre"
    launcher.write_text(f'#!/bin/sh\nexec {" ".join(SRE)} "$@"\n')
    launcher.chmod(0o755)
    shell = used.having(PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin", PS1="ready> ")
    with shell.terminal(command=["/bin/bash", "--norc", "--noprofile", "-i"]) as terminal:
        terminal.wait_for("ready> ")
        terminal.type(". ./completion.bash\r")
        terminal.wait_for("ready> ")
        terminal.type("sre ale\t")
        terminal.wait_for("sre alerts ")
        terminal.type("li\t")
        terminal.wait_for("list ")
        terminal.type("SmartD\t")
        terminal.wait_for("SmartDiskFailing ")
        terminal.type("--fields name\r")
        assert "SmartDiskFailing" in terminal.wait_for("ready> ")
        terminal.type("exit\r")
