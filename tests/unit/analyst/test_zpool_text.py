"""The output of `zpool status`, as people pipe it."""

from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.analyst.zpool_text import Member, read_zpool

FAULTED = """
  pool: tank
 state: DEGRADED
status: One or more devices are faulted in response to persistent errors.
  scan: scrub repaired 0B in 07:13:11 with 0 errors on Sun Nov 15 07:37:13 2026
config:

\tNAME                     STATE     READ WRITE CKSUM
\ttank                     DEGRADED     0     0     0
\t  raidz2-0               DEGRADED     0     0     0
\t    ata-DISK_1           ONLINE       0     0     0
\t    ata-DISK_2           FAULTED     12  1.5K     0  too many errors
\t    ata-DISK_3           ONLINE       0     0     2

errors: No known data errors

  pool: fast
 state: ONLINE
config:

\tNAME        STATE     READ WRITE CKSUM
\tfast        ONLINE       0     0     0
\t  mirror-0  ONLINE       0     0     0
\t    nvme0n1 ONLINE       0     0     0
"""


def test_the_members_in_question_are_named_with_their_errors() -> None:
    tank, fast = read_zpool(FAULTED.splitlines())
    assert (tank.name, tank.state, tank.sound) == ("tank", "DEGRADED", False)
    assert tank.bad == (
        Member("ata-DISK_2", "FAULTED", "12", "1.5K", "0", "too many errors"),
        Member("ata-DISK_3", "ONLINE", "0", "0", "2"),
    )
    assert [one.errors for one in tank.bad] == ["12 read, 1.5K write errors", "2 checksum errors"]
    assert (fast.name, fast.sound, fast.bad) == ("fast", True, ())


def test_other_text_is_no_output_of_it() -> None:
    assert read_zpool(["nginx: [emerg] bind() failed", "pool: tank is full"]) == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for pool in read_zpool(f"  pool: x\n state: ONLINE\n{text}".splitlines()):
        assert pool.name
