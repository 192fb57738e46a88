"""`sre web` as a process of its own."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.running import Sre, piped

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/\?token=\S+")


@contextmanager
def serving(sre: Sre) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with piped(sre, "web", "--port", "0") as process:
        assert process.stderr is not None
        found = ADDRESS.search(process.stderr.readline())
        assert found
        # Read here: what stays in this buffer is lost to whoever waits for the process.
        assert process.stderr.readline() == "Ctrl-C ends it.\n"
        yield process, found[0]
