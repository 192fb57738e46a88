"""Parts of the backup server's answers that are read by hand: task ids, errors, estimates."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import BadResponse, NotFound, Unauthorized
from providers.pbs.errors import read_error
from providers.pbs.upid import datastore_of, group_of, read_upid, run_state, unescaped
from sre_tui.demo.servers.pbs_tasks import ServerTask, escaped

KINDS = ("backup", "verify", "garbage_collection", "prunejob", "syncjob", "logrotate")


def answer(status: int, text: str) -> httpx.Response:
    request = httpx.Request("GET", "https://pbs:8007/api2/json/admin/datastore")
    return httpx.Response(
        status, text=text, headers={"content-type": "application/json"}, request=request
    )


@given(
    kind=st.sampled_from(KINDS),
    subject=st.from_regex(r"[a-z0-9_.]{0,8}(:[a-zäß0-9/_. !-]{1,12}){0,2}", fullmatch=True),
    start=st.integers(1_500_000_000, 2_000_000_000),
)
def test_ids_of_tasks_are_read_as_they_are_made(kind: str, subject: str, start: int) -> None:
    task = ServerTask(kind, subject, "pve@pbs!backup", float(start), start + 60.0, "OK")
    found = read_upid(task.upid)
    assert (found.type, found.subject, found.user) == (kind, subject, "pve@pbs!backup")
    assert found.started == datetime.fromtimestamp(start, UTC)
    assert unescaped(escaped(subject)) == subject


@given(st.text(max_size=60))
def test_what_is_no_task_id_is_refused_with_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="no task id") as refused:
        read_upid(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "subject", "store", "group"),
    [
        ("backup", "main:vm/100", "main", "vm/100"),
        ("backup", "main:lab:ct/119", "main", "ct/119"),
        ("verify", "main:lab/deep:ct/119/6740A2F0", "main", "ct/119"),
        ("garbage_collection", "archive", "archive", ""),
        ("syncjob", "-:main:archive:copies:s-pull-main", "archive", ""),
        ("syncjob", "odd", "", ""),
        ("s3-refresh", "cloud", "cloud", ""),
        ("prunejob", "main:s-prune", "main", ""),
        ("logrotate", "", "", ""),
        ("backup", "main:host/pve1", "main", "host/pve1"),
    ],
)
def test_what_a_task_was_about(kind: str, subject: str, store: str, group: str) -> None:
    assert datastore_of(kind, subject) == store
    assert group_of(subject) == group


def test_the_words_for_how_a_run_ended() -> None:
    assert run_state("", ran=False) == "never"
    assert run_state("", ran=True) == "unknown"
    assert run_state("OK", ran=True) == "ok"
    assert run_state("WARNINGS: 3", ran=True) == "warning"
    assert run_state("verification failed - see log", ran=True) == "error"


@pytest.mark.parametrize(
    ("status", "text", "kind", "says"),
    [
        (401, "authentication failed - invalid credentials.", Unauthorized, "with a colon"),
        (401, "", Unauthorized, "authentication failed"),
        (403, "permission check failed", Unauthorized, "this needs Datastore.Audit on /datastore"),
        (400, "no such datastore 'x'", NotFound, "no such datastore 'x'"),
        (404, "Path '/api2/json/x' not found.", NotFound, "not found"),
        (400, "datastore 'x' is in maintenance mode: offline", BadResponse, "offline"),
        (400, "two\nlines\x1b[31m", BadResponse, "two lines"),
    ],
)
def test_errors_are_plain_text(status: int, text: str, kind: type[Exception], says: str) -> None:
    error = read_error(answer(status, text))
    assert type(error) is kind
    assert says in str(error)
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)


@pytest.mark.parametrize(("status", "text"), [(500, ""), (400, "<html>no</html>"), (503, "busy")])
def test_other_answers_are_left_to_their_status(status: int, text: str) -> None:
    assert read_error(answer(status, text)) is None
