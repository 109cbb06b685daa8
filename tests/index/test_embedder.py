"""The three ways to embed: packaged, sentence-transformers, a server speaking OpenAI's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import numpy as np
import pytest

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.index.builder import build
from pvd_assistant.index.embedder import load_embedder
from pvd_assistant.index.embedder_server import ServerEmbedder
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings, load_settings


class EmbeddingsServer(ThreadingHTTPServer):
    """A small embeddings server; ``failures`` are the statuses it answers first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures: list[int] = []
        self.requests: list[dict] = []
        self.keys: list[str | None] = []
        self.answer: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingsServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(asked)
        self.server.keys.append(self.headers.get("Authorization"))
        status = self.server.failures.pop(0) if self.server.failures else 200
        data = [
            {"index": n, "embedding": [float(len(text)), float(text.count("e")), 1.0]}
            for n, text in enumerate(asked["input"])
        ]
        body = json.dumps({"data": data[::-1]}).encode()
        if status == 200 and self.server.answer is not None:
            body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Keep the tests quiet."""


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    running = EmbeddingsServer()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def _embedder(server: EmbeddingsServer, waited: list[float] | None = None) -> ServerEmbedder:
    pause = (waited if waited is not None else []).append
    return ServerEmbedder("modele", url=server.url, key="secret", pause=pause)


def test_a_server_gives_vectors_in_the_order_asked(server: EmbeddingsServer) -> None:
    vectors = _embedder(server).embed_passages(["un texte", "e", "un autre texte"])

    assert vectors.shape == (3, 3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[1] @ np.array([1, 1, 1]) / 3**0.5 == pytest.approx(1)
    assert server.keys == ["Bearer secret"]
    assert server.requests[0]["model"] == "modele"


def test_many_texts_go_in_batches(server: EmbeddingsServer) -> None:
    assert len(_embedder(server).embed_passages(["mot"] * 150)) == 150
    assert [len(request["input"]) for request in server.requests] == [64, 64, 22]


def test_a_busy_server_is_asked_again_less_and_less_often(server: EmbeddingsServer) -> None:
    server.failures = [429, 503]
    waited: list[float] = []

    assert _embedder(server, waited).embed_question("mot").shape == (3,)
    assert waited == sorted(waited)
    assert len(waited) == 2


def test_a_server_that_stays_down_is_named(server: EmbeddingsServer) -> None:
    server.failures = [500] * 9

    with pytest.raises(EmbeddingError, match="500") as caught:
        _embedder(server).embed_question("mot")
    assert server.url in str(caught.value)


def test_a_refused_key_is_not_tried_again(server: EmbeddingsServer) -> None:
    server.failures = [401]

    with pytest.raises(EmbeddingError, match="PVD_EMBEDDING_KEY"):
        _embedder(server).embed_question("mot")
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"data": [{"index": 0, "embedding": []}]}'])
def test_a_strange_answer_is_told(server: EmbeddingsServer, answer: bytes) -> None:
    server.answer = answer

    with pytest.raises(EmbeddingError, match="forme attendue"):
        _embedder(server).embed_passages(["un", "deux"])


def test_nobody_at_the_address_is_told() -> None:
    lost = ServerEmbedder("modele", url="http://127.0.0.1:9/v1", pause=lambda seconds: None)

    with pytest.raises(EmbeddingError, match="ne répond pas"):
        lost.embed_question("mot")


def test_an_index_is_built_and_asked_through_a_server(
    server: EmbeddingsServer, sample_settings: Settings, tmp_path
) -> None:
    settings = load_settings(
        corpus_dir=sample_settings.corpus_dir,
        index_dir=tmp_path / "index",
        embedding="openai:modele",
        embedding_url=server.url,
    )
    build(settings)

    with Index.open(settings) as index:
        assert index.manifest.dimension == 3
        assert index.search("chef de projet")


def test_a_sentence_transformers_model_is_loaded_from_its_folder() -> None:
    folder = files("pvd_assistant") / "models" / "pvd-static-fr"
    theirs = load_embedder(load_settings(embedding=f"st:{folder}"))
    ours = load_embedder(load_settings())

    assert theirs.dimension == ours.dimension
    question = "Qui paie le poste de chef de projet ?"
    assert np.allclose(theirs.embed_question(question), ours.embed_question(question), atol=1e-4)


def test_prompts_are_part_of_the_identity_of_a_model() -> None:
    folder = files("pvd_assistant") / "models" / "pvd-static-fr"
    plain = load_embedder(load_settings(embedding=f"st:{folder}"))
    prompted = load_embedder(
        load_settings(embedding=f"st:{folder}", embedding_query_prompt="question : ")
    )

    assert plain.version != prompted.version
    assert not np.allclose(plain.embed_question("aide"), prompted.embed_question("aide"))


@pytest.mark.parametrize("spec", ["magique", "st:", "openai:"])
def test_an_unknown_setting_is_told(spec: str) -> None:
    with pytest.raises(EmbeddingError):
        load_embedder(load_settings(embedding=spec))
