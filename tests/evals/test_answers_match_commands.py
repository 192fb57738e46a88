"""What the analyst says is what the commands show: the same guests, pools and tasks."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio

from sre_tui.agent.events import Answer
from sre_tui.tools.registry import get_tool
from sre_tui.views.human import count
from tests.evals.analyst_lab import Lab, Labs, lab_of, shared_labs
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as made:
        yield made


async def shown(lab: Lab, tool: str, **arguments: object) -> Any:
    """The data of a tool, as its command shows it."""
    known = get_tool(tool)
    return (await known.body(lab.agent._context, **arguments)).data


async def asked(lab: Lab, question: str) -> Answer:
    answer = await lab.ask(question)
    assert answer.unsupported == (), (question, answer.unsupported)
    return answer


def lead(answer: Answer) -> str:
    return answer.text.partition("\n\n")[0]


def names_in(text: str, names: list[str]) -> set[str]:
    return {name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


@pytest.mark.parametrize(
    "scenario",
    sampled([
        "quiet", "backup-missing-from-job", "backup-failing-one-guest", "backups-unverified",
        "backups-failing-datastore-full", "node-offline",
    ]),
)  # fmt: skip
async def test_guests_and_backups(scenario: str, labs: Labs) -> None:
    lab = await labs.of(scenario, guests=fewest_guests(scenario))
    coverage = await shown(lab, "backup_coverage")
    every = [one.name for one in coverage.items if one.name]
    lacking = {one.name for one in coverage.items if one.problem and one.name}
    said = lead(await asked(lab, "which guests have no working backup?"))
    assert names_in(said, every) == lacking, said
    if not lacking:
        assert "None" in said
    said = lead(await asked(lab, "which guests cannot be restored?"))
    assert names_in(said, every) == lacking, said
    guests = await shown(lab, "proxmox_list_guests")
    known = [one.name for one in guests.items if one.name and not one.template]
    stopped = {one.name for one in guests.items if one.status == "stopped" and not one.template}
    said = lead(await asked(lab, "which guests are stopped?"))
    assert stopped <= names_in(said, known), said
    failed = [
        task
        for tool in ("proxmox_list_tasks", "pbs_list_tasks")
        for task in (await shown(lab, tool, errors=True)).items
    ]
    said = (await asked(lab, "any failed tasks in the last 24 hours?")).text
    head = f"**Yes: {count(len(failed), 'failed task')} " if failed else "**No: no failed task "
    assert said.startswith(head), said
    if scenario == "node-offline":
        said = lead(await asked(lab, "what is the ip of immich"))
        assert said.startswith("**The settings of immich cannot be read now**: it is on node pve3")


async def test_guests_that_should_run(labs: Labs) -> None:
    lab = await labs.of("guest-stopped", guests=fewest_guests("guest-stopped"))
    text = lead(await asked(lab, "which guests are stopped though they should start on boot?"))
    assert text.startswith("**vaultwarden is stopped though set to start on boot**"), text


@pytest.mark.parametrize(
    ("scenario", "said"),
    sampled(
        [
            ("quiet", r"^\*\*Yes: pool tank is online\*\*"),
            ("nas-disk-failing", r"^\*\*No: pool tank is online, but disk sdc has \d+ errors"),
            ("nas-disk-dead", r"^\*\*No: pool tank is degraded, disk sde is unavail"),
            ("several-at-once", r"^\*\*Yes: pool tank is online\*\*"),
        ]
    ),
)
async def test_the_pool(scenario: str, said: str, labs: Labs) -> None:
    lab = await labs.of(scenario, guests=fewest_guests(scenario))
    text = (await asked(lab, "is tank ok?")).text
    assert re.match(said, text), text
    pools = await shown(lab, "truenas_pool_status")
    tank = next(one for one in pools.items if one.name == "tank")
    full = lead(await asked(lab, "how full is tank?"))
    assert f"{tank.usable_used / tank.usable * 100:.3g} % full" in full, full


@pytest.mark.slow
async def test_a_broken_nas_leaves_the_other_answers_alone(tmp_path: Path) -> None:
    async with lab_of("nas-disk-failing", tmp_path, guests=10) as lab:
        before = lead(await asked(lab, "which guests have no working backup?"))
        await lab.break_backend("truenas", "refuse")
        assert lead(await asked(lab, "which guests have no working backup?")) == before
        for question in ("is tank ok?", "which pools are degraded", "when was the last scrub"):
            text = (await asked(lab, question)).text
            assert text.startswith("**TrueNAS cannot be reached (connection refused) [E1].**"), text
        assert "sdc" in (await asked(lab, "is tank ok?")).text
        for question in ("is a disk failing", "is any drive broken?", "has a disk of the nas died"):
            assert "disk sdc on nas1 is failing" in (await asked(lab, question)).text.casefold()
        full = (await asked(lab, "how full is tank?")).text
        assert re.match(r"\*\*As far as Prometheus knows, tank on nas1 is [\d.]+ % full", full), (
            full
        )
        assert "TrueNAS" in full.partition("**Not checked**")[2]


@pytest.mark.parametrize("question", ["is immich backed up", "which guests have no backup"])
@pytest.mark.parametrize("way", ["401", "refuse"])
async def test_without_proxmox_no_guest_is_said_to_be_safe(
    question: str, way: Literal["401", "refuse"], tmp_path: Path
) -> None:
    async with lab_of("quiet", tmp_path, guests=10) as lab:
        await lab.break_backend("proxmox", way)
        text = (await asked(lab, question)).text
        assert text.startswith("**Cannot tell which guests are backed up"), text
        assert "Proxmox VE" in lead(await asked(lab, question))
        assert re.search(r"immich \(vm/108\) in main: newest backup .+ verified", text), text
        tool = get_tool("backup_coverage")
        state = (await tool.body(lab.agent._context)).state
        assert not state.has_data


@pytest.mark.parametrize(
    ("question", "said"),
    sampled(
        [
            ("who stopped vaultwarden", r"^\*\*anna@pve, .+ vzshutdown of vaultwarden"),
            ("who stopped win11", r"^\*\*No such task in the last 7 days\*\*.+ win11 "),
            ("who started immich", r"^\*\*No such task in the last 7 days\*\*.+ immich "),
            ("who rebooted pve2", r"^\*\*No such task in the last 7 days\*\*.+ pve2 "),
            ("who deleted vm 120", r"^\*\*No such task in the last 7 days\*\*.+ 120 "),
            (
                "what changed in the last 2 hours",
                r"(?s).+anna@pve stopped vaultwarden \(vzshutdown\)",
            ),
            ("why is vaultwarden down", r"(?s).+\n\d\. It was only stopped: .+`pct start 109`"),
        ]
    ),
)
async def test_only_a_task_of_that_guest_answers(question: str, said: str, labs: Labs) -> None:
    lab = await labs.of("guest-stopped", guests=fewest_guests("guest-stopped"))
    text = (await asked(lab, question)).text
    assert re.match(said, text), text


@pytest.mark.parametrize(
    ("scenario", "question", "said"),
    sampled([
        ("nas-disk-failing", "does immich have snapshots",
         r"^\*\*Yes: immich \(108\) has 1 snapshot: clean-install\*\*"),
        ("backups-failing-datastore-full", "when will the backup storage be full",
         r"^\*\*datastore main is full already"),
        ("backup-missing-from-job", "which guests have no backup",
         r"(?s)^\*\*immich is in no backup job\*\*.+\n1\. Cover the guest: "),
    ]),
)  # fmt: skip
async def test_what_the_guest_has(scenario: str, question: str, said: str, labs: Labs) -> None:
    lab = await labs.of(scenario, guests=fewest_guests(scenario))
    text = (await asked(lab, question)).text
    assert re.match(said, text), text
