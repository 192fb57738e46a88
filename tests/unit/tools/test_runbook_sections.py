"""Sections of documents as they are handed to whoever asks for one."""

from __future__ import annotations

from sre_tui.tools.runbook_sections import section_of

TEXT = """\
# Disk

## Checks

1. Look.

## Fix the disk

1. Back up.

   ```sh
   # no heading
   zpool status
   ```

### By hand

2. Replace it.

## Verify

- Done.
"""


def test_a_section_ends_at_the_next_heading_of_its_level() -> None:
    text = section_of(TEXT, "fix")
    assert text.startswith("1. Back up.")
    assert "# no heading" in text
    assert text.endswith("### By hand\n\n2. Replace it.")


def test_the_last_section_and_one_that_is_missing() -> None:
    assert section_of(TEXT, "Verify") == "- Done."
    assert section_of(TEXT, "prevent") == ""
    assert section_of("", "fix") == ""
