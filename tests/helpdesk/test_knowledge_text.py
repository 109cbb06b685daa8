"""What a source may say of a reply: no greeting, no signature, nobody's name; and its file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sent_requests import BODY, citation

from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus.readers.markdown import read, split_front_matter
from pvd_assistant.helpdesk.knowledge_files import document_text
from pvd_assistant.helpdesk.knowledge_model import CitedPassage, State, ValidatedReply, Wording
from pvd_assistant.helpdesk.knowledge_text import Suspect, substance, suspects
from pvd_assistant.settings import Settings
from pvd_assistant.territory.communes import Territory

DAY = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
SOURCE = CitedPassage.read(
    {name: getattr(citation(), name) for name in citation().__dataclass_fields__}, digest="d"
)


def reply(wording: Wording) -> ValidatedReply:
    return ValidatedReply(
        id=7,
        slug="qui-paie-7",
        request_id=None,
        state=State.VALIDATED,
        wording=wording,
        sources=(SOURCE,),
        proposed=DAY,
        proposed_by=1,
        proposer="Hélène",
        validated=DAY,
        validator="Édith",
        review_by=dt.date(2027, 5, 28),
        changed=None,
        reason="",
        version=2,
    )


def test_the_greeting_the_marks_and_the_signature_are_left_out() -> None:
    assert substance(BODY) == (
        "Le cofinancement couvre 75 % du coût du poste.\n"
        "Le dossier se dépose auprès de Mme Durand, au 03 85 00 00 00."
    )


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("Bonjour, oui, c’est possible.\nBien à vous", "Oui, c’est possible."),
        ("Madame le Maire,\nSuite à votre message du 3,\nOui. [1] [2]", "Oui."),
        ("Oui.\n\nSources :\n[1] Une fiche", "Oui."),
        ("Vous avez jusqu’au 31 décembre.", "Vous avez jusqu’au 31 décembre."),
        ("Voici les aides : DETR, DSIL.", "Voici les aides : DETR, DSIL."),
        (
            "Mesdames et messieurs les élus votent le budget.",
            "Mesdames et messieurs les élus votent le budget.",
        ),
    ],
)
def test_what_is_said_stays_whole(body: str, kept: str) -> None:
    assert substance(body) == kept


def test_the_lines_of_the_draft_that_state_nothing_are_left_out() -> None:
    assert (
        substance("Oui.\nLa préfecture vous répondra.", ["La préfecture vous répondra."]) == "Oui."
    )


def test_what_may_tell_who_somebody_is_is_shown() -> None:
    wording = Wording(
        "Et à Joigny ?", "Écrire à [courriel], voir Zéphyrine Quidam, ou la Banque des Territoires."
    )
    assert suspects(wording, [SOURCE], Territory.load()) == [
        Suspect("masked", "[courriel]"),
        Suspect("name", "Zéphyrine Quidam"),
        Suspect("town", "Joigny"),
    ]


def parsed(tmp_path: Path, content: str) -> str:
    file = tmp_path / "reponse.md"
    file.write_text(content, "utf-8")
    return "\n".join(part.text for part in read(file, Settings()))


def test_the_file_is_a_sound_document_shaped_like_a_frequent_question(tmp_path: Path) -> None:
    wording = Wording(
        "Qui paie ?", "L’État : 75 %.\n- un\n- deux", ("qui finance le cdp",), ("emploi",)
    )
    content = document_text(reply(wording))
    front, _, _ = split_front_matter(content)
    assert front is not None
    metadata, mistakes = meta.check(front)
    assert mistakes == []
    assert metadata is not None
    assert (metadata.kind, metadata.title) == ("reponse", "Qui paie\u202f?")
    assert (metadata.updated, metadata.valid_until) == (dt.date(2026, 11, 28), dt.date(2027, 5, 28))
    assert metadata.sources[0].url == "https://www.exemple.fr/offre"
    assert "L’État\u00a0: 75\u202f%." in parsed(tmp_path, content)


HOSTILE = (
    "# Titre\n---\n> cité\n<script>alert(1)</script> *gras* [lien](http://x) `code`\n1990. Une année\n"
    "| a | b |\n|---|---|\n    retrait\n=== ~~x~~ &amp; \\fin"
)


def test_markup_that_somebody_types_is_read_as_words(tmp_path: Path) -> None:
    text = parsed(tmp_path, document_text(reply(Wording("## Q --- ?", HOSTILE))))
    for words in (
        "# Titre",
        "<script>alert(1)</script>",
        "[lien](http://x)",
        "1990. Une année",
        "&amp;",
    ):
        assert words in text


@given(
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=80
    )
)
def test_whatever_is_typed_stays_in_the_answer(typed: str) -> None:
    content = document_text(reply(Wording("Q ?", f"Avant.\n{typed}\nAprès.")))
    assert content.count("\n## ") == 3  # question, answer, sources: nothing typed makes a section
    front, _, _ = split_front_matter(content)
    assert meta.check(front or "")[1] == []
