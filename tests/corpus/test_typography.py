from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvd_assistant.corpus.typography import typeset


def shown(text: str) -> str:
    """``~`` for a no-break space, ``_`` for a narrow one."""
    return typeset(text).replace("\u00a0", "~").replace("\u202f", "_")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Qui paie ? L’État !", "Qui paie_? L’État_!"),
        ("Le taux : 75 % ; fin.", "Le taux~: 75_%_; fin."),
        ("45 000 € et 1 646 villes", "45_000_€ et 1_646 villes"),
        ("3 Md€, 1,02 M€ et 20 000 000 d’euros", "3_Md€, 1,02_M€ et 20_000_000 d’euros"),
        ("« oui » et «non»", "«~oui~» et «~non~»"),
        ("en 2020 150 communes", "en 2020 150 communes"),
        ("tél. 01 23 45 67 89", "tél. 01 23 45 67 89"),
        ("à 10:30, 2:1", "à 10:30, 2:1"),
        ("[Qui ?](/a?b=1 ) et https://a.fr/?q=1 !", "[Qui_?](/a?b=1 ) et https://a.fr/?q=1_!"),
        ("`a : b ? 1 000` : code", "`a : b ? 1 000`~: code"),
        ('<a href="x ; y">mot ;</a>', '<a href="x ; y">mot_;</a>'),
        ("```\na : b ?\n```\na : b ?", "```\na : b ?\n```\na~: b_?"),
        (
            "| A : b | C |\n| :--- | ---: |\n| 1 000 € | ? |",
            "| A~: b | C |\n| :--- | ---: |\n| 1_000_€ | ? |",
        ),
        ("Voir ![photo](a.png) !", "Voir ![photo](a.png)_!"),
        ("---\ntitle: A : b ?\n---\nA : b ?", "---\ntitle: A : b ?\n---\nA~: b_?"),
        ("moins de < 20 000 habitants > 3", "moins de < 20_000 habitants > 3"),
    ],
)
def test_french_spaces(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(alphabet="a1 0:;?!%€«»`<>[]()|-\n#/.h\u00a0\u202f", max_size=60))
def test_twice_is_the_same_and_only_spaces_change(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once
    assert "".join(once.split()) == "".join(text.split())
