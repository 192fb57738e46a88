"""One request to the simulated Proxmox VE, and how an object is looked up for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_tui.demo.servers.proxmox_access import ProxmoxToken, ProxmoxVersion
from sre_tui.demo.servers.proxmox_answers import ProxmoxError, not_permitted, wrong_parameter
from sre_tui.demo.world.homelab import Storage
from sre_tui.demo.world.virtualization.records import Entry, GuestState, HostTask, NodeState, State
from sre_tui.demo.world.virtualization.virtualization import Virtualization

_FOLDERS = {"qemu": "qemu-server", "lxc": "lxc"}
_UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"


@dataclass(frozen=True)
class Call:
    """Who asks what, when, and of which version."""

    source: Virtualization
    token: ProxmoxToken
    version: ProxmoxVersion
    now: float
    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The cluster at this moment."""
        return self.source.state(self.now)

    def may(self, privilege: str, path: str) -> bool:
        """Whether the token holds a privilege."""
        return self.token.may(privilege, path, self.version)

    def require(self, privilege: str, path: str = "/") -> None:
        """Raises 403 without the privilege."""
        if not self.may(privilege, path):
            raise not_permitted(path, privilege)

    def number(self, name: str, default: int) -> int:
        """A whole number of the query; raises 400 for anything else."""
        written = self.query.get(name)
        if written is None:
            return default
        if not written.lstrip("-").isdigit():
            raise wrong_parameter(name, f"type check ('integer') failed - got '{written}'")
        return int(written)

    def choice(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of several words of the query; raises 400 for another one."""
        written = self.query.get(name, default)
        if written and written not in allowed:
            listed = ", ".join(allowed)
            raise wrong_parameter(
                name, f"value '{written}' does not have a value in the enumeration '{listed}'"
            )
        return written

    def takes(self, *names: str) -> None:
        """Raises 400 for a parameter that the path does not have."""
        for name in self.query:
            if name not in names:
                raise wrong_parameter(name, _UNKNOWN)

    def node(self) -> NodeState:
        """The node of the path, which is online; 500 for an unknown one, 595 for a dead one."""
        name = self.path["node"]
        node = self.state.node_by_name.get(name)
        if node is None:
            raise ProxmoxError(
                500,
                f"hostname lookup '{name}' failed - failed to get address info for: {name}: "
                "Name or service not known",
            )
        if not node.online:
            raise ProxmoxError(595, "No route to host")
        return node

    def entry(self) -> Entry:
        """The guest of the path; 403 if the token may not see it, 500 if there is none."""
        node, kind, vmid = self.node().node.name, self.path["kind"], self.path["vmid"]
        self.require("VM.Audit", f"/vms/{vmid}")
        entry = self.source.entry_by_id.get(f"{kind}/{vmid}")
        if entry is None or entry.node != node:
            file = f"nodes/{node}/{_FOLDERS[kind]}/{vmid}.conf"
            raise ProxmoxError(500, f"Configuration file '{file}' does not exist")
        return entry

    def guest(self) -> GuestState:
        """The guest of the path at this moment."""
        entry = self.entry()
        return self.state.guest_by_id[f"{entry.type}/{entry.vmid}"]

    def storage(self) -> Storage:
        """The storage of the path."""
        node, name = self.node().node.name, self.path["storage"]
        self.require("Datastore.Audit", f"/storage/{name}")
        storage = self.source.storage(node, name)
        if storage is None:
            raise ProxmoxError(500, f"storage '{name}' does not exist")
        return storage

    def task(self) -> HostTask:
        """The task of the path; 500 if there is none."""
        node, upid = self.node().node.name, self.path["upid"]
        for task in self.source.tasks(self.now):
            if task.upid == upid and task.node == node:
                if task.user.partition("!")[0] != self.token.user:
                    self.require("Sys.Audit", f"/nodes/{node}")
                return task
        raise ProxmoxError(500, "no such task")
