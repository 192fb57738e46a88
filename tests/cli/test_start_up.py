"""What a fresh interpreter loads for each kind of command."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "jinja2",
    "litellm",
    "lancedb",
    "torch",
    "sentence_transformers",
    "matplotlib",
    "onnxruntime",
    "textual",
    "openai",
    "pandas",
    "pygments",
    "click",
    "sqlalchemy",
    "prometheus_client",
}
COMMANDS = (
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
    "incidents record --help",
    "usage --help",
)
COMPLETED = ("sre al", "sre alerts list x", "sre dashboards show x")
PROBE = """
import json, os, sys
if sys.argv[1:] == ["shared"]:
    # What most commands load, loaded once for them all.
    import providers.client, rich.table, typer
for arguments, variables in json.load(sys.stdin):
    child = os.fork()
    if not child:
        os.environ.clear()
        os.environ.update(variables)
        told = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        from commands.main import run
        code = run(arguments)
        names = sorted({name.partition(".")[0] for name in sys.modules})
        os.write(told, (json.dumps(names) + "\\n").encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def loaded_by(*runs: tuple[list[str], dict[str, str]], shared: bool = False) -> list[set[str]]:
    """The modules that each run has loaded in the end, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *(["shared"] if shared else [])],
        input=json.dumps(runs),
        capture_output=True,
        text=True,
        check=True,
    )
    return [set(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        "HOME": str(tmp_path_factory.mktemp("home")),
        "PATH": "/usr/bin:/bin",
        "PROMETHEUS_URL": "http://127.0.0.1:9",
        "LOKI_URL": "http://127.0.0.1:9",
        "GRAFANA_URL": "http://127.0.0.1:9",
    }


def completing(words: str) -> dict[str, str]:
    parts = words.split()
    return {
        "_SRE_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(parts),
        "COMP_CWORD": str(len(parts) - 1),
    }


@pytest.fixture(scope="module")
def loaded(variables: dict[str, str]) -> dict[str, set[str]]:
    """By command line, or words that are completed."""
    runs: list[tuple[list[str], dict[str, str]]] = [
        *((command.split(), variables) for command in COMMANDS),
        *(([], variables | completing(words)) for words in COMPLETED),
    ]
    return dict(zip((*COMMANDS, *COMPLETED), loaded_by(*runs, shared=True), strict=True))


@pytest.mark.parametrize("command", [*COMMANDS, *COMPLETED])
def test_heavy_libraries_stay_out(command: str, loaded: dict[str, set[str]]) -> None:
    assert "commands" in loaded[command]
    assert loaded[command] & HEAVY == set()


def test_the_top_level_help_imports_no_command_and_no_client(variables: dict[str, str]) -> None:
    (loaded,) = loaded_by((["--help"], variables))
    assert "commands" in loaded
    assert loaded & {"httpx", "pydantic", "rich", "sre_tui", "providers"} == set()
