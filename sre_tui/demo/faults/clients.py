"""What programs say that use a guest which is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sre_tui.demo.faults.services import bad_answers

if TYPE_CHECKING:
    from sre_tui.demo.world.homelab import Guest
    from sre_tui.demo.world.stage import Stage

_LINES: Final[Mapping[str, Mapping[str, str]]] = {
    "mosquitto": {
        "home-assistant": "Failed to connect to MQTT server {address}:1883: No route to host",
        "zigbee2mqtt": "z2m: MQTT failed to connect, exiting... (connect EHOSTUNREACH {address})",
        "nodered": "[mqtt-broker:home] Connection failed to broker: mqtt://{address}:1883",
        "frigate": "frigate.comms.mqtt ERROR: Unable to connect to MQTT broker {address}",
    },
    "postgres": {
        "gitea": "[E] pq: dial tcp {address}:5432: connect: no route to host",
        "paperless": "django.db.utils.OperationalError: connection to {address}:5432 failed",
        "nextcloud": "error core Doctrine\\DBAL\\Exception: could not connect to {address}:5432",
    },
}
"""By service of the guest that is gone, what each program that uses it says."""
_NEEDED: Final = frozenset({"postgres"})
"""Services without which the programs that use them answer nothing but errors."""


def clients_complain(stage: Stage, gone: Guest, start: float, end: float) -> None:
    """Let everything that uses a guest's services notice that they are not there."""
    for service in gone.services:
        lines = _LINES.get(service.name, {})
        for guest in stage.lab.guests:
            for client in guest.services if guest.running else ():
                text = lines.get(client.name)
                if text is None or guest.name == gone.name:
                    continue
                source = stage.source(guest.name, client.name, "error")
                stage.murmur(source, 60, text.format(address=gone.address), start + 5, end)
                if service.name in _NEEDED and client.url:
                    bad_answers(stage, [client.url], start, end, 0.5, 500)
                    stage.probe_fails(client.url, start, end, 500.0)
