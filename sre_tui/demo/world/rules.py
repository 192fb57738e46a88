"""The operator's alerting rules and dashboards, kept as the files an operator would keep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import Any

import yaml

from sre_tui.demo.faults.kind import parse_span
from sre_tui.demo.telemetry import AlertRule

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDERS = {"storage": "Storage", "backups": "Storage", "proxmox": "Proxmox", "hosts": "Hosts",
            "services": "Services", "monitoring": "Monitoring", "power": "Hosts"}  # fmt: skip


@cache
def alert_rules() -> Sequence[AlertRule]:
    """The rules of ``alerts.yaml``, a rule file as Prometheus reads it."""
    text = (resources.files("sre_tui.demo.world") / "alerts.yaml").read_text(encoding="utf-8")
    return tuple(
        AlertRule(
            uid=blake2b(rule["alert"].encode(), digest_size=7).hexdigest(),
            name=rule["alert"],
            expr=rule["expr"].strip(),
            hold=parse_span(rule.get("for", "0")),
            labels=rule["labels"],
            annotations=rule["annotations"],
            group=group["name"],
            folder=_FOLDERS[group["name"]],
        )
        for group in yaml.load(text, Loader=_LOADER)["groups"]  # noqa: S506
        for rule in group["rules"]
    )


@cache
def dashboards() -> Sequence[Mapping[str, Any]]:
    """The bundled Grafana dashboards about the homelab, by file name."""
    folder = resources.files("dashboards")
    files = sorted(item.name for item in folder.iterdir() if item.name.endswith(".json"))
    return tuple(json.loads((folder / name).read_text(encoding="utf-8")) for name in files)
