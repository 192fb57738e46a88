"""Reads what is in the datastores, namespace by namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from pydantic import Field, TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Epoch, Flag, Text, Whole
from providers.errors import BackendError, NotFound
from providers.pbs.api import Api, segment
from providers.pbs.datastore_reader import STORES, read_stores
from providers.pbs.models import BackupType, Contents, Datastore, Skipped, Snapshot
from providers.text import one_line
from providers.wire import Wire

_TYPES: Final = frozenset({"vm", "ct", "host"})


class _Namespace(Wire):
    ns: Text = ""


class _Verification(Wire):
    state: Text = ""


class _File(Wire):
    crypt_mode: Text = Field("", alias="crypt-mode")


class _Snapshot(Wire):
    type: Text = Field(alias="backup-type")
    id: Text = Field(alias="backup-id")
    at: Epoch = Field(alias="backup-time")
    size: Whole = None
    comment: Text = ""
    owner: Text = ""
    protected: Flag = False
    verification: _Verification | None = None
    files: list[_File | str] | None = None


_NAMESPACES: Final = TypeAdapter(list[_Namespace])
_SNAPSHOTS: Final = TypeAdapter(list[_Snapshot])


@dataclass(frozen=True)
class Wanted:
    """Which snapshots; what is empty does not matter."""

    datastore: str = ""
    namespace: str | None = None
    type: BackupType | None = None
    id: str = ""


async def read_contents(api: Api, wanted: Wanted) -> tuple[Contents, str]:
    """The snapshots in every namespace of every datastore, and a line naming what is missing.

    Raises:
        BackendError: if nothing at all can be read.
        NotFound: if the named datastore does not exist.
    """
    stores = await read_stores(api)
    chosen = [store for store in stores if wanted.datastore in ("", store.name)]
    if wanted.datastore and not chosen:
        known = ", ".join(store.name for store in stores) or "none"
        raise NotFound(
            f"{api.http.endpoint.url} has no datastore {wanted.datastore!r}; it has {known}"
        )
    away = [store for store in chosen if store.is_away]
    asked = [store for store in chosen if not store.is_away]
    spaces = await asyncio.gather(
        *(attempt(partial(_namespaces, api, store.name, wanted)) for store in asked)
    )
    places = [
        (store.name, namespace)
        for store, found in zip(asked, spaces, strict=True)
        if not isinstance(found, BackendError)
        for namespace in found
    ]
    parts = await asyncio.gather(
        *(attempt(partial(_snapshots, api, store, space, wanted)) for store, space in places)
    )
    tried: dict[str, object] = {
        f"datastore {store.name}": found for store, found in zip(asked, spaces, strict=True)
    }
    tried |= {
        f"datastore {store}" + (f", namespace {namespace}" if namespace else ""): part
        for (store, namespace), part in zip(places, parts, strict=True)
        if isinstance(part, BackendError)
    }
    errors = [part for part in tried.values() if isinstance(part, BackendError)]
    read = [part for part in parts if not isinstance(part, BackendError)]
    if errors and not read:
        raise errors[0]
    found = sorted(
        (snapshot for part in read for snapshot in part),
        key=lambda each: (each.at, each.key),
        reverse=True,
    )
    contents = Contents(
        snapshots=tuple(found),
        namespaces=tuple(places),
        skipped=tuple(Skipped(datastore=s.name, reason=_why_away(s)) for s in away),
    )
    return contents, missing_parts(tried)


async def _namespaces(api: Api, store: str, wanted: Wanted) -> Sequence[str]:
    if wanted.namespace is not None:
        return [wanted.namespace]
    rows = await api.rows(_NAMESPACES, f"{STORES}/{segment(store)}/namespace")
    # The root is there even for a token that may see only what lies below it.
    return [row.ns for row in rows] or [""]


async def _snapshots(api: Api, store: str, namespace: str, wanted: Wanted) -> list[Snapshot]:
    params = [("ns", namespace)] if namespace else []
    if wanted.type is not None:
        params.append(("backup-type", wanted.type))
    if wanted.id:
        params.append(("backup-id", wanted.id))
    rows = await api.rows(_SNAPSHOTS, f"{STORES}/{segment(store)}/snapshots", params)
    return [
        _snapshot(api.source, store, namespace, row)
        for row in rows
        if row.type in _TYPES and row.at is not None
    ]


def _snapshot(source: str, store: str, namespace: str, row: _Snapshot) -> Snapshot:
    state = row.verification.state if row.verification else ""
    if row.at is None:
        raise ValueError("a snapshot without a time has no id")
    files = [file for file in row.files or () if isinstance(file, _File)]
    return Snapshot(
        source=source,
        datastore=store,
        namespace=namespace,
        type=cast(BackupType, row.type),
        id=row.id,
        at=row.at,
        size=row.size,
        comment=one_line(row.comment),
        owner=row.owner,
        protected=row.protected,
        verified="ok" if state == "ok" else "failed" if state == "failed" else None,
        encrypted=any(file.crypt_mode == "encrypt" for file in files),
    )


def _why_away(store: Datastore) -> str:
    return f"maintenance: {store.maintenance}" if store.maintenance else "its disk is not mounted"
