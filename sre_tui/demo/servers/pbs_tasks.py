"""The task list of a backup server and the logs of its tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.servers.pbs_answers import Page, bad, switch, whole
from sre_tui.demo.world import dice
from sre_tui.demo.world.backups import Backups, Run, Upkeep, group_type
from sre_tui.demo.world.backups.plan import BACKUP_USER
from sre_tui.demo.world.plant import DAY

HISTORY = 31 * DAY
"""Seconds for which ended tasks are remembered."""
PARAMS = frozenset(
    {"start", "limit", "errors", "running", "since", "until", "typefilter", "userfilter",
     "statusfilter", "store"}
)  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9_.]")
_START = re.compile(r"UPID:pbs:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:([0-9A-F]{8}):")
_JOBS_OF_ROOT = "root@pam"
_SYNC = "-:main:archive:copies:"


@dataclass(frozen=True)
class ServerTask:
    """One task; ``end`` may lie ahead, then it runs."""

    type: str
    id: str
    user: str
    start: float
    end: float
    status: str
    store: str = ""
    lines: tuple[str, ...] = ()

    @property
    def upid(self) -> str:
        """Its id, with the subject escaped as systemd escapes the names of units."""
        number = dice.key("upid", self.type, self.id, int(self.start))
        pid, pstart, task = number % 2**22, number >> 24 & 0xFFFFFFF, number >> 52 & 0xFFF
        return (
            f"UPID:pbs:{pid:08X}:{pstart:08X}:{task:08X}:{int(self.start):08X}:{self.type}:"
            f"{escaped(self.id)}:{self.user}:"
        )

    def row(self, now: float) -> dict[str, Any]:
        """How the list shows it."""
        number = dice.key("upid", self.type, self.id, int(self.start))
        shown: dict[str, Any] = {
            "upid": self.upid,
            "node": "pbs",
            "pid": number % 2**22,
            "pstart": number >> 24 & 0xFFFFFFF,
            "starttime": int(self.start),
            "worker_type": self.type,
            "user": self.user,
        }
        if self.id:
            shown["worker_id"] = self.id
        if self.end <= now:
            shown |= {"endtime": int(self.end), "status": self.status}
        return shown


def escaped(subject: str) -> str:
    """A subject as part of an id, byte by byte as the real server writes it."""
    written = []
    for index, byte in enumerate(subject.encode()):
        char = chr(byte)
        plain = _PLAIN.fullmatch(char) is not None and (index, char) != (0, ".")
        written.append("-" if char == "/" else char if plain else f"\\x{byte:02x}")
    return "".join(written)


class Tasks:
    """Every task of the server in a world."""

    def __init__(self, backups: Backups, raw: Sequence[RawTask]) -> None:
        self._backups = backups
        self._raw = [self._injected(task) for task in raw if task.backend == "pbs"]

    def page(self, params: dict[str, str], now: float, own: str | None) -> Page:
        """The tasks that fit the parameters, the newest first.

        Args:
            params: of the request.
            now: Unix seconds.
            own: only tasks of this user, for tokens that may not see others'.
        """
        start, limit = whole(params, "start", 0), whole(params, "limit", 50)
        since, until = whole(params, "since", 0), whole(params, "until", int(now))
        fitting = (
            task
            for task in self._newest_first(max(now - HISTORY, since), min(until, now), now)
            if self._fits(task, params, now) and own in (None, task.user)
        )
        rows: list[dict[str, Any]] = []
        seen = 0
        more = False
        for task in fitting:
            seen += 1
            if seen <= start:
                continue
            if limit and len(rows) == limit:
                more = True
                break
            rows.append(task.row(now))
        # The total is only a bound: it says whether it is worth while to ask for more.
        return Page(rows, start + len(rows) + int(more))

    def find(self, upid: str, now: float) -> ServerTask:
        """The task of that id."""
        found = _START.match(upid)
        if found:
            start = int(found[1], 16)
            for task in self._newest_first(start - 1.0, start + 2.0, now):
                if task.upid == upid:
                    return task
        raise bad(f"unable to parse UPID '{upid}'" if not found else f"no such task '{upid}'")

    def last(self, upkeep: Upkeep) -> str:
        """The id of the task of one run of a job."""
        return self._kept_up(upkeep).upid

    @staticmethod
    def _fits(task: ServerTask, params: dict[str, str], now: float) -> bool:
        running = task.end > now
        wanted = params.get("statusfilter", "")
        return (
            (not switch(params, "running") or running)
            # Only what ended well is left out.
            and (not switch(params, "errors") or running or task.status != "OK")
            and params.get("typefilter", "") in task.type
            and params.get("userfilter", "") in task.user
            and params.get("store", task.store) == task.store
            and (not wanted or (not running and _kind(task.status) in wanted.split(",")))
        )

    def _newest_first(self, start: float, end: float, now: float) -> Iterator[ServerTask]:
        """Day by day, so that a short page costs one day only."""
        day_end = end
        while day_end > start:
            day_start = max(start, floor((day_end - 1) / DAY) * DAY)
            found = [task for task in self._between(day_start, day_end) if task.start <= now]
            yield from sorted(found, key=lambda task: (-int(task.start), task.type, task.id))
            day_end = day_start

    def _between(self, start: float, end: float) -> Iterator[ServerTask]:
        for run in self._backups.runs(start - 600, end):
            if run.store.datastore:
                for task in self._backup(run):
                    if start <= task.start < end:
                        yield task
        for upkeep in self._backups.upkeep.runs(start, end):
            yield self._kept_up(upkeep)
        yield from (task for task in self._raw if start <= task.start < end)

    def _backup(self, run: Run) -> Iterator[ServerTask]:
        parts = (run.store.datastore, run.store.namespace, run.group)
        subject = ":".join(part for part in parts if part)
        size = f"{run.size / 2**30:.2f} GiB"
        where = ":".join(part for part in parts[1:] if part)
        yield ServerTask(
            "backup", subject, BACKUP_USER, run.start + 0.7, run.end,
            f"backup failed: {run.error}" if run.error else "OK", run.store.datastore,
            (
                f"starting new backup on datastore '{run.store.datastore}': \"{where}\"",
                "download 'index.json.blob' from previous backup.",
                *(() if run.error else (f"Size: {size}", "successfully finished backup")),
            ),
        )  # fmt: skip
        if run.error:
            return
        rots = [r for r in self._backups.rots if r.guest == run.guest.name]
        rotten = any(r.start <= run.end < r.end for r in rots)
        yield ServerTask(
            "verify", f"{subject}/{int(run.start):08X}", BACKUP_USER, run.end + 2, run.end + 20,
            "verification failed - please check the log for details" if rotten else "OK",
            run.store.datastore,
            (f"verify {subject}", "percentage done: 100.00%"),
        )  # fmt: skip

    def _kept_up(self, upkeep: Upkeep) -> ServerTask:
        subject, user = upkeep.id, _JOBS_OF_ROOT
        lines: tuple[str, ...] = (f"starting task {upkeep.kind}",)
        if upkeep.kind == "verify_group":
            guest = self._backups.plant.homelab.guest_by_name[upkeep.id]
            group = f"{group_type(guest)}/{guest.vmid}"
            subject = f"{upkeep.store}:{group}"
            lines = (f"verify group {subject}", f"verify {subject} failed: digest mismatch")
        elif upkeep.kind == "syncjob":
            subject, user = f"{_SYNC}{upkeep.id}", "sync@pbs!pull"
            lines = ("Starting datastore sync job", "Found groups to sync")
        elif upkeep.kind in ("prunejob", "verificationjob"):
            subject = f"{upkeep.store}:{upkeep.id}"
        elif upkeep.kind == "garbage_collection":
            freed = self._backups.upkeep.freed(upkeep.store, upkeep)
            lines = (
                f"starting garbage collection on store {upkeep.store}",
                "Start GC phase1 (mark used chunks)",
                "Start GC phase2 (sweep unused chunks)",
                f"Removed garbage: {freed / 2**30:.3f} GiB",
            )
        return ServerTask(
            upkeep.kind, subject, user, upkeep.start, upkeep.end, upkeep.error or "OK",
            upkeep.store, lines,
        )  # fmt: skip

    def _injected(self, raw: RawTask) -> ServerTask:
        lab, start = self._backups.plant.homelab, self._backups.plant.anchor + raw.at
        task = ServerTask(
            raw.type, str(raw.target), _JOBS_OF_ROOT, start, start + raw.duration, raw.status
        )
        by_id = {str(guest.vmid): guest for guest in lab.guests}
        guest = lab.guest_by_name.get(str(raw.target)) or by_id.get(str(raw.target))
        if guest is None:
            return replace(task, store=str(raw.target))
        return replace(task, id=f"main:{group_type(guest)}/{guest.vmid}", store="main")


def log_of(task: ServerTask, now: float) -> list[dict[str, Any]]:
    """The lines of a task's log; it ends with how the task ended."""
    lines = list(task.lines)
    if task.end <= now:
        good = task.status == "OK" or task.status.startswith("WARNINGS")
        lines.append(f"TASK {task.status}" if good else f"TASK ERROR: {task.status}")
    return [{"n": number, "t": line} for number, line in enumerate(lines, 1)]


def _kind(status: str) -> str:
    if status == "OK":
        return "ok"
    return "warning" if status.startswith("WARNINGS") else "error"
