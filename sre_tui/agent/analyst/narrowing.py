"""The PromQL and LogQL matchers that narrow a figure down to what a question names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sre_tui.agent.analyst.entities import EntityKind, Focus
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.matchers import any_of, instance_matcher
from sre_tui.agent.analyst.quantities import Figure
from sre_tui.agent.analyst.question import Intent


def _ids(look: Look, focus: Focus) -> str:
    wanted = {host.casefold() for host in focus.hosts}
    # "of pve1" is the node itself, but "which guest on pve1" are those it carries.
    carried = focus.hosts if look.question.intent is Intent.RANK else ()
    wanted |= {guest.casefold() for host in carried for guest in look.inventory.guests_on(host)}
    known = look.inventory.name_of_id.items()
    ids = sorted(own for own, name in known if name.casefold() in wanted)
    return f'id=~"{any_of(ids)}"' if ids else ""


def _instances(look: Look, focus: Focus) -> str:
    return instance_matcher(focus.hosts, look.inventory.instances)


def _names(look: Look, focus: Focus, kind: EntityKind) -> list[str]:
    return [entity.name for entity in focus.of(kind)]


def _container(look: Look, focus: Focus) -> str:
    named = [name for name in focus.services if name in look.inventory.containers]
    return f'name=~"{any_of(named)}"' if named else _instances(look, focus)


def _device(look: Look, focus: Focus) -> str:
    disks = _names(look, focus, EntityKind.DISK)
    on = _instances(look, focus)
    return ",".join(part for part in (f'device=~"{any_of(disks)}"' if disks else "", on) if part)


def _pool(look: Look, focus: Focus) -> str:
    pools = _names(look, focus, EntityKind.POOL)
    hosts = [entity.name for entity in focus.of(EntityKind.HOST)]
    on = instance_matcher(hosts, look.inventory.instances)
    by_pool = f'device=~"({any_of(pools)})(/.*)?"' if pools else ""
    return ",".join(part for part in (by_pool, on) if part)


def _unit(look: Look, focus: Focus) -> str:
    return f'name=~"({any_of(focus.services)})[.]service"' if focus.services else ""


def _site(look: Look, focus: Focus) -> str:
    named = [entity.name for entity in focus.entities]
    return f'instance=~"https?://({any_of(named)})[.:/].*"' if named else ""


def _labelled(label: str, kind: EntityKind) -> Callable[[Look, Focus], str]:
    def matcher(look: Look, focus: Focus) -> str:
        named = _names(look, focus, kind)
        return f'{label}=~"{any_of(named)}"' if named else ""

    return matcher


def _backup(look: Look, focus: Focus) -> str:
    return f'vm_name=~"{any_of(focus.hosts)}"' if focus.hosts else ""


def _storage(look: Look, focus: Focus) -> str:
    pools = _names(look, focus, EntityKind.POOL)
    hosts = [entity.name for entity in focus.of(EntityKind.HOST)]
    if not pools and not hosts:
        return ""
    return f'id=~"storage/{_any(hosts)}/{_any(pools)}"'


def _any(names: Sequence[str]) -> str:
    return f"({any_of(names)})" if names else ".+"


def _job(look: Look, focus: Focus) -> str:
    return f'job=~"{any_of(focus.services)}"' if focus.services else ""


def _service(look: Look, focus: Focus) -> str:
    return f'%SERVICE%=~"{any_of(focus.services)}"' if focus.services else ""


_MATCHERS: Final[Mapping[str, Callable[[Look, Focus], str]]] = {
    "instance": _instances, "guest": _ids, "container": _container, "device": _device,
    "pool": _pool, "unit": _unit, "site": _site, "backup": _backup, "storage": _storage,
    "job": _job, "service": _service, "ups": _labelled("ups", EntityKind.UPS),
    "datastore": _labelled("datastore", EntityKind.DATASTORE),
}  # fmt: skip
"""How a figure's key narrows it down to what a question names; empty if it names nothing for it."""


def narrowed(look: Look, figure: Figure) -> str:
    """Matchers for what the question names; empty if it names nothing this figure is about."""
    return _MATCHERS[figure.key](look, look.focus) if figure.key else ""
