"""A small real index, built once with the real model."""

import shutil
from pathlib import Path

import pytest

from index.sources import Folder
from tests.unit.index.homestead import PLAYBOOK, RUNBOOKS, Homestead


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Homestead:
    """Only to be read."""
    root = tmp_path_factory.mktemp("index")
    runbooks, extra = root / "runbooks", root / "extra"
    runbooks.mkdir()
    extra.mkdir()
    for stem, (head, body) in RUNBOOKS.items():
        title = stem.replace("-", " ").capitalize()
        text = f"---\ntitle: {title}\n{head}\n---\n# {title}\n\n{body}\n"
        (runbooks / f"{stem}.md").write_text(text)
    (extra / "update.yml").write_text(PLAYBOOK)
    sources = (
        Folder(path=runbooks, kind="runbook", label="runbooks"),
        Folder(path=extra, kind="docs", label="extra"),
    )
    home = Homestead(sources, root / "built", model_cache)
    home.build()
    return home


@pytest.fixture
def home(built: Homestead, tmp_path: Path) -> Homestead:
    """A copy to be changed and damaged."""
    for source in built.sources:
        shutil.copytree(source.path, tmp_path / source.path.name)
    shutil.copytree(built.path, tmp_path / "built")
    sources = tuple(
        source.model_copy(update={"path": tmp_path / source.path.name}) for source in built.sources
    )
    return Homestead(sources, tmp_path / "built", built.cache)
