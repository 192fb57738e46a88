"""History of one guest, node or storage: levels of the plant at many moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sre_tui.demo.world.backups import Backups
from sre_tui.demo.world.homelab import Node, Storage
from sre_tui.demo.world.plant import PRESSURES, Plant
from sre_tui.demo.world.shapes import Floats
from sre_tui.demo.world.virtualization.records import Entry
from sre_tui.demo.world.virtualization.state import OVERHEAD, datastore_of

Curves = Mapping[str, Floats]
"""Values by name, one for each moment; NaN where nothing was measured."""


def guest_curves(plant: Plant, entry: Entry, times: Floats) -> Curves:
    """Processor and pressure (0..1), memory and disk (bytes), rates (bytes per second)."""
    if not entry.living:
        return {}
    level = _reader(plant, times)
    name = entry.name
    rates = {
        "net_in": "net.rx", "net_out": "net.tx", "disk_read": "guest.reads",
        "disk_write": "guest.writes",
    }  # fmt: skip
    curves = {key: level(of, name) for key, of in rates.items()}
    curves |= {
        "cpu": level("cpu.user", name) + level("cpu.system", name),
        "memory": np.minimum(level("memory.used", name) * OVERHEAD, entry.memory),
        "memory_size": np.full_like(times, entry.memory),
    }
    if entry.type == "lxc":
        curves["disk"] = np.floor(level("root.used", name))
    curves |= {f"pressure_{kind}": level(f"pressure.{kind}", name) for kind in PRESSURES}
    return _while_up(curves, level("machine.up", name), level("machine.up", entry.node))


def node_curves(plant: Plant, node: Node, times: Floats) -> Curves:
    """As of a guest, with waiting (0..1), load and the root file system."""
    level = _reader(plant, times)
    name = node.name
    wait = level("cpu.iowait", name)
    busy = level("cpu.user", name) + level("cpu.system", name)
    curves = {
        "cpu": busy,
        "wait": wait,
        "load": (busy * 1.1 + wait * 1.6) * node.cores,
        "memory": np.minimum(level("memory.used", name), node.memory * 0.985),
        "memory_size": np.full_like(times, node.memory),
        "swap": level("swap.used", name),
        "root": level("pool.used", f"{name}/rpool"),
        "net_in": level("net.rx", name),
        "net_out": level("net.tx", name),
    }
    curves |= {f"pressure_{kind}": level(f"pressure.{kind}", name) for kind in PRESSURES}
    return _while_up(curves, level("machine.up", name))


def storage_curves(plant: Plant, backups: Backups, storage: Storage, times: Floats) -> Curves:
    """Used bytes of a storage and its size."""
    level = _reader(plant, times)
    store = datastore_of(backups, storage)
    used = level("datastore.used", store) if store else level("pool.used", storage.pool)
    lab = plant.homelab
    size = lab.datastore_by_name[store].size if store else lab.pool_by_id[storage.pool].size
    curves = {"used": np.minimum(used, size), "size": np.full_like(times, size)}
    return _while_up(curves, level("machine.up", storage.pool.partition("/")[0]))


def _reader(plant: Plant, times: Floats) -> Callable[[str, str], Floats]:
    def read(level: str, subject: str) -> Floats:
        quantity = plant[level]
        row = np.array([quantity.row[subject]], dtype=np.intp)
        values: Floats = quantity.value(row, times[None, :])[0]
        return values

    return read


def _while_up(curves: Mapping[str, Floats], *ups: Floats) -> Curves:
    down = np.any([up <= 0.5 for up in ups], axis=0)
    return {name: np.where(down, np.nan, values) for name, values in curves.items()}
