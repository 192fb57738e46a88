"""One change is one event, whoever tells of it and in whatever order."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.merge import SAME, families, in_time, merged
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from tests.unit.diagnosis.timeline.scene import (
    CONTAINER,
    DISK,
    GUEST,
    NAS,
    NODE,
    OTHER_GUEST,
    POOL,
    finding,
    minutes,
)

FAMILY = families(bundled())
SUBJECTS = (GUEST, OTHER_GUEST, NODE, NAS, DISK, POOL, CONTAINER)
KINDS: tuple[EventKind, ...] = ("finding_began", "alert_fired", "started", "stopped", "log_new")
FACTS = ("pool_degraded", "disk_link", "disk_dead", "guest_stopped", "guest_down", "started",
         "restart_loop", "log_errors", "alert HighLoad")  # fmt: skip


def seen(
    fact: str,
    subject: Subject,
    at: float,
    *,
    teller: Teller = Teller.CHECK,
    within: float = 60.0,
    kind: EventKind = "finding_began",
    severity: Severity = Severity.CRITICAL,
    text: str = "",
    until: float | None = None,
    routine: bool = False,
    check: str = "",
) -> Observed:
    """What somebody saw so many minutes after the start."""
    says = text or f"{teller.name.lower()} says {fact}"
    evidence = Evidence(source=f"{teller.name.lower()}:main", kind="metric", says=says)
    event = Event(
        at=minutes(at),
        until=minutes(until) if until is not None else None,
        within=within,
        kind=kind,
        subject=subject,
        severity=severity,
        text=says,
        routine=routine,
        evidence=(evidence,),
    )
    return Observed(event, fact, teller, check)


observations = st.builds(
    seen,
    st.sampled_from(FACTS),
    st.sampled_from(SUBJECTS),
    st.integers(0, 120).map(float),
    teller=st.sampled_from(Teller),
    within=st.sampled_from([0.0, 60.0]),
    kind=st.sampled_from(KINDS),
    severity=st.sampled_from(Severity),
    until=st.none() | st.integers(121, 180).map(float),
    routine=st.booleans(),
    check=st.sampled_from(["", "smart-failed", "sectors"]),
)


@given(st.lists(observations, max_size=25), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(many: list[Observed], chance: random.Random) -> None:
    shuffled = list(many)
    chance.shuffle(shuffled)
    assert merged(many, FAMILY) == merged(shuffled, FAMILY)


@given(st.lists(observations, max_size=25))
def test_events_are_in_order_and_none_is_told_twice(many: list[Observed]) -> None:
    events = merged(many, FAMILY)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert len({event.key for event in events}) == len(events)
    assert merged([*many, *many], FAMILY) == events


@given(st.lists(observations, min_size=1, max_size=25))
def test_nobody_is_left_out(many: list[Observed]) -> None:
    events = merged(many, FAMILY)
    told = {subject.host for event in events for subject in event.subjects}
    assert told == {one.event.subject.host for one in many}
    worst = min(one.event.severity.rank for one in many)
    assert min(event.severity.rank for event in events) == worst
    earliest = min(one.event.at for one in many)
    assert events[0].at - earliest <= SAME + timedelta(minutes=1)


def test_one_stop_is_one_event_with_everybodys_evidence() -> None:
    (event,) = merged(
        [
            seen("guest_down", GUEST, 31, teller=Teller.ALERT, kind="alert_fired"),
            seen("guest_stopped", GUEST, 30, teller=Teller.TASK, within=0, kind="stopped",
                 severity=Severity.NOTE, text="anna@pve stopped media"),
            seen("guest_stopped", GUEST, 30.1, teller=Teller.LOG, within=0),
            seen("guest_down", GUEST, 32, teller=Teller.CHECK),
        ],
        FAMILY,
    )  # fmt: skip
    assert (event.kind, event.text) == ("stopped", "anna@pve stopped media")
    assert event.at == minutes(30)
    assert event.severity is Severity.CRITICAL
    assert event.sources == ("task:main", "log:main", "alert:main", "check:main")
    assert event.until is None


def test_what_two_homelabs_call_alike_happened_twice() -> None:
    def told(source: str, at: float) -> Observed:
        one = seen("backup_failed", GUEST, at, teller=Teller.TASK, within=0, kind="task_failed",
                   severity=Severity.WARNING, text="backup of media failed")  # fmt: skip
        evidence = one.event.evidence[0].model_copy(update={"source": source})
        return replace(one, event=one.event.model_copy(update={"evidence": (evidence,)}))

    both = [
        told(f"{backend}:{name}", at)
        for at, backend in ((30, "proxmox"), (30.5, "pbs"), (90, "proxmox"), (90.5, "pbs"))
        for name in ("home", "attic")
    ]
    events = merged(both, FAMILY)
    assert merged(both[::-1], FAMILY) == events
    assert [(event.at, event.count) for event in events] == [(minutes(30), 2), (minutes(90), 2)]
    assert set(events[0].sources) == {"proxmox:home", "proxmox:attic", "pbs:home", "pbs:attic"}
    alone = merged([one for one in both if _is_home(one)], FAMILY)
    assert [event.count for event in alone] == [1, 1]


def _is_home(one: Observed) -> bool:
    return one.event.evidence[0].source.endswith(":home")


def test_the_exact_time_of_a_line_counts_before_the_step_of_a_series() -> None:
    (event,) = merged(
        [
            seen("pool_degraded", POOL, 26, teller=Teller.CHECK, text="pool fast is degraded"),
            seen("pool_degraded", POOL, 27.5, teller=Teller.LOG, within=0.0),
        ],
        FAMILY,
    )
    assert event.at == minutes(27.5)
    assert event.text == "pool fast is degraded"


def test_a_late_line_does_not_move_the_beginning() -> None:
    (event,) = merged(
        [
            seen("web_down", GUEST, 8),
            seen("web_errors", GUEST, 22, teller=Teller.LOG, within=0.0, severity=Severity.NOTE),
        ],
        FAMILY,
    )
    assert event.at == minutes(8)


def test_a_graver_turn_of_what_lasts_is_news() -> None:
    events = merged(
        [
            seen("disk_link", DISK, 10, severity=Severity.WARNING, text="transfer errors"),
            seen("disk_link", DISK, 30, teller=Teller.LOG, within=0.0, text="SATA link down"),
        ],
        FAMILY,
    )
    assert [event.text for event in events] == ["transfer errors", "SATA link down"]


def test_a_line_that_names_only_the_machine_means_the_thing_on_it() -> None:
    (event,) = merged(
        [
            seen("disk_link", NAS, 10, teller=Teller.LOG, within=0.0, text="ata7: SATA link down"),
            seen("disk_link", DISK, 10.2, teller=Teller.LOG, within=0.0, text="sdh disabled"),
        ],
        FAMILY,
    )
    assert event.subject == DISK
    assert event.at == minutes(10)
    assert event.text == "ata7: SATA link down"


def test_starts_within_a_loop_belong_to_it() -> None:
    loop = seen("restart_loop", CONTAINER, 10, kind="restarted", until=50)
    starts = [seen("started", CONTAINER, at, kind="started") for at in (20, 35, 50)]
    later = seen("started", CONTAINER, 90, kind="started")
    events = merged([loop, *starts, later], FAMILY)
    assert [(event.kind, event.at) for event in events] == [
        ("restarted", minutes(10)),
        ("started", minutes(90)),
    ]


def test_the_same_of_many_subjects_is_one_event_with_a_count() -> None:
    guests = [GUEST, OTHER_GUEST, Subject(kind=GUEST.kind, name="auth")]
    (event,) = merged([seen("io_wait", guest, 10) for guest in guests], FAMILY)
    assert event.count == 3
    assert set(event.subjects) == set(guests)
    assert "the same for 2 others" in event.text


def test_what_stands_still_has_no_end() -> None:
    seen_by_log = seen("disk_link", DISK, 10, teller=Teller.LOG, within=0.0, until=12)
    (over,) = merged([seen_by_log], FAMILY)
    assert over.until == minutes(12)
    standing = finding("disk_link", DISK, None, told="api", says="sdh is removed")
    (lasting,) = merged([seen_by_log], FAMILY, [standing])
    assert lasting.until is None
    assert [one.says for one in lasting.evidence][-1] == "sdh is removed"


def test_routine_is_only_what_everybody_calls_so() -> None:
    one = seen("backup_failed", GUEST, 10, routine=True)
    (event,) = merged([one], FAMILY)
    assert event.routine
    (event,) = merged([one, seen("backup_failed", GUEST, 11)], FAMILY)
    assert not event.routine


def test_families_know_what_is_the_same() -> None:
    assert FAMILY("disk_dead") == FAMILY("disk_link")
    assert FAMILY("guest_down") == FAMILY("guest_stopped")
    assert FAMILY("guest_down over") == f"{FAMILY('guest_stopped')} over"
    assert FAMILY("oom_kill") != FAMILY("pool_degraded")


def test_in_time_puts_the_gravest_of_one_moment_first() -> None:
    note = seen("started", GUEST, 5, severity=Severity.NOTE).event
    grave = seen("node_down", NODE, 5).event
    assert in_time([note, grave, note]) == (grave, note)


def test_the_node_that_is_gone_is_told_first_and_by_its_own_words() -> None:
    observed = [
        seen("dns_down", GUEST, 10),
        seen("packet_loss", NODE, 10, text="all pings failed"),
        seen("node_down", NODE, 10, teller=Teller.SERVER, text="it is offline"),
    ]
    events = merged(observed, FAMILY)
    assert [event.subject for event in events] == [NODE, GUEST]
    assert events[0].text == "it is offline"


def test_first_evidence_shows_the_words() -> None:
    (event,) = merged(
        [
            seen("disk_failing", DISK, 20, severity=Severity.WARNING, text="32 sectors replaced"),
            seen("disk_failing", DISK, 22, text="1 unreadable sector", check="sectors"),
        ],
        FAMILY,
    )
    assert event.text == "1 unreadable sector"
    assert event.evidence[0].says == event.text


def test_another_grave_check_later_on_is_an_event_of_its_own() -> None:
    events = merged(
        [
            seen("disk_failing", DISK, 0, text="1 unreadable sector", check="sectors"),
            seen("disk_failing", DISK, 58, teller=Teller.ALERT, kind="alert_fired", text="alert"),
            seen("disk_failing", DISK, 60, text="SMART says FAILED", check="smart-failed"),
            seen("disk_failing", DISK, 90, text="2 unreadable sectors", check="sectors"),
        ],
        FAMILY,
    )
    assert [event.text for event in events] == ["1 unreadable sector", "SMART says FAILED"]
