"""The command ``pvd-assistant``: thin, each command calls the package and shows what comes back.

Exit status: 0 done; 1 the work failed, with one clear line on stderr; 2 wrong usage.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from pvd_assistant import cli_operations, cli_privacy, cli_starting, threads
from pvd_assistant.cli_users import app as users_app
from pvd_assistant.errors import CorpusError, PvdError, UnknownCommuneError, UsageError
from pvd_assistant.messages import text
from pvd_assistant.model import Filters, Kind
from pvd_assistant.observability import logs
from pvd_assistant.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help=text("help.app"),
)  # fmt: skip
corpus_app = typer.Typer(no_args_is_help=True, help=text("help.corpus"))
db_app = typer.Typer(no_args_is_help=True, help=text("help.db"))
eval_app = typer.Typer(no_args_is_help=True, help=text("help.eval"))
app.add_typer(corpus_app, name="corpus")
app.add_typer(db_app, name="db")
app.add_typer(eval_app, name="eval")
app.add_typer(users_app, name="users")
cli_starting.add_commands(app)
cli_operations.add_commands(app)
cli_privacy.add_commands(app)

CorpusOption = Annotated[Path | None, typer.Option("--corpus", help=text("help.corpus_dir"))]
IndexOption = Annotated[Path | None, typer.Option("--index", help=text("help.index_dir"))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Several = list[str] | None


def main() -> None:
    """Run the command line; a user's mistake is one line, never a traceback."""
    threads.one_for_products()
    try:
        app()
    except PvdError as error:
        _fail(str(error), error.exit_status)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to say.
        sys.stderr.close()
        raise SystemExit(1) from None
    except OSError as error:
        _fail(text("cli.disk", reason=error.strerror or error), 1)


def _fail(message: str, status: int) -> None:
    sys.stderr.write(message + "\n")
    raise SystemExit(status)


def _settings(corpus: Path | None = None, index: Path | None = None, **flags: Any) -> Settings:
    settings = load_settings(corpus_dir=corpus, index_dir=index, **flags)
    logs.configure(settings)
    return settings


def _print_json(data: Any, indent: int | None = None) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


@app.command("index", help=text("help.index"))
def index_command(
    corpus: CorpusOption = None,
    index: IndexOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=text("help.rebuild"))] = False,
) -> None:
    """Bring the index up to date with the corpus."""
    from pvd_assistant.console import err, out
    from pvd_assistant.library.refresh import refresh
    from pvd_assistant.progress import progress_bar
    from pvd_assistant.storage.database import Database

    settings = _settings(corpus, index)
    database = Database(settings)
    try:
        with progress_bar(text("cli.indexing")) as advance:
            report = refresh(settings, database, rebuild=rebuild, on_progress=advance)
    finally:
        database.close()
    total = len(report.added) + len(report.changed) + len(report.unchanged)
    if not (report.added or report.changed or report.removed or report.failed):
        out.print(text("cli.nothing_new", documents=total))
        return
    seconds = f"{report.seconds:.1f}".replace(".", ",")
    out.print(
        text("cli.indexed", documents=total, passages=report.passages, seconds=seconds)
        + " "
        + text(
            "cli.changes",
            added=len(report.added),
            changed=len(report.changed),
            removed=len(report.removed),
            unchanged=len(report.unchanged),
        )
    )
    for _, message in report.failed:
        err.print(message, style="red", soft_wrap=True)
    if report.failed:
        err.print(text("cli.failed", count=len(report.failed)))
        raise typer.Exit(1)


@app.command(help=text("help.ask"))
def ask(
    question: Annotated[str | None, typer.Argument(help=text("help.question"))] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help=text("help.batch"))] = None,
    as_json: JsonOption = False,
    theme: Annotated[Several, typer.Option(help=text("help.filter_theme"))] = None,
    kind: Annotated[Several, typer.Option(help=text("help.filter_kind"))] = None,
    pillar: Annotated[Several, typer.Option(help=text("help.filter_pillar"))] = None,
    partner: Annotated[Several, typer.Option(help=text("help.filter_partner"))] = None,
    region: Annotated[Several, typer.Option(help=text("help.filter_region"))] = None,
    departement: Annotated[Several, typer.Option(help=text("help.filter_departement"))] = None,
    population: Annotated[str | None, typer.Option(help=text("help.filter_population"))] = None,
    since: Annotated[str | None, typer.Option(help=text("help.filter_since"))] = None,
    index: IndexOption = None,
) -> None:
    """Answer a question, or each question of a file."""
    from pvd_assistant.answer.assistant import Assistant
    from pvd_assistant.evaluation.questions import read_questions

    if question is None and batch is None:
        raise UsageError("cli.question_missing")
    if question is not None and batch is not None:
        raise UsageError("cli.question_twice")
    filters = Filters(
        kinds=_kinds(kind),
        themes=tuple(theme or ()),
        pillars=tuple(pillar or ()),
        partners=tuple(partner or ()),
        regions=tuple(region or ()),
        departements=tuple(departement or ()),
        population=_population(population),
        since=_day(since),
    )
    assistant = Assistant(_settings(None, index))
    if batch is not None:
        if not as_json:
            raise UsageError("cli.batch_json")
        for asked in read_questions(batch):
            answer = assistant.ask(asked.text, history=asked.history, filters=filters, id=asked.id)
            _print_json(answer.to_dict())
        return
    answer = assistant.ask(question or "", filters=filters)
    if as_json:
        _print_json(answer.to_dict(), indent=2)
    else:
        from pvd_assistant.console import show_answer

        show_answer(answer)


