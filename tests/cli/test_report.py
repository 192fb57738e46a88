"""`sre report`: made, archived, shown again, and mailed."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sre_tui.demo.runtime.state import DemoState, demo_environment
from tests.cli.running import Done, Sre
from tests.stubs.ports import free_ports
from tests.stubs.smtp_server import MailBox, smtp_server


@pytest.fixture
def logs_only(tmp_path: Path, demo: DemoState) -> Sre:
    """A homelab with nothing but Loki, of which a report is made quickly."""
    known = demo_environment(demo)
    wanted = {name: value for name, value in known.items() if name.startswith("LOKI_")}
    return Sre(tmp_path, {**wanted, "MEMORY_USAGE": "false"})


@contextmanager
def postman(box: MailBox) -> Iterator[MailBox]:
    """A server that takes mail, in a thread of its own."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        async with smtp_server(box):
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(timeout=60), "the server did not start"
        yield box
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def mailing(sre: Sre, box: MailBox) -> Sre:
    return sre.having(
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(box.port),
        SMTP_FROM="sre@home.example",
        REPORT_RECIPIENT_EMAIL="anna@home.example",
    )


@pytest.fixture(scope="module")
def whole(told: Callable[..., Done]) -> Done:
    """A report on the whole demo, made once."""
    return told("report", "--days", "1", "--no-llm", "--json")


def test_one_document_has_every_section(whole: Done) -> None:
    assert whole.code == 0, whole.err
    data = whole.document["data"]
    assert whole.document["schema_version"] == 1
    assert data["health"]["verdict"] == "critical"
    assert "sdc" in data["health"]["causes"][0]["claim"]
    assert data["summary"]["by"] == "analyst"
    assert "sdc" in data["summary"]["text"].splitlines()[0]
    assert data["backups"]["covered"] == data["backups"]["guests"] > 3
    assert data["capacity"]["rows"]
    assert data["objectives"]["passed"] > 3
    assert f"archived: sre report show {data['id']}" in whole.err


def test_what_was_made_is_shown_again_as_it_was(whole: Done, told: Callable[..., Done]) -> None:
    made = whole.document["data"]
    shown = told("report", "show", "--json").document
    assert shown["tool"] == "memory_get_previous_report"
    archive, kept = shown["data"].pop("archive"), shown["data"].pop("kept")
    assert ([one["id"] for one in archive], kept) == ([made["id"]], 1)
    assert {**made, "asked": []} == shown["data"]
    page = told("report", "show", made["id"][:4])
    assert page.code == 0
    assert "CRITICAL" in page.out
    assert "Written by the built-in analyst" in page.out
    section = told("report", "show", "--section", "backups")
    assert "Every guest has a good backup: " in section.out
    assert "Alerts" not in section.out
    (listed,) = told("report", "list", "--json").document["data"]["items"]
    assert (listed["id"], listed["mail_due"]) == (made["id"], False)
    assert made["id"] in told("report", "list").out


