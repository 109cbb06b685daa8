"""What an index was built from and with: written last, checked whenever the index is opened."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pvd_assistant.errors import IndexMismatchError
from pvd_assistant.index.analysis import ANALYSIS_VERSION
from pvd_assistant.messages import load_data

#: Changes with the layout of the files of a generation.
FORMAT_VERSION = 2
_NAME = "manifest.json"
# Bigger files are only checked by their size when the index is opened: reading them would be slow.
LARGEST_CHECKED = 64 * 2**20
#: Folder of embedded Chroma in a generation.
CHROMA = "chroma"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The identity card of a generation of the index.

    :ivar format: layout of the files.
    :ivar analysis: version of the French analysis and of the weights kept in the postings.
    :ivar reading: digest of the code that reads and cuts documents.
    :ivar model: embedding model as the settings name it.
    :ivar store: ``"embedded"`` or ``"server"``.
    :ivar collection: name of the Chroma collection.
    :ivar corpus: digest of the documents' digests.
    :ivar built: when, ISO 8601, UTC.
    :ivar files: size and CRC-32 of each file.
    """

    format: int
    analysis: str
    reading: str
    model: str
    model_version: str
    dimension: int
    store: str
    collection: str
    corpus: str
    documents: int
    passages: int
    units: int
    built: str
    files: dict[str, tuple[int, int]]

    def write(self, folder: Path) -> None:
        """Write the manifest of a generation."""
        raw = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / _NAME).write_text(raw, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a generation.

    :raises OSError: it is missing.
    :raises ValueError: it is not one.
    :raises IndexMismatchError: another version of the program wrote it, with other fields perhaps.
    """
    try:
        data = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if data["format"] != FORMAT_VERSION:
            versions = {"built": data["format"], "wanted": FORMAT_VERSION}
            raise IndexMismatchError("index.mismatch_format", **versions)
        files_ = {name: (int(size), int(crc)) for name, (size, crc) in data["files"].items()}
        return Manifest(**(data | {"files": files_}))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{_NAME}: {error}") from error


def file_checks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and CRC-32 of the files of a generation, but those that Chroma goes on writing.

    Those are its database, and the vectors of a small collection, which it writes anew whenever they are
    read: it has then not written the file that describes them.
    """
    settled = {path.parent for path in folder.rglob("index_metadata.pickle")}
    return {
        path.relative_to(folder).as_posix(): _check(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != _NAME
        and (path.relative_to(folder).parts[0] != CHROMA or path.parent in settled)
    }


def damaged_file(
    folder: Path, manifest: Manifest, *, of_chroma: bool = False, whole: bool = False
) -> str | None:
    """Return the name of a file that is not as it was written, if any.

    :param of_chroma: look at Chroma's files, which not every search opens, instead of ours.
    :param whole: read big files too.
    """
    for name, (size, crc) in manifest.files.items():
        if name.startswith(f"{CHROMA}/") != of_chroma:
            continue
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            return name
        if (whole or size <= LARGEST_CHECKED) and _check(path)[1] != crc:
            return name
    return None


def analysis_version() -> str:
    """Return the version of all that decides which stems and weights an index holds."""
    search = load_data("search")
    decides = [load_data("analysis"), load_data("acronyms"), search["fields"]]
    decides += [search["saturation"], search["near_duplicate"]]
    raw = json.dumps(decides, ensure_ascii=False, sort_keys=True)
    return f"{ANALYSIS_VERSION}-{hashlib.sha256(raw.encode()).hexdigest()[:8]}"


@cache
def reading_version() -> str:
    """Return a digest of the code that reads and cuts documents: they are read again when it changes."""
    digest = hashlib.sha256()
    root = Path(str(files("pvd_assistant"))) / "corpus"
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def corpus_digest(documents: dict[str, str]) -> str:
    """Return one digest for the digests of all documents."""
    raw = "".join(f"{name}\0{digest}\n" for name, digest in sorted(documents.items()))
    return hashlib.sha256(raw.encode()).hexdigest()


def _check(path: Path) -> tuple[int, int]:
    crc, size = 0, 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            crc, size = zlib.crc32(block, crc), size + len(block)
    return size, crc
