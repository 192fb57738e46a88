"""What the middleware works on, and lately has."""

from __future__ import annotations

from collections.abc import Iterable

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.nas.nas import Nas
from sre_tui.demo.world.nas.protection import DAY, replication_run
from sre_tui.demo.world.nas.records import NasJob

_EPOCH = 1.7e9


def jobs(nas: Nas, now: float, raw: Iterable[RawTask] = (), anchor: float = 0.0) -> list[NasJob]:
    """Scans, replications and injected tasks, oldest first; a reboot forgets what was before."""
    found: list[NasJob] = []
    for number, pool in enumerate(nas.pools):
        scan = nas.scan(pool, now)
        name = f"{scan.function.lower()} of {pool.name}"
        method = "pool.scrub.scrub" if scan.function == "SCRUB" else "pool.resilver"
        end = scan.start + scan.seconds
        share = 100 * scan.progress(now)
        found.append(
            NasJob(_number(scan.start) + 8 + number, method, scan.start,
                   end if end <= now else None, "SUCCESS" if end <= now else "RUNNING",
                   round(share, 2), name)
        )  # fmt: skip
    for plan in inventory.replications(nas.lab):
        run = replication_run(nas, plan, now)
        start = (now - plan.at) // DAY * DAY + plan.at
        states = {"RUNNING": "RUNNING", "FINISHED": "SUCCESS", "ERROR": "FAILED"}
        found.append(
            NasJob(_number(start) + plan.number, "replication.run", start,
                   None if run.state == "RUNNING" else run.at,
                   states[run.state],  # type: ignore[arg-type]
                   100.0 if run.state != "RUNNING" else 100 * (now - start) / plan.seconds,
                   plan.name, f"[EFAULT] {run.error}." if run.error else "")
        )  # fmt: skip
    for task in raw:
        start = anchor + task.at
        if task.backend == "truenas" and start <= now:
            end = start + task.duration
            good = task.status.upper() in ("OK", "SUCCESS")
            found.append(
                NasJob(_number(start) + 7, task.type, start, end if end <= now else None,
                       "RUNNING" if end > now else "SUCCESS" if good else "FAILED",
                       100.0 if end <= now else 100 * (now - start) / task.duration,
                       str(task.target), "" if good else task.status)
            )  # fmt: skip
    booted = nas.booted(now)
    return sorted((job for job in found if job.start >= booted), key=lambda job: job.id)


def _number(moment: float) -> int:
    return int((moment - _EPOCH) // 60) * 10
