"""Tasks, backup jobs, replication and high availability of a simulated Proxmox VE."""

from __future__ import annotations

import re
from typing import Any, Final

from sre_tui.demo.servers.proxmox_answers import ProxmoxError
from sre_tui.demo.servers.proxmox_call import Call
from sre_tui.demo.world.backups import Job
from sre_tui.demo.world.virtualization.records import HostTask

_DISK: Final = re.compile(r"(?:scsi|sata|virtio|ide|mp|efidisk|tpmstate)\d+|rootfs")
_PARAMETERS = (
    "start", "limit", "source", "errors", "vmid", "typefilter", "userfilter", "since", "until",
    "statusfilter",
)  # fmt: skip


def task_list(call: Call) -> tuple[list[dict[str, Any]], int]:
    """``/nodes/{node}/tasks``: the archive unless asked otherwise, running ones first."""
    call.takes(*_PARAMETERS)
    node = call.node().node.name
    source = call.choice("source", ("archive", "active", "all"), "archive")
    sees_all = call.may("Sys.Audit", f"/nodes/{node}")
    found = []
    for task in reversed(call.source.tasks(call.now)):
        running = call.now < task.end
        if task.node != node or (source == "archive" and running):
            continue
        if source == "active" and not running:
            continue
        if not sees_all and task.user.partition("!")[0] != call.token.user:
            continue
        if _fits(call, task, running=running):
            found.append(task)
    start, limit = call.number("start", 0), call.number("limit", 50)
    page = found[start : start + limit] if limit else found[start:]
    return [_row(call, task) for task in page], len(found)


def _fits(call: Call, task: HostTask, *, running: bool) -> bool:
    query = call.query
    # What runs has no status yet, and so is not taken for one without errors.
    if query.get("errors") == "1" and not running and task.status == "OK":
        return False
    if "vmid" in query and task.id != query["vmid"]:
        return False
    if "typefilter" in query and query["typefilter"] != task.type:
        return False
    if "userfilter" in query and query["userfilter"] not in task.user:
        return False
    if int(task.start) < call.number("since", 0):
        return False
    return int(task.start) <= call.number("until", 2**40)


def _row(call: Call, task: HostTask) -> dict[str, Any]:
    parts = task.upid.split(":")
    row: dict[str, Any] = {
        "upid": task.upid,
        "node": task.node,
        "pid": int(parts[2], 16),
        "pstart": int(parts[3], 16),
        "starttime": int(task.start),
        "type": task.type,
        "id": task.id,
        "user": task.user,
    }
    if call.now < task.end:
        return row | {"status": "RUNNING"}
    return row | {"endtime": int(task.end), "status": task.status}


def task_status(call: Call) -> dict[str, Any]:
    """``/nodes/{node}/tasks/{upid}/status``."""
    task = call.task()
    row = _row(call, task)
    row.pop("endtime", None)
    if call.now < task.end:
        return row | {"status": "running"}
    return row | {"status": "stopped", "exitstatus": task.status}


def task_log(call: Call) -> tuple[list[dict[str, Any]], int]:
    """``/nodes/{node}/tasks/{upid}/log``."""
    call.takes("start", "limit", "download")
    lines = call.task().log(call.now)
    start, limit = call.number("start", 0), call.number("limit", 50)
    rows = [
        {"n": number, "t": text}
        for number, text in list(enumerate(lines, start=1))[start : start + limit]
    ]
    return rows or [{"n": 1, "t": "no content"}], len(lines)


def backup_jobs(call: Call) -> list[dict[str, Any]]:
    """``/cluster/backup``."""
    call.require("Sys.Audit")
    return [_job(call, job) for job in call.source.jobs(call.now)]


def _job(call: Call, job: Job) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": job.id,
        "type": "vzdump",
        "enabled": 1,
        "schedule": job.schedule,
        "storage": job.store.storage,
        "mode": "snapshot",
        "notes-template": job.notes_template,
        "comment": job.comment,
        "next-run": int(job.next_begin(call.now)),
    }
    if not job.store.datastore:
        # A backup server prunes by itself.
        row["prune-backups"] = {"keep-last": str(job.kept)}
    left_out = call.source.left_out(job)
    if left_out:
        return row | {"all": 1, "exclude": ",".join(map(str, left_out))}
    return row | {"all": 0, "vmid": ",".join(str(guest.vmid) for guest in job.guests)}


