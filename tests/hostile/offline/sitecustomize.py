"""On PYTHONPATH: a process that reaches past this machine fails, and leaves a line about it in $OFFLINE_LOG."""

import os
import socket
import sys
from typing import Any


def _note(line: str) -> None:
    with open(os.environ["OFFLINE_LOG"], "a") as log:
        log.write(line + "\n")


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = arguments
        outside = sock.family in (socket.AF_INET, socket.AF_INET6) and not _near(address[0] if address else "127.0.0.1")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        outside, address = not _near(arguments[0]), arguments
    else:
        return
    if outside:
        _note(f"{event} {address}")
        raise OSError(f"{event} {address} in a process that must stay on this machine")


def _near(host: object) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    return host in (None, "", "localhost", "::1", "0.0.0.0", socket.gethostname()) or str(host).startswith("127.")


_note("started")
sys.addaudithook(_guard)  # sees every socket of Python's, whoever holds the module
