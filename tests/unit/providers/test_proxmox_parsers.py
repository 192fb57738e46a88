"""Configurations, task ids, permissions and storages of Proxmox VE, whatever they look like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from providers.errors import Unauthorized
from providers.proxmox import Permissions, Storage
from providers.proxmox.api import Api
from providers.proxmox.config_reader import options_of, read_config, size_of
from providers.proxmox.disk_reader import read_disks, read_pools
from providers.proxmox.errors import read_error
from providers.proxmox.guest_reader import read_now
from providers.proxmox.guests import tags_of
from providers.proxmox.history_reader import read_history
from providers.proxmox.node_status import Pressure
from providers.proxmox.permissions import GUESTS, permissions_of
from providers.proxmox.resources import joined_storages
from providers.proxmox.storage_reader import read_backups
from providers.proxmox.upid import read_upid, task_state

GIB = 2**30
KEYS = st.sampled_from(
    ["scsi0", "net0", "rootfs", "mp1", "memory", "cpu", "boot", "agent", "onboot", "tags", "odd",
     "efidisk0", "ide2", "unused3", "net12", "cores", "description", "balloon"]
)  # fmt: skip
VALUES = st.none() | st.integers(-5, 2**60) | st.booleans() | st.text(max_size=40)


@given(st.dictionaries(KEYS, VALUES), st.sampled_from(["lxc", "qemu"]))
def test_any_configuration_can_be_read(flat: dict[str, object], kind: str) -> None:
    config = read_config("lxc" if kind == "lxc" else "qemu", flat)
    assert config.type == kind
    slots = [volume.slot for volume in config.volumes]
    assert len(set(slots)) == len(slots)


def test_a_virtual_machine() -> None:
    config = read_config(
        "qemu",
        {
            "name": "web", "cores": "4", "sockets": 2, "memory": "current=8192", "balloon": 0,
            "cpu": "cputype=host,flags=+aes", "agent": "1,fstrim_cloned_disks=1", "onboot": 1,
            "boot": "order=scsi0;net0", "startup": "order=2", "tags": "prod;web",
            "scsi0": "local-lvm:vm-100-disk-0,iothread=1,size=32G",
            "scsi1": "file=nfs:100/vm-100-disk-1.qcow2,backup=0,size=1.5T",
            "virtio0": "/dev/disk/by-id/ata-X,size=4000787030016",
            "ide2": "local:iso/debian.iso,media=cdrom,size=784M", "sata3": "none,media=cdrom",
            "unused0": "local-lvm:vm-100-disk-9", "efidisk0": "local-lvm:vm-100-disk-2,size=4M",
            "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=30,firewall=1",
            "net1": "e1000=BC:24:11:00:00:02,bridge=vmbr1,link_down=1,mtu=9000",
            "hostpci0": "0000:01:00,pcie=1", "digest": "abc", "description": "Web%\n",
        },
    )  # fmt: skip
    compute = config.compute
    assert (compute.cores, compute.sockets, compute.memory) == (4, 2, 8 * GIB)
    assert (compute.balloon, compute.cpu_type, config.agent) == (0, "host", True)
    assert (config.boot.onboot, config.boot.order) == (True, "scsi0;net0")
    volumes = {volume.slot: volume for volume in config.volumes}
    told = {slot: (v.storage, v.size, v.backed_up) for slot, v in volumes.items()}
    assert told == {
        "scsi0": ("local-lvm", 32 * GIB, True),
        "scsi1": ("nfs", 1536 * GIB, False),
        "virtio0": (None, 4000787030016, True),
        "ide2": ("local", 784 * 2**20, False),
        "sata3": (None, None, False),
        "unused0": ("local-lvm", None, False),
        "efidisk0": ("local-lvm", 4 * 2**20, True),
    }
    assert volumes["scsi1"].volume == "nfs:100/vm-100-disk-1.qcow2"
    first, second = config.networks
    assert (first.model, first.mac, first.vlan) == ("virtio", "BC:24:11:00:00:01", 30)
    assert (first.firewall, first.connected) == (True, True)
    assert (second.connected, second.options) == (False, {"mtu": "9000"})
    assert config.options == {"hostpci0": "0000:01:00,pcie=1"}


def test_a_container() -> None:
    config = read_config(
        "lxc",
        {
            "hostname": "media", "memory": 2048, "swap": "0", "unprivileged": 1,
            "rootfs": "local-zfs:subvol-101-disk-0,size=8G",
            "mp0": "/mnt/pve/media,mp=/media", "mp1": "tank:subvol-101-disk-1,mp=/data,size=50G",
            "mp2": "tank:subvol-101-disk-2,mp=/db,backup=1,size=10G", "mp10": "/x,mp=/y",
            "net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:03,ip=dhcp,type=veth",
        },
    )  # fmt: skip
    assert [v.slot for v in config.volumes] == ["rootfs", "mp0", "mp1", "mp2", "mp10"]
    assert [v.backed_up for v in config.volumes] == [True, False, False, True, False]
    assert [v.mountpoint for v in config.volumes[:3]] == ["/", "/media", "/data"]
    assert (config.networks[0].name, config.networks[0].model) == ("eth0", "")
    assert (config.compute.swap, config.unprivileged, config.agent) == (0, True, None)


@pytest.mark.parametrize(
    ("written", "size"),
    [("32G", 32 * GIB), ("528K", 528 * 1024), ("4194304", 4194304), ("1.5T", 1536 * GIB),
     ("", None), ("big", None), ("-1G", None)],
)  # fmt: skip
def test_sizes(written: str, size: int | None) -> None:
    assert size_of(written) == size


def test_property_strings() -> None:
    assert options_of("a:b,c=d,e=f=g,h") == ("a:b", {"c": "d", "e": "f=g"})
    assert tags_of("a;b, c,,d") == ("a", "b", "c", "d")


@given(st.text())
def test_no_text_upsets_the_reader_of_task_ids(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no task id: it looks like [^\n]*"):
        read_upid(f"{written}x")


def test_task_ids() -> None:
    upid = read_upid("UPID:pve1:0012AB34:0C0D62EF:6B011797:vzdump::root@pam!auto:")
    assert (upid.node, upid.type, upid.subject) == ("pve1", "vzdump", "")
    assert upid.user == "root@pam!auto"
    assert upid.started == datetime.fromtimestamp(0x6B011797, UTC)


@pytest.mark.parametrize(
    ("status", "ended", "state"),
    [("OK", True, "ok"), ("WARNINGS: 2", True, "warning"), ("job errors", True, "error"),
     ("unexpected status", True, "unknown"), ("RUNNING", False, "running"), (None, False,
     "running"), ("", True, "unknown")],
)  # fmt: skip
def test_states_of_tasks(status: str | None, ended: bool, state: str) -> None:
    assert task_state(status, ended=ended) == state


def test_privileges_are_passed_on_unless_they_are_not() -> None:
    held = permissions_of({"/": {"Sys.Audit": 1}, "/vms": {"VM.Audit": 0}, "/x": None})
    assert held.has("Sys.Audit", "/nodes/pve1")
    assert held.has("VM.Audit", "/vms")
    assert not held.has("VM.Audit", "/vms/100"), "it holds for that path alone"
    assert held.places("VM.Audit") == ("/vms",)
    assert held.places("Datastore.Audit") == ()
    assert permissions_of([]) == permissions_of(None) == Permissions()


@pytest.mark.parametrize(
    ("path", "message", "told"),
    [
        ("/cluster/backup", "", "needs Sys.Audit on /)"),
        ("/nodes/pve1/status", "", "needs Sys.Audit on /nodes/pve1)"),
        ("/nodes/pve1/lxc/101/config", "", "needs VM.Audit on /vms/101)"),
        ("/nodes/pve1/storage/local/content", "", "needs Datastore.Audit on /storage/local)"),
        ("/nodes/pve1/qemu/100/agent/network-get-interfaces", "", "needs VM.GuestAgent.Audit"),
        ("/nodes/pve1/status", "failed (/nodes/pve1, Sys.Audit)", "Audit) (a right is missing)"),
        ("/access/permissions", "", "Forbidden (a right is missing)"),
    ],
)
def test_a_refusal_names_the_right_by_what_was_asked(path: str, message: str, told: str) -> None:
    asked = httpx.Request("GET", f"https://pve:8006/api2/json{path}")
    error = read_error(httpx.Response(403, json={"message": message}, request=asked))
    assert isinstance(error, Unauthorized)
    assert told in error.detail


def test_of_many_guests_that_are_seen_the_first_are_named() -> None:
    held = permissions_of({f"/vms/{number}": {"VM.Audit": 1} for number in range(100, 112)})
    with_everything = permissions_of({"/vms": {"VM.Audit": 1}, "/vms/7": {"VM.Console": 1}})
    api = cast(Api, None)
    told = GUESTS.unseen(api, held, "grant it", empty=False)
    assert told == (
        "all guests but 100, 101, 102, 103, 104, 105, 106, 107 and 4 more missing: "
        "the token lacks VM.Audit on /vms; grant it"
    )
    assert GUESTS.unseen(api, with_everything, "grant it", empty=True) == ""


def test_what_is_granted_nearest_to_a_path_decides() -> None:
    held = permissions_of(
        {
            "/": {"Sys.Audit": 1, "VM.Audit": 1},
            "/nodes/pve1": {"Sys.PowerMgmt": 1},
            "/vms": {"X": 0},
        }
    )
    assert held.has("Sys.Audit", "/nodes/pve2")
    assert not held.has("Sys.Audit", "/nodes/pve1"), "another role replaces the one above"
    assert held.has("VM.Audit", "/vms/100"), "what is not passed on replaces nothing below"


def test_a_shared_storage_that_one_node_does_not_reach() -> None:
    def seen(node: str, status: str, used: int | None) -> Storage:
        return Storage.model_validate(
            {"source": "p", "name": "nfs", "nodes": (node,), "shared": True, "status": status,
             "used": used, "size": used and 100}
        )  # fmt: skip

    (joined,) = joined_storages(
        [seen("a", "inactive", None), seen("b", "available", 40), seen("c", "disabled", None)]
    )
    assert (joined.status, joined.ratio) == ("available", 0.4)
    assert (joined.nodes, joined.troubled) == (("a", "b", "c"), ("a",))


class Answers:
    """A host that answers every question with the same data."""

    source = "proxmox:main"

    def __init__(self, data: JsonValue) -> None:
        self._data = data

    async def data(self, path: str, params: object = ()) -> JsonValue:
        return self._data

    async def rows(self, shape: TypeAdapter[list[Any]], *_: object) -> list[Any]:
        return shape.validate_python(self._data)


def answering(data: JsonValue) -> Api:
    return cast(Api, Answers(data))


async def test_a_backup_with_an_odd_name_costs_only_its_own_time() -> None:
    storage = Storage(source="proxmox:main", name="a", nodes=("pve1",), status="available")
    rows: JsonValue = [
        {"volid": "a:backup/vzdump-qemu-100-2026_13_40-99_99_99.vma", "content": "backup"},
        {"volid": "a:backup/vzdump-qemu-101-2026_11_20-01_02_03.vma", "content": "backup"},
        {"volid": "p:backup/ct/102/2026-11-20T01:02:03Z", "content": "backup"},
        {"volid": "p:backup/ct/103/T--::Z", "content": "backup"},
        {"volid": "a:backup/mine.vma", "content": "backup", "vmid": "104", "ctime": "5"},
    ]
    found = await read_backups(answering(rows), storage, "pve1")
    at = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    assert [(each.vmid, each.guest_type, each.at) for each in found] == [
        (100, "qemu", None),
        (101, "qemu", at),
        (102, "lxc", at),
        (103, "lxc", None),
        (104, None, datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)),
    ]


async def test_wear_is_what_is_used_up_and_not_what_is_left() -> None:
    rows: JsonValue = [
        {"devpath": "/dev/sda", "health": "PASSED", "wearout": 97, "rpm": 0},
        {"devpath": "/dev/sdb", "health": "FAILED!", "wearout": "N/A", "rpm": "7200"},
        {"devpath": "/dev/sdc", "health": "UNKNOWN", "wearout": "100", "rpm": -1},
        {"devpath": "/dev/sdd", "wearout": 255},
    ]
    found = await read_disks(answering(rows), "pve1")
    assert [disk.wear for disk in found] == [0.03, None, 0.0, None]
    assert [disk.healthy for disk in found] == [True, False, None, None]
    assert [disk.rpm for disk in found] == [None, 7200, None, None]


async def test_fragmentation_and_pressure_are_ratios() -> None:
    pools: JsonValue = [{"name": "rpool", "health": "ONLINE", "size": "100", "frag": 12}]
    (pool,) = await read_pools(answering(pools), "pve1")
    assert (pool.fragmentation, pool.size) == (0.12, 100)
    current: JsonValue = {"status": "running", "pressurecpusome": "12.5", "pressureiosome": 3}
    now = await read_now(answering(current), "/nodes/pve1/lxc/101")
    assert now.pressure == Pressure(cpu=0.125, io=0.03, memory=None)
    points: JsonValue = [{"time": 1_795_358_400, "pressurecpusome": 50, "mem": 5}]
    history = await read_history(answering(points), "/nodes/pve1", "node/pve1", "hour")
    assert [(point.pressure_cpu, point.memory) for point in history.points] == [(0.5, 5.0)]
