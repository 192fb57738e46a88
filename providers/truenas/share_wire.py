"""Reads NFS and SMB shares of every version into the one model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from providers.coercion import flag, maybe_flag, text, whole
from providers.truenas.fields import Row, part, rows, said, texts, when
from providers.truenas.share_models import Share, SmbSession


def nfs(source: str, answer: JsonValue) -> tuple[Share, ...]:
    """The answer of ``sharing.nfs.query``; before 21.12 a share had several paths."""
    found: list[Share] = []
    for value in rows(answer, "sharing.nfs.query"):
        for path in [text(value.get("path"))] if value.get("path") else texts(value.get("paths")):
            found.append(_nfs(source, value, path))  # noqa: PERF401 - the comprehension hides it
    return tuple(found)


def _nfs(source: str, value: Row, path: str) -> Share:
    user = text(value.get("mapall_user"))
    root = text(value.get("maproot_user"))
    return Share(
        source=source,
        kind="nfs",
        id=whole(value.get("id")) or 0,
        name=path.rstrip("/").rpartition("/")[2] or path,
        path=path,
        dataset=_dataset(path),
        enabled=flag(value.get("enabled", True)),
        locked=maybe_flag(value.get("locked")),
        read_only=maybe_flag(value.get("ro")),
        comment=said(value.get("comment")),
        allowed=(*texts(value.get("networks")), *texts(value.get("hosts"))),
        maps_to=f"everybody is {user}" if user else (f"root is {root}" if root else ""),
    )


def smb(source: str, answer: JsonValue) -> tuple[Share, ...]:
    """The answer of ``sharing.smb.query``: ``ro`` is called ``readonly`` from 25.10 on."""
    return tuple(
        Share(
            source=source,
            kind="smb",
            id=whole(value.get("id")) or 0,
            name=text(value.get("name")),
            path=text(value.get("path")),
            dataset=_dataset(text(value.get("path"))),
            enabled=flag(value.get("enabled", True)),
            locked=maybe_flag(value.get("locked")),
            read_only=maybe_flag(value.get("readonly", value.get("ro"))),
            comment=said(value.get("comment")),
            allowed=texts(value.get("hostsallow")) or texts(_options(value).get("hostsallow")),
            purpose=text(value.get("purpose")).lower(),
        )
        for value in rows(answer, "sharing.smb.query")
    )


def _options(value: Row) -> Row:
    return part(value, "options")


def _dataset(path: str) -> str:
    return path.removeprefix("/mnt/").strip("/") if path.startswith("/mnt/") else ""


def sessions(source: str, answer: JsonValue) -> tuple[SmbSession, ...]:
    """The answer of ``smb.status`` for sessions."""
    found: Sequence[Row] = list(rows(answer, "smb.status"))
    return tuple(
        SmbSession(
            source=source,
            user=text(value.get("username")),
            client=text(value.get("remote_machine")) or text(value.get("hostname")),
            dialect=text(value.get("session_dialect")),
            encrypted=_encrypted(part(value, "encryption")),
            since=when(value, "creation_time"),
        )
        for value in found
    )


def _encrypted(value: Row) -> bool | None:
    degree = text(value.get("degree")).lower()
    return None if not degree else degree not in ("none", "")
