"""What stands on what, out of parts that tell much, little, or the same names twice."""

from typing import Any

from providers.loki.patterns import grouped
from providers.reading import Reading, State
from providers.truenas import App, Disk, Pool
from providers.truenas.protection_models import ProtectionReport, Replication
from providers.truenas.storage_models import Dataset
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.diagnosis.topology.graph import Relation
from tests.unit.diagnosis.signs.stage import written
from tests.unit.diagnosis.topology.pictures import (
    NOW,
    Datastore,
    GuestVolume,
    NodeDisk,
    NodeDisks,
    Share,
    ShareReport,
    SmbSession,
    Storage,
    Task,
    TaskPage,
    ZfsPool,
    built,
    edges,
    guest,
    inventory,
    metrics,
    mount,
    part,
    subject,
)

A = "pve:a"
NAS = "truenas:nas1"


def storage(
    name: str,
    kind: str,
    *nodes: str,
    shared: bool = False,
    source: str = A,
    size: int | None = None,
) -> Storage:
    return Storage(source=source, name=name, nodes=nodes, type=kind, shared=shared, size=size)


def node_disk(node: str, name: str, used_by: str) -> NodeDisk:
    return NodeDisk(source=A, node=node, path=f"/dev/{name}", used_by=used_by)


def pool(name: str, *datasets: str, source: str = NAS) -> Pool:
    return Pool(
        source=source,
        name=name,
        state="ONLINE",
        datasets=tuple(Dataset(source=source, name=each, pool=name) for each in (name, *datasets)),
    )


def nas_disk(name: str, pool_name: str, source: str = NAS) -> Disk:
    return Disk(source=source, name=name, pool=pool_name)


def share(path: str, kind: str = "nfs", source: str = NAS) -> Share:
    return Share.model_validate(
        {"source": source, "kind": kind, "id": 1, "name": path.rpartition("/")[2],
         "path": path, "dataset": path.removeprefix("/mnt/")}
    )  # fmt: skip


