from urllib.parse import parse_qs, urlsplit

from fakes import PAGE_CITATION, RATE, citation

from pvd_assistant.model import Statement
from pvd_assistant.web.links import document_url, fingerprint, source_url


def test_a_source_opens_at_its_passage_with_the_statement_marked():
    cited = citation()
    address = urlsplit(source_url(cited, [Statement(RATE, (1,))]))
    query = parse_qs(address.query)
    assert (address.path, address.fragment) == ("/sources/offres/chef-de-projet", "passage")
    assert query["partie"] == ["0"]
    assert (query["debut"], query["fin"]) == ([str(cited.start)], [str(cited.end)])
    assert query["reperes"] == [f"{cited.start}-{cited.start + len(RATE)}"]
    assert query["empreinte"] == [fingerprint(cited.passage)]


def test_a_statement_is_found_across_the_line_breaks_of_a_page():
    joined = Statement(" ".join(PAGE_CITATION.passage.split()), (4,))
    query = parse_qs(urlsplit(source_url(PAGE_CITATION, [joined])).query)
    assert query["reperes"] == [f"{PAGE_CITATION.start}-{PAGE_CITATION.end}"]


def test_a_computed_verdict_marks_nothing_but_the_passage():
    assert "reperes" not in source_url(citation(), [Statement("Oui, éligible.", (1,), "computed")])


def test_a_pdf_opens_at_its_page_and_names_are_escaped():
    assert document_url("guides/guide", 4) == "/documents/guides/guide#page=4"
    assert document_url("guides/à lire?") == "/documents/guides/%C3%A0%20lire%3F"
