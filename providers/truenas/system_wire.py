"""Reads what a NAS says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from providers.coercion import amount, flag, maybe_flag, text, whole
from providers.truenas.fields import (
    Row,
    part,
    parts,
    prose,
    ratio,
    row,
    rows,
    said,
    when,
)
from providers.truenas.system_models import (
    App,
    AppContainer,
    Job,
    NasAlert,
    Service,
    SystemInfo,
    Update,
    Ups,
)

FINISHED_JOBS: Final = 10
"""How many successful jobs are kept; the middleware lists hundreds."""


def info(source: str, answer: JsonValue) -> SystemInfo:
    """The answer of ``system.info``."""
    value = row(answer, "system.info")
    loads = value.get("loadavg")
    load = [amount(each) for each in loads] if isinstance(loads, list) else []
    return SystemInfo(
        source=source,
        hostname=text(value.get("hostname")),
        version=version(text(value.get("version"))),
        product=" ".join(
            filter(None, map(text, (value.get("system_manufacturer"), value.get("system_product"))))
        ),
        cpu_model=text(value.get("model")),
        cores=whole(value.get("cores")),
        memory=whole(value.get("physmem")),
        ecc=maybe_flag(value.get("ecc_memory")),
        load=tuple(each for each in load if each is not None),
        uptime=amount(value.get("uptime_seconds")),
        booted_at=when(value, "boottime"),
        timezone=text(value.get("timezone")),
        clock=when(value, "datetime"),
    )


def version(words: str) -> str:
    """``25.10.1`` of ``TrueNAS-25.10.1`` or ``TrueNAS-SCALE-25.04.2``."""
    return words.rpartition("-")[2] if words.upper().startswith("TRUENAS-") else words


def alerts(source: str, answer: JsonValue) -> tuple[NasAlert, ...]:
    """The answer of ``alert.list``: its texts are HTML."""
    return tuple(
        NasAlert(
            source=source,
            id=text(value.get("uuid")) or text(value.get("id")),
            level=text(value.get("level")).lower() or "info",
            klass=text(value.get("klass")),
            text=prose(value.get("formatted") or value.get("text")),
            since=when(value, "datetime"),
            last_at=when(value, "last_occurrence"),
            dismissed=flag(value.get("dismissed")),
        )
        for value in rows(answer, "alert.list")
    )


def jobs(source: str, answer: JsonValue) -> tuple[Job, ...]:
    """The answer of ``core.get_jobs``, newest first."""
    found: list[Job] = []
    for value in rows(answer, "core.get_jobs"):
        progress = part(value, "progress")
        state = text(value.get("state")).lower()
        found.append(
            Job(
                source=source,
                id=whole(value.get("id")) or 0,
                method=text(value.get("method")),
                state=state,
                progress=ratio(progress.get("percent")) if state == "running" else None,
                description=said(progress.get("description")) or said(value.get("description")),
                started=when(value, "time_started"),
                ended=when(value, "time_finished"),
                error=said(value.get("error")),
            )
        )
    found.sort(key=lambda job: -job.id)
    done = [job for job in found if job.state == "success"][:FINISHED_JOBS]
    return tuple(job for job in found if job.state != "success" or job in done)


def services(answer: JsonValue) -> tuple[Service, ...]:
    """The answer of ``service.query``."""
    return tuple(
        Service(
            name=text(value.get("service")),
            enabled=flag(value.get("enable")),
            running=_running(value.get("state")),
        )
        for value in rows(answer, "service.query")
    )


def _running(state: object) -> bool | None:
    word = text(state).upper()
    return word == "RUNNING" if word else None


_UPS_ALERTS: Final[Mapping[str, str]] = {
    "UPSOnBattery": "on_battery",
    "UPSBatteryLow": "low_battery",
}


def ups(
    told: tuple[Row, Mapping[str, float]],
    known: Iterable[Service],
    alerting: Iterable[NasAlert] | None,
) -> Ups | None:
    """What is known of the UPS; None if the NAS listens to none.

    Args:
        told: the answer of ``ups.config``, and the last figures of charge, runtime and load.
        known: the services, of which ``ups`` says whether it is used.
        alerting: the NAS's alerts; they alone tell that it runs on battery.
    """
    config, last = told
    service = next((each for each in known if each.name == "ups"), None)
    if service is not None and not service.enabled and not service.running:
        return None
    if service is None and not (text(config.get("driver")) or text(config.get("remotehost"))):
        return None
    kinds = None if alerting is None else {each.klass for each in alerting if not each.dismissed}
    if kinds is not None and "UPSCommbad" in kinds:
        # Who cannot hear the UPS does not know that it has mains.
        kinds = None
    states = {
        field: None if kinds is None else klass in kinds for klass, field in _UPS_ALERTS.items()
    }
    return Ups(
        name=text(config.get("identifier")) or "ups",
        mode=text(config.get("mode")).lower(),
        running=None if service is None else service.running,
        on_battery=states["on_battery"],
        low_battery=states["low_battery"],
        charge=ratio(last.get("upscharge")),
        runtime=last.get("upsruntime"),
        load=ratio(last.get("upsload")),
    )


def last_values(answer: JsonValue) -> dict[str, float]:
    """The answer of ``reporting.get_data``: the last figure of each graph, by its name."""
    found: dict[str, float] = {}
    for graph in rows(answer, "reporting.get_data"):
        points = graph.get("data")
        for point in reversed(points if isinstance(points, list) else []):
            value = amount(point[1]) if isinstance(point, list) and len(point) > 1 else None
            if value is not None:
                found[text(graph.get("name"))] = value
                break
    return found


def update(answer: JsonValue) -> Update:
    """The answer of ``update.status`` (25.10 on) or ``update.check_available`` (before)."""
    value = row(answer, "update.status")
    if isinstance(value.get("status"), str):
        word = text(value.get("status")).upper()
        return Update(
            available={"AVAILABLE": True, "UNAVAILABLE": False}.get(word),
            version=version(text(value.get("version"))),
            reboot_required=word == "REBOOT_REQUIRED",
        )
    known = isinstance(value.get("status"), Mapping)
    new = part(value, "status", "new_version")
    return Update(
        available=bool(new) if known else None,
        version=version(text(new.get("version"))),
        reboot_required=text(value.get("code")).upper() == "REBOOT_REQUIRED",
        error=said(value.get("error")),
    )


def apps(source: str, answer: JsonValue) -> tuple[App, ...]:
    """The answer of ``app.query``."""
    return tuple(_app(source, value) for value in rows(answer, "app.query"))


def _app(source: str, value: Row) -> App:
    workloads = part(value, "active_workloads")
    ports = sorted(
        number
        for used in parts(workloads, "used_ports")
        for host in parts(used, "host_ports")
        if (number := whole(host.get("host_port"))) is not None
    )
    return App(
        source=source,
        name=text(value.get("name")),
        state=text(value.get("state")).lower() or "unknown",
        version=text(value.get("human_version")) or text(value.get("version")),
        latest_version=text(value.get("latest_app_version")) or text(value.get("latest_version")),
        upgrade_available=flag(value.get("upgrade_available")),
        image_updates=flag(value.get("image_updates_available")),
        custom=flag(value.get("custom_app")),
        containers=tuple(
            AppContainer(
                name=text(each.get("service_name")),
                image=text(each.get("image")),
                state=text(each.get("state")).lower(),
            )
            for each in parts(workloads, "container_details")
        ),
        ports=tuple(dict.fromkeys(ports)),
    )
