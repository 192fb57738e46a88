"""The read-only guard of TrueNAS: which methods may be called at all, and what each needs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from providers.errors import RequestRefused

log = logging.getLogger(__name__)

LOGINS: Final = frozenset({"auth.login_ex", "auth.login_with_api_key"})
"""Called by the connection itself, once when it opens."""

ALL_READS: Final = "READONLY_ADMIN"

READS: Final[Mapping[str, str]] = {
    "alert.list": "ALERT_LIST_READ",
    "app.query": "APPS_READ",
    "auth.me": "",
    "core.get_jobs": "",
    "disk.query": "DISK_READ",
    "disk.temperatures": "REPORTING_READ",
    "pool.dataset.query": "DATASET_READ",
    "pool.query": "POOL_READ",
    "pool.snapshot.query": "SNAPSHOT_READ",
    "pool.snapshottask.query": "SNAPSHOT_TASK_READ",
    "replication.query": "REPLICATION_TASK_READ",
    "reporting.get_data": "REPORTING_READ",
    "service.query": "SERVICE_READ",
    "sharing.nfs.query": "SHARING_NFS_READ",
    "sharing.smb.query": "SHARING_SMB_READ",
    "smb.status": "SHARING_SMB_READ",
    "system.info": ALL_READS,
    "update.check_available": "SYSTEM_UPDATE_READ",
    "update.status": "SYSTEM_UPDATE_READ",
    "ups.config": "SYSTEM_GENERAL_READ",
    "zfs.snapshot.query": "SNAPSHOT_READ",
}
"""Every method a question may call, to the role it needs; READONLY_ADMIN has all of them."""


def check(method: str) -> None:
    """Let a read pass.

    Raises:
        RequestRefused: for any other method; nothing has been sent then.
    """
    if method not in READS:
        log.error("refused a call: %s (not on the read-only allow-list)", method)
        raise RequestRefused(f"{method} was not sent: it is not on the read-only allow-list")


def needed_role(method: str) -> str:
    """The role a call needs; empty if none."""
    return READS.get(method, "")


def role_words(role: str) -> str:
    """What to add where a call is refused for lack of a role."""
    within = "" if role == ALL_READS else f", which {ALL_READS} has"
    return f"; the key's account needs the role {role}{within}"
