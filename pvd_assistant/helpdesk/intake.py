"""From an e-mail, pasted or as a file, to a request: no personal data, its questions, its town."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.errors import RequestError, UnknownCommuneError
from pvd_assistant.helpdesk.letters import Letter, split
from pvd_assistant.helpdesk.mail import Mail
from pvd_assistant.helpdesk.model import LeftOut, Taken
from pvd_assistant.helpdesk.questions import find_questions
from pvd_assistant.messages import load_data, text
from pvd_assistant.personal_data import is_person, mark, mask
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.lookup import find
from pvd_assistant.territory.mentions import find_communes

_ADDRESS = re.compile(
    r"(?<![\w.+-])[a-zA-Z0-9_+-]+(?:\.[a-zA-Z0-9_+-]+)*@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+"
)
_SHOWN_NAME = re.compile(r"^[\"']?([^<\"'\[]+)")
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
_SUBJECT_WORDS = 70


def take(mail: Mail, territory: Territory) -> Taken:
    """Read what came.

    :raises RequestError: it says nothing.
    """
    limits = _data()["limits"]
    letter = split(mail.text[: limits["characters"]])
    name, address = _sender(mail, letter)
    people = [one for one in (name, mail.sender_name, letter.signed) if one]
    counts: Counter[str] = Counter()

    def masked(words: str) -> str:
        found = mask(words, known=people)
        counts.update(found.counts)
        return found.text

    body = _without_name(masked(clean(letter.body, limits["characters"])))
    if not body:
        raise RequestError("helpdesk.nothing_said")
    questions = find_questions(body)
    told = (letter.subject or mail.subject) if _sent_on(letter) else mail.subject or letter.subject
    subject = masked(clean(told, limits["subject"]))
    cut = ("cut",) if len(mail.text) > limits["characters"] else ()
    return Taken(
        subject=subject or _first_words(questions, body),
        body=body,
        sender_name=name[:200],
        sender_address=address[:320],
        town=_town(mail, letter, people, territory),
        questions=questions,
        left_out=LeftOut(
            dict(counts),
            (*letter.left_out, *cut),
            tuple(mask(one).text for one in mail.attachments),
        ),
    )


def pasted(words: str, subject: str = "") -> Mail:
    """Return a pasted text as an e-mail; its head, when it was pasted with it, is read later."""
    return Mail(subject, "", "", words)


def typed_questions(lines: str) -> tuple[str, ...]:
    """Return the questions a person wrote, one a line, without personal data."""
    typed = [mask(clean(line, 400)).text for line in lines.splitlines()]
    return tuple(dict.fromkeys(filter(None, typed)))[: _data()["limits"]["questions"]]


def town_named(words: str, territory: Territory) -> str | None:
    """Return the INSEE code of the town a person named; ``None`` when they named none.

    :raises RequestError: several towns have that name, or none has.
    """
    wanted = " ".join(words.split())
    if not wanted:
        return None
    name, _, departement = wanted.partition(" (")
    try:
        found = territory.by_name(name, departement.rstrip(")")) if departement else ()
        found = found or find(wanted, territory)
    except UnknownCommuneError as error:
        raise RequestError("helpdesk.town_unknown", reason=error) from error
    if len(found) > 1:
        labels = ", ".join(one.label for one in found[:6])
        raise RequestError("helpdesk.town_several", name=wanted, towns=labels)
    return found[0].code


def masked_counts(counts: Mapping[str, int]) -> list[str]:
    """Return « 2 noms », « 1 téléphone »… for what was masked."""
    return [
        text(f"helpdesk.masked_{kind}_{'one' if number < 2 else 'many'}", number=number)
        for kind, number in counts.items()
    ]


def _sent_on(letter: Letter) -> bool:
    return "forwarded" in letter.left_out


def _sender(mail: Mail, letter: Letter) -> tuple[str, str]:
    """Return the name and the address of who asks: not those of who only sends the message on."""
    told, told_at = _shown(letter.sender) or letter.signed, _address(letter.sender)
    if _sent_on(letter):
        return told, told_at or _address(letter.signature)
    address = _address(mail.sender_address) or told_at or _address(letter.signature)
    return mail.sender_name or told, address


def _without_name(body: str) -> str:
    """Drop a last line that is only a name: a signature without « cordialement »."""
    above, _, last = body.rpartition("\n")
    return above.rstrip() if last.strip(" .,*") == mark("name") else body


def _town(mail: Mail, letter: Letter, people: list[str], territory: Territory) -> str | None:
    """Return the town of who writes: said to be theirs, else the only one that is named."""
    told = "\n".join([mail.sender_name, letter.sender, letter.signature, letter.body])
    # « Mme Fontaine » is not Fontaine.
    whole = mask("\n".join([mail.subject, letter.subject, told]), known=people).text
    posted = {
        commune.code for code in _POSTCODE.findall(told) for commune in territory.by_postcode(code)
    }
    mentions = find_communes(whole, territory)
    own = [
        mention
        for mention in mentions
        if _own_town().search(whole[max(0, mention.start - 30) : mention.start])
    ]
    for group in (own, mentions):
        found = {
            commune.code: commune
            for mention in group
            if (commune := _only(mention.communes, posted, territory)) is not None
        }
        listed = [code for code, commune in found.items() if territory.today(commune).listed]
        if len(found) == 1 or len(listed) == 1:
            return listed[0] if listed else next(iter(found))
    return None


def _only(communes: tuple[Commune, ...], posted: set[str], territory: Territory) -> Commune | None:
    """Return the commune meant: the only one, the one of the postcode, the one of the programme."""
    if len(communes) == 1:
        return communes[0]
    for among in (
        [one for one in communes if one.code in posted],
        [one for one in communes if territory.today(one).listed],
    ):
        if len(among) == 1:
            return among[0]
    return None


def _address(words: str) -> str:
    match = _ADDRESS.search(words)
    return match.group() if match else ""


def _shown(head: str) -> str:
    """Return the name of « Sylvie Durand <s.durand@…> »."""
    match = _SHOWN_NAME.match(head.strip())
    name = match[1].strip() if match else ""
    return name if "@" not in name and is_person(name) else ""


def _first_words(questions: tuple[str, ...], body: str) -> str:
    words = " ".join((questions[0] if questions else body).split())
    if len(words) <= _SUBJECT_WORDS:
        return words
    return words[:_SUBJECT_WORDS].rsplit(" ", 1)[0] + "…"


@cache
def _data() -> Any:
    return load_data("helpdesk/intake")


@cache
def _own_town() -> re.Pattern[str]:
    return re.compile(_data()["own_town"] + "$")
