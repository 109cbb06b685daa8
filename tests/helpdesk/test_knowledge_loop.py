"""A validated reply is cited, said to be one, and withdrawn from the index when its source changes."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sent_requests import person, sent_request

from pvd_assistant.accounts.roles import Role
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_model import State, Wording
from pvd_assistant.index.store import Index
from pvd_assistant.library.refresh import refresh
from pvd_assistant.model import Answer, Filters
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.storage.database import Database

QUESTION = "Peut-on recruter un chef de projet à temps partagé avec la commune voisine ?"
ANSWER = (
    "Oui, deux communes lauréates peuvent partager un chef de projet par convention, selon le Club.\n"
    "La clé de partage du poste mutualisé s’écrit dans la convention entre les deux communes."
)
LATER = dt.date.today() + dt.timedelta(days=180)


@pytest.fixture
def settings(sample_settings: Settings, tmp_path: Path) -> Settings:
    """A copy of the small corpus and of its index, with a database of its own."""
    for name in ("corpus", "index"):
        shutil.copytree(getattr(sample_settings, f"{name}_dir"), tmp_path / name)
    return load_settings(
        corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index", data_dir=tmp_path / "data"
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings)
    yield opened
    opened.close()


def validated(settings: Settings, database: Database, wording: Wording) -> int:
    """Take a reply from a request to the sources, as two people do."""
    proposer, validator = person(Role.HELPDESK, database), person(Role.EDITOR, database)
    store = KnowledgeStore(database)
    with Index.open(settings) as index:
        digests = {name: record.digest for name, record in index.documents.items()}
        cited = Assistant(settings, index=index).ask("Qui paie le poste de chef de projet ?")
    request = sent_request(database, citations=cited.citations[:1])
    reply = store.propose(proposer, request, wording, digests)
    version = store.get(reply).version
    store.validate(validator, reply, version, wording, LATER, digests)
    return reply


def ask(settings: Settings, question: str = QUESTION) -> Answer:
    with Index.open(settings) as index:
        return Assistant(settings, index=index).ask(question)


def test_a_reply_is_cited_once_validated_and_no_longer_once_its_source_changed(
    settings: Settings, database: Database
) -> None:
    reply = validated(settings, database, Wording(QUESTION, ANSWER))
    store = KnowledgeStore(database)
    refresh(settings, database)
    document = store.get(reply).document

    answer = ask(settings)
    assert answer.citations[0].document == document
    assert answer.citations[0].kind == "reponse"
    assert answer.statements[0].text in ANSWER
    assert "validée le" in answer.answer.splitlines()[0]
    assert "par deux personnes" in answer.answer.splitlines()[0]

    (source,) = store.get(reply).sources
    cited = settings.corpus_dir / f"{source.document}.md"
    cited.write_text(cited.read_text("utf-8").replace(" le ", " ce "), "utf-8")
    report = refresh(settings, database)
    assert report.removed == [document]
    kept = store.get(reply)
    assert kept.state is State.WITHDRAWN
    assert "a changé" in kept.reason
    assert source.title in kept.reason
    assert not list((settings.library_dir / "helpdesk").iterdir())
    assert document not in {citation.document for citation in ask(settings).citations}
    with Index.open(settings) as index:
        assert document not in index.documents
        found = index.search(QUESTION, filters=Filters(), limit=200)
        assert not any("temps partagé" in hit.passage.questions for hit in found)


def test_an_official_statement_goes_before_the_reply_that_repeats_it(
    settings: Settings, database: Database
) -> None:
    question = "Qui paie le poste de chef de projet ?"
    official = ask(settings, question).statements[0].text
    validated(settings, database, Wording("Notre chef de projet, qui le paie ?", official))
    refresh(settings, database)
    answer = ask(settings, question)
    first = answer.citations[answer.statements[0].citations[0] - 1]
    assert answer.statements[0].text == official
    assert first.document == "offres/chef-de-projet"


def test_an_official_frequent_question_nearly_as_close_goes_before_the_reply(
    settings: Settings, database: Database
) -> None:
    near = QUESTION.replace("la commune voisine", "une commune voisine")
    sheet = (settings.corpus_dir / "offres" / "ort.md").read_text("utf-8")
    front = sheet.partition("\n---\n")[0].replace("kind: offre", "kind: faq").splitlines()
    front[1] = f'title: "{near}"'
    body = f"## {near}\n\n## Réponse\nLe Club confirme que le poste de chef de projet se partage."
    faq = settings.corpus_dir / "faq" / "poste-partage.md"
    faq.parent.mkdir()
    faq.write_text("\n".join(front) + f"\n---\n\n{body}\n", "utf-8")
    assert not refresh(settings, database).failed
    validated(settings, database, Wording(QUESTION, ANSWER))
    refresh(settings, database)
    answer = ask(settings)
    assert answer.citations[0].document == "faq/poste-partage"
    assert "question fréquente" in answer.answer.splitlines()[0]


def test_a_reply_given_first_cites_the_official_document_that_says_the_same_words(
    settings: Settings, database: Database
) -> None:
    official = ask(settings, "Qui paie le poste de chef de projet ?").statements[0].text
    reply = validated(settings, database, Wording(QUESTION, f"{official}\n{ANSWER}"))
    refresh(settings, database)
    answer = ask(settings)
    said = next(statement for statement in answer.statements if statement.text == official)
    documents = [answer.citations[n - 1].document for n in said.citations]
    assert documents == ["offres/chef-de-projet", KnowledgeStore(database).get(reply).document]


def test_a_reply_to_be_read_again_is_warned_of_and_stays(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    validated(settings, database, Wording(QUESTION, ANSWER))
    refresh(settings, database)
    assert not any("relue" in warning for warning in ask(settings).warnings)

    class Tomorrow(dt.date):
        @classmethod
        def today(cls) -> dt.date:
            return LATER + dt.timedelta(days=1)

    monkeypatch.setattr("pvd_assistant.answer.assistant.dt.date", Tomorrow)
    late = ask(settings)
    assert late.citations[0].kind == "reponse"
    assert any("devait être relue avant le" in warning for warning in late.warnings)


def test_a_file_changed_by_hand_is_rewritten_and_a_forged_one_removed(
    settings: Settings, database: Database
) -> None:
    reply = validated(settings, database, Wording(QUESTION, ANSWER))
    refresh(settings, database)
    folder = settings.library_dir / "helpdesk"
    (file,) = folder.iterdir()
    written = file.read_text("utf-8")
    file.write_text(written.replace("deux communes", "trois communes"), "utf-8")
    (folder / "forgee.md").write_text(written, "utf-8")
    refresh(settings, database)
    assert [path.name for path in folder.iterdir()] == [file.name]
    assert file.read_text("utf-8") == written
    assert KnowledgeStore(database).get(reply).state is State.VALIDATED


def test_without_a_database_nothing_is_created(settings: Settings) -> None:
    database = Database(settings)
    refresh(settings, database)
    assert not settings.data_dir.exists()


def test_with_a_database_that_is_down_documents_are_indexed_and_it_is_said_in_one_line(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    down = "postgresql://pvd:secret@127.0.0.1:9/pvd?connect_timeout=2"
    database = Database(load_settings(database_url=down, data_dir=settings.data_dir))
    report = refresh(settings, database)
    assert report.unchanged
    (warned,) = [record.getMessage() for record in caplog.records if "réponses" in record.message]
    assert "\n" not in warned
    assert "secret" not in warned
