"""What holds for every test: the same examples each time, no deadline on any of them."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

# The workers share the cores already; more threads only wait for each other, by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the exported encoder is kept: one folder for all workers of a run."""
    folder = tmp_path_factory.getbasetemp()
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    return (folder.parent if parallel else folder) / "embedding-model"