def test_markdown_and_html_are_the_same_report(
    whole: Done, told: Callable[..., Done], tmp_path: Path
) -> None:
    markdown = told("report", "export").out
    assert markdown.startswith("# Report on homelab")
    file = tmp_path / "report.html"
    done = told("report", "export", "--output", str(file))
    assert (done.code, done.out) == (0, "")
    html = file.read_text("utf-8")
    assert "data:image/png;base64," in html
    assert "<script" not in html
    for name in ("HostHighIoWait", "sdc"):
        assert name in markdown
        assert name in html


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--json", "--html"), "either json or html"),
        (("--output", "report.pdf"), "does not say what to write"),
        (("--output", "/nowhere/report.md"), "there is no folder /nowhere"),
        (("--output", "~nobody.at.all/report.md"), "nobody's home"),
        (("--test",), "--test is about mail"),
        (("--email", "--test", "--days", "3"), "--test only sends a short mail"),
        (("--email", "--test", "-o", "x.html"), "--test only sends a short mail"),
        (("--days", "0"), "greater than or equal to 1"),
        (("--days", "91"), "less than or equal to 90"),
        (("--email",), "set SMTP_HOST"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_made(
    logs_only: Sre, arguments: tuple[str, ...], complaint: str
) -> None:
    done = logs_only("report", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert complaint in done.err
    assert logs_only("report", "list", "--json").document["data"]["items"] == []


def test_without_a_backend_there_is_nothing_to_report_on(bare: Sre) -> None:
    done = bare("report")
    assert done.code == 2
    assert "no backend is configured" in done.err
    assert "sre --demo report" in done.err


def test_one_that_is_not_there_is_told_with_what_makes_one(logs_only: Sre) -> None:
    done = logs_only("report", "show")
    assert done.code == 2
    assert "`sre report` makes one" in done.err
    assert logs_only("report", "diff").code == 2
    assert "`sre report` makes one" in logs_only("report", "list").err


def test_a_terminal_is_told_what_the_report_still_waits_for(logs_only: Sre) -> None:
    with logs_only.terminal("report", "--days", "1", "--no-llm", columns=70) as terminal:
        first = terminal.wait_for("\r\x1b[K")
        begun = terminal.wait_for("\r\x1b[K")
        code, seen = terminal.wait()
    assert (first, code) == ("", 0)
    # Cut to the width: a line that is broken could not be written over.
    assert begun == "collecting sections of the report: 0 of 9; waits for health, alerts,…"
    drawn = seen[: seen.index("Report on")].split("\r\x1b[K")
    assert "collecting sections of the report: 9 of 9; waits for the summary" in drawn
    assert [line.split()[5] for line in drawn if "collecting" in line] == list("123456789")


@pytest.mark.parametrize("command", ["list", "show", "diff", "export"])
def test_a_memory_that_is_none_says_where_to_look(bare: Sre, tmp_path: Path, command: str) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("no database " * 100)
    done = bare.having(MEMORY_DB_PATH=str(wrong))("report", command)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"error: {wrong} cannot be used: it is not a SQLite database",
        "  `sre doctor` looks into it; the address is MEMORY_DB_URL or MEMORY_DB_PATH",
    ]


def test_mail_is_quiet_when_all_goes_well(logs_only: Sre) -> None:
    with postman(MailBox()) as box:
        done = mailing(logs_only, box)("report", "--email", "--no-llm")
        assert (done.code, done.out, done.err) == (0, "", "")
        (mail,) = box.mails
    assert mail["To"] == "anna@home.example"
    assert mail["From"].addresses[0].addr_spec == "sre@home.example"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds[:2] == ["multipart/alternative", "text/plain"]
    assert "text/html" in kinds
    (listed,) = logs_only("report", "list", "--json").document["data"]["items"]
    assert listed["mailed"] is not None


def test_one_that_could_not_be_mailed_goes_with_the_next_run_once(logs_only: Sre) -> None:
    away = MailBox(port=free_ports(1))
    done = mailing(logs_only, away)("report", "--email", "--no-llm")
    assert done.code == 3
    assert done.out == ""
    (line, hint) = done.err.splitlines()
    assert line.startswith("error: the report ")
    assert f"127.0.0.1:{away.port}" in line
    assert "goes with the next" in hint
    with postman(MailBox()) as box:
        second = mailing(logs_only, box)("report", "--email", "--no-llm")
        assert (second.code, second.err) == (0, "")
        third = mailing(logs_only, box)("report", "--email", "--no-llm")
        assert third.code == 0
        ids = [mail["Message-ID"] for mail in box.mails]
    assert len(ids) == len(set(ids)) == 3


def test_a_test_mail_makes_no_report(logs_only: Sre) -> None:
    with postman(MailBox()) as box:
        done = mailing(logs_only, box)("report", "--email", "--test")
        assert done.code == 0
        assert "took the mail for 1 recipient" in done.err
        assert "mail works" in box.mails[0]["Subject"]
    assert logs_only("report", "list", "--json").document["data"]["items"] == []


def test_a_backend_that_is_away_is_told_and_the_mail_goes_all_the_same(
    logs_only: Sre, broken: Callable[..., Any]
) -> None:
    with broken("refuse", "loki"), postman(MailBox()) as box:
        done = mailing(logs_only, box)("report", "--email", "--no-llm")
        assert (done.code, done.out, done.err) == (0, "", "")
        text = box.mails[0].get_body(("plain",))
        assert text is not None
        assert "loki:main unreachable" in text.get_content()
        alone = logs_only("report", "--no-llm", "--json")
    assert alone.code == 3
    assert json.loads(alone.out)["data"]["logs"]["state"] == "missing"


def test_a_memory_that_cannot_be_written_costs_the_archive_alone(
    logs_only: Sre, tmp_path: Path
) -> None:
    folder = tmp_path / "memory.db"
    folder.mkdir()
    spoilt = logs_only.having(MEMORY_DB_PATH=str(folder))
    done = spoilt("report", "--no-llm", "--markdown")
    assert done.out.startswith("# Report on")
    assert "the report is not archived" in done.err
    with postman(MailBox()) as box:
        mailed = mailing(spoilt, box)("report", "--email", "--no-llm")
        assert len(box.mails) == 1
    assert mailed.code == 5
    assert "not archived" in mailed.err


def test_a_memory_that_the_settings_name_wrongly_costs_the_archive_alone(logs_only: Sre) -> None:
    wrong = logs_only.having(MEMORY_DB_URL="mysql://db/sre")
    with postman(MailBox()) as box:
        done = mailing(wrong, box)("report", "--email", "--no-llm")
        assert len(box.mails) == 1
    assert (done.code, done.out) == (5, "")
    (line,) = done.err.splitlines()
    assert "the report was mailed, but is not archived: MEMORY_DB_URL must be" in line


def test_a_file_that_cannot_be_written_costs_neither_the_mail_nor_the_archive(
    logs_only: Sre, tmp_path: Path
) -> None:
    unspeakable = tmp_path / f"{'x' * 300}.md"
    with postman(MailBox()) as box:
        done = mailing(logs_only, box)("report", "--email", "--no-llm", "-o", str(unspeakable))
        assert len(box.mails) == 1
    assert done.code == 1
    assert "cannot be written" in done.err
    (listed,) = logs_only("report", "list", "--json").document["data"]["items"]
    assert listed["mailed"] is not None


def test_who_archives_alone_is_told_that_nothing_was(logs_only: Sre, tmp_path: Path) -> None:
    quiet = logs_only("report", "-q", "--no-llm")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    spoilt = logs_only.having(MEMORY_DB_PATH=str(tmp_path))
    done = spoilt("report", "-q", "--no-llm")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: the report is not archived: ")


def test_a_test_mail_that_some_get_is_not_all_well(logs_only: Sre) -> None:
    box = MailBox(refuses={"berta@home.example": "550 5.1.1 unknown"})
    with postman(box):
        both = mailing(logs_only, box).having(
            REPORT_RECIPIENT_EMAIL="anna@home.example,berta@home.example"
        )
        done = both("report", "--email", "--test")
    assert done.code == 5
    assert "berta@home.example gets no mail" in done.err
