from __future__ import annotations

import datetime as dt

import pytest
from view_makers import TODAY, ShelfIndex, source

from pvd_assistant.library.freshness import Freshness, Reason, Urgency, examine
from pvd_assistant.library.freshness_dates import broken_promise


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("L’aide court jusqu’au 31 mars 2026.", dt.date(2026, 3, 31)),
        ("Le guichet reste ouvert jusqu’en octobre 2026.", dt.date(2026, 10, 31)),
        ("Les travaux doivent être achevés d’ici fin 2025.", dt.date(2025, 12, 31)),
        ("La demande est à déposer avant le 1er juin 2026.", dt.date(2026, 6, 1)),
        ("Une deuxième vague est prévue en 2024.", dt.date(2024, 12, 31)),
        ("La halle ouvrira au printemps 2025.", dt.date(2025, 12, 31)),
        ("En 2025, la commune signera sa convention.", dt.date(2025, 12, 31)),
        ("L’appel se clôt au plus tard le 15/09/2026.", dt.date(2026, 9, 15)),
        ("Le programme est prévu pour 2021-2025.", dt.date(2025, 12, 31)),
    ],
)
def test_a_past_date_written_as_still_to_come_is_found(sentence: str, day: dt.date) -> None:
    assert broken_promise(sentence, TODAY) == day


@pytest.mark.parametrize(
    "sentence",
    [
        "L’aide court jusqu’au 31 décembre 2026.",
        "L’aide court jusqu’en novembre 2026.",  # the month is not over
        "L’aide, ouverte jusqu’au 31 mars 2026, est prolongée jusqu’en 2027.",
        "L’aide était ouverte jusqu’au 31 mars 2026.",
        "L’État a prévu en octobre 2020 une enveloppe de 85 M€.",
        "La commune est dans le programme depuis le 1er octobre 2020.",
        "Le taux est de 75 % (Sénat, avant le 15 octobre 2025).",
        "24 mai 2023 | Toutes les communes en phase opérationnelle avant le 1er janvier 2024.",
        "L’aide couvre jusqu’à 80 % du coût en 2024.",
        "Les textes d’avant 2020 parlent du CGET.",
        "Le 31 février 2025 n’existe pas, et le guichet reste ouvert.",
    ],
)
def test_other_dates_are_left_alone(sentence: str) -> None:
    assert broken_promise(sentence, TODAY) is None


def reasons_of(index: ShelfIndex, name: str, today: dt.date = TODAY) -> tuple[Reason, ...]:
    found = {one.id: one.reasons for one in examine(index, today)}  # type: ignore[arg-type]
    return found.get(name, ())


def test_a_document_past_its_date_is_urgent_and_one_near_it_is_soon() -> None:
    index = ShelfIndex()
    index.add("past", valid_until=dt.date(2026, 11, 27))
    index.add("last-day", valid_until=TODAY)
    index.add("near", valid_until=TODAY + dt.timedelta(days=60))
    index.add("far", valid_until=TODAY + dt.timedelta(days=61))
    found = examine(index, TODAY)  # type: ignore[arg-type]
    assert [(one.id, one.urgency) for one in found] == [
        ("past", Urgency.NOW),
        ("last-day", Urgency.SOON),
        ("near", Urgency.SOON),
    ]


def test_each_kind_of_document_has_its_own_patience() -> None:
    index = ShelfIndex()
    for kind in ("offre", "projet", "actualite"):
        index.add(kind, kind=kind, updated=dt.date(2025, 12, 1))
    assert reasons_of(index, "offre") == (Reason.UNCHECKED,)
    assert reasons_of(index, "projet") == ()
    assert reasons_of(index, "projet", dt.date(2028, 1, 1)) == (Reason.UNCHECKED,)
    assert reasons_of(index, "actualite", dt.date(2036, 1, 1)) == ()


def test_a_source_newer_than_the_last_check_is_told_only_when_it_is_sure() -> None:
    index = ShelfIndex()
    for date in ("2026-11-24", "2026-11", "2026", "2027"):
        index.add(date, sources=(source(date),))
    assert reasons_of(index, "2026-11-24") == (Reason.OVERTAKEN,)
    assert reasons_of(index, "2027") == (Reason.OVERTAKEN,)
    assert reasons_of(index, "2026-11") == reasons_of(index, "2026") == ()


def test_a_promise_broken_since_the_last_check_comes_before_one_that_was_read() -> None:
    said = "L’aide court jusqu’au 25 novembre 2026."
    index = ShelfIndex()
    index.add("read", said, updated=dt.date(2026, 11, 26))
    index.add("not-read", said, updated=dt.date(2026, 11, 23))
    index.add("news", said, kind="actualite")
    index.add("leads", said, heading="Pour aller plus loin")
    found = examine(index, TODAY)  # type: ignore[arg-type]
    assert [(one.id, one.reasons) for one in found] == [
        ("not-read", (Reason.PROMISE,)),
        ("read", (Reason.OLD_PROMISE,)),
    ]
    concern = found[0].concerns[0]
    assert concern.sentence == said
    assert concern.passage is not None
    assert concern.passage.document == "not-read"


def test_the_gravest_reason_comes_first_and_none_is_lost() -> None:
    index = ShelfIndex()
    index.add(
        "all",
        "Le guichet ferme au plus tard le 31 mars 2026.",
        valid_until=dt.date(2026, 3, 31),
        updated=dt.date(2026, 1, 1),
        sources=(source("2026-02-05"),),
    )
    assert reasons_of(index, "all") == (
        Reason.EXPIRED,
        Reason.PROMISE,
        Reason.OVERTAKEN,
        Reason.UNCHECKED,
    )


def test_what_was_found_is_looked_for_again_on_another_day_or_another_index() -> None:
    freshness, index = Freshness(), ShelfIndex()
    index.add("near", valid_until=TODAY)
    (near,) = freshness.stale(index, TODAY)  # type: ignore[arg-type]
    assert freshness.stale(index, TODAY)[0] is near  # type: ignore[arg-type]
    tomorrow = TODAY + dt.timedelta(days=1)
    assert freshness.stale(index, tomorrow)[0].urgency is Urgency.NOW  # type: ignore[arg-type]
    assert freshness.stale(ShelfIndex(), tomorrow) == ()  # type: ignore[arg-type]
