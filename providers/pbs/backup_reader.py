"""Reads what is in the datastores, namespace by namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pydantic import TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Text, epoch, flag, text, whole
from providers.collector import uncollected
from providers.errors import BackendError, NotFound
from providers.pbs.access import backups_in, recipe
from providers.pbs.api import Api, segment
from providers.pbs.datastore_reader import STORES, read_stores
from providers.pbs.models import (
    BackupType,
    Contents,
    Datastore,
    Skipped,
    Snapshot,
    Unfinished,
)
from providers.proxmox.permissions import read_permissions
from providers.shared_reads import shared, unshared
from providers.text import one_line
from providers.wire import Wire

_TYPES: Final = frozenset({"vm", "ct", "host"})
_MANIFEST: Final = "index.json.blob"
"""The file that a backup writes last; without it nothing can be restored."""


class _Namespace(Wire):
    ns: Text = ""


_NAMESPACES: Final = TypeAdapter(list[_Namespace])
_SNAPSHOTS: Final = TypeAdapter(list[dict[str, Any]])
"""A server may have tens of thousands, so their fields are read one by one, without a model."""
_COMPLETE: Final = TypeAdapter(list[Snapshot])


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
        NotFound: if the named datastore or namespace does not exist.
        Unauthorized: if the token may not see the named datastore.
    """
    stores = await read_stores(api)
    chosen = [store for store in stores if wanted.datastore in ("", store.name)]
    if wanted.datastore and not chosen:
        held = await attempt(partial(read_permissions, api))
        backups_in(wanted.datastore).unseen(api, held, recipe(api), empty=True)
        known = ", ".join(store.name for store in stores) or "none"
        raise NotFound(
            f"{api.http.endpoint.url} has no datastore {wanted.datastore!r}; it has {known}"
        )
    away = [store for store in chosen if store.is_away]
    asked = [store for store in chosen if not store.is_away]
    found = await asyncio.gather(*(_store(api, store.name, wanted) for store in asked))
    spaces = [each.namespaces for each in found]
    if wanted.namespace is not None and asked and not away and not any(spaces):
        where = ", ".join(store.name for store in asked)
        raise NotFound(f"{api.http.endpoint.url} has no namespace {wanted.namespace!r} in {where}")
    tried: dict[str, object] = {
        f"datastore {store.name}": names for store, names in zip(asked, spaces, strict=True)
    }
    places: list[tuple[str, str]] = []
    parts: list[_Listed | BackendError] = []
    for store, each in zip(asked, found, strict=True):
        if isinstance(each.namespaces, BackendError):
            continue
        for namespace in each.namespaces:
            part = each.parts[namespace]
            places.append((store.name, namespace))
            parts.append(part)
            if isinstance(part, BackendError):
                below = f", namespace {namespace}" if namespace else ""
                tried[f"datastore {store.name}{below}"] = part
    errors = [part for part in tried.values() if isinstance(part, BackendError)]
    read = [part for part in parts if not isinstance(part, BackendError)]
    if errors and not read:
        raise errors[0]
    snapshots = sorted(
        (snapshot for part in read for snapshot in part.snapshots),
        key=lambda s: (s.at, s.datastore, s.namespace, s.type, s.id),
        reverse=True,
    )
    contents = Contents(
        snapshots=tuple(snapshots),
        unfinished=tuple(each for part in read for each in part.unfinished),
        namespaces=tuple(places),
        skipped=tuple(
            Skipped(datastore=s.name, reason=_why_away(s), maintenance=bool(s.maintenance))
            for s in away
        ),
    )
    return contents, missing_parts(tried)


@dataclass(frozen=True)
class _Listed:
    """What is in one namespace."""

    snapshots: Sequence[Snapshot]
    unfinished: Sequence[Unfinished]


@dataclass(frozen=True)
class _Held:
    """The namespaces of one datastore, and what is in each."""

    namespaces: Sequence[str] | BackendError
    parts: Mapping[str, _Listed | BackendError]


async def _store(api: Api, store: str, wanted: Wanted) -> _Held:
    # Almost every datastore has backups in the root, so that is not kept waiting for the others.
    first = wanted.namespace or ""
    names, root = await asyncio.gather(
        attempt(partial(_namespaces, api, store)),
        attempt(partial(_snapshots, api, store, first, wanted)),
    )
    if isinstance(names, BackendError):
        return _Held(names, {})
    if wanted.namespace is not None:
        # Only some of the datastores have it, which is no failure of the others.
        return _Held([first], {first: root}) if first in names else _Held([], {})
    others = [name for name in names if name != first]
    found = await asyncio.gather(
        *(attempt(partial(_snapshots, api, store, name, wanted)) for name in others)
    )
    return _Held(names, {first: root, **dict(zip(others, found, strict=True))})


async def _namespaces(api: Api, store: str) -> Sequence[str]:
    rows = await api.rows(_NAMESPACES, f"{STORES}/{segment(store)}/namespace")
    # The root is there even for a token that may see only what lies below it.
    return [row.ns for row in rows] or [""]


async def _snapshots(api: Api, store: str, namespace: str, wanted: Wanted) -> _Listed:
    params = [("ns", namespace)] if namespace else []
    if wanted.type is not None:
        params.append(("backup-type", wanted.type))
    if wanted.id:
        params.append(("backup-id", wanted.id))
    path = f"{STORES}/{segment(store)}/snapshots"

    async def ask() -> _Listed:
        with unshared():
            rows = await api.rows(_SNAPSHOTS, path, params)
        with uncollected():
            return _listed(api.source, store, namespace, rows)

    return await shared((api, "listed", path, *params), ask)


def _listed(source: str, store: str, namespace: str, rows: Sequence[Mapping[str, Any]]) -> _Listed:
    """The rows of a namespace; those without the kind, id and time that make a snapshot are not."""
    complete: list[dict[str, Any]] = []
    unfinished: list[Unfinished] = []
    comments: dict[str, str] = {}
    for row in rows:
        kind, id_ = text(row.get("backup-type")), text(row.get("backup-id"))
        at = epoch(row.get("backup-time"))
        if kind not in _TYPES or not id_ or at is None:
            continue
        what = {
            "datastore": store,
            "namespace": namespace,
            "type": kind,
            "id": id_,
            "at": at,
        }
        files = _files(row.get("files"))
        if files is not None and _MANIFEST not in [file.get("filename") for file in files]:
            unfinished.append(Unfinished.model_validate(what))
            continue
        verification = row.get("verification")
        state = text(verification.get("state")) if isinstance(verification, dict) else ""
        comment = text(row.get("comment"))
        if comment not in comments:
            comments[comment] = one_line(comment)
        what |= {
            "source": source,
            "size": whole(row.get("size")),
            "comment": comments[comment],
            "owner": text(row.get("owner")),
            "protected": flag(row.get("protected")),
            "verified": state if state in ("ok", "failed") else None,
            "encrypted": "encrypt" in [file.get("crypt-mode") for file in files or ()],
        }
        complete.append(what)
    return _Listed(_COMPLETE.validate_python(complete), unfinished)


def _files(told: object) -> Sequence[Mapping[str, Any]] | None:
    """What a snapshot consists of; None if that is not told."""
    if not isinstance(told, list):
        return None
    return [file for file in told if isinstance(file, dict)]


def _why_away(store: Datastore) -> str:
    return f"maintenance: {store.maintenance}" if store.maintenance else "its disk is not mounted"
