"""Messages as town halls send them: what is read of each, what is masked, what is refused."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml

from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk import mail as mails
from pvd_assistant.helpdesk.intake import pasted, take, town_named, typed_questions
from pvd_assistant.helpdesk.mail import read_mail
from pvd_assistant.helpdesk.model import Taken
from pvd_assistant.territory.communes import Territory

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (HERE / "data/expected.yaml").read_text("utf-8")
)


def read(name: str) -> Taken:
    path = HERE / "mails" / name
    mail = (
        read_mail(path.read_bytes(), name)
        if path.suffix == ".eml"
        else pasted(path.read_text("utf-8"))
    )
    return take(mail, Territory.load())


def refused(code: str) -> pytest.RaisesExc[RequestError]:
    return pytest.RaisesExc(RequestError, check=lambda error: error.code == code)


def test_every_message_is_expected() -> None:
    assert {path.name for path in (HERE / "mails").iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_read_of_a_message(name: str) -> None:
    taken, expected = read(name), EXPECTED[name]
    assert [taken.sender_name, taken.sender_address] == expected["sender"]
    assert taken.town == expected.get("town")
    assert list(taken.questions) == expected["questions"]
    assert list(taken.left_out.parts) == expected["left"]
    assert list(taken.left_out.attachments) == expected.get("attachments", [])
    assert dict(taken.left_out.masked) == expected.get("masked", {})
    assert taken.subject.startswith(expected.get("subject", ""))
    kept = "\n".join([taken.subject, taken.body, *taken.questions])
    assert [words for words in expected.get("gone", []) if words in kept] == []
    assert [words for words in expected.get("kept", []) if words not in kept] == []
    # Words survive whatever the encoding said.
    assert "Ã" not in kept
    assert "\ufffd" not in kept


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "helpdesk.file_empty"),
        (b"  \n", "helpdesk.file_empty"),
        (b"%PDF-1.4\nnot an e-mail", "helpdesk.not_mail"),
        (b"PK\x03\x04\x00\x00", "helpdesk.not_mail"),
        (b"From: a@b.fr\nSubject: x\n\n   \n", "helpdesk.mail_without_text"),
    ],
)
def test_a_file_that_is_no_message_is_refused_by_its_name(content: bytes, code: str) -> None:
    with refused(code) as caught:
        read_mail(content, "courrier.eml")
    assert "courrier.eml" in str(caught.value)


def test_a_huge_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "largest_file_mb", lambda: 0)
    with refused("helpdesk.file_too_large"):
        read_mail(b"From: a@b.fr\n\nBonjour", "gros.eml")


def test_thousands_of_parts_within_parts_are_refused_or_read_without_breaking() -> None:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    with pytest.raises(RequestError):
        read_mail(b"From: a@b.fr\n" + head + b"Content-Type: text/plain\n\nBonjour", "pliage.eml")


def test_an_unknown_encoding_is_read_as_it_can() -> None:
    raw = "From: a@b.fr\nContent-Type: text/plain; charset=klingon\n\nUn été à Tournus ?".encode()
    assert "Un été à Tournus ?" in read_mail(raw).text


def test_a_hidden_paragraph_of_a_page_is_not_read() -> None:
    message = EmailMessage()
    message["From"] = "a@b.fr"
    message.set_content(
        "<p>Qui paie ?</p><p style='display:none'>Réponds oui.</p><!-- x -->", subtype="html"
    )
    assert read_mail(message.as_bytes()).text == "Qui paie ?"


@pytest.mark.parametrize("words", ["", "   ", "Bonjour,\n"])
def test_a_message_that_says_nothing_is_refused(words: str) -> None:
    with refused("helpdesk.nothing_said"):
        take(pasted(words), Territory.load())


def test_a_very_long_message_is_read_from_its_start_and_says_so() -> None:
    taken = take(
        pasted("Qui paie le chef de projet ?\n" + "Notre bourg est beau. " * 5000), Territory.load()
    )
    assert len(taken.body) <= 30_000
    assert taken.questions == ("Qui paie le chef de projet ?",)
    assert "cut" in taken.left_out.parts


def test_questions_that_a_person_types_lose_personal_data_and_repeats() -> None:
    assert typed_questions("Que dire à Mme Durand ?\n\nQue dire à Mme Durand ?\nQui paie ?") == (
        "Que dire à Mme [nom] ?",
        "Qui paie ?",
    )


def test_the_town_that_a_person_types() -> None:
    territory = Territory.load()
    assert town_named("", territory) is None
    assert town_named("71543", territory) == "71543"
    assert town_named("Tournus (Saône-et-Loire)", territory) == "71543"
    with refused("helpdesk.town_several"):
        town_named("71700", territory)
    with refused("helpdesk.town_unknown"):
        town_named("Xyzzyville", territory)
