"""The commands of whoever runs the service: ``doctor``, ``backup``, ``restore``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pvd_assistant.errors import UsageError
from pvd_assistant.french import french_date, french_number, french_size
from pvd_assistant.messages import text
from pvd_assistant.observability import logs
from pvd_assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from pvd_assistant.backup.archive import Manifest


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=text("help.doctor"))(doctor)
    app.command(help=text("help.backup"))(backup)
    app.command(help=text("help.restore"))(restore)


def doctor(
    corpus: Annotated[Path | None, typer.Option("--corpus", help=text("help.corpus_dir"))] = None,
    index: Annotated[Path | None, typer.Option("--index", help=text("help.index_dir"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("help.json"))] = False,
) -> None:
    """Say what works, what does not, why, and what to run."""
    from pvd_assistant.diagnosis import diagnose

    checks = diagnose(_settings(corpus_dir=corpus, index_dir=index))
    if as_json:
        said = json.dumps([check.to_dict() for check in checks], ensure_ascii=False, indent=2)
        sys.stdout.write(said + "\n")
    else:
        from pvd_assistant.console import show_table

        columns = [text(f"doctor.column_{name}") for name in ("state", "name", "detail", "remedy")]
        rows = [(text(f"doctor.state_{c.state}"), c.name, c.detail, c.remedy) for c in checks]
        show_table(columns, rows)
    if not all(check.works for check in checks):
        raise typer.Exit(1)


def backup(
    file: Annotated[Path | None, typer.Argument(help=text("help.backup_file"))] = None,
    show: Annotated[bool, typer.Option("--list", help=text("help.backup_list"))] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, metavar="JOURS", help=text("help.backup_keep"))
    ] = None,
) -> None:
    """Save people's work in one file, or say what such a file holds."""
    from pvd_assistant.backup.archive import opened
    from pvd_assistant.backup.saving import save, sweep
    from pvd_assistant.console import out

    settings = _settings()
    if show:
        if file is None:
            raise UsageError("backup.which")
        with opened(file) as archive:
            _describe(file, archive.manifest)
        return
    if keep is not None and file is not None and not file.is_dir():
        raise UsageError("backup.keep_folder")
    path = save(settings, file)
    with opened(path) as archive:  # read back: a backup that cannot be read is none
        manifest = archive.manifest
    out.print(text("backup.done", path=path, **_figures(manifest)), soft_wrap=True)
    out.print(text("backup.private"), soft_wrap=True)
    if manifest.secrets:
        out.print(text("backup.secrets", names=", ".join(manifest.secrets)), soft_wrap=True)
    if keep is not None and (count := sweep(path.parent, keep)):
        key = "backup.swept_many" if count > 1 else "backup.swept_one"
        out.print(text(key, count=french_number(count), days=french_number(keep)), soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help=text("help.restore_file"))],
    force: Annotated[bool, typer.Option("--force", help=text("help.restore_force"))] = False,
) -> None:
    """Put back people's work from a backup."""
    from pvd_assistant.backup.restoring import restore as put_back
    from pvd_assistant.console import out

    done = put_back(_settings(), file, force=force)
    said = [text("backup.restored", date=_day(done.manifest), **_figures(done.manifest))]
    if done.before is not None:
        said.append(text("backup.before", path=done.before))
    if done.aside is not None:
        said.append(text("backup.aside", path=done.aside))
    for line in (*said, text("backup.then_index")):
        out.print(line, soft_wrap=True)


def _settings(**flags: Path | None) -> Settings:
    settings = load_settings(**flags)
    logs.configure(settings)
    return settings


def _describe(path: Path, manifest: Manifest) -> None:
    from pvd_assistant.console import out, show_table

    known = {"database": manifest.database or text("backup.no_database")}
    known |= {"version": manifest.version, "revision": manifest.revision or "—"}
    out.print(text("backup.listed", path=path, date=_day(manifest), **known), soft_wrap=True)
    columns = [text("backup.column_table"), text("backup.column_rows")]
    show_table(columns, [(name, french_number(rows)) for name, rows in manifest.tables.items()])
    figures = _figures(manifest)
    out.print(text("backup.files", count=figures["files"], size=figures["size"]))
    if manifest.secrets:
        out.print(text("backup.secrets", names=", ".join(manifest.secrets)), soft_wrap=True)


def _figures(manifest: Manifest) -> dict[str, str]:
    return {
        "rows": french_number(sum(manifest.tables.values())),
        "tables": french_number(len(manifest.tables)),
        "files": french_number(len(manifest.documents)),
        "size": french_size(sum(size for size, _ in manifest.files.values())),
    }


def _day(manifest: Manifest) -> str:
    return french_date(manifest.created[:10])
