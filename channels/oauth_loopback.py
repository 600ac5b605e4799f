"""The address of this machine that a browser is sent back to after a sign-in (RFC 8252 7.3).

Listens on 127.0.0.1 for one answer. Knows no provider; whether the answer is ours is oauth.py's question.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from types import TracebackType

MOST = 16_384
"""Bytes of a request; the address is in its first line."""
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    b"deskterm has what it needs. You can close this page and go back to the terminal.\n"
)
NOT_HERE = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Loopback:
    """Open from construction to `close`; use as a context manager."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.redirect = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __enter__(self) -> Loopback:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()

    def fileno(self) -> int:
        """For a `select` beside the terminal."""
        return self._listener.fileno()

    def wait(self, seconds: float) -> str:
        """The address a browser came with, or nothing within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._listener], [], [], left)[0]:
                return ""
            if found := self.take():
                return found
        return ""

    def take(self) -> str:
        """Answer the browser that knocks; its address if it brings a state, else nothing."""
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return ""
        with sock, contextlib.suppress(OSError):
            sock.settimeout(2.0)
            target = _target(sock)
            ours = target.startswith("/?") and "state=" in target
            sock.sendall(PAGE if ours else NOT_HERE)
            sock.shutdown(socket.SHUT_WR)
            return f"{self.redirect.rstrip('/')}{target}" if ours else ""
        return ""


def _target(sock: socket.socket) -> str:
    """What a GET asks for; nothing for anything else."""
    held = b""
    while b"\r\n" not in held and len(held) < MOST:
        some = sock.recv(4096)
        if not some:
            break
        held += some
    words = held.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
    return words[1] if len(words) == 3 and words[0] == "GET" else ""