def _kinds(values: Several) -> tuple[str, ...]:
    for value in values or ():
        if value not in get_args(Kind):
            raise UsageError("cli.bad_kind", value=value, kinds=", ".join(get_args(Kind)))
    return tuple(values or ())


def _population(value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    low, _, high = value.replace(" ", "").partition("-")
    if not (low.isdigit() and high.isdigit()):
        raise UsageError("cli.bad_population", value=value)
    return int(low), int(high)


def _day(value: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise UsageError("cli.bad_date", value=value) from None


@app.command(help=text("help.serve"))
def serve(
    host: Annotated[str | None, typer.Option(help=text("help.host"))] = None,
    port: Annotated[int | None, typer.Option(help=text("help.port"))] = None,
    index: IndexOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Serve the chat, the documents and ``/health``."""
    from pvd_assistant.web.server import serve as run

    run(_settings(corpus, index, host=host, port=port))


@app.command("mcp", help=text("help.mcp"))
def mcp_command(index: IndexOption = None, corpus: CorpusOption = None) -> None:
    """Serve the tools of the Model Context Protocol on standard input and output."""
    from pvd_assistant.web.api.mcp_server import serve_standard_streams

    serve_standard_streams(_settings(corpus, index))


@db_app.command("upgrade", help=text("help.db_upgrade"))
def db_upgrade() -> None:
    """Create or migrate the database of people's work."""
    from pvd_assistant.console import out
    from pvd_assistant.storage.database import Database

    database = Database(_settings())
    for line in database.upgrade().lines(database.where):
        out.print(line, soft_wrap=True)


@corpus_app.command("list", help=text("help.corpus_list"))
def corpus_list(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """List the documents of the corpus."""
    from pvd_assistant.console import err, show_table
    from pvd_assistant.corpus.catalogue import Catalogue

    settings = _settings(corpus)
    rows = []
    catalogue = Catalogue.of(settings)
    for entry in catalogue.entries():
        try:
            metadata = catalogue.metadata(entry)
        except CorpusError as error:
            err.print(str(error), style="red", soft_wrap=True)
            continue
        rows.append((entry.id, metadata.kind, metadata.title, metadata.updated.isoformat()))
    if as_json:
        keys = ("id", "kind", "title", "updated")
        _print_json([dict(zip(keys, row, strict=True)) for row in rows], indent=2)
    else:
        show_table([text(f"cli.column_{c}") for c in ("id", "kind", "title", "updated")], rows)


@corpus_app.command("check", help=text("help.corpus_check"))
def corpus_check(
    corpus: CorpusOption = None,
    strict: Annotated[bool, typer.Option("--strict", help=text("help.strict"))] = False,
    fix: Annotated[bool, typer.Option("--fix", help=text("help.fix"))] = False,
) -> None:
    """Check every document; problems are printed with their file and line."""
    from pvd_assistant.console import err, out
    from pvd_assistant.corpus.catalogue import Catalogue
    from pvd_assistant.corpus.proofreading import proofread, repair
    from pvd_assistant.territory.communes import Territory

    settings = _settings(corpus)
    catalogue = Catalogue.of(settings)
    # What people added is checked, but neither corrected behind their back nor held to our spelling.
    shipped = Catalogue(settings.corpus_dir, settings)
    if fix:
        out.print(text("cli.repaired", count=len(repair(shipped, settings))))
    problems = catalogue.check()
    if strict:
        names = Territory.load(settings.official_dir).proper_nouns
        problems += proofread(shipped, settings, names)
    for problem in problems:
        err.print(f"{problem.file}:{problem.line or 1}: {problem.message}", soft_wrap=True)
    if problems:
        err.print(text("cli.check_problems", count=len(problems)))
        raise typer.Exit(1)
    out.print(text("cli.check_clean", count=len(catalogue.entries())))


@corpus_app.command("add", help=text("help.corpus_add"))
def corpus_add(
    path: Annotated[Path, typer.Argument(help=text("help.corpus_path"))],
    title: Annotated[str | None, typer.Option(help=text("help.add_title"))] = None,
    kind: Annotated[str | None, typer.Option(help=text("help.add_kind"))] = None,
    publisher: Annotated[str | None, typer.Option(help=text("help.add_publisher"))] = None,
    updated: Annotated[str | None, typer.Option(help=text("help.add_updated"))] = None,
    url: Annotated[str | None, typer.Option(help=text("help.add_url"))] = None,
    corpus: CorpusOption = None,
) -> None:
    """Check a document, ask for what is missing about it, and copy it into the corpus."""
    from pvd_assistant.console import out
    from pvd_assistant.corpus.adding import add

    given = {"title": title, "kind": kind, "publisher": publisher, "updated": updated, "url": url}
    answers = {name: value for name, value in given.items() if value is not None}
    ask_for = _prompt if sys.stdin.isatty() else None
    added = add(path, _settings(corpus), ask=ask_for, **answers)
    out.print(text("cli.added", path=path, id=added))


@corpus_app.command("sync", help=text("help.corpus_sync"))
def corpus_sync(
    targets: Annotated[Several, typer.Argument(help=text("help.sync_targets"))] = None,
    corpus: CorpusOption = None,
) -> None:
    """Refresh official data; what fails leaves the old data in place and the rest goes on."""
    from pvd_assistant.console import err, out, said_of
    from pvd_assistant.sync.targets import TARGETS, sync

    for target in targets or ():
        if target not in TARGETS:
            raise UsageError("sync.unknown_target", target=target, known=", ".join(TARGETS))
    failed = False
    for target, result in sync(targets or list(TARGETS), _settings(corpus)):
        if isinstance(result, Exception):
            failed = True
            said = text("sync.failed", target=target, reason=result)
            err.print(said, style="red", soft_wrap=True)
        else:
            out.print(said_of(result), soft_wrap=True)
    out.print(text("sync.then_index"))
    if failed:
        raise typer.Exit(1)


def _prompt(field: str, values: Sequence[str]) -> str:
    question = text(f"cli.add_{field}")
    return str(typer.prompt(f"{question} ({', '.join(values)})" if values else question))


@app.command(help=text("help.commune"))
def commune(
    name: Annotated[str, typer.Argument(help=text("help.commune_name"))],
    as_json: JsonOption = False,
    like: Annotated[bool, typer.Option("--like", help=text("help.commune_like"))] = False,
) -> None:
    """Say what the programme knows of a commune, or which programme towns are like it."""
    from pvd_assistant.console import show_commune, show_comparison
    from pvd_assistant.territory.communes import Territory
    from pvd_assistant.territory.lookup import describe, describe_comparison, find
    from pvd_assistant.territory.similar import towns_like

    territory = Territory.load(_settings().official_dir)
    found = find(name, territory)
    if not like:
        described = [describe(one, territory) for one in found]
        _print_json(described, indent=2) if as_json else show_commune(described)
        return
    comparison = towns_like(territory.today(found[0]), territory)
    if comparison is None:
        raise UnknownCommuneError("commune.no_population", name=found[0].label)
    if as_json:
        _print_json(describe_comparison(comparison), indent=2)
    else:
        show_comparison(describe_comparison(comparison))


@eval_app.command("answers", help=text("help.eval_answers"))
def eval_answers(
    file: Annotated[Path, typer.Argument(help=text("help.eval_file"))],
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option("--report", help=text("help.report"))] = None,
    index: IndexOption = None,
) -> None:
    """Score the answers to a question file."""
    from pvd_assistant.answer.assistant import Assistant
    from pvd_assistant.console import err, out, show_summaries
    from pvd_assistant.errors import EvaluationError
    from pvd_assistant.evaluation.answers import evaluate
    from pvd_assistant.evaluation.questions import read_questions
    from pvd_assistant.evaluation.report import abstention_lines, write_report

    questions = read_questions(file)
    if not any(question.expect for question in questions):
        raise EvaluationError("evaluation.no_expectation", path=file)
    result = evaluate(Assistant(_settings(None, index)), questions)
    if report is not None:
        err.print(text("evaluation.report_written", path=write_report(result, report)))
    if as_json:
        _print_json(result.to_dict(), indent=1)
        return
    show_summaries({text("evaluation.all"): result.overall})
    for line in abstention_lines(result.abstention):
        out.print(line)
    show_summaries(result.by("family"))
    show_summaries(result.by("style"))


@eval_app.command("retrieval", help=text("help.eval_retrieval"))
def eval_retrieval(
    folder: Annotated[Path, typer.Argument(help=text("help.eval_folder"))],
    as_json: JsonOption = False,
) -> None:
    """Score the search on a collection in BEIR format."""
    from pvd_assistant.evaluation.beir import evaluate_collection

    figures = evaluate_collection(folder, _settings())
    if as_json:
        _print_json(figures, indent=2)
        return
    from pvd_assistant.console import show_table

    systems: dict[str, dict[str, float]] = figures["systems"]
    names = list(next(iter(systems.values())))
    show_table(["", *names], [[name, *values.values()] for name, values in systems.items()])
