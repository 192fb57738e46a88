"""Answers about the NAS itself, as each version shapes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from sre_tui.demo.scenario import RawTask
from sre_tui.demo.servers.truenas_storage import date
from sre_tui.demo.world import dice
from sre_tui.demo.world.exporters.power import FULL_LOAD_RUNTIME
from sre_tui.demo.world.nas import Nas
from sre_tui.demo.world.nas.inventory import APPS, NasApp
from sre_tui.demo.world.nas.jobs import jobs as world_jobs
from sre_tui.demo.world.nas.troubles import troubles

SERVICES: Final = (
    ("cifs", True), ("nfs", True), ("ssh", False), ("ups", True), ("snmp", False), ("ftp", False),
    ("iscsitarget", False),
)  # fmt: skip


def info(nas: Nas, now: float, version: str) -> dict[str, Any]:
    """The answer of ``system.info``."""
    booted = nas.booted(now)
    lab = nas.lab.nas
    return {
        "version": version if not version.startswith("25.04") else f"TrueNAS-{version}",
        "buildtime": date(now // 86400 * 86400 - 40 * 86400),
        "hostname": lab.name,
        "physmem": lab.memory,
        "model": lab.cpu_model,
        "cores": lab.cores,
        "physical_cores": lab.cores // 2,
        "loadavg": list(nas.load(now)),
        "uptime": str(timedelta(seconds=int(now - booted))),
        "uptime_seconds": now - booted,
        "system_serial": None,
        "system_product": "X11SCL-F",
        "system_manufacturer": "Supermicro",
        "license": None,
        "boottime": date(booted),
        "datetime": date(nas.own_time(now)),
        "timezone": "Europe/Berlin",
        "ecc_memory": True,
    }


def alerts(nas: Nas, now: float, rest_uses: int = 0) -> list[dict[str, Any]]:
    """Rows of ``alert.list``; ``formatted`` is HTML."""
    found = [
        _alert(nas, each.klass, each.level, each.key, each.text, each.since, now)
        for each in troubles(nas, now)
    ]
    if rest_uses:
        text = (
            f"The deprecated REST API was used to authenticate {rest_uses} times in the last 24 "
            "hours from the following IP addresses:<br>127.0.0.1."
        )
        found.append(_alert(nas, "RESTAPIUsage", "WARNING", "rest", text, now, now))
    return found


def _alert(
    nas: Nas, klass: str, level: str, key: str, text: str, since: float, now: float
) -> dict[str, Any]:
    number = f"{dice.key('alert', nas.plant.seed, klass, key):016x}"
    uuid = f"{number[:8]}-{number[8:12]}-4{number[13:16]}-a{number[1:4]}-{number[4:16]}"
    return {
        "uuid": uuid,
        "id": uuid,
        "source": "",
        "klass": klass,
        "args": None,
        "node": "Controller A",
        "key": f'"{key}"',
        "datetime": date(since),
        "last_occurrence": date(max(since, now // 300 * 300)),
        "dismissed": False,
        "mail": None,
        "text": text,
        "level": level,
        "formatted": text,
        "one_shot": False,
    }


def jobs(
    nas: Nas, now: float, raw: Iterable[RawTask], anchor: float, *, own: str | None
) -> list[dict[str, Any]]:
    """Rows of ``core.get_jobs``: who is no full administrator sees the system's own ones only."""
    return [
        {
            "id": job.id,
            "message_ids": [],
            "method": job.method,
            "arguments": [job.description],
            "transient": False,
            "description": job.description,
            "abortable": False,
            "logs_path": None,
            "logs_excerpt": None,
            "progress": {
                "percent": job.percent,
                "description": job.description,
                "extra": None,
            },
            "result": None,
            "result_encoding_error": None,
            "error": job.error or None,
            "exception": f"CallError: {job.error}" if job.error else None,
            "exc_info": {"type": "CallError", "repr": job.error, "errno": 14, "extra": None}
            if job.error else None,
            "state": job.state,
            "time_started": date(job.start),
            "time_finished": None if job.end is None else date(job.end),
            "credentials": None if own is None else {"type": "API_KEY", "data": {"username": own}},
        }
        for job in world_jobs(nas, now, raw, anchor)
    ]  # fmt: skip


