"""The names a question is about, for the commands of the runbooks that are told."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.diagnosis.own_names import id_names

_SLOTS: Final = {
    EntityKind.POOL: "pool", EntityKind.DISK: "disk", EntityKind.DATASTORE: "datastore",
    EntityKind.UPS: "ups", EntityKind.SERVICE: "container",
}  # fmt: skip


def own_here(look: Look) -> dict[str, str]:
    """What is known by name, by what it is a name of; of several of a kind none is.

    What the answer itself found stands before what the question names.
    """
    named: dict[str, set[str]] = {}
    for entity in look.focus.entities:
        if slot := _SLOTS.get(entity.kind):
            named.setdefault(slot, set()).add(entity.name)
        elif entity.kind is EntityKind.HOST:
            for slot, name in _of_host(look, entity.name).items():
                named.setdefault(slot, set()).add(name)
    return {slot: next(iter(each)) for slot, each in named.items() if len(each) == 1} | look.own


def _of_host(look: Look, name: str) -> dict[str, str]:
    ids = [one for one, called in look.inventory.name_of_id.items() if called == name]
    guests = [one for one in ids if one.startswith(("qemu/", "lxc/"))]
    if len(guests) == 1:
        kind, _, vmid = guests[0].partition("/")
        return {"guest": name, "node": look.inventory.node(name)} | id_names(vmid, kind)
    return {"node": name} if name in look.inventory.node_of.values() else {}


__all__ = ["own_here"]
