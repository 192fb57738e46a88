"""One real Prometheus for all tests of this folder."""

from collections.abc import Iterator

import httpx
import pytest

from sre_tui.demo.promql import Engine
from tests.real.homelab_series import homelab_series
from tests.real.prometheus import running_prometheus
from tests.stubs.series import MemorySeries


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_prometheus(homelab_series(), tmp_path_factory.mktemp("prometheus")) as client:
        yield client


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(MemorySeries(homelab_series()))
