"""The grounding check: what it must catch, and what it must let through."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.reading import State
from sre_tui.agent.events import Evidence
from sre_tui.agent.grounding import Grounds, check
from sre_tui.agent.grounding.evidence_index import EvidenceIndex
from sre_tui.agent.grounding.facts import Facts
from sre_tui.agent.grounding.markup import Prose

NOW = datetime(2026, 11, 22, 14, 2, 5, tzinfo=UTC)

ALERTS = """\
2 of 40 rules fire, 1 pending; window last 24 h
HighReadLatency firing since 2026-11-22 13:20:00 UTC (42 min ago) instance="nas1:9100"
ZfsPoolDegraded pending since 2026-11-22 13:58:05 UTC (4 min ago) pool="tank" instance="nas1:9100"
"""
DISKS = """\
nas1/sdc: 51.5 °C, 24 errors, 7.28 TiB, power on 41,235 h
nas1/sdb: 38 °C, 0 errors, 7.28 TiB
tank: 12.4 TiB of 14.5 TiB used (85.5%), read latency 152 ms
media: memory 1.5 GiB of 8 GiB available, load 9.13, swap 512 MiB, network 11.9 MB/s
"""
LOGS = """\
2026-11-22 13:19:41 UTC nas1 kernel: ata3.00: failed command: READ FPDMA QUEUED
2026-11-22 13:21:07 UTC nas1 smartd[812]: Device: /dev/sdc [SAT], 24 Currently unreadable sectors
2026-11-22 13:25:30 UTC media jellyfin: transcode stalled: read timeout after 30 s
"""
BACKUPS = """\
media: backup of 2026-11-20 10:59:12 UTC on /dev/sda1
"""
DOCUMENT: dict[str, object] = {
    "data": {
        "items": [
            {"name": "sdc", "state": "failing", "bytes": 8001563222016, "ratio": 0.93271},
            {"name": "sdb", "state": "ok", "bytes": 8001563222016, "ratio": 0.1},
            {"name": "sda", "state": "ok", "bytes": 8001563222016, "ratio": 0.1},
            {"name": "sdd", "state": "ok", "bytes": 8001563222016, "ratio": 0.1},
            {"name": "sde", "state": "ok", "bytes": 8001563222016, "ratio": 0.1},
        ],
        "points": [[1795343940, 3.1], [1795344000, 17.3]],
    }
}


def evidence(number: int, text: str, document: dict[str, object] | None = None) -> Evidence:
    return Evidence(
        id=f"E{number}",
        tool="look",
        arguments={"since": "6h", "host": "nas1"},
        state=State.OK,
        observed_at=NOW,
        summary=text.splitlines()[0],
        text=text,
        document=document,
        elapsed=0.1,
    )


GROUNDS = Grounds.of(
    evidence=[
        evidence(1, ALERTS),
        evidence(2, DISKS, DOCUMENT),
        evidence(3, LOGS),
        evidence(4, BACKUPS),
    ],
    said=("Why is Jellyfin on media buffering since 1 pm? I have 32 GB there.",),
    names=("grafana_get_alerts",),
    known=("nas1:9100", "media", "pve1", "pve2"),
    now=NOW,
)

SUPPORTED = [
    # plain figures, units and rounding
    "sdc has 24 unreadable sectors [E3].",
    "The disk is at 51.5 °C, about 52 °C, or roughly 51 °C.",
    "The pool holds 12.4 TiB of 14.5 TiB, so 85.5 % are used; 85% or 86 percent.",
    "About 14% of the pool are free; 14.5% to be exact.",
    "There are 2.1 TiB left.",
    "Memory: 1.5 GiB of 8 GiB available, that is 1536 MiB, or 19% of it.",
    "1,5 is German; 1.5 GB is what others call it.",
    "The load is 9.1.",
    "Read latency is 152 ms, i.e. 0.15 s.",
    "The disk has run for 41,235 h or 41235 hours.",
    "Network traffic is 11.9 MB/s, about 95 Mbit/s.",
    "The disk offers 8.0 TB (7.28 TiB).",
    "The ratio is 93.3%, and over 90% is bad.",
    "Utilisation of 93% [E2].",
    "The read timed out after 30 s.",
    "Load rose from 3.1 to 17.3.",
    # counts
    "2 of 40 rules fire.",
    "2 alerts are firing and 1 is pending.",
    "Five disks were looked at; 4 of 5 are ok.",
    "There are 5 disks.",
    # times
    "It began at 13:20 UTC, 42 minutes ago.",
    "It began at 13:20:00, right after the first read error at 13:19.",
    "Since about 13:15 things go wrong.",
    "The alert fires for 42 min; pending for 4 minutes.",
    "Since 1:20 pm today, 22 November 2026.",
    "On 2026-11-22, or Nov 22, or 22.11.2026.",
    "Yesterday, 2026-11-21, all was well.",
    "Within the last 24 hours, and the last 6 hours.",
    "The log line of 2026-11-22 13:21:07 UTC names it.",
    "It took about 6 minutes from the first error to the stall.",
    "It began at 13:20 UTC (42 min ago) [E1].",
    "Firing since 13:20 UTC (42 min ago), pending since 13:58 UTC (4 min ago) [E1].",
    "Since 2026-11-22 13:20 UTC (42 min ago) [E1].",
    "Since 2026-11-22 13:20 UTC (41 min ago) [E1].",
    "It began about 40 min ago (13:20 UTC) [E1].",
    "Since 13:19 UTC (about 45 min ago) the disk fails [E3].",
    "The last backup was at 2026-11-20 10:59 UTC (2 d 3 h ago) [E4].",
    "The last backup was at 10:59 UTC (2 d 3 h ago) [E4].",
    # names that begin as months do, and what a shortened text leaves of a figure
    "Errors: mail 24, main 13:20 UTC, marked 24.",
    "Certificates of media, nas1 and 26 m…, since 13:20 UTC.",
    "Certificates of media, nas1 and 26 …",
    # names
    'The system lies on "sda1", and /dev/sda1 is fine; so is sda, the disk of `sda1` [E4].',
    "Disk `sdc` in pool `tank` on host `nas1` fails; `media` suffers.",
    "`HighReadLatency` fires on `nas1:9100`; ZfsPoolDegraded is pending.",
    "The alert HighReadLatency fires.",
    "/dev/sdc is bad, see `/dev/sdc` and `smartd`.",
    "`grafana_get_alerts` was asked.",
    "nas1 and media.",
    # words beside a noun that are no names, and a short form of a name that is known
    "The node exporter is down, and so is the node that failed; disk usage is high.",
    "The disk itself is fine, but the host lost power; the pool member is missing.",
    "It runs on the host alone. It ran out of disk space. The VM has memory left.",
    "The grafana service is fine; container runtime is docker, and host memory is low.",
    "IPv6 is down, raidz2 is degraded, and ext4 failed; `grafana_get_alerts` was asked.",
    # what is no claim
    "1. First thing\n2. Second thing\n10. Tenth thing",
    "## 7. Findings\n\nThe 5th disk, the 12th sector, step 4, option 9.",
    "As E3 and [E1], [E2, E3] and (E1) show.",
    "Debian 12, Proxmox VE 8.2, PostgreSQL 16.4, kernel 6.8.12-4-pve, v2.53.1, RAIDZ2, IPv6.",
    "TrueNAS 25.10 and Python 3.11 are fine; so is HTTP/2 on port 9443.",
    "```\nzpool replace tank sdc sdq\nsleep 600; curl http://10.9.8.7:3999/x\n```",
    "Run `smartctl -a /dev/sdx` and `zpool scrub rpool`.",
    "Run `zpool replace tank sdc sdf`, wait 12 hours, and check again at 18:00.",
    "Keep at least 20% of a pool free.",
    "- Increase memory to 16 GiB.\n- **Schedule** a scrub every 35 days.",
    "You should plan for 25 TiB.",
    "ZFS pools usually slow down beyond 80%.",
    "See https://docs.example.org/2024/11/page-77#L1234 for more.",
    "One of 2 causes is likely; 3 things to do.",
    "Nothing was found: 0 errors on sdb, 0%, 0 B.",
    "The zero-based index, `true`, `null`, `root`, `error`, `OOM`.",
    "GitHub, WireGuard, PostgreSQL and HomeAssistant are not involved.",
    "WLAN-6E and USB-3 do not matter.",
    "Your 32 GB of memory are enough.",
    "It starts at 13:20–13:25 and lasts 5 min.",
    "Read errors since 13:20 UTC (42 min ago) [E3]; they lasted from 13:20 to 13:25, for 5 min.",
    "The disk has 24 errors. [E3]",
    "The disk has 24 errors [E2], and HighReadLatency fires for 42 min [E1].",
    "The pool is 85.5% full [E2]\n\nSince 13:20 it reads slowly [E1].",
    "You have 32 GB of memory [E1].",
    "| disk | °C |\n|---|---|\n| sdc | 51.5 |\n| sdb | 38 |",
]

FLAGGED = [
    ("sdc has 25 unreadable sectors.", "25"),
    ("The disk is at 61.5 °C.", "61.5 °C"),
    ("The pool is 97% full.", "97%"),
    ("The pool holds 13.4 TiB.", "13.4 TiB"),
    ("Memory: 3.7 GiB available.", "3.7 GiB"),
    ("The load is 9.6.", "9.6"),
    ("Read latency is 480 ms.", "480 ms"),
    ("Read latency is 152 s.", "152 s"),
    ("17 of 40 rules fire.", "17"),
    ("2 of 41 rules fire.", "41"),
    ("There are 1,204 errors.", "1,204"),
    ("Restarted 14 times.", "14"),
    ("It began at 09:47.", "09:47"),
    ("It began at about 11:30.", "11:30"),
    ("It began on 2026-11-02.", "2026-11-02"),
    ("It began on 3 October.", "3 October"),
    ("It began on May 4.", "May 4"),
    ("Seit dem 4. Mai.", "4. Mai"),
    ("It has lasted for 19 days.", "19 days"),
    ("Disk `sdx` fails.", "sdx"),
    ("Disk sdx fails.", "sdx"),
    ("/dev/nvme7n1 fails.", "nvme7n1"),
    ("Host `pluto` is down.", "pluto"),
    ("The service `frigate` is down.", "frigate"),
    ("`nas7` is down.", "nas7"),
    ("nas7 is down.", "nas7"),
    ("media:9999 is down.", "media:9999"),
    ("The alert HighWriteLatency fires.", "HighWriteLatency"),
    ("`NodeDown` fires.", "NodeDown"),
    ("The host zebra is down.", "zebra"),
    ("All is well but on host zebra.", "zebra"),
    ("A guest named quagga writes a lot.", "quagga"),
    ('Pool "alpha" has lost a disk.', "alpha"),
    ("VM grafana2 needs memory.", "grafana2"),
    ("Guest 105 (jellyfin2) is off.", "jellyfin2"),
    ("zebra7 is down.", "zebra7"),
    ("As [E9] shows.", "E9"),
    ("As [E1, E7] shows.", "E7"),
    ("`backup-job-7` failed.", "backup-job-7"),
    ("over 99.99% were lost", "99.99%"),
    # an age must be that of the time it stands beside, even if something else is so old
    ("Firing since 13:20 UTC (4 min ago) [E1].", "4 min"),
    ("Pending since 13:58 UTC (42 min ago) [E1].", "42 min"),
    ("Firing since 13:20 UTC (3 h 42 min ago) [E1].", "3 h 42 min"),
    ("Firing since 2026-11-22 13:20 UTC (1 d 42 min ago) [E1].", "1 d 42 min"),
    ("It began 24 min ago (13:20 UTC) [E1].", "24 min"),
    ("Firing since 13:26 UTC (36 min ago) [E1].", "13:26"),
    ("The last backup was at 10:59 UTC (3 d 3 h ago) [E4].", "3 d 3 h"),
    # a citation must be of what says so
    ("The pool is 85.5% full [E1].", "85.5%"),
    ("The pool is 85.5% full. [E1]", "85.5%"),
    ("It was 51.5 °C [E2] at first, then 152 ms passed [E2].\nThe load is 9.13 [E3].", "9.13"),
    ("Errors since 13:20 (17 min ago) [E3].", "17 min"),
]


@pytest.mark.parametrize("answer", SUPPORTED)
def test_what_is_right_raises_no_alarm(answer: str) -> None:
    assert [(one.kind, one.text) for one in check(answer, GROUNDS)] == []


@pytest.mark.parametrize(("answer", "wrong"), FLAGGED)
def test_what_is_made_up_is_flagged(answer: str, wrong: str) -> None:
    found = check(answer, GROUNDS)
    assert [one.text for one in found] == [wrong]
    assert answer[found[0].start : found[0].end] == wrong


@given(st.text(max_size=300))
def test_any_text_is_checked_without_an_error(answer: str) -> None:
    for one in check(answer, GROUNDS):
        assert answer[one.start : one.end] == one.text


@given(st.text(max_size=200))
def test_any_evidence_can_be_read(text: str) -> None:
    grounds = Grounds.of(evidence=[evidence(1, text or "-", {"x": text})], now=NOW)
    assert check("All is well.", grounds) == ()


FIGURES = st.one_of(
    st.integers(4, 10**7).map(str),
    st.floats(0.01, 10**6, allow_nan=False).map(lambda x: f"{x:.2f}"),
    st.tuples(st.floats(0.1, 999), st.sampled_from(["GiB", "MB", "TiB", "%", "ms", "h"])).map(
        lambda pair: f"{pair[0]:.1f} {pair[1]}"
    ),
)


@given(FIGURES)
def test_a_figure_is_supported_by_itself_and_by_its_rounding(figure: str) -> None:
    grounds = Grounds.of(evidence=[evidence(1, f"value {figure} there")], now=NOW)
    assert check(f"The value is {figure}.", grounds) == ()


@given(st.floats(1.5, 900), st.sampled_from([("KiB", 1024), ("MiB", 1024**2), ("TiB", 1024**4)]))
def test_bytes_of_a_document_support_their_human_form(value: float, unit: tuple[str, int]) -> None:
    document: dict[str, object] = {"bytes": int(value * unit[1])}
    grounds = Grounds.of(evidence=[evidence(1, "-", document)], now=NOW)
    shown = int(value * unit[1]) / unit[1]
    assert check(f"It takes {shown:.2f} {unit[0]}.", grounds) == ()


@given(st.integers(0, 1000))
def test_a_ratio_of_a_document_supports_its_percentage(thousandths: int) -> None:
    document: dict[str, object] = {"ratio": thousandths / 1000}
    grounds = Grounds.of(evidence=[evidence(1, "-", document)], now=NOW)
    assert check(f"It is {thousandths / 10:.1f}% full.", grounds) == ()


@given(st.integers(2, 3 * 86400))
def test_a_time_supports_how_long_ago_it_was(seconds: int) -> None:
    at = NOW - timedelta(seconds=seconds)
    grounds = Grounds.of(evidence=[evidence(1, f"since {at:%Y-%m-%d %H:%M:%S} UTC")], now=NOW)
    hours, minutes = divmod(seconds // 60, 60)
    said = f"{hours} h {minutes} min" if hours else f"{minutes or 1} min"
    assert check(f"It began at {at:%H:%M}.", grounds) == ()
    if seconds > 1200:
        assert check(f"It has lasted for {said}.", grounds) == ()


def test_chance_supports_few_invented_figures() -> None:
    dice = random.Random(7)
    invented = [
        *(f"The pool is {dice.uniform(20, 99):.1f}% full." for _ in range(200)),
        *(f"It has {dice.randint(50, 9000)} errors." for _ in range(200)),
        *(f"It takes {dice.uniform(0.5, 90):.1f} GiB." for _ in range(200)),
        *(f"It began at {dice.randint(0, 11):02}:{dice.randint(0, 59):02}." for _ in range(200)),
    ]
    let_through = [answer for answer in invented if not check(answer, GROUNDS)]
    assert len(let_through) / len(invented) < 0.06, let_through


def test_a_citation_sharpens_the_check_among_many_figures() -> None:
    dice = random.Random(7)
    rows = [{"name": f"s{n}", "value": round(dice.uniform(0, 100), 2)} for n in range(400)]
    grounds = Grounds.of(
        evidence=[evidence(1, "400 series", {"items": rows}), evidence(2, DISKS)], now=NOW
    )
    invented = [f"It has {number} errors" for number in range(4, 100)]
    loose = [answer for answer in invented if not check(answer, grounds)]
    sharp = [answer for answer in invented if not check(f"{answer} [E2].", grounds)]
    assert len(sharp) < len(loose) / 4


def test_a_series_of_points_counts_by_what_it_amounts_to() -> None:
    points = [[f"2026-11-22T13:{minute:02}:00Z", 10.0 + minute / 7] for minute in range(60)]
    grounds = Grounds.of(
        evidence=[evidence(1, "1 series", {"items": [{"points": points}]})], now=NOW
    )
    assert check("It rose from 10.0 to 18.4, 14.2 on average, over 60 points.", grounds) == ()
    assert [one.text for one in check("It was 13.3.", grounds)] == ["13.3"]


def test_evidence_is_read_once_for_several_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    facts_of = Facts.of

    def counted(texts: Iterable[str], document: object, now: datetime) -> Facts:
        read.append(1)
        return facts_of(texts, document, now)

    monkeypatch.setattr(Facts, "of", counted)
    index = EvidenceIndex()
    first, second = evidence(1, ALERTS), evidence(2, DISKS)
    Grounds.of(evidence=[first], now=NOW, index=index)
    assert len(read) == 2, "the evidence, and what the user said"
    grounds = Grounds.of(evidence=[first, second], now=NOW, index=index)
    assert len(read) == 4
    assert check("sdb is at 38 °C [E2]; 2 of 40 rules fire [E1].", grounds) == ()


def test_evidence_that_took_the_place_of_another_is_read_again() -> None:
    index = EvidenceIndex()
    Grounds.of(evidence=[evidence(1, "load 17.3")], now=NOW, index=index)
    grounds = Grounds.of(evidence=[evidence(1, "load 9.1")], now=NOW, index=index)
    assert check("The load is 9.1.", grounds) == ()
    assert [one.text for one in check("The load is 17.3.", grounds)] == ["17.3"]


def test_an_answer_that_runs_away_is_read_all_the_same() -> None:
    prose = Prose.of("The disk has 24 errors.\n" + "_" * 50_000)
    assert len(prose.sentences) == 2
    assert not prose.is_advice(0)
