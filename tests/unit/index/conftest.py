"""A small real index, built once with the real model."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from index.sources import Folder
from tests.unit.index.homestead import PLAYBOOK, RUNBOOKS, Homestead


@pytest.fixture(scope="session")
def built(model_cache: Path, run_folder: Path) -> Homestead:
    """Only to be read; built by the first worker that needs it."""
    root = run_folder / "small-index"
    runbooks, extra = root / "runbooks", root / "extra"
    sources = (
        Folder(path=runbooks, kind="runbook", label="runbooks"),
        Folder(path=extra, kind="docs", label="extra"),
    )
    home = Homestead(sources, root / "built", model_cache)
    with FileLock(run_folder / "small-index.lock"):
        if not (home.path / "current.json").is_file():
            runbooks.mkdir(parents=True, exist_ok=True)
            extra.mkdir(exist_ok=True)
            for stem, (head, body) in RUNBOOKS.items():
                title = stem.replace("-", " ").capitalize()
                text = f"---\ntitle: {title}\n{head}\n---\n# {title}\n\n{body}\n"
                (runbooks / f"{stem}.md").write_text(text)
            (extra / "update.yml").write_text(PLAYBOOK)
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
