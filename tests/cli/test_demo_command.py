"""`sre demo` and `sre --demo`: the simulated homelab as a user starts, breaks and leaves it."""

from __future__ import annotations

import json
import re
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.demo_faults import FAULTS
from sre_tui.demo.faults import FAULT_KINDS, Fault
from sre_tui.demo.runtime.fault_modes import FAULT_MODES
from sre_tui.demo.scenario_load import parse_scenario
from tests.cli.inside import run_inside
from tests.cli.running import SRE, Sre
from tests.stubs.ports import free_ports


@pytest.fixture(scope="module")
def homelab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sre]:
    """`sre` beside which a demo runs in the background."""
    home = tmp_path_factory.mktemp("homelab")
    sre = Sre(home, {"TMPDIR": str(home)})
    begun = sre(
        "demo", "--background", "--scenario", "dns-down", "--guests", "10",
        "--release", "proxmox=8.4", "--release", "truenas=26.0.0",
    )  # fmt: skip
    assert begun.code == 0, begun.err
    yield sre
    ended = sre("demo", "stop")
    assert (ended.code, ended.out) == (0, "")
    assert sre("demo", "env").code == 3
    assert leftovers(home) == []


def leftovers(home: Path) -> list[str]:
    """Command lines of processes that know of a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{home}/" in line and "demo.runtime" in line:
            found.append(line)
    return found


def test_the_list_has_every_scenario(bare: Sre) -> None:
    table = bare("demo", "list")
    items = bare("demo", "list", "--json").document["data"]["items"]
    assert len(items) >= 6
    assert len(table.lines) == len(items) + 1
    assert {"id", "title", "questions"} == set(items[0])
    assert all(each["id"] in table.out for each in items)


def test_env_points_a_shell_at_the_demo(homelab: Sre) -> None:
    told = homelab("demo", "env")
    assert any(line.startswith("export PROMETHEUS_URL=http://127.0.0.1:") for line in told.lines)
    exported = homelab(command=["/bin/bash", "-c", 'eval "$1" && env -0', "sh", told.out]).out
    known = dict(each.split("=", 1) for each in exported.split("\0") if each)
    done = Sre(homelab.home, known)("alerts", "list", "--json")
    assert done.code == 0
    assert done.document["data"]["items"]


def test_the_global_option_uses_the_running_demo(homelab: Sre) -> None:
    elsewhere = homelab.having(PROMETHEUS_URL="http://127.0.0.1:9", GRAFANA_TOKEN="mine")
    done = elsewhere("--demo", "alerts", "list", "--json")
    assert (done.code, done.err) == (0, "")
    assert "DnsProbeFailed" in {row["name"] for row in done.document["data"]["items"]}


def test_what_is_recorded_about_a_demo_stays_out_of_the_own_journal(homelab: Sre) -> None:
    assert homelab("--demo", "incidents", "record", "DNS is down").code == 0
    assert "DNS is down" in homelab("--demo", "incidents", "list").out
    assert "nothing has been recorded yet" in homelab("incidents", "list").err


def test_there_is_one_demo_at_a_time(homelab: Sre) -> None:
    again = homelab("demo", "--background")
    assert again.code == 1
    assert "a demo runs already" in again.err


def test_backends_can_be_broken_and_mended(homelab: Sre) -> None:
    assert homelab("demo", "break", "loki", "--how", "503").code == 0
    broken = homelab("--demo", "logs", "labels", "service_name")
    assert (broken.code, broken.out) == (3, "")
    assert homelab("--demo", "alerts", "list").code == 0
    assert homelab("demo", "mend", "loki").code == 0
    assert homelab("--demo", "logs", "labels", "service_name").code == 0


def test_the_status_tells_what_runs_and_what_is_broken(homelab: Sre) -> None:
    plain = homelab("demo", "status")
    assert (plain.code, plain.err) == (0, "")
    assert "dns-down" in plain.out
    assert " ago" in plain.out or "now" in plain.out
    assert homelab("demo", "break", "loki", "--how", "slow").code == 0
    told = homelab("demo", "status", "--json").document["data"]
    assert (told["running"], told["scenario"], told["guests"]) == (True, "dns-down", 10)
    faults = {each["name"]: each["fault"] for each in told["backends"]}
    assert faults["loki"] == "slow"
    assert faults["grafana"] is None
    assert "✗ fails (slow)" in homelab("demo", "status").out
    assert homelab("demo", "mend").code == 0


def test_backends_imitate_the_releases_asked_for(homelab: Sre) -> None:
    told = homelab("demo", "status", "--json").document["data"]["backends"]
    releases = {one["name"]: one["release"] for one in told}
    assert (releases["proxmox"], releases["pbs"], releases["truenas"]) == ("8.4", "4.1.0", "26.0.0")
    assert releases["loki"] is None
    shown = homelab("--demo", "nodes", "--fields", "version").lines
    assert shown == ["Version", *["8.4.21"] * 3]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("proxmox=8", "proxmox cannot be 8; it can be 7.4, 8.4, 9.2"),
        ("proxmx=8.4", "no releases of 'proxmx' are known; did you mean proxmox"),
        ("loki=3", "no releases of 'loki' are known; they are known of prometheus, grafana"),
    ],
)
def test_an_unknown_release_is_told_with_what_there_is(bare: Sre, wish: str, told: str) -> None:
    done = bare("demo", "--background", "--release", wish)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_mend_without_a_name_mends_all(homelab: Sre) -> None:
    for name in ("loki", "grafana"):
        assert homelab("demo", "break", name).code == 0
    done = homelab("demo", "mend")
    assert (done.code, done.out) == (0, "")
    assert done.err == "grafana, loki work again\n"
    assert homelab("demo", "mend").err == "nothing is broken\n"
    assert homelab("--demo", "logs", "labels").code == 0


def test_without_a_demo_the_status_says_so_and_exits_1(bare: Sre) -> None:
    plain = bare("demo", "status")
    assert (plain.code, plain.out) == (1, "no demo is running\n")
    assert "sre demo --background" in plain.err
    program = bare("demo", "status", "--json")
    assert (program.code, program.document["data"]) == (1, {"running": False})


def test_the_help_of_break_tells_every_way_to_fail(bare: Sre) -> None:
    assert set(FAULT_MODES) <= set(FAULTS)
    ways = bare("demo", "break", "--help").out.partition("Ways to fail:\n")[2]
    assert re.findall(r"^  (\w+)", ways, re.MULTILINE) == list(FAULT_MODES)


def test_the_scenario_of_the_running_demo_is_used_if_it_is_the_one_asked_for(homelab: Sre) -> None:
    done = homelab("--scenario", "dns-down", "alerts", "list", "--json")
    assert (done.code, done.err) == (0, "")
    assert "DnsProbeFailed" in done.out


def test_another_scenario_is_played_beside_the_running_demo(homelab: Sre) -> None:
    done = homelab("--demo", "--scenario", "quiet", "alerts", "list")
    assert (done.code, done.out) == (0, "")
    assert "the running demo plays dns-down, not quiet" in done.err
    assert "starting the simulated homelab (quiet)" in done.err
    assert homelab("demo", "status", "--json").document["data"]["scenario"] == "dns-down"


def test_unknown_backends_are_named(homelab: Sre) -> None:
    done = homelab("demo", "break", "lok")
    assert (done.code, done.out) == (2, "")
    assert "loki" in done.err


@pytest.mark.parametrize("command", ["env", "break loki", "mend loki"])
def test_without_a_demo_they_say_how_to_start_one(bare: Sre, command: str) -> None:
    done = bare("demo", *command.split())
    assert (done.code, done.out) == (3, "")
    assert "no demo is running" in done.err
    assert "sre demo --background" in done.err


def test_stopping_what_does_not_run_is_well(bare: Sre) -> None:
    done = bare("demo", "stop")
    assert (done.code, done.out, done.err) == (0, "", "no demo is running\n")


def test_the_global_option_starts_a_demo_for_one_command(bare: Sre) -> None:
    done = bare.having(TMPDIR=str(bare.home))("--demo", "alerts", "list", "--json")
    assert done.code == 0, done.err
    assert "SmartDiskFailing" in done.out
    assert "starting the simulated homelab" in done.err
    assert leftovers(bare.home) == []
    assert list(bare.home.glob("sre-demo-*")) == []


def test_ctrl_c_ends_a_demo(bare: Sre) -> None:
    with bare.terminal(command=[*SRE, "demo", "--guests", "10"], columns=120) as terminal:
        terminal.wait_for("Ctrl-C ends it.")
        terminal.type("\x03")
        code, _ = terminal.wait()
    assert code == 0
    assert bare("demo", "env").code == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: x\ntitle: [", [":2", "YAML"]),
        ("id: x\ntitle: wrong\nfaults:\n  - {kind: disk_faling, target: nas1/sdc, at: -1h}\n",
         [":4", "disk_faling", "disk_failing"]),
        ("id: x\ntitle: wrong\nfaults:\n  - {kind: disk_failing, target: nas9/sdz, at: -1h}\n",
         ["nas9", "target"]),
    ],
)  # fmt: skip
def test_a_wrong_scenario_is_told_by_file_and_line(bare: Sre, text: str, words: list[str]) -> None:
    path = bare.home / "wrong.yaml"
    path.write_text(text)
    for command in ("demo --scenario", "demo --background --scenario"):
        done = bare(*command.split(), str(path))
        assert (done.code, done.out) == (2, ""), done.err
        assert str(path) in done.err
        assert all(word in done.err for word in words), done.err


def test_an_unknown_scenario_gets_a_suggestion(bare: Sre) -> None:
    done = bare("demo", "--scenario", "nas-disk-faling")
    assert (done.code, done.out) == (2, "")
    assert "nas-disk-failing" in done.err


def test_the_global_option_chooses_among_known_scenarios(bare: Sre) -> None:
    done = bare("--scenario", "dns-dwon", "alerts", "list")
    assert (done.code, done.out) == (2, "")
    assert "did you mean 'dns-down'?" in done.err
    assert "dns-down" in bare.complete("sre", "--scenario", "dns").lines
    misplaced = bare("--scenario", "dns-down", "demo", "--background")
    assert (misplaced.code, misplaced.out) == (2, "")
    assert "sre demo run --scenario dns-down" in misplaced.err


def test_the_tour_answers_in_a_pipe(bare: Sre) -> None:
    done = bare.having(TMPDIR=str(bare.home))("demo", "tour")
    assert done.code in (0, 5), done.err
    assert "> Why is Jellyfin buffering?" in done.out
    assert "sdc" in done.out
    assert "[E1]" in done.out or "[E2]" in done.out or "[E3]" in done.out
    assert leftovers(bare.home) == []


def test_every_fault_kind_is_told_of_with_its_options(bare: Sre) -> None:
    table = bare("demo", "faults")
    items = bare("demo", "faults", "--json").document["data"]["items"]
    assert (table.code, table.err) == (0, "")
    assert len(items) == len(table.lines) - 1 >= 24
    assert {each["kind"] for each in items} == set(FAULT_KINDS)
    for each in items:
        own = FAULT_KINDS[each["kind"]].model_fields.keys() - Fault.model_fields
        assert {option["name"] for option in each["options"]} == own
        assert all(option["description"] for option in each["options"])
        assert each["summary"]
        assert each["effect"]
        assert each["kind"] in table.out


def test_the_example_of_every_kind_is_a_fault(bare: Sre) -> None:
    examples = bare("demo", "faults", "--jsonl", "--fields", "example").lines
    text = "id: all\ntitle: All of them\nfaults:\n"
    text += "".join(f"  {json.loads(line)['example']}\n" for line in examples)
    assert [fault.kind for fault in parse_scenario(text, "all.yaml").faults]


def test_one_kind_can_be_asked_for_and_the_nearest_is_named(bare: Sre) -> None:
    (row,) = bare("demo", "faults", "pool_filling", "--json").document["data"]["items"]
    assert row["options"][0] == {
        "name": "within",
        "default": "6h",
        "description": "how long it takes to get there",
    }
    wrong = bare("demo", "faults", "disc_failing")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean disk_failing?" in wrong.err


def test_the_file_that_its_help_shows_can_be_played(bare: Sre) -> None:
    told = bare("demo", "faults", "--help").out
    shown = told.partition("plays:\n")[2].partition("Examples:")[0]
    scenario = parse_scenario(textwrap.dedent(shown.strip("\n")), "own.yaml")
    assert len(scenario.faults) == 2


def test_a_wrong_kind_in_a_scenario_leads_to_the_list(bare: Sre) -> None:
    file = bare.home / "own.yaml"
    file.write_text(
        "id: own\ntitle: Own\nfaults:\n  - {kind: disc_dead, target: nas1/sdb, at: 0}\n"
    )
    done = bare("--scenario", str(file), "alerts")
    assert (done.code, done.out) == (2, "")
    assert "own.yaml:4: unknown fault kind 'disc_dead', did you mean 'disk_dead'?" in done.err
    assert "`sre demo faults` tells of each" in done.err


def test_a_shell_that_points_at_a_stopped_demo_is_told_so(tmp_path: Path) -> None:
    port = free_ports()
    given = {"HOMELAB_NAME": "demo"}
    given |= {f"{name}_URL": f"http://127.0.0.1:{port}" for name in ("PROMETHEUS", "LOKI")}
    for command in (["alerts", "list"], ["metrics", "targets"], ["logs"]):
        done = run_inside(command, tmp_path, given)
        assert done.code == 3
        assert done.err == "error: the demo is not running: sre demo starts it\n"
    # Where another backend of it listens, this one is broken and the demo is not gone.
    with socket.create_server(("127.0.0.1", 0)) as other:
        at = f"http://127.0.0.1:{other.getsockname()[1]}"
        done = run_inside(["alerts", "list"], tmp_path, given | {"LOKI_URL": at})
    assert done.code == 3
    assert "connection refused" in done.err
    given |= {"HOMELAB_NAME": "attic", "LOKI_URL": f"http://127.0.0.1:{free_ports()}"}
    own = run_inside(["status", "--json"], tmp_path, given)
    message = json.loads(own.err)["error"]["message"]
    assert message.startswith("none of ")
    assert "\n" not in message
