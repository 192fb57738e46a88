"""Documents written by strangers: what they hold and how they are named steers no terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Sre

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
BY_FRONT_MATTER = r"""---
title: "Rack \e[2J\e]0;owned\a\u202efire"
tags: ["to\e[31mols"]
alerts: ["Rack\e[1;1HOnFire"]
people_say: ["smoke \e[5m again"]
---
# Rack \e[2Jfire

Call the brigade.
""".replace("# Rack \\e", "# Rack \x1b")
BY_HEADING = "# Flood \x1b[2Jin the cellar\n\n## Pump\x1b]0;owned\x07s\n\nSwitch \x1b[8mthem on.\n"


@pytest.fixture
def strangers(bare: Sre) -> Sre:
    folder = bare.home / "notes"
    folder.mkdir()
    (folder / "rack.md").write_text(BY_FRONT_MATTER)
    (folder / "flood\x1b[2J.md").write_text(BY_HEADING)
    return bare.having(EXTRA_DOCS_DIRS=str(folder))


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in strings(part)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "rack"),
        ("show", "flood"),
        ("search", "flood cellar pumps switch"),
        ("search", "rack brigade"),
    ],
    ids=" ".join,
)
def test_a_document_steers_neither_terminal_nor_json(
    strangers: Sre, arguments: tuple[str, ...]
) -> None:
    plain = strangers("runbooks", *arguments)
    assert not STEERING.search(plain.out + plain.err)
    document = json.loads(strangers("runbooks", *arguments, "--json").out)
    found = strings(document["data"])
    assert not [text for text in found if STEERING.search(text)]
    assert {"Rack fire", "Flood in the cellar"} & set(found)


def test_labels_are_cleaned_too(strangers: Sre) -> None:
    items = json.loads(strangers("runbooks", "list", "--json").out)["data"]["items"]
    (rack,) = [item for item in items if item["id"] == "rack"]
    assert (rack["title"], rack["tags"], rack["alerts"]) == ("Rack fire", ["tools"], ["RackOnFire"])
    assert "flood" in {item["id"] for item in items}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (BY_FRONT_MATTER, "# Rack fire\n\nCall the brigade.\n"),
        ("# Pumps #\n\nOn.\n", "# Pumps\n\nOn.\n"),
        ("---\ntitle: Pumps\nsummary: Wet.\n---\n# Pumps\n\nOn.\n", "# Pumps\n\nWet.\n\nOn.\n"),
        ("---\ntitle: Pumps\n---\n# Other\n\nOn.\n", "# Pumps\n\n# Other\n\nOn.\n"),
        ("# Pumps\n\n```sh\n# Pumps\n\n\nrun\n```\n", "# Pumps\n\n```sh\n# Pumps\n\n\nrun\n```\n"),
        ("---\ntitle: A\n---\n```sh\n# A\n```\n", "# A\n\n```sh\n# A\n```\n"),
    ],
    ids=["unclean", "closed", "summary", "other", "code", "comment"],
)
def test_the_title_stands_once_and_the_rest_as_written(bare: Sre, text: str, shown: str) -> None:
    folder = Path(bare.home, "notes")
    folder.mkdir()
    (folder / "page.md").write_text(text)
    assert bare.having(EXTRA_DOCS_DIRS=str(folder))("runbooks", "show", "page").out == shown
