"""A reply taken away and read back: its words, its sources, whether it says that it was made with the assistant."""

from __future__ import annotations

import datetime as dt
import email
import io
from dataclasses import replace
from email import policy
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document
from replies import DRAFTED, LIMIT, RATE, reply, source

from pvd_assistant.helpdesk.exports import (
    Letter,
    letter,
    mailto,
    to_docx,
    to_eml,
    to_markdown,
    to_text,
)
from pvd_assistant.helpdesk.model import LeftOut, Request, State

REQUEST = Request(
    id=7, created=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), created_by=1, subject="Chef de projet à mi-temps ?",
    body="x", sender_name="Sylvie Marchand", sender_address="s.marchand@exemple.fr", town=None, questions=(),
    left_out=LeftOut(), state=State.REVIEWED, assigned_to=1, accepted=1, accepted_by=1, reviewed_by=2,
    reviewed=None, sent_by=None, sent=None, version=3,
)  # fmt: skip
DRAFT = reply(
    "Question 1 – Qui paie ?", *DRAFTED, citations=(source(1), source(2, LIMIT), source(3, "x"))
)


@pytest.fixture
def taken() -> Letter:
    return letter(REQUEST, DRAFT, assisted=True)


def test_only_the_sources_that_are_cited_go_with_it(taken: Letter) -> None:
    assert [line[:3] for line in taken.sources] == ["[1]", "[2]"]
    assert "vérifié le 23 novembre 2026" in taken.sources[0]
    assert "https://www.exemple.fr/offre" in taken.sources[0]


def test_an_e_mail_that_opens_ready_to_be_sent(taken: Letter) -> None:
    read = email.message_from_bytes(to_eml(taken), policy=policy.default)
    assert read["To"].addresses[0].addr_spec == "s.marchand@exemple.fr"
    assert read["To"].addresses[0].display_name == "Sylvie Marchand"
    assert read["Subject"] == "Re: Chef de projet à mi-temps ?"
    assert read["X-Unsent"] == "1"
    assert read["From"] is None
    body = read.get_content().replace("\r\n", "\n")
    assert body == to_text(taken)
    assert f"{RATE} [1]" in body


def test_a_subject_is_not_answered_twice_and_cannot_add_a_header() -> None:
    again = letter(replace(REQUEST, subject="RE: Chef de projet\r\nBcc: x@y.fr"), DRAFT, False)
    assert again.subject == "RE: Chef de projet Bcc: x@y.fr"
    assert email.message_from_bytes(to_eml(again), policy=policy.default)["Bcc"] is None


def test_without_an_address_the_e_mail_is_for_nobody_yet(taken: Letter) -> None:
    forgotten = replace(taken, to="", to_name="")
    assert email.message_from_bytes(to_eml(forgotten), policy=policy.default)["To"] is None


def test_a_link_that_opens_a_mail_program_when_it_is_short_enough(taken: Letter) -> None:
    short = replace(taken, body="Bonjour,\nOui.", sources=(), notes=())
    link = urlsplit(mailto(short))
    assert (link.scheme, link.path) == ("mailto", "s.marchand@exemple.fr")
    assert parse_qs(link.query)["body"] == ["Bonjour,\r\nOui.\r\n"]
    assert mailto(replace(short, body="x" * 3000)) == ""


def test_plain_text_has_its_sources_under_the_signature(taken: Letter) -> None:
    lines = to_text(taken).splitlines()
    assert (
        lines.index("Anne Lefort") < lines.index("Sources\u00a0:") < lines.index(taken.sources[0])
    )


def test_a_word_document_with_headings_lists_and_sources(taken: Letter) -> None:
    read = Document(io.BytesIO(to_docx(taken)))
    kinds = {p.text: p.style.name for p in read.paragraphs}
    assert kinds["Question 1 – Qui paie ?"] == "Heading 1"
    assert kinds[f"{LIMIT} [2]"] == "List Bullet"
    assert kinds["Sources"] == "Heading 1"
    assert set(taken.sources) <= set(kinds)
    assert read.core_properties.language == "fr-FR"


def test_markdown_holds_no_stray_markup(taken: Letter) -> None:
    made = to_markdown(replace(taken, body="Question 1 – *Qui* ?\n- <b>Moi</b> [1]"))
    assert "## Question 1 – \\*Qui\\* ?" in made
    assert "- \\<b\\>Moi\\</b\\> \\[1\\]" in made
    assert "## Sources" in made


@pytest.mark.parametrize("write", [to_text, to_markdown])
def test_it_says_when_it_was_made_with_the_assistant_and_when_nobody_reviewed_it(write) -> None:
    read = write(letter(REQUEST, DRAFT, assisted=True))
    assert "préparée avec l’assistant" in read
    assert "relue par une personne" in read
    mine = write(letter(REQUEST, DRAFT, assisted=False))
    assert "assistant" not in mine
    early = write(letter(replace(REQUEST, state=State.DRAFT), DRAFT, assisted=True))
    assert "Brouillon, pas encore relu." in early
    assert "relue par une personne" not in early