def included_volumes(call: Call) -> dict[str, Any]:
    """``/cluster/backup/{id}/included_volumes``: the disks of a job's guests, in it or not."""
    call.require("Sys.Audit")
    job = next((job for job in call.source.jobs(call.now) if job.id == call.path["job"]), None)
    if job is None:
        raise ProxmoxError(400, "Parameter verification failed.")
    chosen = {(guest.type, guest.vmid) for guest in job.guests}
    return {
        "not_all_permissions": 0,
        "children": [
            {
                "id": entry.vmid,
                "name": entry.name,
                "type": entry.type,
                "children": _volumes(call.source.config(entry)),
            }
            for entry in call.source.entries
            if (entry.type, entry.vmid) in chosen and call.may("VM.Audit", f"/vms/{entry.vmid}")
        ],
    }


def _volumes(config: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for slot, written in config.items():
        if not _DISK.fullmatch(slot) or "media=cdrom" in str(written):
            continue
        volume, _, options = str(written).partition(",")
        reason = "enabled"
        if volume.startswith("/"):
            reason = "not a volume"
        elif "backup=0" in options.split(","):
            reason = "disabled"
        found.append(
            {"id": slot, "name": volume, "included": int(reason == "enabled"), "reason": reason}
        )
    return found


def not_backed_up(call: Call) -> list[dict[str, Any]]:
    """``/cluster/backup-info/not-backed-up``."""
    return [
        {"vmid": entry.vmid, "name": entry.name, "type": entry.type}
        for entry in call.source.uncovered(call.now)
        if call.may("VM.Audit", f"/vms/{entry.vmid}")
    ]


def replications(call: Call) -> list[dict[str, Any]]:
    """``/nodes/{node}/replication``."""
    call.takes("guest")
    node = call.node().node.name
    rows = []
    for job in call.source.replications(call.now):
        if job.node != node or not call.may("VM.Audit", f"/vms/{job.vmid}"):
            continue
        row: dict[str, Any] = {
            "id": job.id,
            "type": "local",
            "guest": job.vmid,
            "jobnum": 0,
            "source": job.node,
            "target": job.target,
            "schedule": "*/15",
            "last_sync": job.last_sync,
            "last_try": job.last_try,
            "next_sync": job.next_sync,
            "duration": 14.2,
            "fail_count": job.failures,
        }
        if job.error:
            row["error"] = job.error
        rows.append(row)
    return rows


def high_availability(call: Call) -> list[dict[str, Any]]:
    """``/cluster/ha/status/current``."""
    call.require("Sys.Audit")
    nodes = call.state.nodes
    asked, now = call.source.asked_node(call.now), int(call.state.at)
    online = sum(node.online for node in nodes)
    rows: list[dict[str, Any]] = [
        {
            "id": "quorum",
            "type": "quorum",
            "node": asked,
            "status": "OK" if online * 2 > len(nodes) else "No quorum",
            "quorate": 1 if online * 2 > len(nodes) else 0,
        }
    ]
    services = [guest for guest in call.state.guests if guest.ha_state]
    if not services:
        return rows
    rows.append(
        {"id": "master", "type": "master", "node": asked, "timestamp": now,
         "status": f"{asked} (active, {now})"}
    )  # fmt: skip
    for node in nodes:
        name = node.node.name
        seen = now if node.online else int(now - node.gone_for)
        word = "active" if node.online else "old timestamp - dead?"
        rows.append(
            {"id": f"lrm:{name}", "type": "lrm", "node": name, "timestamp": seen,
             "status": f"{name} ({word}, {seen})"}
        )  # fmt: skip
    for guest in services:
        sid = f"{'vm' if guest.entry.type == 'qemu' else 'ct'}:{guest.entry.vmid}"
        rows.append(
            {"id": f"service:{sid}", "type": "service", "sid": sid, "node": guest.entry.node,
             "state": guest.ha_state, "crm_state": guest.ha_state, "request_state": "started",
             "status": f"{sid} ({guest.entry.node}, {guest.ha_state})"}
        )  # fmt: skip
    return rows
