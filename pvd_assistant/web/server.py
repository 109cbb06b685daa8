"""Run the web application on its address and port."""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import suppress

from pvd_assistant.errors import PvdError, StorageError
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings


class ServerError(PvdError):
    """The address or the port cannot be listened on."""


def serve(settings: Settings) -> None:
    """Serve until interrupted, and say on stderr where.

    :raises ServerError: the port is taken, or the address is not one of this machine.
    """
    listening = listen(settings.host, settings.port)
    # Bound before the heavy imports: whoever connects meanwhile waits instead of being refused.
    import uvicorn

    from pvd_assistant.web.app import create_app

    config = uvicorn.Config(
        create_app(settings),
        log_config=None,  # uvicorn writes where we do
        log_level=settings.log_level.lower(),
        server_header=False,
        access_log=False,  # addresses hold what people look for: never in a log
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=3,
    )
    url = address(settings.host, settings.port)
    sys.stderr.write(text("web.serving", url=url) + "\n")
    _bring_up_to_date(settings)
    with listening, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _bring_up_to_date(settings: Settings) -> None:
    """Migrate the database and say so; questions are answered even when it cannot be used."""
    from pvd_assistant.storage.database import Database

    database = Database(settings)
    try:
        upgrade = database.upgrade()
        said = upgrade.lines(database.where) if upgrade else []
    except StorageError as error:
        said = [str(error)]
    finally:
        database.close()
    sys.stderr.writelines(f"{line}\n" for line in said)


def address(host: str, port: int) -> str:
    """Return the address to type in a browser.

    >>> address("0.0.0.0", 7860)
    'http://localhost:7860/'
    """
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address.

    :raises ServerError: the port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else port - 1
            raise ServerError("web.port_taken", host=host, port=port, other=other) from error
        reason = error.strerror or error
        raise ServerError("web.host_unusable", host=host, port=port, reason=reason) from error
    return listening
