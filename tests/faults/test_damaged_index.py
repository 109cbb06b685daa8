"""A damaged file is named with what to run; the server stays up, and recovers without a new start."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pvd_assistant.errors import EmbeddingError, IndexCorruptError, IndexingError, PvdError
from pvd_assistant.index.builder import build
from pvd_assistant.index.embedder import PACKAGED_MODEL, load_embedder
from pvd_assistant.index.generation import current
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.web.health import health
from pvd_assistant.web.service import Service


def _flipped(raw: bytes) -> bytes:
    spoilt, draw = bytearray(raw), random.Random(len(raw))
    for _ in range(max(1, len(raw) // 200)):
        spoilt[draw.randrange(len(raw))] ^= 0xFF
    return bytes(spoilt)


WAYS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": lambda path: path.write_bytes(_flipped(path.read_bytes())),
}
FILES = [
    "manifest.json", "passages.sqlite", "units.npy", "unit_starts.npy", "duplicates.npy",
    "lexical/terms.npy", "lexical/passages.npy", "lexical/shares.npy", "lexical/words.npy",
]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], Settings]) -> Settings:
    """An index that the tests of this module spoil and mend, file by file."""
    return make(tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_told_and_mended_without_a_new_start(
    built: Settings, name: str, way: str
) -> None:
    folder = current(built.index_dir)
    assert folder is not None
    before = (folder / name).read_bytes()
    service = Service(built)
    try:
        WAYS[way](folder / name)
        with pytest.raises(IndexCorruptError, match="pvd-assistant index --rebuild") as told:
            service.assistant()
        assert "\n" not in str(told.value)
        assert str(folder) in str(told.value)
        status, report = health(service)
        assert (status, report["status"]) == (503, "unavailable")
    finally:
        (folder / name).write_bytes(before)
    assert service.assistant().ask("Qui paie le chef de projet ?").citations
    assert health(service)[0] == 200


def test_a_plain_index_mends_too(settings: Settings) -> None:
    folder = current(settings.index_dir)
    assert folder is not None
    (folder / "passages.sqlite").write_bytes(b"\xff" * 5000)
    service = Service(settings)
    with pytest.raises(IndexCorruptError):
        service.assistant()

    build(settings)

    assert service.assistant().ask("Qui paie le chef de projet ?").citations


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"gen-parti", b"..", b"/etc", b"gen-x/../../..", b"gen-\x00"]
)
def test_a_damaged_pointer_is_put_right_without_building_anything(
    settings: Settings, content: bytes
) -> None:
    service = Service(settings)
    serving = service.assistant()
    pointer, folder = settings.index_dir / "CURRENT", current(settings.index_dir)
    pointer.write_bytes(content)

    assert service.assistant() is serving  # what is open goes on answering
    with pytest.raises(IndexCorruptError, match="pvd-assistant index"):
        Index.open(settings)
    report = build(settings)

    assert not report.changed
    assert not report.added or content == b"gen-parti"
    with Index.open(settings) as index:
        assert index.search("chef de projet")
    if content != b"gen-parti":  # a pointer to what is not there may be right: it is not guessed
        assert current(settings.index_dir) == folder


def test_a_lost_pointer_too(settings: Settings) -> None:
    folder = current(settings.index_dir)
    (settings.index_dir / "CURRENT").unlink()
    assert not build(settings).added
    assert current(settings.index_dir) == folder


def test_files_cut_while_the_server_runs_do_not_stop_it(settings: Settings) -> None:
    """Mapped files that are cut would take the process with them."""
    service = Service(settings)
    assistant = service.assistant()
    folder = current(settings.index_dir)
    assert folder is not None
    for path in [*folder.glob("*.npy"), *(folder / "lexical").glob("*.npy")]:
        path.write_bytes(b"")
    assert assistant.ask("Qui paie le chef de projet ?").citations

    (folder / "passages.sqlite").write_bytes(b"\xff" * 5000)
    assistant.index._passages.passage.cache_clear()
    with pytest.raises(IndexCorruptError, match="--rebuild"):
        assistant.ask("À quoi sert une ORT ?")

    build(settings, rebuild=True)
    assert service.assistant().ask("À quoi sert une ORT ?").citations


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, sample_settings: Settings) -> Settings:
    """An index of more than a thousand passages: Chroma puts their vectors in files of its own."""
    root = tmp_path_factory.mktemp("large")
    sheet = (sample_settings.corpus_dir / "offres" / "ort.md").read_text("utf-8")
    front = sheet[: sheet.index("---", 4) + 4]
    sections = [f"## Tour {n}\n\nLa commune numéro {n} a un chef de projet.\n" for n in range(1100)]
    (root / "corpus").mkdir()
    (root / "corpus" / "long.md").write_text(front + "\n".join(sections), "utf-8")
    settings = load_settings(
        corpus_dir=root / "corpus", index_dir=root / "index", exact_search_limit=0
    )
    assert build(settings).passages > 1000
    return settings


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["data_level0", "header", "length", "link_lists"])
def test_damaged_vectors_are_told_before_they_stop_the_process(
    large: Settings, name: str, way: str
) -> None:
    """Chroma reads them in native code: a damaged file may end the process, unless it is seen first."""
    folder = current(large.index_dir)
    assert folder is not None
    (path,) = (folder / "chroma").rglob(f"{name}.bin")
    before = path.read_bytes()
    WAYS[way](path)
    try:
        with (
            Index.open(large) as index,
            pytest.raises(IndexCorruptError, match="pvd-assistant index --rebuild"),
        ):
            index.search("chef de projet")
        exact = large.model_copy(update={"exact_search_limit": 50_000})
        with Index.open(exact) as index:  # the search that compares everything needs no Chroma
            assert index.search("chef de projet")
    finally:
        path.write_bytes(before)
    with Index.open(large) as index:
        assert index.search("chef de projet")


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_database_of_chroma_is_told(settings: Settings, way: str) -> None:
    asking = settings.model_copy(update={"exact_search_limit": 0})
    folder = current(settings.index_dir)
    assert folder is not None
    WAYS[way](folder / "chroma" / "chroma.sqlite3")

    with Index.open(asking) as index, pytest.raises(IndexingError, match="--rebuild"):
        index.search("chef de projet")

    build(settings, rebuild=True)
    with Index.open(asking) as index:
        assert index.search("chef de projet")


@pytest.mark.parametrize("way", [*WAYS, "rows"])
def test_a_damaged_cache_costs_time_only(settings: Settings, way: str) -> None:
    path = settings.index_dir / "cache" / "build.sqlite"
    if way == "rows":
        with sqlite3.connect(path) as connection:
            for table in ("read_documents", "unit_vectors"):
                connection.execute(
                    f"UPDATE {table} SET data = CAST(substr(data, 1, 50) || x'00ff' AS BLOB)"
                )
        connection.close()
    else:
        WAYS[way](path)
    sheet = settings.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")

    assert build(settings).changed == ["offres/ort"]

    with Index.open(settings) as index:
        found = index.search("Qui paie le chef de projet ?", limit=3)
    assert found[0].passage.document == "offres/chef-de-projet"
    assert build(settings).changed == []


MODEL = ["0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "name", [*MODEL, "modules.json", "config_sentence_transformers.json", "checksums.json"]
)
def test_a_model_that_was_altered_is_named(tmp_path: Path, name: str, way: str) -> None:
    for source in PACKAGED_MODEL.rglob("*"):
        if source.is_file():
            target = tmp_path / "model" / source.relative_to(PACKAGED_MODEL)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.stat().st_size > 10_000_000 and name != MODEL[0]:
                target.symlink_to(source)
            else:
                target.write_bytes(source.read_bytes())
    WAYS[way](tmp_path / "model" / name)
    settings = load_settings(embedding=f"static:{tmp_path / 'model'}")
    optional = name in ("config_sentence_transformers.json", "checksums.json")
    if way == "gone" and optional:
        assert load_embedder(settings).dimension
        return

    with pytest.raises(EmbeddingError, match="Réinstallez le paquet") as told:
        load_embedder(settings)

    assert "\n" not in str(told.value)
    assert str(tmp_path / "model") in str(told.value)


def test_an_altered_weight_is_seen_though_it_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "0_StaticEmbedding").mkdir(parents=True)
    for name in ("modules.json", MODEL[0], MODEL[1]):
        (folder / name).write_bytes((PACKAGED_MODEL / name).read_bytes())
    weights = folder / MODEL[0]
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    settings = load_settings(embedding=f"static:{folder}")
    assert load_embedder(settings).dimension  # without checksums nobody can tell

    checksums = json.loads((PACKAGED_MODEL / "checksums.json").read_text())
    (folder / "checksums.json").write_text(json.dumps(checksums))

    with pytest.raises(PvdError) as told:
        load_embedder(settings)
    assert told.value.code == "embedding.static_altered"
    assert "model.safetensors" in str(told.value)
