"""Somebody asks what is kept of them, or to be forgotten: by the commands that whoever runs the server types."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import run_command
from corpus.makers import sheet, write
from helpdesk_people import colleague
from sqlalchemy import select
from traces import traces, traces_in_rows

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import UsageError
from pvd_assistant.helpdesk.model import Draft, Taken
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.index.store import Index
from pvd_assistant.library.jobs import Jobs, JobState, enqueue
from pvd_assistant.library.refresh import refresh
from pvd_assistant.privacy.who import Who
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow
from pvd_assistant.storage.knowledge_tables import (
    CannedReplyRow,
    UnansweredSubjectRow,
    ValidatedReplyRow,
)
from pvd_assistant.storage.models import OpinionRow

NAME, ADDRESS = "Zéphyrine Quatrebarbes", "z.quatrebarbes@mairie-foix.fr"
WORDS = ("Quatrebarbes", "quatrebarbes", "QUATREBARBES", "Zéphyrine")
NOW = dt.datetime.now(dt.UTC)

Run = Callable[..., int]


@pytest.fixture
def settings(
    database_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A corpus of one sheet, and the settings by which the commands find everything."""
    write(tmp_path / "corpus" / "offres" / "ort.md", sheet("## A\n\nL’ORT est là.\n", title="ORT"))
    monkeypatch.setenv("PVD_CORPUS_DIR", str(tmp_path / "corpus"))
    monkeypatch.setenv("PVD_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("PVD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PVD_DATABASE_URL", database_settings.database_url.get_secret_value())
    return load_settings()


@pytest.fixture
def database(settings: Settings) -> Database:
    with closing(Database(settings)) as opened:
        yield opened


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command, with what is on standard input; gives its exit status."""

    def call(*arguments: str, typed: str = "") -> int:
        return run_command(monkeypatch, *arguments, typed=typed)

    return call


@pytest.fixture
def filled(settings: Settings, database: Database) -> dict[str, int]:
    """Name her wherever people write; return the numbers of her request and of somebody else's."""
    anne = colleague(database, "Anne Lefort")
    store = RequestStore(database, settings)
    own = Taken("Halle", "Qui paie la halle ?", NAME, ADDRESS, questions=("Qui paie ?",))
    other = Taken("Voisine", "Mme QUATREBARBES dit que non.", "Luc Petit", "luc@exemple.fr")
    numbers = {
        "own": store.create(anne, own, Draft("Bonjour Zéphyrine.")),
        "other": store.create(anne, other, Draft("Écrivez à Quatrebarbes Zephyrine.")),
    }
    digest = next(one.digest for one in Catalogue.of(settings).entries())
    cited = {"document": "offres/ort", "digest": digest, "title": "ORT", "kind": "offre"}
    cited |= {"publisher": "Club", "url": "https://exemple.fr", "updated": "2026-11-23"}
    cited |= {"section": "A", "page": None, "label": None, "part": 0, "start": 0, "end": 14}
    opinion = {"answer": "a", "useful": False, "reasons": [], "status": "answered", "engine": "x"}
    decided = {"state": "a-rediger", "time": NOW, "author": anne.name}
    with database.transaction() as session:
        session.add(
            ValidatedReplyRow(
                slug="que-fait-z-quatrebarbes",
                request_id=numbers["own"],
                state="validee",
                question=f"Que fait {NAME} à Foix ?",
                phrasings=[],
                answer="Madame Quatrebarbes suit l’ORT.",
                themes=[],
                sources=[cited | {"passage": "L’ORT est là."}],
                proposed=NOW,
                proposer="Anne",
                validated=NOW,
                validator="Marc",
                review_by=(NOW + dt.timedelta(days=90)).date(),
                reason="",
                version=1,
            )
        )
        session.add(
            CannedReplyRow(
                title="Foix",
                body=f"Écrire à {ADDRESS}.",
                themes=[],
                changed=NOW,
                author="A",
                version=1,
            )
        )
        session.add(UnansweredSubjectRow(question="Où est Z. Quatrebarbes ?", **decided))
        told = {"comment": f"Merci à {NAME}", "question": f"Qui est {NAME} ?"}
        session.add(OpinionRow(time=NOW, family="offer", citations=[], **opinion | told))
    line = {"answer": "b", "time": NOW.isoformat(), "useful": True, "comment": NAME}
    write(settings.data_dir / "feedback" / "2026-01.jsonl", json.dumps(line) + "\n")
    with closing(Database(settings)) as again:
        again.upgrade()
    refresh(settings, database)
    return numbers


def test_she_is_found_wherever_she_is_named(
    run: Run, filled: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("person", "find", typed=f"{NAME}\n{ADDRESS}\n") == 0
    said = " ".join(capsys.readouterr().out.split())
    for line in (
        f"Demandes écrites par cette personne, avec leurs réponses │ 1 │ nº {filled['own']}",
        f"Demandes d’autres personnes qui la nomment │ 1 │ {filled['other']}",
        "Réponses validées qui la nomment │ 1",
        "Avis de lecteurs qui la nomment │ 2",
        "Fichiers d’avis d’une version précédente qui la nomment │ 1 │ 2026-01.jsonl",
        "helpdesk/que-fait-z-quatrebarbes",
    ):
        assert line in said


def test_what_is_given_to_her_holds_her_words_and_no_secret(
    run: Run, filled: dict[str, int], tmp_path: Path
) -> None:
    file = tmp_path / "pour-elle.json"
    assert run("person", "export", ADDRESS, "--output", str(file)) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text("utf-8"))
    assert [one["body"] for one in told["requests"]] == ["Qui paie la halle ?"]
    assert [one["body"] for one in told["requests"][0]["replies"]] == ["Bonjour Zéphyrine."]
    assert told["named"] == {"canned_replies": [{"body": f"Écrire à {ADDRESS}."}]}
    assert run("person", "export", ADDRESS, "--output", str(file)) == 2, "it is not replaced"


def test_she_is_erased_from_the_database_the_files_and_the_index(
    run: Run,
    filled: dict[str, int],
    settings: Settings,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    roots = (settings.data_dir, settings.index_dir)
    assert traces(WORDS, *roots)
    assert traces_in_rows(WORDS, database)

    assert run("person", "erase", NAME, ADDRESS, "--yes") == 0
    assert "l’index sont réécrits sans elle" in capsys.readouterr().out

    assert traces_in_rows(WORDS, database) == []
    assert traces(WORDS, *roots) == []
    store = RequestStore(database, settings)
    assert store.get(filled["other"]).body == "[donnée effacée] dit que non."
    with database.transaction() as session:
        assert set(session.scalars(select(RequestRow.id))) == {filled["other"]}
        assert session.scalars(select(RequestRow.searched)).one().count("donnee effacee") == 2
        reply = session.scalars(select(ValidatedReplyRow)).one()
        assert (reply.state, reply.answer) == ("validee", "[donnée effacée] suit l’ORT.")
        document = f"helpdesk/{reply.slug}"
        noted = select(ActionRow.action, ActionRow.detail).where(ActionRow.target == "person")
        assert [tuple(row) for row in session.execute(noted)] == [("person.erased", "1, 7")]
    with Index.open(settings) as index:
        assert sorted(index.documents) == [document, "offres/ort"]


def test_an_index_that_somebody_else_writes_is_left_to_the_server(
    run: Run,
    filled: dict[str, int],
    settings: Settings,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    jobs = Jobs(database, lambda: NOW)
    with database.transaction() as session:
        enqueue(session, None, NOW)
    assert jobs.claim() is not None, "a server is at work"
    assert run("person", "erase", NAME, ADDRESS, "--yes") == 0
    assert "seront réécrits sans elle par le service" in capsys.readouterr().out
    waiting = jobs.latest(1)[0]
    assert (waiting.state, waiting.purge) == (JobState.QUEUED, True)


def test_nothing_is_erased_before_it_is_confirmed(
    run: Run, filled: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = traces_in_rows(WORDS, database)
    monkeypatch.setattr("typer.confirm", lambda *_: False)
    assert run("person", "erase", NAME) == 0
    assert run("person", "erase", typed=NAME) == 2, "nothing is left on standard input to say yes"
    assert traces_in_rows(WORDS, database) == before


def test_somebody_unknown_leaves_everything_as_it_is(
    run: Run, filled: dict[str, int], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    before = traces_in_rows(WORDS, database)
    assert run("person", "erase", "Jeanne Inconnue", "--yes") == 0
    assert "Rien de ce qui est gardé" in capsys.readouterr().out
    assert traces_in_rows(WORDS, database) == before


def test_a_staff_account_is_shown_with_what_it_did_and_without_its_password(
    run: Run, settings: Settings, database: Database, filled: dict[str, int], tmp_path: Path
) -> None:
    file = tmp_path / "anne.json"
    assert run("person", "export", "Anne Lefort", "-o", str(file)) == 0
    account = json.loads(file.read_text("utf-8"))["account"]
    assert account["login"] == "anne.lefort@exemple.fr"
    assert account["actions"][0]["action"] == "request.created"
    assert "password" not in account


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Écrire à Jean Dupont.", True),
        ("DUPONT JEAN", True),
        ("jean-dupont", True),
        ("Je\u0301an  dupont", True),
        ("Mme Dupont, M. Dupont", True),
        ("J. Dupont", True),
        ("Jean Dupontel", False),
        ("Saint-Jean et Dupont", False),
        ("le pont Dupont", False),
        ("jean.dupont@mairie.fr", True),
        ("jean@mairie.fr", False),
        (["rien", {"a": "Jean Dupont"}], True),
    ],
)
def test_a_name_is_known_however_it_is_written(words: object, named: bool) -> None:
    who = Who.of(["Jean Dupont"])
    assert who.named_in(words) is named
    assert who.named_in(who.masked(words, "…")) is False


def test_a_homonym_by_the_name_alone_keeps_their_requests() -> None:
    who = Who.of(["Jean Dupont"])
    assert who.wrote("M. DUPONT Jean")
    assert not who.wrote("M. Dupont")


@pytest.mark.parametrize("called", [[], [" "], ["Dupont"], ["jean"]])
def test_what_could_be_anybody_is_refused(called: list[str]) -> None:
    with pytest.raises(UsageError):
        Who.of(called)
