"""Writes docs/keys.md: every key of the app by where it works, from the bindings themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sre_tui.screens.actions import PARTS
from sre_tui.screens.keymap import Bound, all_bound, key_shown

INTRODUCTION = """\
# Keys

Every key of the full-screen app, made by `python docs/make_keys.py > docs/keys.md` from the
bindings; `?` in the app shows those of the screen one is on. A letter is a letter while one types.
Everything also works with the mouse: rows, headings of columns, tabs, steps of the breadcrumb, the
keys in the footer, citations and tool calls take a click.

Any of them can be given another key, or several, in `config.toml`, by its id:

```toml
[app.keys]
"rows.explain" = "x"
"app.refresh" = ["ctrl+r", "f5"]
"level.back" = "escape, backspace"
```

Keys are written as they are on the keyboard (`x`, `X`, `?`, `f5`, `pgup`, `ctrl+x`, `alt+enter`).
`sre config check` names actions and keys that do not exist, and keys that would do two things at
once. Help, footer and palette show the keys in force.
"""


def document() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_parts()])


def _parts() -> Iterator[str]:
    known = list(all_bound().values())
    for heading in dict.fromkeys(PARTS.values()):
        rows = [one for one in known if PARTS[one.part] == heading]
        if rows:
            yield f"## {heading}\n"
            yield "| key | does | id |"
            yield "|---|---|---|"
            yield from (_row(one) for one in rows)
            yield ""


def _row(bound: Bound) -> str:
    keys = " ".join(f"`{key_shown(key)}`" for key in bound.keys) or "from the palette"
    return f"| {keys} | {bound.help} | `{bound.id}` |"


if __name__ == "__main__":
    sys.stdout.write(document())
