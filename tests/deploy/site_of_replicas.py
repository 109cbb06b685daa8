"""A whole site on this machine: Chroma, two replicas that share an index, a database, and nginx before them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
KEY = "une-cle-longue-pour-les-tests"
LOGIN, PASSWORD = "adele@exemple.fr", "une phrase que personne ne devine 27"
QUESTION = "Qui paie le poste de chef de projet, et combien ?"
_PATIENCE_S = 120


@dataclass
class Replica:
    """One server: its port, what it says, its process."""

    port: int
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "pvd-assistant", "serve", "--port", str(self.port)],
                cwd=self.log.parent,
                env=self.environment,
                stderr=log,
            )

    def wait(self) -> None:
        until(lambda: httpx.get(f"{self.url}/ready").status_code == 200, self.process, self.log)

    def end(self, *, killed: bool = False) -> None:
        assert self.process is not None
        if killed:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(30)

    def served(self, route: str) -> int:
        """Tell how many requests for a route its access log holds."""
        return len(re.findall(rf"\w+ {re.escape(route)} \d+ ", self.log.read_text("utf-8")))

    def ask(self) -> dict[str, Any]:
        with httpx.Client(base_url=self.url) as client:
            return answer(client, QUESTION)


@dataclass
class Site:
    """The whole, as visitors reach it."""

    url: str
    plain_url: str
    replicas: tuple[Replica, Replica]
    environment: dict[str, str]
    corpus: Path
    trusted: ssl.SSLContext
    _visitors: int = field(default=0)

    def visitor(self, address: str | None = None, **options: Any) -> httpx.Client:
        """A browser of its own address, a new one at each call unless it is given."""
        if address is None:
            self._visitors += 1
            address = f"127.0.{1 + self._visitors // 200}.{1 + self._visitors % 200}"
        transport = httpx.HTTPTransport(verify=self.trusted, local_address=address)
        return httpx.Client(base_url=self.url, transport=transport, timeout=60, **options)

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command of the service, with the settings of the replicas."""
        command = [PROGRAMS / "pvd-assistant", *arguments]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.corpus.parent, stdout=subprocess.DEVNULL
        )


def answer(client: httpx.Client, question: str) -> dict[str, Any]:
    """Ask, and return what an answer says and what it rests on."""
    asked = client.post(
        "/api/ask", json={"question": question}, headers={"X-API-Key": KEY}, timeout=60
    )
    assert asked.status_code == 200, asked.text
    said = asked.json()
    cited = [(c["document"], c["passage"]) for c in said["citations"]]
    return {"status": said["status"], "answer": plain(said["answer"]), "citations": cited}


def plain(said: str) -> str:
    """Return a text with ordinary spaces."""
    return said.replace("\u202f", " ").replace("\xa0", " ")


def until(
    holds: Callable[[], bool], process: subprocess.Popen[bytes] | None, log: Path | None = None
) -> None:
    """Wait for what a process is starting; say why if it ends or takes too long."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        with suppress(httpx.HTTPError):
            if holds():
                return
        alive = process is not None and process.poll() is None
        if not alive or time.monotonic() > deadline:
            pytest.fail(log.read_text("utf-8") if log is not None else "It did not start.")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def chroma(folder: Path) -> Iterator[str]:
    """A Chroma server."""
    port = free_port()
    process = subprocess.Popen(
        [PROGRAMS / "chroma", "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: httpx.get(f"{url}/api/v2/heartbeat").status_code == 200, process)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def replicas(environment: dict[str, str], folder: Path) -> Iterator[tuple[Replica, Replica]]:
    """Two servers of the same settings, ready."""
    both = tuple(Replica(free_port(), folder / f"replica-{n}.log", environment) for n in (1, 2))
    with ExitStack() as stack:
        for replica in both:
            replica.start()
            stack.callback(lambda one=replica: one.end(killed=True))
        for replica in both:
            replica.wait()
        yield both[0], both[1]


@contextmanager
def nginx(folder: Path, ports: tuple[int, int]) -> Iterator[tuple[int, int, ssl.SSLContext]]:
    """The proxy, as ``deploy/nginx.conf`` describes it but for its addresses."""
    plain, encrypted = free_port(), free_port()
    trusted = certificate(folder)
    (folder / "nginx.conf").write_text(configuration(folder, ports, plain, encrypted), "utf-8")
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = {"user": "nobody"}
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")
    command = [program("nginx"), "-c", folder / "nginx.conf", "-e", "stderr", "-g", "daemon off;"]
    with (folder / "error.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=log, **account
        )
    try:
        until(
            lambda: httpx.get(f"http://localhost:{plain}/").status_code == 308,
            process,
            folder / "error.log",
        )
        yield plain, encrypted, trusted
    finally:
        process.terminate()
        process.wait()


def program(name: str) -> str:
    """Return a program of the system; without it the test is skipped."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        pytest.skip(f"no « {name} » on this machine")
    return found


def configuration(folder: Path, ports: tuple[int, int], plain: int, encrypted: int) -> str:
    """Return the proxy's configuration for this machine; each replaced text must be there."""
    written = (REPOSITORY / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in {
        "/tmp/": f"{folder}/",
        "app-1:7860": f"127.0.0.1:{ports[0]}",
        "app-2:7860": f"127.0.0.1:{ports[1]}",
        "listen 8080": f"listen 127.0.0.1:{plain}",
        "listen 8443": f"listen 127.0.0.1:{encrypted}",
        "assistant.example.fr": "localhost",
        "/etc/nginx/tls": str(folder),
        "/dev/stdout": f"{folder}/access.log",
    }.items():
        assert old in written, old
        written = written.replace(old, new)
    return written


def certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for ``localhost`` and return a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "tls.key").write_bytes(private)
    return ssl.create_default_context(cafile=folder / "tls.crt")
