"""What a question names is what its answer is about, or is said to be unknown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.evals.analyst_lab import Lab, lab_of
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUOTA = "tank/timemachine has used 100 % of its quota"
CAUSE = "tank/timemachine on nas1 has used all the space it may"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    folder = tmp_path_factory.mktemp("mac")
    async with lab_of("mac-backup-no-room", folder, guests=12) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "begins"),
    sampled(
        [
            ("how much space has timemachine left?", f"**{QUOTA}"),
            ("how full is tank/timemachine?", f"**{QUOTA}"),
            ("does time machine have enough space?", f"**No: {QUOTA}"),
            ("when will tank/timemachine be full?", f"**{QUOTA}"),
            ("how full is the photos dataset?", "**tank/photos uses "),
            ("how full is tank/nonsense?", "**The NAS has no dataset `tank/nonsense`**"),
            ("how full is the frobnicate share?", "**Nothing here is called `frobnicate`**"),
            ("Time Machine on my macbook says not enough space", f"**{CAUSE}"),
            ("why can't my mac back up?", f"**{CAUSE}"),
            ("my macbook can't back up to the nas", f"**{CAUSE}"),
            ("how much space has immich left?", "**/ on immich is "),
        ]
    ),
)
async def test_what_is_named_is_answered(lab: Lab, question: str, begins: str) -> None:
    answer = await lab.ask(question)
    assert answer.text.startswith(begins)
    assert answer.unsupported == ()
    if begins == f"**{CAUSE}":
        assert "zfs set refquota=" in answer.text
        assert "stop the writer" not in answer.text
        assert "rim guests" not in answer.text


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("which dataset is full", f"**{QUOTA}"),
        ("habe ich genug platz", "**No, not everywhere**: the NAS says: Quota exceeded on dataset"),
    ],
)
async def test_room_in_a_pool_is_no_comfort_to_a_full_dataset(
    lab: Lab, question: str, begins: str
) -> None:
    answer = await lab.ask(question)
    assert answer.text.startswith(begins)
    assert answer.unsupported == ()


async def test_a_name_is_not_dropped_where_names_cannot_be_read(tmp_path: Path) -> None:
    async with lab_of("quiet", tmp_path, guests=10) as lab:
        for backend in ("prometheus", "truenas"):
            await lab.break_backend(backend, "refuse")
        unread = await lab.ask("how much did proxy write to disk today")
        told = (await lab.ask("how full is tnk2?")).text
        assert told.startswith("**Nothing is known of `tnk2` now**")
        assert "datastore" not in told
    assert unread.text.startswith("**Cannot tell disk writes"), unread.text
    assert "pve_disk_written_bytes_total" not in unread.text, "nobody looked for it"
    assert unread.unsupported == ()
