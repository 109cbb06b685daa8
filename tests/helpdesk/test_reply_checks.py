"""What is to be looked at before signing: each point is found when it is there, and not otherwise."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from replies import DRAFTED, LIMIT, RATE, reply, source

from pvd_assistant.helpdesk.checks import Check, checks
from pvd_assistant.helpdesk.dates import dates_in
from pvd_assistant.helpdesk.standing import standing

TODAY = dt.date(2026, 11, 29)


def found(*lines: str, signer: str = "Anne Lefort", **changes: Any) -> list[Check]:
    draft = reply(*lines, **changes)
    return list(checks(draft, standing(draft, None), TODAY, signer))


def named(points: list[Check]) -> list[str]:
    return [point.name for point in points]


def test_a_draft_as_it_is_has_nothing_to_look_at() -> None:
    assert found("Voici ce que disent les documents.", *DRAFTED) == []


def test_a_heading_of_the_draft_is_nothing_to_fill_in() -> None:
    heading = "À compléter avec d’autres documents :"
    assert found(heading, *DRAFTED, told=(*reply().told, heading)) == []
    assert named(found(heading, *DRAFTED)) != []


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        ("La région paie le reste.", "unsourced", "aucune source"),
        ("Le cofinancement couvre 80 % du coût du poste. [1]", "amount", "80"),
        ("Le plafond est de 46 000 € par an. [1]", "amount", "46\u202f000"),
        ("Le poste est vraiment occupé. [2]", "unsupported", "relisez"),
        (f"{RATE} [7]", "mark", "[7]"),
        ("Demandez-le avant le 31 mars 2026. [1]", "deadline", "31 mars 2026"),
        ("Demandez-le jusqu’au 30/06/2026. [1]", "deadline", "30/06/2026"),
        ("Elle a commencé le 1er octobre 2020. [1]", "past_date", "1er octobre 2020"),
        ("Appelez le 03 85 00 00 00. [1]", "personal", "téléphone"),
        ("Voyez Mme Durand. [1]", "personal", "nom"),
        ("Voir https://ailleurs.fr/page. [1]", "link", "ailleurs.fr"),
        ("Le taux est de [à compléter]. [1]", "placeholder", "à compléter"),
        ("Écrivez à XXX. [1]", "placeholder", "XXX"),
        ("Bonjour Mme [nom]. [1]", "placeholder", "[nom]"),
    ],
)
def test_each_point_names_its_sentence(line: str, name: str, said: str) -> None:
    points = found(*DRAFTED, line)
    point = next((one for one in points if one.name == name), None)
    assert point is not None, named(points)
    assert said in point.said
    assert point.sentence
    assert point.sentence in line


@pytest.mark.parametrize(
    "line",
    [
        "Le taux est de 75 % dans la limite de 45 000 €. [1]",
        "Voir https://www.exemple.fr/offre. [1]",
        "Nous restons à votre disposition.",
    ],
)
def test_what_is_right_is_not_a_point(line: str) -> None:
    points = named(found(*DRAFTED, line))
    assert not {"unsourced", "amount", "deadline", "link", "past_date", "placeholder"} & set(points)


def test_a_deadline_to_come_is_not_past() -> None:
    assert "deadline" not in named(found("Demandez-le avant le 31 mars 2027. [1]"))


def test_a_source_past_its_date_is_told_once_and_only_when_it_is_cited() -> None:
    past = (source(1, valid_until="2026-06-30"), source(2, LIMIT, valid_until="2026-06-30"))
    assert named(found(*DRAFTED, citations=past)) == ["expired"]
    assert named(found(DRAFTED[1], citations=(past[0], source(2, LIMIT)))) == []
    later = (source(1, valid_until="2026-12-31"), source(2, LIMIT))
    assert named(found(*DRAFTED, citations=later)) == []


def test_the_greeting_and_the_signature_may_name_people() -> None:
    assert (
        found(*DRAFTED, body=f"Madame Durand,\n\n{DRAFTED[0]}\n\nBien cordialement,\nAnne Lefort")
        == []
    )


def test_a_question_left_without_an_answer_is_told_while_the_reply_says_so() -> None:
    line = "Nous n’avons pas trouvé la réponse à cette question dans les documents du Club."
    asked = {"unanswered": ("Qui gagne ?",), "told": (line,)}
    points = found(*DRAFTED, line, **asked)
    assert [(one.name, one.sentence, one.mild) for one in points] == [
        ("unanswered", "Qui gagne ?", True)
    ]
    assert found(*DRAFTED, **asked) == []


def test_the_signature_is_that_of_who_signs() -> None:
    assert named(found(*DRAFTED, signer="Marc Vasseur")) == ["signature"]
    assert named(found(body=f"{DRAFTED[0]}")) == ["signature"]


def test_what_matters_comes_before_what_only_informs() -> None:
    points = found("Voir https://ailleurs.fr. [1]", "La région paie le reste.")
    assert [one.mild for one in points] == sorted(one.mild for one in points)


def test_dates_are_read_as_people_write_them() -> None:
    said = "le 1er mars 2026, mars 2026, 05/04/2026, le 31 février 2026, 2026, 12.13.2026"
    assert [day.isoformat() for _, day, _ in dates_in(said)] == [
        "2026-03-01",
        "2026-03-31",
        "2026-04-05",
    ]
