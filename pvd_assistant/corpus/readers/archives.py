"""DOCX and ODT are ZIP archives of XML: both are checked before anything is parsed."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.files import check_size, unreadable
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

_MOST_MEMBERS = 10_000
#: Uncompressed size accepted, as a multiple of the largest file read.
_EXPANSION = 3
_MEGABYTE = 1_000_000
_BLOCK = 1 << 20
#: XML that defines entities can be made to fill the memory or to read other files.
_DEFINITIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


class Archive:
    """The members of a DOCX or ODT, read within limits.

    :raises DocumentError: it is broken, of another format, or swells when uncompressed.
    """

    def __init__(self, path: Path, settings: Settings, main: str) -> None:
        check_size(path, settings)
        self._path = path
        self._budget = settings.max_file_mb * _MEGABYTE * _EXPANSION
        try:
            with zipfile.ZipFile(path) as archive:
                self._check(archive, main)
                wanted = [name for name in archive.namelist() if name.endswith(".xml")]
                self._members = {name: self._read(archive, name) for name in wanted}
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise DocumentError("corpus.broken", path=path, reason="ZIP") from error
        except OSError as error:
            raise unreadable(path, error) from error
        except RuntimeError as error:  # a member with a password
            raise DocumentError("corpus.encrypted", path=path) from error

    def _check(self, archive: zipfile.ZipFile, main: str) -> None:
        names = archive.namelist()
        declared = sum(info.file_size for info in archive.infolist())
        if len(names) > _MOST_MEMBERS or declared > self._budget:
            raise DocumentError("corpus.archive_bomb", path=self._path)
        if main not in names:
            extension = self._path.suffix
            raise DocumentError("corpus.really_zip", path=self._path, extension=extension)

    def _read(self, archive: zipfile.ZipFile, name: str) -> bytes:
        """Read a member block by block: the size it declares may be a lie."""
        blocks: list[bytes] = []
        with archive.open(name) as member:
            while block := member.read(_BLOCK):
                self._budget -= len(block)
                if self._budget < 0:
                    raise DocumentError("corpus.archive_bomb", path=self._path)
                blocks.append(block)
        content = b"".join(blocks)
        if any(word in content for word in _DEFINITIONS):
            raise DocumentError("corpus.hostile_xml", path=self._path)
        return content

    def xml(self, name: str) -> Any:
        """Return the root element of an XML member, ``None`` when there is no such member.

        :raises DocumentError: it is not XML, or nested too deeply.
        """
        from lxml import etree

        content = self._members.get(name)
        if content is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            if "depth" in str(error):
                raise DocumentError("corpus.too_deep", path=self._path) from error
            raise DocumentError("corpus.broken", path=self._path, reason=name) from error

    def text(self, name: str) -> bytes:
        """Return a member as it is, empty when there is none."""
        return self._members.get(name, b"")
