"""Reads Proxmox VE 8 and 9 over its HTTP API: one client per cluster or stand-alone host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from providers.coercion import Text
from providers.proxmox.guest_questions import GuestQuestions
from providers.proxmox.job_questions import JobQuestions
from providers.proxmox.node_questions import NodeQuestions
from providers.proxmox.storage_questions import StorageQuestions
from providers.proxmox.task_questions import TaskQuestions
from providers.reading import Reading
from providers.readings import Fetched
from providers.wire import Wire, parsed

if TYPE_CHECKING:
    from providers.proxmox.permissions import Permissions


class _Version(Wire):
    version: Text = ""


_VERSION: Final = TypeAdapter(_Version)


class ProxmoxClient(GuestQuestions, NodeQuestions, StorageQuestions, TaskQuestions, JobQuestions):
    """One Proxmox VE cluster or host. Every method answers with a reading.

    A cluster is asked through the one member that is configured; a node that does not answer makes
    the reading partial.
    """

    @property
    def recipe(self) -> str:
        """The commands that give its token the least it needs."""
        from providers.proxmox.permissions import recipe

        return recipe(self._api)

    @property
    def token_names(self) -> tuple[str, str]:
        """User and name of its token; those of the recipes where it has none."""
        return self._api.token_names("sre@pve")

    async def version(self) -> Reading[str]:
        """Version of Proxmox VE, such as ``9.2.11`` (``/version``)."""

        async def fetch() -> Fetched[str]:
            row = parsed(_VERSION, await self._api.data("/version") or {}, "/version")
            return Fetched(row.version)

        return await self._http.reading("version", str, fetch)

    async def permissions(self) -> Reading[Permissions]:
        """What the token may do (``/access/permissions``)."""
        from providers.proxmox.permissions import Permissions, read_permissions

        async def fetch() -> Fetched[Permissions]:
            return Fetched(await read_permissions(self._api))

        return await self._http.reading("permissions", Permissions, fetch)
