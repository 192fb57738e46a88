"""Reads the state of the machine a backup server runs on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from pydantic import Field, JsonValue, TypeAdapter

from providers.attempt import attempt
from providers.coercion import Amount, Text, Whole, amount
from providers.errors import BackendError
from providers.pbs.api import Api, segment
from providers.pbs.models import ServerStatus
from providers.text import one_line
from providers.wire import Wire, parsed


class _Version(Wire):
    version: Text = ""


class _Space(Wire):
    total: Whole = None
    used: Whole = None


class _Kernel(Wire):
    release: Text = ""


class _Status(Wire):
    cpu: Amount = None
    wait: Amount = None
    uptime: Amount = None
    loadavg: list[JsonValue] | None = None
    memory: _Space | None = None
    root: _Space | None = None
    kversion: Text = ""
    kernel: _Kernel | None = Field(None, alias="current-kernel")


_VERSION: Final = TypeAdapter(_Version)
_STATUS: Final = TypeAdapter(_Status)


async def read_version(api: Api) -> str:
    """The version, such as ``4.1.0`` (``/version``).

    Raises:
        BackendError: if there is no usable answer.
    """
    return parsed(_VERSION, await api.data("/version") or {}, "/version").version


async def read_server(api: Api) -> ServerStatus:
    """Version and load (``/nodes/{node}/status``, which needs Sys.Audit).

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/nodes/{segment(api.node)}/status"
    # Both are waited for though one fails, so that no request outlives its question.
    version, answer = await asyncio.gather(
        attempt(partial(read_version, api)), attempt(partial(api.data, path))
    )
    if isinstance(version, BackendError):
        raise version
    if isinstance(answer, BackendError):
        raise answer
    row = parsed(_STATUS, answer or {}, path)
    load = [amount(value) for value in row.loadavg or ()]
    memory, root = row.memory or _Space(), row.root or _Space()
    return ServerStatus(
        source=api.source,
        version=version,
        uptime=row.uptime,
        cpu=row.cpu,
        io_wait=row.wait,
        load=tuple(value for value in load if value is not None),
        memory_total=memory.total,
        memory_used=memory.used,
        root_total=root.total,
        root_used=root.used,
        kernel=row.kernel.release if row.kernel else one_line(row.kversion, 80),
    )