class TestNodes:
    def test_a_zfs_storage_is_on_the_one_pool_of_its_node_and_that_on_its_disks(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "media", "pve1")], "pve1")),
            storages=part(pve_a=(storage("local-zfs", "zfspool", "pve1"),
                                 storage("local", "dir", "pve1"))),
            volumes=part(pve_a=(GuestVolume(source=A, vmid=100, storage="local-zfs",
                                            node="pve1"),)),
            node_disks=part(pve_a=NodeDisks(
                disks=(node_disk("pve1", "nvme0n1", "ZFS"),),
                pools=(ZfsPool(source=A, node="pve1", name="rpool"),))),
        )  # fmt: skip
        found = topology.dependencies(subject("guest:media"))
        assert found[subject("disk:pve1/nvme0n1")] == 3
        told = edges(topology)
        assert ("storage:pve1/local-zfs", "stored on", "pool:pve1/rpool") in told
        assert ("storage:pve1/local", "stored on", "pool:pve1/rpool") in told
        assert ("pool:pve1/rpool", "made of", "disk:pve1/nvme0n1") in told

    def test_of_two_pools_the_one_in_the_name_of_the_storage_is_meant_or_none(self) -> None:
        topology = built(
            storages=part(pve_a=(storage("vm-tank", "zfspool", "pve1"),
                                 storage("fast", "zfspool", "pve1"))),
            node_disks=part(pve_a=NodeDisks(pools=(
                ZfsPool(source=A, node="pve1", name="rpool"),
                ZfsPool(source=A, node="pve1", name="tank")))),
        )  # fmt: skip
        stored = {edge for edge in edges(topology) if edge[1] == "stored on"}
        assert stored == {("storage:pve1/vm-tank", "stored on", "pool:pve1/tank")}

    def test_lvm_is_on_the_one_disk_that_has_it(self) -> None:
        topology = built(
            storages=part(pve_a=(storage("local-lvm", "lvmthin", "pve1"),)),
            node_disks=part(pve_a=NodeDisks(disks=(
                node_disk("pve1", "sda", "LVM"), node_disk("pve1", "sdb", "")))),
        )  # fmt: skip
        assert ("storage:pve1/local-lvm", "stored on", "disk:pve1/sda") in edges(topology)

    def test_a_storage_on_a_share_goes_by_the_mount_of_the_node(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "db", "pve1")], "pve1", "pve2")),
            storages=part(pve_a=(storage("vm", "nfs", "pve1", "pve2", shared=True),)),
            volumes=part(pve_a=(GuestVolume(source=A, vmid=100, storage="vm", node="pve1",
                                            shared=True),)),
            pools=part(truenas_nas1=(pool("fast", "fast/vm"),)),
            shares=part(truenas_nas1=ShareReport(shares=(share("/mnt/fast/vm"),))),
            identity=metrics(mount("pve1", "/mnt/pve/vm", "nas1:/mnt/fast/vm", "nfs4")),
        )  # fmt: skip
        steps = topology.dependencies(subject("guest:db"))
        assert steps[subject("share:nas1:/mnt/fast/vm")] == 2
        assert steps[subject("pool:nas1/fast")] == 4
        # Other guests of the node do not depend on it.
        assert subject("share:nas1:/mnt/fast/vm") not in topology.dependencies(subject("node:pve1"))

    def test_two_stand_alone_hosts_with_the_same_names_and_ids_stay_apart(self) -> None:
        b = "pve:b"
        topology = built(
            inventory=part(
                pve_a=inventory(A, [guest(A, 100, "web", "alpha")], "alpha"),
                pve_b=inventory(b, [guest(b, 100, "mail", "beta")], "beta"),
            ),
            storages=part(
                pve_a=(storage("local", "dir", "alpha"),),
                pve_b=(storage("local", "dir", "beta", source=b),),
            ),
            volumes=part(
                pve_a=(GuestVolume(source=A, vmid=100, storage="local", node="alpha"),),
                pve_b=(GuestVolume(source=b, vmid=100, storage="local", node="beta"),),
            ),
            backup_tasks=part(pbs_main=TaskPage(tasks=(
                Task(source="pbs:main", upid="x", type="backup", started=NOW, datastore="main",
                     group="ct/100", state="ok"),))),
        )  # fmt: skip
        told = edges(topology)
        assert ("guest:web", "stored on", "storage:alpha/local") in told
        assert ("guest:mail", "stored on", "storage:beta/local") in told
        assert not [edge for edge in told if edge[1] == "backed up to"]

    def test_without_proxmox_the_exporter_tells_guests_and_nodes(self) -> None:
        topology = built(
            identity=metrics(
                {"metric": "pve_node_info", "id": "node/pve1", "name": "pve1", "instance": "pve1"},
                {"metric": "pve_guest_info", "id": "lxc/100", "name": "media", "node": "pve1",
                 "template": "0", "instance": "pve1"},
                {"metric": "pve_guest_info", "id": "qemu/9000", "name": "debian", "node": "pve1",
                 "template": "1", "instance": "pve1"},
            )
        )  # fmt: skip
        assert edges(topology) == {("guest:media", "runs on", "node:pve1")}
        assert topology.named("lxc/100") == [subject("guest:media")]

    def test_a_guest_that_proxmox_names_by_its_id_goes_by_its_name_too(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "", "pve1")], "pve1")),
            identity=metrics(
                {"metric": "pve_guest_info", "id": "lxc/100", "name": "media", "node": "pve1"}
            ),
        )
        assert topology.named("media") == [subject("guest:100")]
        assert topology.subjects(SubjectKind.GUEST) == [subject("guest:100")]


