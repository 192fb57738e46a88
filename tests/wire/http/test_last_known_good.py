"""The last good answer: given with its age, to nobody else, and kept in private."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from providers.last_known_good import DiskKept
from providers.reading import State
from tests.stubs.http_backend import NOON, backend, read
from tests.stubs.raw_server import json_reply, raw_server, reply


async def test_the_last_good_answer_is_given_with_its_age(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    times = iter([NOON, NOON.replace(minute=6)])
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        http.clock = lambda: next(times)
        await read(http)
        reading = await read(http)
    kept.close()
    assert (reading.state, reading.data, reading.observed_at) == (State.STALE, {"a": 1}, NOON)
    assert "6 min old" in reading.detail


async def test_old_data_does_not_hide_a_missing_right(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with (
        raw_server(json_reply({"a": 1}), reply(status=401)) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
        reading = await read(http)
    kept.close()
    assert (reading.state, reading.data) == (State.UNAUTHORIZED, None)


async def test_another_question_or_address_has_no_old_answer(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with raw_server(json_reply({"a": 1}), reply(status=500)) as server:
        async with backend(server.url, kept=kept) as http:
            await read(http)
            assert (await read(http, key="another")).state is State.BAD_RESPONSE
        async with backend(f"{server.url}/prefix", kept=kept) as http:
            assert (await read(http)).state is State.BAD_RESPONSE
    kept.close()


@pytest.mark.parametrize(
    "other",
    [
        {"token": "another"},
        {"token": None},
        {"username": "another"},
        {"password": "another"},
        {"headers": {"X-Proxy": "another"}},
        {"tenant": "another"},
    ],
)
async def test_another_credential_has_no_old_answer(tmp_path: Path, other: dict[str, Any]) -> None:
    kept = DiskKept(tmp_path / "kept")
    own: dict[str, Any] = {
        "token": "secret-one", "username": "sre", "password": "secret-two",
        "headers": {"X-Proxy": "secret-three"}, "tenant": "home",
    }  # fmt: skip
    async with raw_server(json_reply({"a": 1}), reply(status=500)) as server:
        async with backend(server.url, kept=kept, **own) as http:
            await read(http)
        async with backend(server.url, kept=kept, **{**own, **other}) as http:
            assert (await read(http)).state is State.BAD_RESPONSE
        async with backend(server.url, kept=kept, **own) as http:
            assert (await read(http)).state is State.STALE
            assert "secret" not in http._kept_source
    kept.close()
    assert all(b"secret-" not in file.read_bytes()
               for file in (tmp_path / "kept").iterdir() if file.is_file())  # fmt: skip


async def test_the_folder_is_private_and_holds_no_pickles(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    kept = DiskKept(folder)
    async with (
        raw_server(json_reply({"a": 1})) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
    kept.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(b"\x80\x04" not in file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_a_damaged_store_costs_only_the_old_answer(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"this is no database" * 100)
    kept = DiskKept(folder)
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        good = await read(http)
        bad = await read(http)
    kept.close()
    assert (good.state, good.data) == (State.OK, {"a": 1})
    assert "cannot be saved" in good.warnings[0]
    assert bad.state is State.BAD_RESPONSE


async def test_a_folder_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    kept = DiskKept(blocked / "kept")
    async with (
        raw_server(json_reply({"a": 1})) as server,
        backend(server.url, kept=kept) as http,
    ):
        reading = await read(http)
    assert reading.state is State.OK
    assert "cannot be saved" in reading.warnings[0]


async def test_data_of_an_older_shape_is_not_given(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
        kept.save(http._kept_source, "x", ["another", "shape"], NOON)
        assert (await read(http)).state is State.BAD_RESPONSE
    kept.close()
