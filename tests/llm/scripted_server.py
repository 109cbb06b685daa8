"""An OpenAI-compatible server that says what it is told to, run as a process of its own.

``PUT /script`` gives the replies to come, each used once, the last one again and again; ``GET /asked``
returns the requests received. In a text, ``{75 %}`` is the key of the first passage of the request that
holds these words, so that the script can cite as a model would.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

MODELS = [
    {"id": "bge-m3", "object": "model", "type": "text-embeddings-inference"},
    {
        "id": "petit-modele",
        "object": "model",
        "type": "text-generation",
        "max_context_length": 8192,
    },
    {"id": "modele-de-repli", "object": "model", "type": "text-generation"},
]
PASSAGE = re.compile(r'<passage clé="(p-[0-9a-f]{6})"[^>]*>\n(.*?)\n</passage>', re.DOTALL)


class State:
    script: ClassVar[list[dict[str, Any]]] = []
    models: ClassVar[Any] = {"object": "list", "data": MODELS}
    props: ClassVar[Any] = None
    asked: ClassVar[list[dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        told = json.loads(self._body())
        State.script = told["script"]
        State.models = told.get("models", {"object": "list", "data": MODELS})
        State.props = told.get("props")
        State.asked = []
        self._send(200, b"{}")

    def do_GET(self) -> None:
        if self.path == "/asked":
            self._send(200, json.dumps(State.asked).encode())
        elif self.path == "/props" and State.props:
            told = {"default_generation_settings": State.props}
            self._send(200, json.dumps(told).encode())
        elif self.path == "/v1/models" and State.models is not None:
            status = 401 if self.headers.get("Authorization") == "Bearer fausse" else 200
            self._send(status, json.dumps(State.models).encode())
        else:
            self._send(404, b'{"detail":"Not Found"}')

    def do_POST(self) -> None:
        body = json.loads(self._body())
        State.asked.append(
            {
                "body": body,
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "path": self.path,
            }
        )
        reply = State.script.pop(0) if len(State.script) > 1 else State.script[0]
        known = reply.get("only_model")
        if known and body["model"] != known:
            self._send(404, b'{"detail":"Model not found."}')
        elif "status" in reply:
            error = json.dumps(reply.get("body", {"error": {"message": "non"}})).encode()
            self._send(reply["status"], error, reply.get("headers", {}))
        else:
            self._stream(body, reply)

    def _stream(self, body: dict[str, Any], reply: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._events(body, reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _events(self, body: dict[str, Any], reply: dict[str, Any]) -> None:
        for _ in range(reply.get("comments", 0)):
            self._chunk(": patience\n\n")
            time.sleep(0.05)
        time.sleep(reply.get("wait", 0))
        for line in reply.get("raw", []):
            self._chunk(f"data: {line}\n\n")
        text = self._with_keys(body, reply.get("text", ""))
        size = reply.get("size", 7)
        for at in range(0, len(text), size):
            self._event({"index": 0, "delta": {"content": text[at : at + size]}})
        if reply.get("cut"):
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True
            return
        if text:
            self._event({"index": 0, "delta": {}, "finish_reason": reply.get("finish", "stop")})
        if body.get("stream_options"):
            written = sum(len(message["content"]) for message in body["messages"])
            usage = {"prompt_tokens": written // 4, "completion_tokens": 9, "total_tokens": 9}
            self._chunk(f"data: {json.dumps({'id': 'x', 'choices': [], 'usage': usage})}\n\n")
        if not reply.get("no_done"):
            self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, choice: dict[str, Any]) -> None:
        event = {"id": "x", "object": "chat.completion.chunk", "choices": [choice]}
        self._chunk(f"data: {json.dumps(event)}\n\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _with_keys(self, body: dict[str, Any], text: str) -> str:
        told = body["messages"][-1]["content"]
        passages = [(key, re.sub(r"\s+", " ", words)) for key, words in PASSAGE.findall(told)]

        def key(match: re.Match[str]) -> str:
            wanted = match.group(1)
            return next((f"[{k}]" for k, words in passages if wanted in words), "[p-absent]")

        return re.sub(r"\{([^{}]+)\}", key, text)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)  # noqa: T201
    # The tests are over, or were killed, when nobody holds the other end of the pipe.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever(poll_interval=0.05)
