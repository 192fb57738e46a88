"""What the shell completes names of the homelab with: answers kept from earlier commands.

Completion must never wait: nothing here contacts a backend, opens the cache for writing or raises.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from providers.last_known_good import peek
from sre_tui.environment import Environment

log = logging.getLogger(__name__)

Reader = Callable[[Any], Iterator[object]]

_KEPT: Final = re.compile(r"(?P<backend>\w+):.+? (?P<address>https?://\S+) \S* (?P<key>.+)")
_PLAIN: Final = re.compile(r"(?!-)[\w.:/@%+,=-]+")
"""Names come from backends and end on a command line: what a shell could take for more than a
word is not offered, and neither is a name with spaces, which bash would take for several."""


def known_names(
    kind: str, environment: Environment | None = None, *, demo: bool = False
) -> list[str]:
    """The names of that kind that the configured backends had when they were last asked.

    Args:
        kind: ``alert``, ``dashboard``, ``dataset``, ``datastore``, ``disk``, ``guest``, ``host``,
            ``label``, ``measure``, ``metric``, ``node``, ``pool`` or ``storage``; several with
            ``|`` between.
        environment: gives variables and folders; the process's own if None.
        demo: whether the names are those of simulated backends instead.
    """
    try:
        found = environment or Environment()
        names = {name for each in kind.split("|") for name in _names(each, found, demo)}
    except Exception:
        log.exception("nothing to complete %s with", kind)
        return []
    return sorted(name for name in names if _PLAIN.fullmatch(name))


def completions(kind: str, incomplete: str, root: Mapping[str, Any]) -> list[str]:
    """The known names that begin with what was typed.

    Args:
        kind: as of :func:`known_names`.
        incomplete: the word so far.
        root: the global options given.
    """
    environment = Environment()
    if root.get("config"):
        variables = {**environment.variables, "SRE_CONFIG": str(root["config"])}
        environment = replace(environment, variables=variables)
    names = known_names(kind, environment, demo=bool(root.get("demo") or root.get("scenario")))
    return [name for name in names if name.startswith(incomplete)]


def _names(kind: str, environment: Environment, demo: bool) -> Iterator[str]:
    if kind == "measure":
        from sre_tui.diagnosis.signals.measures import MEASURES

        yield from (one.name for one in MEASURES)
    readers = _READERS.get(kind, {})
    is_wanted = _is_loopback if demo else _configured(environment)

    def reader_of(name: str) -> Reader | None:
        kept = _KEPT.fullmatch(name)
        if kept is None or not is_wanted(kept["address"]):
            return None
        question = f"{kept['backend']} {kept['key'].strip()}"
        return next((read for start, read in readers.items() if question.startswith(start)), None)

    folder = environment.folders.cache / "last-known-good"
    for name, kept in peek(folder, lambda name: reader_of(name) is not None):
        read = reader_of(name)
        if read is not None:
            yield from (found for found in read(kept.value) if isinstance(found, str))


def _configured(environment: Environment) -> Callable[[str], bool]:
    from sre_tui.settings import BACKENDS, load_settings

    settings = load_settings(environment)
    addresses = {each.url for backend in BACKENDS for each in settings.endpoints(backend)}
    return addresses.__contains__


def _is_loopback(address: str) -> bool:
    return re.fullmatch(r"https?://127\.0\.0\.1:\d+", address) is not None


def _field(name: str) -> Reader:
    return lambda rows: (row.get(name) for row in rows)


def _rule_names(rules: Any) -> Iterator[object]:
    return (rule["name"] for rule in rules if rule["kind"] == "alerting")


def _machines(targets: Any) -> Iterator[object]:
    return (target["instance"].rpartition(":")[0] or target["instance"] for target in targets)


_READERS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "alert": {
        "grafana alerts": _field("name"),
        "grafana rules": _rule_names,
        "prometheus alerts": _field("name"),
        "prometheus rules": _rule_names,
    },
    "dashboard": {"grafana search ": _field("uid")},
    "dataset": {"truenas protection": lambda found: (g["dataset"] for g in found["groups"] or ())},
    "datastore": {"pbs datastores": _field("name")},
    "disk": {"truenas disks": _field("name")},
    "guest": {"proxmox inventory": lambda found: (each["name"] for each in found["guests"])},
    "host": {
        "grafana alerts": _field("host"),
        "prometheus alerts": _field("host"),
        "prometheus targets": _machines,
        "loki /loki/api/v1/label/host/values": iter,
        "loki /loki/api/v1/label/hostname/values": iter,
    },
    "label": {"loki /loki/api/v1/labels": iter},
    "metric": {"prometheus metrics": _field("name")},
    "node": {"proxmox inventory": lambda found: (each["name"] for each in found["nodes"])},
    "pool": {"truenas pools": _field("name")},
    "storage": {
        "proxmox inventory": lambda found: (each["name"] for each in found["storages"]),
        "proxmox storages": _field("name"),
    },
}
"""Kind of name to the beginning of a kept question and what reads the names out of its answer."""
