"""What holds for every test: the same examples each time, no deadline on any of them."""

import gc
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.encoder import encoder_folder

# Collecting while hundreds of modules are imported would only go over what stays.
gc.disable()

# Each run would see the same examples; more of them are for whoever changes a parser.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("suite")

# The workers share the cores already; more threads only wait for each other, by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_COMMANDS = "tests/cli/"
_HALFWAY = f"{_COMMANDS}test_n"
_WAITING = (
    "tests/wire/test_truenas_faults.py",
    "tests/wire/test_proxmox_client.py",
    "tests/wire/test_pbs_faults.py",
    "tests/wire/test_client_faults.py",
    "tests/wire/test_tools_proxmox.py",
    "tests/real/",
    "tests/unit/index/test_build.py",
)
"""Tests that wait for a server, a timeout or another process: the others compute meanwhile."""
_LONGEST = (
    _COMMANDS,
    *_WAITING,
    "tests/wire/test_checks.py",
    "tests/evals/",
    "tests/wire/test_timeline.py",
    "tests/wire/test_analyst_",
    "tests/unit/index/",
    "tests/wire/",
    "tests/screens/test_",
    "tests/unit/agent/",
    "tests/unit/demo/",
)
"""Where tests take longest, the longest first: a worker that got them last would work on alone."""
_WITH_MODEL = (
    "tests/evals/test_eval_judge.py",
    "tests/evals/test_injection.py",
    "tests/wire/agent/",
    "tests/wire/test_doctor_model.py",
    "tests/wire/test_llm",
)
"""Tests that call LiteLLM, which takes seconds to load: one worker is enough for them."""
_RUNS_WITH_MODEL = ("tests/cli/test_usage.py", "tests/evals/test_injection_commands.py")
"""Tests of command lines that call a model, beside those of the first half."""
_TOGETHER = ("tests/real/test_promql_", "tests/real/memory/")
"""Tests that share what takes its time: all PromQL of the project, and a PostgreSQL."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    found = (turn for turn, start in enumerate(_LONGEST) if nodeid.startswith(start))
    return next(found, len(_LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., object]) -> object:
    """Give the command lines to two workers, what calls a model to one, all else to any."""
    scheduling = import_module("xdist.scheduler").LoadScopeScheduling(config, log)
    scheduling._split_scope = _scope
    return scheduling


def _scope(nodeid: str) -> str:
    if nodeid.startswith(_WITH_MODEL):
        return "model"
    for start in _TOGETHER:
        if nodeid.startswith(start):
            return start
    # They share a demo and a process that has imported everything, which each worker would start
    # anew, but one worker alone would be at it longer than all others at the rest; what
    # test_scenarios runs, it runs in its own process.
    if nodeid.startswith(_RUNS_WITH_MODEL):
        return f"{_COMMANDS}a"
    if not nodeid.startswith(_COMMANDS) or "/test_scenarios.py" in nodeid:
        return nodeid.rsplit("::", 1)[0]
    return f"{_COMMANDS}{'a' if nodeid < _HALFWAY else 'b'}"


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Collect what tests make, and not again and again what was imported for all of them."""
    gc.freeze()
    # Tests make a lot that lives as long as they do, which frequent collections only go over.
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
    _read_authorities_once()


def _read_authorities_once() -> None:
    """Give clients that name no authorities one context; each would read those of the system."""
    transports: Any = import_module("httpx._transports.default")
    made = transports.create_ssl_context
    usual = made()
    transports.create_ssl_context = lambda verify, **other: (
        usual if verify is True else made(verify=verify, **other)
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Find what was never closed in one collection; pytest makes five of them at the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest, run_folder: Path) -> Path:
    """Where the exported encoder is kept: one folder for all workers, and for later runs."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    if cache is None:
        return run_folder / "embedding-model"
    return encoder_folder(cache.mkdir("embedding-model"))
