import datetime as dt
import threading

import pytest
from fakes import SOURCED, UNKNOWN

from pvd_assistant.errors import StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.feedback import LONGEST_COMMENT, FeedbackStore, Opinion, reasons


def store(folder):
    database = Database(Settings(data_dir=folder))
    return FeedbackStore(database, now=lambda: dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC))


def test_an_opinion_is_a_row(tmp_path):
    store(tmp_path).add(Opinion("a1", False, ("wrong", "long"), "Le taux est faux."), SOURCED)
    (line,) = store(tmp_path).entries()
    assert line["answer"] == "a1"
    assert line["useful"] is False
    assert line["reasons"] == ["wrong", "long"]
    assert line["comment"] == "Le taux est faux."
    assert line["citations"][0]["document"] == "offres/chef-de-projet"
    assert line["time"] == "2026-11-25T09:30:00+00:00"


def test_the_question_is_kept_only_with_consent(tmp_path):
    kept = store(tmp_path)
    kept.add(Opinion("a1", True), SOURCED)
    kept.add(Opinion("a2", True, share_question=True), SOURCED)
    without, with_it = kept.entries()
    assert "question" not in without
    assert with_it["question"] == SOURCED.question


def test_invented_reasons_and_markup_are_dropped(tmp_path):
    kept = store(tmp_path)
    comment = "<script>alert(1)</script>Bien " + "x" * 5000
    kept.add(Opinion("a1", True, ("clear", "wrong", "pirate"), comment), UNKNOWN)
    (entry,) = kept.entries()
    assert entry["reasons"] == ["clear"]
    assert entry["comment"].startswith("Bien x")
    assert len(entry["comment"]) <= LONGEST_COMMENT


def test_opinions_given_at_once_are_all_kept(tmp_path):
    kept = store(tmp_path)
    threads = [
        threading.Thread(target=kept.add, args=(Opinion(str(n), True), SOURCED)) for n in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry["answer"] for entry in kept.entries()} == {str(n) for n in range(30)}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(StorageError):
        store(tmp_path / "data").add(Opinion("a1", True), SOURCED)


def test_each_vote_has_its_reasons():
    assert "Contient une erreur" in reasons(useful=False).values()
    assert "Sources fiables" in reasons(useful=True).values()
