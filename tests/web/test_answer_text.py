from dataclasses import replace

from fakes import SOURCED, citation

from pvd_assistant.model import Answer, Statement
from pvd_assistant.web.answer_text import cells, layout, steps


def words(block):
    return ["".join(piece.text for piece in line) for line in block.lines]


def test_an_answer_is_written_statement_by_statement():
    text = "Oui [1]. Sous conditions :\n- une [2]\n- deux [3]"
    shown = [text[:end] for end in steps(text)]
    assert shown == [
        "Oui [1].",
        "Oui [1]. Sous conditions :\n",
        "Oui [1]. Sous conditions :\n- une [2]",
        "Oui [1]. Sous conditions :\n- une [2]\n",
        text,
    ]


def test_an_answer_without_any_mark_is_shown_at_once():
    assert steps("Hors du champ.") == (14,)


def test_lines_become_paragraphs_and_lists():
    blocks = layout(SOURCED)
    assert [block.kind for block in blocks] == ["p", "ul", "p"]
    assert words(blocks[1]) == [
        "Le poste est occupé à temps plein. ",
        "Poste simple | 75 % | 45 000 € ",
    ]


def test_numbered_lines_become_an_ordered_list():
    answer = Answer("", "answered", "procedure", "Trois étapes :\n1. Déposer\n2. Signer")
    assert [block.kind for block in layout(answer)] == ["p", "ol"]


def test_a_mark_knows_its_citation_and_the_statement_before_it():
    marks = [p for block in layout(SOURCED) for line in block.lines for p in line if p.citation]
    assert [piece.citation.n for piece in marks] == [1, 2, 3, 4]
    assert [piece.statement for piece in marks] == list(SOURCED.statements)


def test_a_line_break_of_a_pdf_page_does_not_break_a_statement():
    last = layout(SOURCED)[-1]
    assert words(last) == [
        "Le programme s’adresse aux communes de moins de 20 000 habitants qui exercent des "
        "fonctions de centralité. "
    ]


def test_a_mark_without_citation_is_left_out():
    answer = Answer("", "answered", "other", "Vrai [1], inventé [7].", citations=(citation(1),))
    pieces = layout(answer)[0].lines[0]
    assert "".join(piece.text for piece in pieces) == "Vrai , inventé ."
    assert [piece.citation.n for piece in pieces if piece.citation] == [1]


def test_what_is_shown_stops_where_it_is_told():
    answer = replace(SOURCED, answer="Un [1]\nDeux [2]")
    assert [words(block) for block in layout(answer, 6)] == [["Un "]]


def test_one_statement_on_two_passages_keeps_both_marks():
    text = "Le taux est de 75 %."
    answer = Answer(
        "",
        "answered",
        "offer",
        f"{text} [1][2]",
        (Statement(text, (1, 2)),),
        (citation(1), citation(2)),
    )
    marks = [piece for piece in layout(answer)[0].lines[0] if piece.citation]
    assert [piece.statement.text for piece in marks] == [text, text]


def test_rows_that_follow_each_other_become_a_table_under_their_header():
    text = "Cas | Taux [1]\n- Simple | 75 % [1]\n- Mutualisé | 80 % [1]\n- Reste à charge."
    table, items = layout(Answer("", "answered", "offer", text, citations=(citation(1),)))
    assert (table.kind, table.header, items.kind) == ("table", True, "ul")
    rows = [["".join(p.text for p in cell).strip() for cell in cells(row)] for row in table.lines]
    assert rows == [["Cas", "Taux"], ["Simple", "75 %"], ["Mutualisé", "80 %"]]
    assert cells(table.lines[1])[1][-1].citation.n == 1


def test_two_tables_that_follow_each_other_keep_their_own_columns():
    text = "| A | B |\n| --- | --- |\n| 1 | 2 |\n| C | D |\n| --- | --- |\n| 3 | 4 |"
    first, second = layout(Answer("", "answered", "offer", text))
    assert (words(first), words(second)) == (["A | B", "1 | 2"], ["C | D", "3 | 4"])
    assert first.header
    assert second.header


def test_a_paragraph_of_another_width_is_not_the_header_of_a_table():
    text = "Deux cas :\n- Simple | 75 %\n- Mutualisé | 80 %"
    lead, table = layout(Answer("", "answered", "offer", text))
    assert (lead.kind, table.kind, table.header) == ("p", "table", False)


def test_a_heading_stands_alone_above_its_statements():
    text = "## Qui paie ?\nL’État. [1]\n## Quand ?\nEn 2026. [1]"
    blocks = layout(Answer("", "answered", "offer", text, citations=(citation(1),)))
    assert [block.kind for block in blocks] == ["heading", "p", "heading", "p"]
    assert words(blocks[0]) == ["Qui paie ?"]


def test_steps_keep_the_numbers_of_their_document():
    text = "2. Déposer [1]\n3. Signer [1]\n7. Recevoir [1]"
    blocks = layout(Answer("", "answered", "procedure", text, citations=(citation(1),)))
    assert [(block.kind, block.start, len(block.lines)) for block in blocks] == [
        ("ol", 2, 2),
        ("ol", 7, 1),
    ]


def test_a_comparison_is_a_table_with_the_marks_of_each_cell():
    text = "|  | VIR | DIIF |\n| --- | --- | --- |\n| Pour qui | Ceci. [1] | Cela. [2] |"
    both = (citation(1), citation(2))
    (table,) = layout(Answer("", "answered", "offer", text, citations=both))
    assert (table.kind, table.header, len(table.lines)) == ("table", True, 2)
    rows = [["".join(p.text for p in cell).strip() for cell in cells(row)] for row in table.lines]
    assert rows == [["", "VIR", "DIIF"], ["Pour qui", "Ceci.", "Cela."]]
    marks = [[p.citation.n for p in cell if p.citation] for cell in cells(table.lines[1])]
    assert marks == [[], [1], [2]]


def test_a_row_being_written_is_already_in_its_table():
    text = "|  | VIR | DIIF |\n| --- | --- | --- |\n| Pour qui | Ceci. [1] | Cela. [2] |"
    both = (citation(1), citation(2))
    answer = Answer("", "answered", "offer", text, citations=both)
    for end in steps(text):
        assert {block.kind for block in layout(answer, end)} == {"table"}
