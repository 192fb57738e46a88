"""Commands of runbooks carry the names of the incident, or say what to put in."""

import re
from importlib import resources

import pytest

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
        ("qm start 120", VM, "qm start 108"),
        ("qm start 120", CT, "pct start 126"),
        ("qm start 120", {}, "qm start <vmid>"),
        ("pct fsck 105", VM, "pct fsck <vmid>"),
        ("qm unlock 120      # or: pct unlock 105", VM, "qm unlock 108"),
        ("qm shutdown 131 --timeout 120", VM, "qm shutdown 108 --timeout 120"),
        ("vzdump 120 --storage pbs --mode snapshot", VM,
         "vzdump 108 --storage <storage> --mode snapshot"),
        ("time() - container_last_seen > 120", VM, "time() - container_last_seen > 120"),
        ("grep lxc.idmap /etc/pve/lxc/105.conf", VM, "grep lxc.idmap /etc/pve/lxc/<vmid>.conf"),
        ("mv /etc/pve/nodes/pve2/qemu-server/120.conf /etc/pve/nodes/pve1/qemu-server/",
         {"node": "pve3"},
         "mv /etc/pve/nodes/pve3/qemu-server/<vmid>.conf /etc/pve/nodes/<other-node>/qemu-server/"),
        ("zpool status -v tank", {"pool": "fast"}, "zpool status -v fast"),
        ("zfs destroy -nv tank/media@auto-2026-01-01%auto-2026-03-31", {},
         "zfs destroy -nv <pool>/<dataset>@<first>%<last>"),
        ("smartctl -a /dev/sdc", {"disk": "sdh"}, "smartctl -a /dev/sdh"),
        ("snapshot list vm/120 --repository backup@pbs@pbs:main", {"datastore": "archive"} | CT,
         "snapshot list ct/126 --repository <user>@pbs@<backup-server>:archive"),
    ],
)  # fmt: skip
def test_an_example_gives_way_to_the_own_name(
    command: str, own: dict[str, str], expected: str
) -> None:
    assert commands_with_own([command], own) == [expected]


def test_commands_for_the_other_type_of_guest_are_left_out() -> None:
    both = ["qm status 120", "pct status 105", "pvesm status"]
    assert commands_with_own(both, CT) == ["pct status 126", "pvesm status"]
    assert commands_with_own(both, {}) == ["qm status <vmid>", "pct status <vmid>", "pvesm status"]
    said = "`pct start 105` for a container, `qm start 120` for a virtual machine"
    fitted = "`pct start 126` for a container, `qm start <vmid>` for a virtual machine"
    assert with_own_in_code(said, CT) == fitted


def test_what_the_effects_tell_counts_where_it_is_one() -> None:
    disk = Subject(kind=SubjectKind.DISK, name="nas1/sdh")
    pools = [Subject(kind=SubjectKind.POOL, name=f"nas1/{name}") for name in ("tank", "fast")]
    assert own_names(disk, pools[:1]) == {"disk": "sdh", "nas": "nas1", "pool": "tank"}
    assert "pool" not in own_names(disk, pools)


_FOREIGN = re.compile(
    r"\b(?:qm|pct|vzdump) (?:\w+ )*(?:120|105|131|140)\b|\btank\b|\bsdc\b|\bpve[12]\b|\bnas[12]\b"
    r"|paperless|:main\b|keep-main|192\.168|ZR\d{4}|\beno1\b|local-zfs|nas-media|auto-20\d\d"
)


def test_no_step_of_a_bundled_runbook_carries_a_foreign_name() -> None:
    books = [one.name.removesuffix(".md") for one in resources.files("runbooks").iterdir()
             if one.name.endswith(".md")]  # fmt: skip
    steps = [one for book in books for part in ("Checks", "Fix", "Verify")
             for one in steps_of(book, part, 99)]  # fmt: skip
    assert len(steps) > 100
    told = [text for one in steps for text in (*one.commands, *re.findall("`[^`]+`", one.text))]
    assert [one for one in told if _FOREIGN.search(one)] == []
    assert not [one.text for one in steps if re.search(r"\]\([^)]+\)", one.text)]
