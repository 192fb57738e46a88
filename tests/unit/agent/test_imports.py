"""The agent costs nothing to import: what is heavy is loaded when it is needed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("litellm", "openai", "lancedb", "torch", "onnxruntime", "textual", "json_repair")


def test_importing_the_agent_loads_nothing_heavy() -> None:
    code = (
        "import sys, sre_tui.agent.agent, providers.llm; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
