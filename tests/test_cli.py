"""The commands as a user types them: exit status, French messages, JSON."""

import json
from pathlib import Path

import pytest
from command_line import run_command

from pvd_assistant.settings import Settings


@pytest.fixture
def index_option(sample_settings: Settings) -> tuple[str, Path]:
    return "--index", sample_settings.index_dir


def test_ask_prints_an_answer_and_its_sources(monkeypatch, capsys, index_option) -> None:
    assert (
        run_command(monkeypatch, "ask", "Qui paie le poste de chef de projet ?", *index_option) == 0
    )

    printed = capsys.readouterr().out
    assert "[1]" in printed
    assert "vérifié le 23 novembre 2026" in printed.replace("\n", " ")


def test_ask_json_holds_one_answer(monkeypatch, capsys, index_option) -> None:
    assert run_command(monkeypatch, "ask", "c'est quoi une ORT", "--json", *index_option) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "answered"
    assert answer["citations"]


def test_the_command_line_answers_as_the_library_does(
    monkeypatch, capsys, index_option, assistant
) -> None:
    question = "Qui paie le poste de chef de projet, et combien ?"
    assert run_command(monkeypatch, "ask", question, "--json", *index_option) == 0

    answer = json.loads(capsys.readouterr().out)
    expected = json.loads(json.dumps(assistant.ask(question).to_dict()))
    alone = {"latency_ms": 0, "id": ""}  # each answer has its own
    assert {**answer, **alone} == {**expected, **alone}
    assert answer["statements"]


def test_ask_batch_answers_each_line_in_order(monkeypatch, capsys, index_option, tmp_path) -> None:
    file = tmp_path / "q.jsonl"
    history = [{"role": "user", "content": "Qui paie le chef de projet ?"}]
    lines = [
        {"id": "a", "question": "Qui paie le poste de chef de projet ?"},
        {"id": "b", "question": "et avec l'Anah ?", "history": history},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert run_command(monkeypatch, "ask", "--batch", file, "--json", *index_option) == 0

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask"], "Posez une question"),
        (["ask", "Qui ?", "--kind", "tract"], "« tract »"),
        (["ask", "Qui ?", "--population", "beaucoup"], "MIN-MAX"),
        (["ask", "Qui ?", "--since", "hier"], "AAAA-MM-JJ"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(monkeypatch, capsys, arguments, said) -> None:
    assert run_command(monkeypatch, *arguments) == 2

    message = capsys.readouterr().err
    assert said in message
    assert len(message.strip().splitlines()) == 1


def test_a_missing_index_says_what_to_run(monkeypatch, capsys, tmp_path) -> None:
    assert run_command(monkeypatch, "ask", "Qui ?", "--index", tmp_path / "none") == 1
    assert "pvd-assistant index" in capsys.readouterr().err


def test_index_names_the_bad_file_and_ends_with_status_1(
    monkeypatch, capsys, sample_settings, tmp_path
) -> None:
    corpus = tmp_path / "corpus" / "offres"
    corpus.mkdir(parents=True)
    good = sample_settings.corpus_dir / "offres" / "ort.md"
    (corpus / "ort.md").write_bytes(good.read_bytes())
    (corpus / "vide.md").write_bytes(b"")

    folders = ("--corpus", corpus.parent, "--index", tmp_path / "index")
    assert run_command(monkeypatch, "index", *folders) == 1

    printed = capsys.readouterr()
    assert "1 documents" in printed.out
    assert "vide.md" in printed.err


def test_corpus_list_and_check(monkeypatch, capsys, sample_settings) -> None:
    where = ("--corpus", sample_settings.corpus_dir)

    assert run_command(monkeypatch, "corpus", "list", "--json", *where) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "offres/ort" in [row["id"] for row in listed]

    assert (
        run_command(monkeypatch, "corpus", "check", *where) == 1
    )  # the sample lacks the linked sheets
    assert "ort.md:" in capsys.readouterr().err


def test_corpus_add_copies_a_described_document(monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "corpus").mkdir()
    page = tmp_path / "Aide aux façades.html"
    page.write_text("<h2>Combien</h2><p>L’aide aux façades vaut 500 €.</p>", encoding="utf-8")

    described = ("--title", "Aide aux façades", "--kind", "offre", "--publisher", "Club")
    dated = (
        "--updated",
        "2026-11-23",
        "--url",
        "https://exemple.fr",
        "--corpus",
        tmp_path / "corpus",
    )
    assert run_command(monkeypatch, "corpus", "add", page, *described, *dated) == 0

    assert "offres/aide-aux-facades" in capsys.readouterr().out
    assert (tmp_path / "corpus" / "offres" / "aide-aux-facades.meta.yaml").is_file()


def test_commune_by_name_as_json(monkeypatch, capsys) -> None:
    assert run_command(monkeypatch, "commune", "tournus", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["code"] == "71543"


def test_commune_unknown_proposes_names(monkeypatch, capsys) -> None:
    assert run_command(monkeypatch, "commune", "Tournuss") == 1
    assert "Tournus" in capsys.readouterr().err


def test_doctor_says_what_works(monkeypatch, capsys, sample_settings) -> None:
    folders = ("--corpus", sample_settings.corpus_dir, "--index", sample_settings.index_dir)
    assert run_command(monkeypatch, "doctor", "--json", *folders) == 0
    assert all(check["works"] for check in json.loads(capsys.readouterr().out))


def test_eval_answers_prints_figures(monkeypatch, capsys, index_option, tmp_path) -> None:
    file = tmp_path / "q.jsonl"
    expect = {"status": ["answered"], "facts": [["75 %"]], "must_not": []}
    line = {"id": "a", "question": "Qui paie le poste de chef de projet ?", "expect": expect}
    file.write_text(json.dumps(line), encoding="utf-8")

    assert run_command(monkeypatch, "eval", "answers", file, "--json", *index_option) == 0
    assert json.loads(capsys.readouterr().out)["overall"]["complete"] == 1.0
