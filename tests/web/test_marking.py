from hypothesis import given
from hypothesis import strategies as st

from pvd_assistant.web.marking import excerpt

TEXT = """Combien

Le taux est de 75 %. Le plafond est de 45 000 €.

Conditions :

- Le poste est à temps plein.
  - Il est pourvu.

Cas | Taux
Poste simple | 75 %"""


def shown(text, passage=None, statements=(), headings=()):
    return excerpt(text, passage, statements, headings)


def runs(found, level):
    return [
        run.text
        for group in found.groups
        for element in group.elements
        for cell in element.cells
        for run in cell
        if run.level == level
    ]


def test_a_part_is_shown_as_titles_paragraphs_lists_and_tables():
    found = shown(TEXT, headings={"Combien"})
    assert [group.kind for group in found.groups] == [
        "heading",
        "paragraph",
        "paragraph",
        "item",
        "row",
    ]
    items = found.groups[3].elements
    assert [item.depth for item in items] == [0, 1]
    assert [len(row.cells) for row in found.groups[4].elements] == [2, 2]


def test_the_passage_and_the_statement_in_it_are_marked():
    start, end = TEXT.index("Le taux"), TEXT.index("\n\nConditions")
    second = TEXT.index("Le plafond")
    found = shown(TEXT, (start, end), [(second, end)])
    assert runs(found, "passage") == ["Le taux est de 75 %. "]
    assert runs(found, "statement") == ["Le plafond est de 45 000 €."]


def test_a_passage_over_several_elements_is_marked_in_each():
    found = shown(TEXT, (TEXT.index("Le poste"), TEXT.index("Cas |")))
    assert runs(found, "passage") == ["Le poste est à temps plein.", "Il est pourvu."]


def test_a_cited_row_is_marked_cell_by_cell():
    start = TEXT.index("Poste simple")
    found = shown(TEXT, (start, len(TEXT)), [(start, len(TEXT))])
    assert runs(found, "statement") == ["Poste simple", "75 %"]


def test_a_huge_table_is_shown_around_its_passage():
    rows = [f"Commune {number:05} | Isère" for number in range(5000)]
    text = "\n".join(rows)
    start = text.index("Commune 02500")
    found = shown(text, (start, start + len(rows[0])))
    assert found.before
    assert found.after
    assert runs(found, "passage") == ["Commune 02500", "Isère"]
    assert len(found.groups[0].elements) < 800


@given(st.text(alphabet="ab |-\n1.€é", max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_no_word_is_lost_and_marks_are_exact(text, one, two):
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    found = shown(text, (start, end))
    every = "".join("".join(runs(found, level)) for level in ("", "passage", "statement"))
    kept = [c for c in every if c not in " \n|-–•.1"]
    assert sorted(kept) == sorted(c for c in text if c not in " \n|-–•.1")
    marked = [c for c in "".join(runs(found, "passage")) if c not in " \n|-–•.1"]
    assert marked == [c for c in text[start:end] if c not in " \n|-–•.1"]
