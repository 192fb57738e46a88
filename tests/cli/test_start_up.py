"""What a fresh interpreter loads for each kind of command."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "litellm",
    "lancedb",
    "torch",
    "sentence_transformers",
    "onnxruntime",
    "textual",
    "openai",
    "pandas",
    "pygments",
    "click",
}
PROBE = """
import json, sys
from commands.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded_by(*arguments: str, variables: dict[str, str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env=variables,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def variables(tmp_path: object) -> dict[str, str]:
    return {
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "PROMETHEUS_URL": "http://127.0.0.1:9",
        "LOKI_URL": "http://127.0.0.1:9",
        "GRAFANA_URL": "http://127.0.0.1:9",
    }


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "alerts list",
        "alerts --help",
        "metrics query up --json",
        "metrics range up",
        'logs query {job="x"}',
        "dashboards search x",
        "runbooks list",
        "runbooks show dns-down",
        "config show",
        "schema loki_query_logs",
        "ask --help",
        "chat --help",
        "demo list",
        "doctor --help",
    ],
)
def test_heavy_libraries_stay_out(command: str, variables: dict[str, str]) -> None:
    assert loaded_by(*command.split(), variables=variables) & HEAVY == set()


def test_the_top_level_help_imports_no_command_and_no_client(variables: dict[str, str]) -> None:
    loaded = loaded_by("--help", variables=variables)
    assert loaded & {"httpx", "pydantic", "rich", "sre_tui", "providers"} == set()


@pytest.mark.parametrize("words", ["sre al", "sre alerts list x", "sre dashboards show x"])
def test_completion_loads_nothing_heavy(words: str, variables: dict[str, str]) -> None:
    parts = words.split()
    asking = {
        "_SRE_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(parts),
        "COMP_CWORD": str(len(parts) - 1),
    }
    loaded = loaded_by(variables=variables | asking)
    assert loaded & HEAVY == set()
