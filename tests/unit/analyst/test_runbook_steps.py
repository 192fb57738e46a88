"""Which steps of a runbook are told, and in which order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import pytest
from markdown_it import MarkdownIt

from sre_tui.agent.analyst.calls import Found
from sre_tui.agent.analyst.runbook_steps import CODE_LINES, runbook_call, steps_of
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.tools.runbooks import RunbookMatches, RunbookPassage
from tests.unit.analyst.constructed import HandedOut, passage

FIX = """\
1. Check that backups are fresh.
2. Run a long self-test.
3. Heat: clean the filters.
4. CRC only: replace the cable.
5. Failing or self-test failed: replace now.
6. Worn SSD under LVM: move volumes online.
"""


def _found(text: str) -> Found:
    return _found_in(passage("Disk wear", "Fix", text))


def _found_in(*passages: RunbookPassage) -> Found:
    data = RunbookMatches(items=passages, query="?", mode="text")

    def answerer(tool: str, arguments: Mapping[str, Any]) -> RunbookMatches:
        return data

    runner = HandedOut(answerer)
    call = runbook_call("disk")
    [tool] = [one for one in runner.tools if one.name == call.tool]
    [ran] = asyncio.run(runner.run_all([(tool, call.arguments)]))
    return Found(call, ran)


def test_steps_are_the_first_ones_in_the_order_of_the_document() -> None:
    steps = steps_of(_found(FIX))
    assert steps is not None
    assert steps.items == (
        "Check that backups are fresh.", "Run a long self-test.", "Heat: clean the filters.",
    )  # fmt: skip


POOL = """\
1. Check the pool:

   ```sh
   zpool status -v tank
   ```

2. Swap the disk. **Careful:** compare the serial in `zpool.conf`
   first.

   ```sh
   zpool offline tank sdc
   zpool replace tank sdc sdd
   ```

   The resilver takes hours.
3. Long:

   ```sh
   one
   two
   ```
"""


def test_a_command_of_a_step_stands_in_its_sentence() -> None:
    steps = steps_of(_found(POOL))
    assert steps is not None
    assert steps.items[0] == "Check the pool: `zpool status -v tank`"


def test_several_commands_are_a_code_block_of_their_step() -> None:
    steps = steps_of(_found(POOL))
    assert steps is not None
    listed = "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1))
    tokens = MarkdownIt().parse(listed)
    (block,) = (token for token in tokens if token.type == "fence")
    assert block.content == "zpool offline tank sdc\nzpool replace tank sdc sdd\n"
    assert block.level > 0, "the block belongs to its list item"
    assert sum(token.type == "list_item_open" for token in tokens) == len(steps.items)


def test_a_warning_is_never_cut_from_its_step() -> None:
    steps = steps_of(_found(POOL))
    assert steps is not None
    assert "**Careful:** compare the serial in `zpool.conf` first." in steps.items[1]
    cut = steps_of(_found(f"1. {'Long words. ' * 40} **Careful:** it wipes the disk.\n"))
    assert cut is not None
    assert cut.items[0].endswith("**Careful:** it wipes the disk.")


def test_a_long_block_is_bounded_and_says_so() -> None:
    commands = "".join(f"   command {n}\n" for n in range(9))
    steps = steps_of(_found(f"1. Look:\n\n   ```sh\n{commands}   ```\n"))
    assert steps is not None
    assert len(re.findall(r"command \d", steps.items[0])) == CODE_LINES
    assert "and 5 more lines in `sre runbooks show disk-wear`" in steps.items[0]


def test_a_block_without_a_list_is_told() -> None:
    steps = steps_of(_found("Check the pool:\n\n```\nzpool status -v tank\n```\n"))
    assert steps is not None
    assert steps.items == ("Check the pool: `zpool status -v tank`",)


def test_a_code_fence_within_a_block_does_not_end_it() -> None:
    steps = steps_of(_found("1. Write:\n\n   ~~~md\n   ```\n   text\n   ```\n   ~~~\n2. Go on.\n"))
    assert steps is not None
    listed = "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1))
    (block,) = (token for token in MarkdownIt().parse(listed) if token.type == "fence")
    assert block.content == "```\ntext\n```\n"


def _of(heading: str) -> RunbookPassage:
    return passage("DNS down", heading, f"1. What stands under {heading.split(' > ')[-1]}.\n")


@pytest.mark.parametrize(
    ("headings", "chosen"),
    [
        (("Causes", "Verify", "Fix", "Checks"), "Fix"),
        (("Causes", "Verify", "Checks"), "Checks"),
        (("Causes", "Verify"), "Verify"),
        (("Prefixes > Causes", "DNS down > Repair"), "Repair"),
        (("Causes", "Ursachen", "Behebung"), "Behebung"),
        (("Symptoms", "When the router was swapped"), "When the router was swapped"),
    ],
)
def test_steps_are_from_a_section_with_steps(headings: tuple[str, ...], chosen: str) -> None:
    steps = steps_of(_found_in(*map(_of, headings)))
    assert steps is not None
    assert (steps.heading, steps.items) == (chosen, (f"What stands under {chosen}.",))


def test_what_only_describes_is_no_step() -> None:
    steps = steps_of(_found_in(_of("Causes"), _of("Symptoms"), _of("Fix > Background")))
    assert steps is not None
    assert steps.items == ()
    asked = steps_of(_found_in(_of("Causes"), _of("Fix")), "causes")
    assert asked is not None
    assert asked.heading == "Causes"


def _bundled(runbook: str) -> RunbookPassage:
    text = (resources.files("runbooks") / f"{runbook}.md").read_text("utf-8")
    fix = text.partition("\n## Fix\n")[2].partition("\n## ")[0]
    return passage(runbook.replace("-", " "), "Fix", fix)


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("backup_unverified", ["Verification failed"]),
        ("backup_uncovered", ["Cover the guest", "Run the missing backup"]),
        ("datastore_full", ["Free a few", "Prune with", "Run garbage"]),
        (
            "replication_failed",
            ["Connection and room", "Proxmox, run again", "TrueNAS, run again"],
        ),
        ("snapshot_pileup", ["Thin out snapshots"]),
        ("node_down", ["Cut off", "No power", "Hung"]),
    ],
)
def test_those_steps_are_told_that_help_against_what_is_wrong(kind: str, begins: list[str]) -> None:
    runbook = bundled()[kind].runbook
    # What the search finds first by its words need not be the runbook of the trouble.
    steps = steps_of(_found_in(_bundled("disk-smart-warning"), _bundled(runbook)), kind=kind)
    assert steps is not None
    assert steps.id == runbook
    assert [one for one, begin in zip(steps.items, begins, strict=True) if begin in one] == list(
        steps.items
    )


def test_a_document_of_ones_own_that_fits_best_is_told_as_it_is() -> None:
    own = passage("My backups", "Fix", "1. Call Anna.\n2. Verification failed: call Bert.\n")
    steps = steps_of(_found_in(own, _bundled("backup-failed")), kind="backup_unverified")
    assert steps is not None
    assert steps.items == ("Call Anna.", "Verification failed: call Bert.")


def test_steps_for_the_other_sort_of_guest_are_left_out() -> None:
    fix = "1. Take it out: `pct set <ctid> --delete mp0`.\n2. Start it: `qm start <vmid>`.\n"
    found = _found_in(passage("guest will not start", "Fix", fix))
    steps = steps_of(found, own={"type": "qemu", "vmid": "131"})
    assert steps is not None
    assert steps.items == ("Start it: `qm start 131`.",)
