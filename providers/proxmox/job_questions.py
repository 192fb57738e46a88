"""What can be asked about jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from providers.attempt import attempt, missing_parts
from providers.errors import BackendError
from providers.proxmox.connection import ProxmoxConnection
from providers.proxmox.members import Answers, ask_nodes, read_inventory
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.jobs import BackupJob, ExcludedDisk, NotBackedUp, Replication


class JobQuestions(ProxmoxConnection):
    """Backup jobs, what they leave out, and replication."""

    async def backup_jobs(self) -> Reading[tuple[BackupJob, ...]]:
        """Scheduled backup jobs (``/cluster/backup``, which needs Sys.Audit on ``/``)."""
        from providers.proxmox.job_reader import read_backup_jobs
        from providers.proxmox.jobs import BackupJob
        from providers.proxmox.permissions import or_granting

        async def fetch() -> Fetched[tuple[BackupJob, ...]]:
            jobs = await or_granting(self._api, partial(read_backup_jobs, self._api))
            return Fetched(jobs)

        return await self._http.reading("backup jobs", tuple[BackupJob, ...], fetch)

    async def excluded_disks(self, jobs: Sequence[str]) -> Reading[tuple[ExcludedDisk, ...]]:
        """Disks that backup jobs leave out (``/cluster/backup/{id}/included_volumes`` of each).

        Args:
            jobs: ids of the jobs that are looked at.
        """
        from providers.proxmox.job_reader import read_excluded_disks
        from providers.proxmox.jobs import ExcludedDisk

        async def fetch() -> Fetched[tuple[ExcludedDisk, ...]]:
            parts = await asyncio.gather(
                *(attempt(partial(read_excluded_disks, self._api, job)) for job in jobs)
            )
            errors = [part for part in parts if isinstance(part, BackendError)]
            if errors and len(errors) == len(parts):
                raise errors[0]
            missing = missing_parts(
                {f"disks of job {job}": part for job, part in zip(jobs, parts, strict=True)}
            )
            found = [disk for part in parts if not isinstance(part, BackendError) for disk in part]
            return Fetched(tuple(found), missing=missing)

        key = f"excluded disks {' '.join(jobs)}"
        return await self._http.reading(key, tuple[ExcludedDisk, ...], fetch)

    async def not_backed_up(self) -> Reading[tuple[NotBackedUp, ...]]:
        """Guests in no backup job (``/cluster/backup-info/not-backed-up``)."""
        from providers.proxmox.job_reader import read_not_backed_up
        from providers.proxmox.jobs import NotBackedUp
        from providers.proxmox.permissions import GUESTS, recipe, with_permissions

        async def fetch() -> Fetched[tuple[NotBackedUp, ...]]:
            found, held = await with_permissions(self._api, partial(read_not_backed_up, self._api))
            how = recipe(self._api)
            return Fetched(found, missing=GUESTS.unseen(self._api, held, how, empty=not found))

        return await self._http.reading("not backed up", tuple[NotBackedUp, ...], fetch)

    async def replications(self, only: Sequence[str] = ()) -> Reading[tuple[Replication, ...]]:
        """Replications of guests with their state (``/nodes/{node}/replication`` of each node).

        Args:
            only: asks no other nodes than these.
        """
        from providers.proxmox.job_reader import read_replications
        from providers.proxmox.jobs import Replication
        from providers.proxmox.permissions import GUESTS, recipe, with_permissions

        async def ask() -> Answers[tuple[Replication, ...]]:
            known = await read_inventory(self._api, self._only, "node")
            return await ask_nodes(known, lambda node: read_replications(self._api, node), only)

        async def fetch() -> Fetched[tuple[Replication, ...]]:
            answers, held = await with_permissions(self._api, ask)
            found = {each.id: each for rows in answers.needed().by_node.values() for each in rows}
            how = recipe(self._api)
            unseen = GUESTS.unseen(self._api, held, how, empty=not found)
            lacks = filter(None, (answers.missing, unseen))
            return Fetched(tuple(found.values()), missing="; ".join(lacks))

        return await self._http.reading(
            f"replications {' '.join(only)}", tuple[Replication, ...], fetch
        )