def services(nas: Nas) -> list[dict[str, Any]]:
    """Rows of ``service.query``."""
    return [
        {
            "id": number,
            "service": name,
            "enable": used,
            "state": "RUNNING" if used else "STOPPED",
            "pids": [1000 + number] if used else [],
        }
        for number, (name, used) in enumerate(SERVICES, 1)
    ]


def ups(nas: Nas) -> dict[str, Any]:
    """The answer of ``ups.config``."""
    return {
        "id": 1,
        "mode": "MASTER",
        "identifier": nas.lab.ups,
        "driver": "usbhid-ups$Eaton",
        "port": "auto",
        "remotehost": "",
        "remoteport": 3493,
        "shutdown": "LOWBATT",
        "shutdowntimer": 30,
        "monuser": "upsmon",
        "rmonitor": True,
        "powerdown": False,
        "hostsync": 15,
        "description": "",
        "complete_identifier": f"{nas.lab.ups}@localhost:3493",
    }


def graphs(nas: Nas, now: float, wanted: Any) -> list[dict[str, Any]]:
    """The answer of ``reporting.get_data`` for graphs of the UPS."""
    unit = nas.lab.ups

    def value(name: str, at: float) -> float:
        load = nas.level("ups.load", unit, at)
        charge = nas.level("ups.charge", unit, at)
        kinds = {
            "upscharge": charge, "upsload": load, "upsruntime": FULL_LOAD_RUNTIME * charge / load,
        }  # fmt: skip
        return round(kinds[name], 1)

    end = int(now // 60 * 60)
    names = [each.get("name") for each in wanted or [] if isinstance(each, dict)]
    return [
        {
            "name": name,
            "identifier": None,
            "start": end - 3600,
            "end": end,
            "legend": ["time", name.removeprefix("ups")],
            "aggregations": {},
            "data": [[end - 60 * i, value(name, end - 60 * i)] for i in range(10, -1, -1)],
        }
        for name in names
        if name in ("upscharge", "upsload", "upsruntime")
    ]


def update_status(version: str, new: str | None) -> dict[str, Any]:
    """The answer of ``update.status`` (25.10 on)."""
    manifest: dict[str, Any] = {
        "version": new,
        "manifest": {},
        "release_notes": "",
        "release_notes_url": "",
    }
    return {
        "code": "NORMAL",
        "status": {
            "current_version": {"train": f"TrueNAS-SCALE-{version[:5]}", "profile": "GENERAL",
                                "matches_profile": True},
            "new_version": None if new is None else manifest,
        },
        "error": None,
        "update_download_progress": None,
    }  # fmt: skip


def check_available(new: str | None) -> dict[str, Any]:
    """The answer of ``update.check_available`` (25.04)."""
    if new is None:
        return {"status": "UNAVAILABLE"}
    return {"status": "AVAILABLE", "version": new, "changes": [], "changelog": "", "notice": None}


def apps(version: int) -> list[dict[str, Any]]:
    """Rows of ``app.query``."""
    return [_app(app, version) for app in APPS]


def _app(app: NasApp, version: int) -> dict[str, Any]:
    ports = [{"container_port": app.port, "protocol": "tcp",
              "host_ports": [{"host_port": app.port, "host_ip": "0.0.0.0"}]}]  # noqa: S104 # fmt: skip
    found: dict[str, Any] = {
        "name": app.name,
        "id": app.name,
        "state": "RUNNING",
        "upgrade_available": app.version != app.latest,
        "latest_version": app.latest,
        "image_updates_available": False,
        "custom_app": app.custom,
        "migrated": False,
        "human_version": app.version,
        "version": app.version,
        "metadata": {"name": app.name, "title": app.name.title()},
        "active_workloads": {
            "containers": len(app.containers),
            "used_ports": ports if app.port else [],
            "container_details": [
                {"id": f"{dice.key('app', name):x}", "service_name": name, "image": image,
                 "state": "running", "port_config": [], "volume_mounts": []}
                for name, image in app.containers
            ],
            "volumes": [],
            "images": [image for _, image in app.containers],
            "networks": [],
        },
        "notes": None,
        "portals": {},
    }  # fmt: skip
    if version >= 26:
        found |= {"latest_app_version": app.latest, "action_required": False}
    return found
