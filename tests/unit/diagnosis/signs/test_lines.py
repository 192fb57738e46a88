"""What lines tell: since when, of whom, and whether it is anything new."""

from __future__ import annotations

from datetime import timedelta

from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_proxmox import corosync_name
from sre_tui.diagnosis.topology.graph import Relation, Topology
from tests.unit.diagnosis.signs.stage import NOW, found, homelab, written

LOCKED = "sqlite3.OperationalError: database is locked"


def test_began_with_its_first_line() -> None:
    (one,) = found(written(LOCKED, (12, 30, 47)), homelab())
    assert (one.kind, one.subject.name) == ("database_locked", "docker1/app")
    assert one.since == NOW - timedelta(minutes=47)
    assert one.until == NOW - timedelta(minutes=12)
    assert one.severity is Severity.WARNING
    assert not one.open_start
    assert one.why
    assert one.advice


def test_what_was_always_written_is_nothing_new() -> None:
    (one,) = found(written(LOCKED, range(1, 360, 10)), homelab())
    assert one.severity is Severity.NOTE
    assert one.open_start
    assert "all along" in one.text


def test_what_was_always_written_but_now_much_more_is_new() -> None:
    often = [*range(30, 360, 10), *(each / 4 for each in range(120))]
    (one,) = found(written(LOCKED, often), homelab())
    assert one.severity is Severity.WARNING


def test_grave_lines_all_along_stay_a_warning() -> None:
    line = "blk_update_request: I/O error, dev sdc, sector 12 op 0x0:(READ)"
    (one,) = found(written(line, range(1, 360, 10), service="kernel"), homelab())
    assert (one.kind, one.severity) == ("disk_failing", Severity.WARNING)


def test_every_machine_counts() -> None:
    entries = [
        entry for number in range(1, 9) for entry in written(LOCKED, (5,), host=f"docker{number}")
    ]
    names = {one.subject.name for one in found(entries, homelab(8))}
    assert names == {f"docker{number}/app" for number in range(1, 9)}


def test_common_words_alone_tell_of_a_symptom() -> None:
    (one,) = found(written("error while scanning the library", (5,)), homelab())
    assert (one.kind, one.severity) == ("service_errors", Severity.NOTE)


def test_what_leaves_no_doubt_says_what_it_is_though_a_hint_came_before() -> None:
    hint = written("corosync: votes: 1", (31,), host="pve1", service="corosync")
    sure = written("[status] notice: node lost quorum", (30,), host="pve1", service="pmxcfs")
    (one,) = found([*hint, *sure], homelab())
    assert (one.kind, one.text, one.hearsay) == ("quorum_lost", "lost cluster quorum", False)
    assert one.since == NOW - timedelta(minutes=31)
    assert "lost quorum" in one.evidence[0].says
    assert (one.count, one.writers) == (2, ("corosync", "pmxcfs"))
    (same,) = found([*sure, *hint], homelab())
    assert (same.count, same.writers, same.text) == (one.count, one.writers, one.text)


def test_a_lock_that_a_node_tells_without_a_name_is_of_the_guest_it_names_else() -> None:
    bare = written("CT is locked (snapshot)", (20,), host="pve1", service="pvedaemon")
    named = written(
        "update CT docker1: CT is locked (snapshot)", (25,), host="pve1", service="pvedaemon"
    )
    (alone,) = found(bare, homelab())
    assert (alone.subject.name, alone.subject.kind) == ("pve1", SubjectKind.NODE)
    topology = homelab()
    topology.add(topology.named("docker1")[0], "125")
    named = [one.model_copy(update={"line": one.line.replace("docker1", "125")}) for one in named]
    (one,) = found([*bare, *named], topology)
    assert (one.subject.name, one.subject.kind, one.count) == ("docker1", SubjectKind.GUEST, 2)


def test_a_container_that_is_called_like_its_machine_is_one_where_its_lines_say_so() -> None:
    line = "schema is newer than this release can read"
    plain = written(line, (5,), service="docker1")
    inside = [
        one.model_copy(update={"labels": {**one.labels, "container": "docker1"}}) for one in plain
    ]
    assert [one.subject.name for one in found(plain, homelab())] == ["docker1"]
    assert [one.subject.name for one in found(inside, homelab())] == ["docker1/docker1"]


def test_packets_dropped_before_a_guest_are_trouble_of_the_guest() -> None:
    line = (
        "125 4 veth125i0-IN policy DROP: IN=fwbr125i0 OUT=fwbr125i0 "
        "SRC=10.1.0.6 DST=10.1.0.30 LEN=60 PROTO=TCP DPT=5432"
    )
    topology = homelab()
    topology.add(topology.named("docker1")[0], "125")
    (one,) = found(written(line, (5, 6), host="pve1", service="pve-firewall"), topology)
    assert (one.kind, one.subject.name) == ("firewall_blocks", "docker1")


def test_a_program_that_is_called_like_another_machine_is_not_that_machine() -> None:
    line = "docker2 invoked oom-killer: gfp_mask=0x140cca, order=0, oom_score_adj=0"
    (elsewhere,) = found(written(line, (5,), host="docker1", service="kernel"), homelab(2))
    assert elsewhere.subject.name == "docker1"


def test_a_lost_link_of_a_cluster_is_told_of_the_member_it_leads_to() -> None:
    topology = Topology()
    for cluster, names in (("attic", ("old1", "old2", "old3")), ("home", ("pve1", "pve2", "pve3"))):
        for number, name in enumerate(names, start=1):
            node = topology.add(Subject(kind=SubjectKind.NODE, name=name), corosync_name(number))
            whole = Subject(kind=SubjectKind.CLUSTER, name=cluster)
            topology.connect(node, Relation.PART_OF, whole)
    line = "  [KNET  ] link: host: 3 link: 0 is down"
    entries = [
        *written(line, (25,), host="pve1", service="corosync"),
        *written(line, (24,), host="pve2", service="corosync"),
    ]
    (one,) = found(entries, topology)
    assert (one.kind, one.subject.name, one.count) == ("packet_loss", "pve3", 2)
    # Who does not know the members' numbers tells it of the one that says so.
    unknown = found(written(line, (25,), host="docker1", service="corosync"), homelab())
    assert [each.subject.name for each in unknown] == ["docker1"]


def test_an_image_that_is_called_as_containers_end_is_the_one_of_them() -> None:
    topology = homelab()
    for name in ("authentik-server", "authentik-worker"):
        container = Subject(kind=SubjectKind.CONTAINER, name=f"docker1/{name}")
        topology.connect(container, Relation.RUNS_ON, topology.subjects(SubjectKind.GUEST)[0])
    line = 'level=info msg="Found new ghcr.io/goauthentik/{}:2026.1 image"'
    for image, named in (("server", "docker1/authentik-server"), ("proxy", "docker1/proxy")):
        (one,) = found(written(line.format(image), (5,), service="watchtower"), topology)
        assert one.subject.name == named