class TestNas:
    def test_equal_names_on_two_nases_stay_apart(self) -> None:
        other = "truenas:nas2"
        topology = built(
            pools=part(
                truenas_nas1=(pool("tank", "tank/media"),),
                truenas_nas2=(pool("tank", "tank/media", source=other),),
            ),
            disks=part(
                truenas_nas1=(nas_disk("sda", "tank"),),
                truenas_nas2=(nas_disk("sda", "tank", source=other),),
            ),
            shares=part(
                truenas_nas1=ShareReport(shares=(share("/mnt/tank/media"),)),
                truenas_nas2=ShareReport(shares=(share("/mnt/tank/media", source=other),)),
            ),
            identity=metrics(mount("media", "/mnt/films", "nas2:/mnt/tank/media", "nfs4")),
        )
        found = topology.dependencies(subject("host:media"))
        assert subject("disk:nas2/sda") in found
        assert not [one for one in found if one.host == "nas1"]
        assert len(topology.named("tank", SubjectKind.POOL)) == 2

    def test_a_machine_mounts_over_smb_what_the_nas_calls_otherwise(self) -> None:
        topology = built(
            pools=part(truenas_nas1=(pool("tank", "tank/photos"),)),
            shares=part(truenas_nas1=ShareReport(shares=(share("/mnt/tank/photos", "smb"),))),
            identity=metrics(mount("pc", "/mnt/photos", "//nas1/photos", "cifs")),
        )
        told = edges(topology)
        assert ("host:pc", "mounts", "share:nas1:/mnt/tank/photos") in told
        assert not topology.named("nas1:photos")

    def test_a_client_of_smb_is_known_by_its_session(self) -> None:
        one = share("/mnt/tank/photos", "smb")
        session = SmbSession(source=NAS, user="ann", client="media")
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "media", "pve1")], "pve1")),
            shares=part(truenas_nas1=ShareReport(shares=(one,), sessions=(session,))),
        )
        assert ("guest:media", "mounts", "share:nas1:/mnt/tank/photos") in edges(topology)
        two = ShareReport(shares=(one, share("/mnt/tank/b", "smb")), sessions=(session,))
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "media", "pve1")], "pve1")),
            shares=part(truenas_nas1=two),
        )
        assert ("guest:media", "mounts", "nas:nas1") in edges(topology)

    def test_apps_run_on_it_and_replications_know_their_ends(self) -> None:
        topology = built(
            pools=part(truenas_nas1=(pool("fast", "fast/vm"), pool("tank", "tank/copy"))),
            apps=part(truenas_nas1=(App(source=NAS, name="scrutiny", state="running"),)),
            protection=part(truenas_nas1=ProtectionReport(replications=(
                Replication(source=NAS, id=1, name="vm", direction="push", transport="local",
                            datasets=("fast/vm",), target="tank/copy"),
                Replication(source=NAS, id=2, name="away", direction="push", transport="ssh",
                            datasets=("fast/vm",), target="tank/copy"),
            ))),
        )  # fmt: skip
        told = edges(topology)
        assert ("container:nas1/scrutiny", "runs on", "nas:nas1") in told
        assert ("replication:nas1/vm", "copies", "dataset:nas1/fast/vm") in told
        assert ("replication:nas1/vm", "copies to", "dataset:nas1/tank/copy") in told
        assert ("replication:nas1/away", "copies", "dataset:nas1/fast/vm") in told
        assert ("replication:nas1/away", "copies to", "dataset:nas1/tank/copy") not in told

    def test_while_it_is_silent_metrics_tell_its_pools(self) -> None:
        silent = Reading[Any](source=NAS, state=State.UNREACHABLE, observed_at=NOW)
        topology = built(
            pools=Part((silent,)),
            identity=metrics(
                mount("media", "/mnt/films", "nas1:/mnt/tank/media", "nfs4"),
                {"metric": "node_zfs_zpool_state", "zpool": "tank", "hostname": "nas1"},
                {"metric": "smartctl_device", "device": "sda", "hostname": "nas1"},
            ),
        )
        assert not topology.subjects(SubjectKind.NAS)
        steps = topology.dependencies(subject("host:media"))
        assert steps[subject("pool:nas1/tank")] == 2
        assert steps[subject("disk:nas1/sda")] == 3

    def test_of_two_pools_without_disks_none_is_presumed_to_have_them(self) -> None:
        topology = built(
            identity=metrics(
                {"metric": "node_zfs_zpool_state", "zpool": "tank", "hostname": "nas1"},
                {"metric": "node_zfs_zpool_state", "zpool": "fast", "hostname": "nas1"},
                {"metric": "smartctl_device", "device": "sda", "hostname": "nas1"},
            )
        )
        assert not [edge for edge in topology.edges if edge.relation is Relation.MADE_OF]


