"""Shows in README.md what every command prints, shortened from docs/tools.md: ``make docs``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sre_tui.views.human import count

HERE: Final = Path(__file__).parent
README: Final = HERE.parent / "README.md"
TOOLS: Final = HERE / "tools.md"
LINES: Final = 7
"""Of an output, so that all of them are read in a minute."""
BEGIN: Final = "<!-- outputs: make docs -->\n"
END: Final = "<!-- end of outputs -->\n"
_SHOWN: Final = re.compile(
    r"```console\n(?P<command>\$ sre [^\n]+\n)(?P<output>.*?)```\n", re.DOTALL
)
_MORE: Final = re.compile(r"… and (\d+) more lines")
_HIDDEN: Final = "hidden for want of width: "


def outputs(tools: str) -> str:
    """The part of the README between its marks, from the text of docs/tools.md."""
    return "```console\n" + "".join(_shortened(tools)) + "```\n"


def updated(readme: str, tools: str) -> str:
    """The README with this part renewed."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{outputs(tools)}{END}{after}"


def _shortened(tools: str) -> Iterator[str]:
    for found in _SHOWN.finditer(tools):
        *lines, last = found["output"].splitlines()
        told = _MORE.fullmatch(last)
        hidden = int(told[1]) if told else 0
        lines = [line for line in (lines if told else [*lines, last]) if _is_telling(line)]
        yield found["command"]
        for line in lines[:LINES]:
            yield f"{line}\n"
        if more := len(lines) - LINES + hidden if len(lines) > LINES else hidden:
            yield f"… {count(more, 'more line')}\n"


def _is_telling(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((_HIDDEN, "--fields)"))


def main() -> None:
    """Renew the README."""
    tools = TOOLS.read_text(encoding="utf-8")
    README.write_text(updated(README.read_text(encoding="utf-8"), tools), encoding="utf-8")


if __name__ == "__main__":
    main()
