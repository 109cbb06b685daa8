"""``pvd-assistant init``: a folder to work in, made from what the package carries."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from pvd_assistant.errors import PvdError

SETTINGS = "pvd.toml"
CORPUS = "corpus"
#: Scripts that make documents, for whoever works on the repository.
_LEFT_OUT = shutil.ignore_patterns("*.py", "__pycache__", ".*")


class InitError(PvdError):
    """The folder cannot be made ready."""


def packaged_corpus() -> Path:
    """Return the documents that come with the program: in the wheel, or at the top of the repository.

    :raises InitError: there are none.
    """
    package = Path(str(files("pvd_assistant")))
    for folder in (package / "data" / CORPUS, package.parent / CORPUS):
        if folder.is_dir():
            return folder
    raise InitError("init.no_corpus")


def init(folder: Path) -> int:
    """Put the documents and a commented ``pvd.toml`` in a folder; return how many files were copied.

    :param folder: made when it does not exist; what it holds beside is left alone.
    :raises InitError: it already holds documents or settings, or it cannot be written.
    """
    for name in (SETTINGS, CORPUS):
        if (folder / name).exists():
            raise InitError("init.exists", folder=folder, name=name)
    source = packaged_corpus()
    draft = folder / f".{CORPUS}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(draft, ignore_errors=True)  # left by a copy that was interrupted
        shutil.copytree(source, draft, ignore=_LEFT_OUT, copy_function=shutil.copyfile)
        draft.rename(folder / CORPUS)
        commented = files("pvd_assistant").joinpath("data", "init", SETTINGS).read_bytes()
        (folder / SETTINGS).write_bytes(commented)
    except OSError as error:
        reason = error.strerror or error
        raise InitError("init.not_writable", folder=folder, reason=reason) from error
    return sum(path.is_file() for path in (folder / CORPUS).rglob("*"))
