"""A demo homelab for the command line, shared by the tests of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.demo.runtime.remote import break_backend, mend_backend, stop_demo
from sre_tui.demo.runtime.state import DemoState, demo_environment
from tests.cli.running import PRELOADED, WITH_MODEL, Done, Sre


@pytest.fixture(scope="session", autouse=True)
def preloaded() -> Iterator[None]:
    yield
    PRELOADED.close()
    WITH_MODEL.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoState]:
    folder = tmp_path_factory.mktemp("demo")
    place = folder / "demo.json"
    state = launch_demo(
        place, folder / "demo.log", scenario="nas-disk-failing", guests=10, attached=True
    )
    yield state
    stop_demo(state, place)


@pytest.fixture
def bare(tmp_path: Path) -> Sre:
    """`sre` with nothing configured."""
    return Sre(tmp_path)


@pytest.fixture
def sre(tmp_path: Path, demo: DemoState) -> Sre:
    """`sre` pointed at the demo."""
    return Sre(tmp_path, demo_environment(demo))


@pytest.fixture(scope="session")
def told(demo: DemoState, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Done]:
    """What `sre` once told of the demo, for all tests of a command that only reads."""
    return cache(Sre(tmp_path_factory.mktemp("told"), demo_environment(demo)))


@pytest.fixture(scope="session")
def help_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The help of a command, made once for all tests."""
    bare = Sre(tmp_path_factory.mktemp("help"))

    @cache
    def asked(*command: str) -> str:
        done = bare(*command, "--help")
        assert (done.code, done.err) == (0, "")
        return done.out

    return asked


@pytest.fixture
def broken(demo: DemoState) -> Callable[..., object]:
    """Lets backends of the demo fail while a ``with`` lasts."""

    @contextmanager
    def breaking(how: FaultMode, *names: str) -> Iterator[None]:
        chosen = names or tuple(demo.backends)
        for name in chosen:
            break_backend(demo, name, how)
        try:
            yield
        finally:
            for name in chosen:
                mend_backend(demo, name)

    return breaking
