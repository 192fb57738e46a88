"""Which backends would tell more of a trouble; those that know nothing of it are not missed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.subject import SubjectKind

_OF_EVERYTHING: Final = frozenset({"prometheus", "loki"})
"""Backends that measure and hear nearly everything."""
_KNOWN_BY: Final = {
    SubjectKind.GUEST: "proxmox",
    SubjectKind.NODE: "proxmox",
    SubjectKind.CLUSTER: "proxmox",
    SubjectKind.STORAGE: "proxmox",
    SubjectKind.NAS: "truenas",
    SubjectKind.POOL: "truenas",
    SubjectKind.DISK: "truenas",
    SubjectKind.DATASET: "truenas",
    SubjectKind.SHARE: "truenas",
    SubjectKind.REPLICATION: "truenas",
    SubjectKind.DATASTORE: "pbs",
    SubjectKind.BACKUP_SERVER: "pbs",
    SubjectKind.ALERT: "grafana",
}
_KNOWS_BACKUPS: Final = frozenset({"pbs", "proxmox"})


def would_tell(one: Hypothesis, away: Collection[str]) -> bool:
    """Whether a backend that could not be read would know more of this trouble.

    Args:
        one: the trouble.
        away: kinds of backends that did not answer, or not with everything.
    """
    knowing = _OF_EVERYTHING | {_KNOWN_BY.get(one.subject.kind, "")}
    if Topic.BACKUP in one.pattern.topics:
        knowing |= _KNOWS_BACKUPS
    return not knowing.isdisjoint(away)