class TestDatastores:
    def test_they_are_on_what_is_mounted_under_their_name(self) -> None:
        stores = tuple(Datastore(source="pbs:main", name=name) for name in ("main", "archive"))
        topology = built(
            datastores=part(pbs_main=stores),
            storages=part(pve_a=(storage("pbs-main", "pbs", "pve1", shared=True),
                                 storage("pbs-lab", "pbs", "pve1", shared=True))),
            identity=metrics(
                mount("pbs", "/mnt/datastore/main", "backup/main", "zfs"),
                mount("pbs", "/mnt/datastore/archive", "nas1:/mnt/tank/pbs", "nfs4"),
            ),
        )  # fmt: skip
        told = edges(topology)
        assert ("datastore:main", "stored on", "pool:pbs/backup") in told
        assert ("datastore:archive", "stored on", "share:nas1:/mnt/tank/pbs") in told
        assert ("storage:pbs-main", "stored on", "datastore:main") in told
        assert not topology.below(subject("storage:pbs-lab"))

    def test_a_storage_of_another_name_is_the_datastore_of_its_size(self) -> None:
        stores = tuple(
            Datastore(source="pbs:main", name=name, total=total)
            for name, total in (("main", 7_800), ("archive", 31_000), ("usb", None))
        )
        of = {"pbs-lab": 7_803, "cold": 31_000, "pbs-main": 5_000, "pbs-archive": None}
        topology = built(
            datastores=part(pbs_main=stores),
            storages=part(pve_a=tuple(
                storage(name, "pbs", "pve1", shared=True, size=size) for name, size in of.items()
            )),
        )  # fmt: skip
        on = {edge[0]: edge[2] for edge in edges(topology) if edge[1] == "stored on"}
        assert on == {
            "storage:pbs-lab": "datastore:main",
            "storage:cold": "datastore:archive",
            "storage:pbs-archive": "datastore:archive",
        }

    def test_a_guest_is_backed_up_where_its_tasks_say(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "media", "pve1")], "pve1")),
            backup_tasks=part(pbs_main=TaskPage(tasks=(
                Task(source="pbs:main", upid="x", type="backup", started=NOW, datastore="main",
                     group="ct/100", state="ok"),
                Task(source="pbs:main", upid="y", type="backup", started=NOW, datastore="main",
                     group="host/²", state="ok"),))),
        )  # fmt: skip
        assert ("guest:media", "backed up to", "datastore:main") in edges(topology)


class TestNames:
    def test_names_that_are_missing_make_no_things(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 100, "media", "")])),
            identity=metrics(
                {"metric": "pbs_size", "hostname": "pbs"},
                {"metric": "network_ups_tools_ups_load"},
                {"metric": "container_start_time_seconds", "hostname": "media"},
                mount("media", "/mnt/x", "", "nfs4"),
                mount("media", "/mnt/y", ":/z", "nfs4"),
                mount("localhost", "/", "rpool/ROOT", "zfs"),
            ),
        )
        assert all(one.own_name for edge in topology.edges for one in (edge.dependent, edge.on))
        assert not topology.named("localhost")

    def test_hostile_names_are_only_names(self) -> None:
        name = "[red]x[/]\x1b[31m$(reboot)"
        topology = built(inventory=part(pve_a=inventory(A, [guest(A, 1, name, "pve1")], "pve1")))
        assert topology.named(name)[0].name == name

    def test_an_address_of_version_6_is_one_server(self) -> None:
        topology = built(
            inventory=part(pve_a=inventory(A, [guest(A, 1, "media", "pve1")], "pve1")),
            identity=metrics(mount("media", "/mnt/x", "[fd00::5]:/mnt/tank/a", "nfs4")),
        )
        shares = topology.subjects(SubjectKind.SHARE)
        assert [one.name for one in shares] == ["fd00::5:/mnt/tank/a"]

    def test_a_guests_own_root_is_no_pool(self) -> None:
        root = mount("media", "/", "rpool/data/subvol-100-disk-0", "zfs")
        assert not built(identity=metrics(root)).subjects(SubjectKind.POOL)

    def test_one_ups_feeds_all_and_of_several_nobody_says_whom(self) -> None:
        nodes = part(pve_a=inventory(A, [], "pve1"))
        load = {"metric": "network_ups_tools_ups_load", "ups": "ups1"}
        assert ("node:pve1", "powered by", "ups:ups1") in edges(
            built(inventory=nodes, identity=metrics(load))
        )
        two = built(inventory=nodes, identity=metrics(load, {**load, "ups": "ups2"}))
        assert not two.edges
        assert len(two.subjects(SubjectKind.UPS)) == 2


def test_a_client_that_complains_of_a_server_of_shares_mounts_from_it() -> None:
    told = (
        *written("nfs: server nas1 not responding, timed out", (5,), host="media"),
        *written("nfs: server nas1 not responding, timed out", (6,), host="nas1"),
        *written("nfs: server elsewhere not responding, timed out", (7,), host="media"),
    )
    groups = tuple(LineGroup(*group) for group in grouped(told))
    guests = [guest(A, number, name, "pve1") for number, name in ((101, "media"), (102, "nas1"))]
    topology = built(
        inventory=part(pve_a=inventory(A, guests, "pve1")), lines=part(loki_main=groups)
    )
    (client,) = topology.named("media", SubjectKind.GUEST)
    (server,) = topology.named("nas1", SubjectKind.GUEST)
    mounts = [
        (edge.dependent, edge.on)
        for each in (client, server)
        for edge in topology.below(each)
        if edge.relation is Relation.MOUNTS
    ]
    assert mounts == [(client, server)]
