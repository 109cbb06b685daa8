"""A backup that is cut, altered, hostile or something else is refused, and touches nothing."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
from pathlib import Path

import pytest
from filled_tables import Make

from pvd_assistant.backup.archive import opened
from pvd_assistant.backup.restoring import restore
from pvd_assistant.backup.saving import save
from pvd_assistant.errors import BackupError, PvdError
from pvd_assistant.settings import Settings


@pytest.fixture
def file(filled: Settings, tmp_path: Path) -> Path:
    return save(filled, tmp_path / "sauvegarde.tar.gz")


@pytest.fixture
def empty(settings_of: Make) -> Settings:
    return settings_of("empty", "sqlite")


def refused(settings: Settings, file: Path) -> BackupError:
    """Try to restore a file; whatever is wrong with it, nothing must have been written."""
    with pytest.raises(BackupError) as found:
        restore(settings, file)
    assert list(settings.data_dir.iterdir()) == []
    assert "\n" not in str(found.value)
    return found.value


def rewritten(file: Path, change: dict[str, bytes | tarfile.TarInfo | None]) -> Path:
    """Copy an archive with some of its members replaced, added or (``None``) left out."""
    target = file.with_name("autre.tar.gz")
    with tarfile.open(file) as read, tarfile.open(target, "w:gz") as write:
        held = {m.name: read.extractfile(m).read() for m in read.getmembers()}
        for name, content in (held | change).items():
            if isinstance(content, tarfile.TarInfo):
                write.addfile(content)
            elif content is not None:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                write.addfile(member, io.BytesIO(content))
    return target


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.99])
def test_a_file_cut_short(file: Path, empty: Settings, share: float) -> None:
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    assert str(file) in str(refused(empty, file))


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_bit(file: Path, empty: Settings, seed: int) -> None:
    raw = bytearray(file.read_bytes())
    place = random.Random(seed).randrange(
        64, len(raw)
    )  # a name and a date come first, which nothing rests on
    raw[place] ^= 1 << seed % 8
    file.write_bytes(raw)
    refused(empty, file)


def test_an_altered_table_in_a_sound_archive(file: Path, empty: Settings) -> None:
    with tarfile.open(file) as read:
        held = read.extractfile("tables/opinions.jsonl").read()
    altered = held.replace(b'"useful": false', b'"useful":  true', 1)
    error = refused(empty, rewritten(file, {"tables/opinions.jsonl": altered}))
    assert error.code == "backup.damaged"
    assert "tables/opinions.jsonl" in str(error)


def test_a_missing_file_and_an_added_one(file: Path, empty: Settings) -> None:
    for change in ({"data/library/withdrawn.yaml": None}, {"data/library/plus.md": b"x"}):
        error = refused(empty, rewritten(file, change))
        assert error.values["name"] == ascii(next(iter(change)))


def _link(kind: bytes) -> tarfile.TarInfo:
    link = tarfile.TarInfo("data/library/lien.md")
    link.type, link.linkname = kind, "/etc/passwd"
    return link


@pytest.mark.parametrize(
    "name",
    [
        "/etc/pirate", "../pirate", "data/../../pirate", "data/library/../../../pirate",
        "data/library/./x", "autre/x", "data//x", "data\\..\\x", "pirate",
    ],
)  # fmt: skip
def test_a_path_that_leads_out_is_refused(file: Path, empty: Settings, name: str) -> None:
    with opened(file) as archive:
        files = dict(archive.manifest.files)
    # Even when the manifest agrees.
    files[name] = (5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    with tarfile.open(file) as read:
        manifest = json.loads(read.extractfile("manifest.json").read()) | {"files": files}
    hostile = rewritten(file, {name: b"hello", "manifest.json": json.dumps(manifest).encode()})
    assert refused(empty, hostile).code == "backup.damaged"
    assert not list(empty.data_dir.parent.rglob("pirate*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_link_or_a_folder_is_refused(file: Path, empty: Settings, kind: bytes) -> None:
    hostile = rewritten(file, {"data/library/lien.md": _link(kind)})
    assert refused(empty, hostile).code in ("backup.damaged", "backup.not_one")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "backup.unreadable"),
        (b"ceci n'est pas une sauvegarde", "backup.unreadable"),
        (gzip.compress(b"ni ceci", mtime=0), "backup.unreadable"),
    ],
)
def test_another_file(tmp_path: Path, empty: Settings, content: bytes, code: str) -> None:
    (tmp_path / "autre").write_bytes(content)
    assert refused(empty, tmp_path / "autre").code == code


def test_another_archive_and_no_file(tmp_path: Path, empty: Settings) -> None:
    with tarfile.open(tmp_path / "autre.tar.gz", "w:gz") as other:
        other.addfile(tarfile.TarInfo("data/x"))
    assert refused(empty, tmp_path / "autre.tar.gz").code == "backup.not_one"
    assert refused(empty, tmp_path / "rien.tar.gz").code == "backup.unreadable"


@pytest.mark.parametrize("manifest", [b"{}", b"[]", b"{", b'{"files": 1}', b'{"files": {"x": 1}}'])
def test_a_manifest_of_another_shape(file: Path, empty: Settings, manifest: bytes) -> None:
    assert refused(empty, rewritten(file, {"manifest.json": manifest})).code == "backup.not_one"


def test_a_backup_of_a_newer_version(file: Path, empty: Settings) -> None:
    with tarfile.open(file) as read:
        manifest = json.loads(read.extractfile("manifest.json").read())
    newer = manifest | {"revision": "9999", "version": "42.0"}
    error = refused(empty, rewritten(file, {"manifest.json": json.dumps(newer).encode()}))
    assert error.code == "backup.newer"
    assert "42.0" in str(error)


def test_a_backup_never_replaces_another_file(filled: Settings) -> None:
    database = filled.data_dir / "pvd.sqlite"
    before = database.read_bytes()
    with pytest.raises(PvdError) as found:
        save(filled, database)
    assert found.value.code == "backup.not_replaced"
    assert database.read_bytes() == before


def test_a_backup_replaces_the_one_of_the_day_before(filled: Settings, file: Path) -> None:
    (filled.data_dir / "library" / "nouveau.md").write_text("neuf")
    assert save(filled, file) == file
    with opened(file) as archive:
        assert "library/nouveau.md" in archive.manifest.documents
    assert [path.name for path in file.parent.glob(f"*{file.name}*")] == [file.name]
