"""`sre incidents`: the journal, on the command line."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from commands.incident_ids import complete_id
from commands.incidents import app
from commands.main import run
from sre_tui.environment import Environment, Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import WRITING, all_tools, get_tool, offered_tools
from sre_tui.tools.rendering import ModelView, estimate_tokens
from tests.cli.in_process import logging_restored
from tests.cli.inside import run_inside
from tests.cli.running import Done
from tests.stubs.ports import free_ports

NOW = datetime(2026, 11, 20, 23, 2, 11, tzinfo=UTC)


@pytest.fixture
def sre(tmp_path: Path) -> Any:
    def run(*arguments: str, **variables: str) -> Done:
        return run_inside(["incidents", *arguments], tmp_path, variables, now=NOW)

    return run


@pytest.fixture
def recorded(sre: Any) -> str:
    """The id of an incident that is closed; another one goes on."""
    done = sre(
        *("record", "Jellyfin buffers", "--alert", "SmartDiskFailing", "--subject", "nas1/sdc"),
        *("--services", "jellyfin,immich", "--severity", "critical", "--cause", "sdc fails"),
        *("--started", "2026-11-20T18:00", "--ended", "20:00", "-d", "stalls\nevery minute"),
    )
    assert (done.code, done.err) == (0, "recorded: Jellyfin buffers\n")
    assert sre("record", "DNS", "is", "down", "--started=-1h").code == 0
    return str(done.out.strip())


def test_a_listing_like_any_other(sre: Any, recorded: str) -> None:
    shown = sre().out
    assert shown == sre("list").out
    heading, first, second = shown.splitlines()
    assert heading.split()[:5] == ["Incident", "State", "Title", "Severity", "Began"]
    assert all(word in first for word in ("▲ open", "DNS is down", "1 h so far"))
    assert recorded in second
    assert all(word in second for word in ("✓ closed", "◆ critical", "5 h 2 min ago", "2 h", "sdc"))
    document = sre("list", "--json").document
    assert (document["tool"], document["state"]) == ("memory_search_incidents", "ok")
    row = document["data"]["items"][1]
    assert row == {
        "id": recorded,
        "title": "Jellyfin buffers",
        "description": "stalls\nevery minute",
        "alert": "SmartDiskFailing",
        "subject": "nas1/sdc",
        "services": ["jellyfin", "immich"],
        "severity": "critical",
        "cause": "sdc fails",
        "resolution": "",
        "started": "2026-11-20T18:00:00Z",
        "ended": "2026-11-20T20:00:00Z",
        "recorded": "2026-11-20T23:02:11Z",
        "updated": "2026-11-20T23:02:11Z",
        "session": "",
        "state": "closed",
        "lasted": 7200.0,
    }
    picked = sre("list", "--jsonl", "--fields", "title,state", "--state", "open").document
    assert picked == {"title": "DNS is down", "state": "open"}
    both = sre("list", "--fields", "ended,lasted", "--state=closed", "--utc").out.split("\n")
    assert [line.split() for line in both[:2]] == [
        ["ended", "Lasted"], ["2026-11-20", "20:00:00Z", "2", "h"],
    ]  # fmt: skip
    for chosen in (("search", "stalling", "minutes"), ("list", "--service", "immich"),
                   ("list", "--since", "4h", "--alert", "smartdiskfailing")):  # fmt: skip
        assert [row["id"] for row in sre(*chosen, "--json").document["data"]["items"]] == [recorded]
    partly = sre("search", "jellyfin", "kernel")
    assert recorded in partly.out
    some, without = partly.err.splitlines()
    assert some == "no incident has all of the words: these have some of them"
    assert without.startswith("searched by words only: there is no index at ")
    assert without.endswith(" yet; `sre index build` mends that")
    nothing = sre("search", '" OR *')
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No incidents.\n")


def test_show_edit_close_reopen(sre: Any, recorded: str) -> None:
    shown = sre("show", recorded[:5]).out
    assert "Description  stalls\n             every minute\n" in shown
    assert "Lasted       2 h" in shown
    assert sre("edit", recorded, "--reopen", "--services", "plex").code == 0
    assert sre("close", recorded, "--resolution", "replaced sdc", "--ended", "22:00").err == (
        f"closed {recorded}: Jellyfin buffers\n"
    )
    data = sre("show", recorded, "--json").document["data"]
    told = ("services", "cause", "resolution", "ended", "state")
    assert [data[name] for name in told] == [
        ["plex"], "sdc fails", "replaced sdc", "2026-11-20T22:00:00Z", "closed",
    ]  # fmt: skip
    for again, said in (
        (("close", recorded), f"closed already, and left as it is: {recorded}: Jellyfin buffers"),
        (("close", recorded, "--cause", "sdc"), f"changed {recorded}: Jellyfin buffers (it was cl"),
    ):
        assert sre(*again).err.startswith(said)
        data = sre("show", recorded, "--json").document["data"]
        assert data["ended"] == "2026-11-20T22:00:00Z"
    contradiction = sre("edit", recorded, "--reopen", "--ended", "22:30")
    assert (contradiction.code, contradiction.err) == (
        2, "error: --reopen and --ended contradict each other: give one of them\n",
    )  # fmt: skip
    for future in (("edit", recorded, "--started"), ("close", recorded, "--ended")):
        assert "in the future" in sre(*future, "2027-01-01").err
    assert sre("edit", recorded, "--title", "New title", "--json").document["data"]["title"] == (
        "New title"
    )
    assert sre("edit", recorded, "--cause", "", "--json").document["data"]["cause"] == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "zzzz"), ["there is no incident 'zzzz'"]),
        (("close", "zzzz"), ["there is no incident 'zzzz'"]),
        (("edit", "zzzz"), ["nothing to change"]),
        (("record",), ["an incident needs a title", 'sre incidents record "Jelly']),
        (("record", " \x1b[1m "), ["an incident needs a title"]),
        (("record", "x", "--severity", "bad"), ["--severity cannot be 'bad'", "critical"]),
        (("record", "x", "--started", "soon"), ["--started", "-30m"]),
        (("record", "x", "--started", "2027-01-01"), ["begun in the future"]),
        (("record", "x", "--started=-1h", "--ended=-2h"), ["ended before it began"]),
        (("record", "x", "-d", "-", "--cause", "-"), ["only one of --description, --cause"]),
        (("record", "x", "-d", "y" * 20_001), ["--description has 20,001 characters, and may"]),
        (("record", "x", "--ended", "2027-01-01"), ["ended in the future"]),
        (("show", "zzzz"), ["nothing has been recorded yet: ", "memory.db does not exist"]),
        (("import", "/nowhere.jsonl"), ["/nowhere.jsonl cannot be read: No such file"]),
        (("import", "~nobody-here/x"), ["~nobody-here/x cannot be read: Could not determine"]),
        (("import", "a\0b"), ["cannot be read: embedded null"]),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    sre: Any, arguments: tuple[str, ...], words: list[str]
) -> None:
    done = sre(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert all(word in done.err for word in words), done.err


def test_export_and_import_are_idempotent(sre: Any, recorded: str, tmp_path: Path) -> None:
    exported = sre("export").out
    lines = exported.splitlines()
    assert json.loads(lines[0])["id"] == recorded
    file, other = tmp_path / "all.jsonl", {"MEMORY_DB_PATH": str(tmp_path / "other.db")}
    file.write_text(f"{exported}\n", encoding="utf-8")
    assert sre("import", str(file), **other).err == "2 new, 0 changed, 0 there already\n"
    assert sre("import", str(file), **other).err == "0 new, 0 changed, 2 there already\n"
    assert sre("export", **other).out == exported
    for line, said in (
        ("[" * 100_000, "it is nested too deeply"),
        ("{}", "id: Field required"),
        ("[1]", "Input should be"),
        ("no json", "Expecting value"),
        (lines[0].replace(recorded, "A B"), "'A B' is no id"),
        (lines[0].replace('"cause"', '"causes"'), "causes: Extra inputs"),
        (lines[0].replace("18:00:00Z", "18:00:00"), "started: Input should have timezone"),
    ):
        file.write_text(f"{lines[1]}\n{line}\n", encoding="utf-8")
        done = sre("import", str(file), MEMORY_DB_PATH=str(tmp_path / "third.db"))
        assert done.code == 2
        assert done.err.startswith("error: line 2 is not an incident: ")
        assert said in done.err
    file.write_bytes(b"\xff\n")
    assert sre("import", str(file)).err == f"error: {file} cannot be read: it is not UTF-8\n"
    assert not (tmp_path / "third.db").exists()
    nothing = sre("export", MEMORY_DB_PATH=str(tmp_path / "third.db"))
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err.splitlines() == [
        f"nothing has been recorded yet: {tmp_path / 'third.db'} does not exist",
        "0 incidents exported",
    ]


def test_what_is_wrong_with_the_memory_is_one_line_and_nothing_else_suffers(
    sre: Any, tmp_path: Path
) -> None:
    secret = "s3cret-word"
    file = tmp_path / "secret"
    file.write_text("mysql://u:s3cret-word@h/d\n", encoding="utf-8")
    text = tmp_path / "text.db"
    text.write_text("this is no database " * 100, encoding="utf-8")
    for variables, code, said in (
        ({"MEMORY_DB_URL": f"nonsense:{secret}"}, 2, "MEMORY_DB_URL is not the address"),
        ({"MEMORY_DB_URL_FILE": str(file)}, 2, "must be the address of a PostgreSQL"),
        ({"MEMORY_DB_URL": f"postgresql://u:{secret}@127.0.0.1:{free_ports()}/d"}, 3, "refused"),
        ({"MEMORY_DB_PATH": str(text)}, 1, "is not a SQLite database"),
        ({"MEMORY_DB_URL": "sqlite:///~nobody-here/x.db"}, 2, "no such user's home"),
        ({"MEMORY_DB_PATH": str(text / "memory.db")}, 1, "cannot be written"),
    ):
        done = sre("record", "x", **variables)
        assert (done.code, done.out) == (code, ""), done.err
        told, *hints = done.err.splitlines()
        assert said in told
        assert [hint.strip().startswith("`sre doctor`") for hint in hints] in ([], [True])
        listed = sre("list", "--json", **variables)
        # Beneath a file there is nothing, which is what has been recorded there.
        assert listed.code == (0 if said == "cannot be written" else code)
        for other in (["config", "show"], ["runbooks", "list"]):
            fine = run_inside(other, tmp_path, variables)
            assert (fine.code, fine.err) == (0, "")
            assert secret not in fine.out
        assert secret not in done.err
    log = tmp_path / "state" / "log" / "sre.log"
    assert not log.exists() or secret not in log.read_text(encoding="utf-8")
    shown = run_inside(["config", "show", "--json"], tmp_path, {"MEMORY_DB_URL_FILE": str(file)})
    row = next(r for r in shown.document["data"]["items"] if r["setting"] == "memory.url")
    assert row == {"setting": "memory.url", "value": "********",
                   "origin": f"MEMORY_DB_URL in the file {file}"}  # fmt: skip


def test_the_doctor_and_the_check_of_the_settings_say_how_the_memory_is(
    recorded: str, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "memory" / "memory.db"
    newer, text, none = tmp_path / "newer.db", tmp_path / "text.db", tmp_path / "none"
    shutil.copy(path, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 9")
    newer.chmod(0o600)
    text.write_text("this is no database " * 100, encoding="utf-8")
    away, here = f"postgresql://u:s3cret@127.0.0.1:{free_ports()}/d", str(path)
    # Without any backend the doctor ends with 2 where nothing else is wrong.
    for name, value, code, verdicts, said in (
        ("PATH", here, 2, ["ok"], f"{path}: 2 incidents, 1 of them open"),
        ("PATH", str(none / "m.db"), 2, ["ok"], "nothing recorded yet: the first incident creates"),
        ("PATH", str(newer), 1, ["failed"], "a newer sre-tui (its version is 9, this program's 2)"),
        ("PATH", str(text), 1, ["failed"], "is not a SQLite database"),
        ("PATH", str(text / "m.db"), 2, ["ok", "warning"], f"be created: {text} is no folder"),
        ("URL", away, 3, ["failed"], "PostgreSQL at 127.0.0.1:"),
        ("URL", "mysql://u:s3cret@h/d", 2, ["failed"], "must be the address of a PostgreSQL"),
    ):
        variables = {f"MEMORY_DB_{name}": value}
        doctor = run_inside(["doctor", "--no-model", "--json"], tmp_path, variables, now=NOW)
        findings = [f for f in doctor.document["data"]["items"] if f["subject"] == "memory"]
        assert [finding["verdict"] for finding in findings] == verdicts
        assert doctor.code == code
        assert said in " ".join(finding["detail"] for finding in findings)
        checked = run_inside(["config", "check"], tmp_path, variables, now=NOW)
        assert checked.code == (2 if "mysql" in value else 0)
        assert said in checked.err
        assert (", not contacted\n" in checked.err) is (value == away)
        assert "s3cret" not in f"{doctor.out}{doctor.err}{checked.err}"
    path.chmod(0o644)
    checked = run_inside(["config", "check"], tmp_path, {}, now=NOW)
    assert checked.err.startswith(f"warning: others can read {path}: chmod 600 it\n")
    assert not none.exists()


def test_the_analyst_answers_from_the_journal_whether_it_happened_before(
    recorded: str, tmp_path: Path
) -> None:
    away = f"http://127.0.0.1:{free_ports()}"

    def ask(question: str, **others: str) -> Done:
        variables = {"GRAFANA_URL": away, **others}
        done = run_inside(["ask", "-q", question], tmp_path, variables, now=NOW)
        return Done(done.code, done.out.partition("\n\nEvidence")[0], done.err)

    whole = (
        "began 2026-11-20 18:00 UTC (5 h 2 min ago), lasted 2 h; cause: sdc fails**. [E1] "
        f"All of it: `sre incidents show {recorded}`."
    )
    for question, of in (
        ("Has SmartDiskFailing happened before, and what was it?", "SmartDiskFailing"),
        ("did jellyfin have such trouble before?", "jellyfin"),
        ("wann ist SmartDiskFailing schon einmal passiert?", "SmartDiskFailing"),
    ):
        said = ask(question).out
        assert said.startswith(
            f"**The journal has 1 incident of {of}, the last: Jellyfin buffers: {whole}"
        ), said
    assert ask("has this alert happened before?").out.startswith("**The journal has 2 incidents, ")
    assert ask("show open incidents").out.startswith("**The journal has 1 open incident, the last:")
    empty = ask("show open incidents", MEMORY_DB_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert empty.out.startswith("**The journal has no open incident.** [E1]")
    counted = ask("how many open incidents are there?")
    assert counted.out.startswith("**The journal has 1 open incident**. [E1]")
    assert "sre incidents list --state open" in counted.out
    month = ask("how many incidents were there last month?").out
    assert month.startswith("**The journal has 2 incidents that began since "), month
    assert "1 of them still open." in month
    assert "sre incidents list --since 30d" in month
    none = ask("has HostDown fired before?")
    assert none.out.startswith("**The journal has no incident of HostDown.** [E1]")
    far = f"postgresql://u:s3cret@127.0.0.1:{free_ports()}/d"
    broken = ask("has HostDown fired before?", MEMORY_DB_URL=far)
    assert broken.code == 3
    assert broken.out.startswith("**The journal of incidents could not be read.** Memory cannot be")
    assert "s3cret" not in broken.out + broken.err


class Typed(io.StringIO):
    """A terminal at which somebody typed."""

    def isatty(self) -> bool:
        return True


def run_with(stdin: io.StringIO, folder: Path, *arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(
        {}, stdin, out, err, lambda: NOW, Folders.under(folder), working_folder=folder
    )
    with logging_restored():
        code = run(["incidents", *arguments], environment)
    return Done(code, out.getvalue(), err.getvalue())


def test_a_person_is_asked_for_what_is_missing(
    sre: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = Typed("Power cut\n\ndns, immich\n\nthe UPS\n")
    done = run_with(typed, tmp_path, "record", "--severity", "info")
    assert done.code == 0
    assert done.err.split(": ") == [
        "What was wrong",
        "What it is about, such as nas1/tank (enter leaves it open)",
        "What it affects, with commas between (enter leaves it open)",
        "Why it happened (enter leaves it open)",
        "What helped (enter leaves it open)",
        "recorded",
        "Power cut\n",
    ]
    row = sre("list", "--jsonl").document
    told = ("title", "severity", "services", "cause", "resolution")
    assert [row[name] for name in told] == [
        "Power cut", "info", ["dns", "immich"], "", "the UPS",
    ]  # fmt: skip
    nothing = run_with(Typed(""), tmp_path, "record")
    assert nothing.code == 2
    assert nothing.err.endswith("error: nothing was recorded: an incident needs a title\n")
    twice = run_with(Typed(f"{'x' * 201}\nFan\n\nbad\ninfo\n"), tmp_path, "record")
    assert twice.code == 0
    for said in ("  it has 201 characters, and may have 200\nWhat was wrong: ",
                 "  --severity cannot be 'bad'; allowed: critical, warning, info\nHow bad",
                 "(enter leaves it open): \nrecorded: Fan\n"):  # fmt: skip
        assert said in twice.err, twice.err
    assert run_with(Typed("Fan\n"), tmp_path, "record", "--severity", "bad").err.startswith("error")
    piped = run_with(io.StringIO("a\nlog\n"), tmp_path, "record", "Noise", "-d", "-", "--json")
    assert piped.document["data"]["description"] == "a\nlog"
    monkeypatch.setenv("MEMORY_DB_PATH", str(Folders.under(tmp_path).data / "memory" / "memory.db"))
    context = typer.Context(typer.main.get_command(app))
    assert complete_id(context, row["id"][:3]) == [row["id"]]
    assert complete_id(context, "zz") == []
    monkeypatch.setenv("MEMORY_DB_PATH", str(Path(__file__)))
    assert complete_id(context, row["id"][:3]) == []


async def test_a_model_reads_incidents_and_cannot_record_one(
    sre: Any, recorded: str, tmp_path: Path
) -> None:
    names = [name for own in WRITING.values() for name in own]
    everything = Settings.model_validate(
        {name: [{"url": "http://127.0.0.1:9"}] for name in ("prometheus", "grafana", "loki")}
    )
    assert not {tool.name for tool in (*all_tools(), *offered_tools(everything))} & set(names)
    tool = get_tool("memory_search_incidents")
    assert estimate_tokens(json.dumps(tool.schema())) < 230
    async with ToolContext(Settings(), Folders.under(tmp_path), lambda: NOW) as context:
        answer = await tool.run(context, {"words": "jellyfin"})
        said = tool.render(answer, ModelView(now=NOW))
    heading, first, *texts = said.splitlines()
    assert heading == 'Recorded incidents for "jellyfin", best first:'
    assert first.split("; ") == [
        f"- Jellyfin buffers (incident id {recorded})",
        "critical",
        "alert SmartDiskFailing",
        "about nas1/sdc",
        "affected jellyfin, immich",
        "began 2026-11-20 18:00:00 UTC (5 h 2 min ago)",
        "lasted 2 h",
    ]
    assert texts == ["  seen: stalls every minute", "  cause: sdc fails"]
    nowhere = Settings.model_validate({"memory": {"path": str(tmp_path)}})
    async with ToolContext(nowhere, Folders.under(tmp_path), lambda: NOW) as context:
        failed = await tool.run(context, {})
    assert failed.state == "bad_response"
    assert "There is no data." in tool.render(failed, ModelView(now=NOW))
