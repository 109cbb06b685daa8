"""The same index in a Chroma server, started for the test."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pvd_assistant.errors import IndexingError, IndexMismatchError
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters
from pvd_assistant.settings import Settings, load_settings


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--path"]
    process = subprocess.Popen(
        [*command, tmp_path_factory.mktemp("chroma"), "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def settings(sample_settings: Settings, chroma_url: str, tmp_path: Path) -> Settings:
    shutil.copytree(sample_settings.corpus_dir / "offres", tmp_path / "corpus" / "offres")
    return load_settings(
        corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index", chroma_url=chroma_url
    )


def test_it_finds_the_same_as_the_embedded_one(settings: Settings) -> None:
    build(settings)
    embedded = settings.model_copy(
        update={"chroma_url": "", "index_dir": settings.index_dir.parent / "embedded"}
    )
    build(embedded)

    filters = Filters(themes=("habitat",))
    with Index.open(settings) as theirs, Index.open(embedded) as ours:
        for question in ("Qui paie le chef de projet ?", "logements vacants"):
            found = [h.passage.id for h in theirs.search(question, limit=5)]
            assert found == [h.passage.id for h in ours.search(question, limit=5)]
            filtered = theirs.search(question, filters=filters, limit=5)
            assert [h.passage.id for h in filtered] == [
                h.passage.id for h in ours.search(question, filters=filters, limit=5)
            ]


def test_a_rebuild_leaves_no_collection_behind(settings: Settings) -> None:
    import chromadb

    for _ in range(3):
        build(settings, rebuild=True)

    port = int(settings.chroma_url.rsplit(":", 1)[1])
    names = [c.name for c in chromadb.HttpClient("127.0.0.1", port).list_collections()]
    with Index.open(settings) as index:
        mine = index.manifest.collection.rsplit("-gen", 1)[0]
        assert index.manifest.collection in names
    # The live generation and the one before it, kept until the next build.
    assert len([name for name in names if name.startswith(mine)]) <= 2


def test_an_embedded_index_is_not_taken_for_one_on_a_server(settings: Settings) -> None:
    build(settings.model_copy(update={"chroma_url": ""}))

    with pytest.raises(IndexMismatchError, match="pvd-assistant index"):
        Index.open(settings)


def test_a_server_that_is_down_is_told(settings: Settings) -> None:
    down = settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})

    with pytest.raises(IndexingError, match="Chroma"):
        build(down)
