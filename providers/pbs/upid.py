"""The ids of a backup server's tasks, and what the words for their ends mean."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from providers.pbs.models import RunState
from providers.proxmox.upid import Upid, task_state, upid_parts

_UPID: Final = re.compile(
    r"UPID:(?P<node>[^:\s]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}"
    r":(?P<start>[0-9A-Fa-f]{8}):(?P<type>[^:\s]+):(?P<id>[^:\s]*):(?P<user>[^:\s]+):"
)
_ESCAPES: Final = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_GROUP: Final = re.compile(r"^[^:]+:(?:.*:)?(?P<group>(?:vm|ct|host)/[^/:]+)")
_WHOLE_STORE: Final = frozenset(
    {"garbage_collection", "mount-device", "unmount-device", "s3-refresh"}
)
_STORE_FIRST: Final = frozenset({"backup", "reader", "verificationjob", "prunejob"})


def read_upid(written: str) -> Upid:
    """The parts of a task id.

    Raises:
        ValueError: if it is none; one line that shows the form.
    """
    parts = upid_parts(
        _UPID,
        written,
        "no task id of a backup server: it looks like "
        "UPID:node:PID:PSTART:TASK:START:type:id:user@realm:",
    )
    return replace(parts, subject=unescaped(parts.subject))


def unescaped(subject: str) -> str:
    r"""A subject as it was before it was escaped: ``main\x3avm-100`` is ``main:vm/100``."""
    return _ESCAPES.sub(_decoded, subject.replace("-", "/"))


def _decoded(escapes: re.Match[str]) -> str:
    # Bytes are escaped, so that several of them may make one letter.
    return bytes.fromhex(escapes[0].replace("\\x", "")).decode(errors="replace")


def datastore_of(kind: str, subject: str) -> str:
    """The datastore a task was about; empty if its subject does not tell."""
    if kind in _WHOLE_STORE:
        return subject
    if kind == "syncjob":
        # remote:its datastore:ours:namespace:id
        parts = subject.split(":")
        return parts[2] if len(parts) > 2 else ""
    if kind in _STORE_FIRST or kind.startswith(("verify", "prune")):
        return subject.partition(":")[0]
    return ""


def group_of(subject: str) -> str:
    """The group a task was about, ``vm/100``; empty if it was not about one."""
    found = _GROUP.match(subject)
    return found["group"] if found else ""


def run_state(status: str, *, ran: bool) -> RunState:
    """How the last run of a job ended, by its text."""
    if not ran and not status:
        return "never"
    return task_state(status, ended=True)
