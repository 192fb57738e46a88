"""What others need to keep the plan: a unit for systemd, a line for cron."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

_UNIT: Final = """\
[Unit]
Description=Reports on the homelab (sre schedule run)
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={command}
{environment}Restart=on-failure
RestartSec=1min
RestartPreventExitStatus=2
Nice=10
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=full

[Install]
WantedBy=default.target
"""


def systemd_unit(command: Sequence[str], variables: Mapping[str, str]) -> str:
    """A unit that keeps ``sre schedule run`` alive.

    Args:
        command: what it runs, with absolute paths.
        variables: what it needs to know of the environment; no secrets.
    """
    lines = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in sorted(variables.items())
    )
    # In a command, but not in a variable, systemd also replaces what $ stands before.
    words = (_quoted(each.replace("$", "$$")) for each in command)
    return _UNIT.format(command=" ".join(words), environment=lines)


def crontab_line(expression: str, zone: str | None, command: Sequence[str]) -> str:
    """A line for ``crontab -e``; before it the zone, where the settings name one."""
    line = f"{expression} {shlex.join(command)}".replace("%", r"\%")
    return f"CRON_TZ={zone}\n{line}\n" if zone else f"{line}\n"


def _quoted(text: str) -> str:
    """A word as systemd.service(5) takes it, which replaces what ``%`` stands before."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{safe}"' if safe != text or " " in text or not text else text
