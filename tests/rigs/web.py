"""A web server and a resolver on loopback that answer what they are told to, and count who asked."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from channels.dns import MX, SRV
from tests.rigs.certificates import Certificate

Page = tuple[int, dict[str, str], bytes]


@contextmanager
def pages(
    held: dict[str, Page], *, certificate: Certificate | None = None, drip: float = 0.0
) -> Iterator[str]:
    """Serve pages by path; gives the address of the server, without a slash at its end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, fields, body = held.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            for at in range(0, len(body), 1 if drip else len(body) or 1):
                self.wfile.write(body[at : at + 1] if drip else body)
                time.sleep(drip)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # pyright: ignore
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"{'https' if certificate else 'http'}://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


Zone = dict[tuple[str, int], list[tuple[int, int, int, str]]]


class Resolver:
    """Answers from `zone`: (name, kind) to rows of rank, weight, port, host."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[str] = []
        self.cut = False
        """Say by UDP that the answer does not fit."""
        self.instead: bytes = b""
        """Sent in place of every answer, after the number of the question."""
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.place: tuple[str, int] = self._udp.getsockname()
        self._tcp = socket.create_server(self.place)

    def __enter__(self) -> Resolver:
        threading.Thread(target=self._serve, daemon=True).start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._udp.sendto(b"", self.place)
        self._udp.close()
        self._tcp.close()

    def _serve(self) -> None:
        while True:
            try:
                question, who = self._udp.recvfrom(4096)
                if not question:
                    return
                # Somebody else's answer first, which has another number.
                self._udp.sendto(bytes([question[0] ^ 1]) + question[1:], who)
                self._udp.sendto(self.answer(question, cut=self.cut), who)
            except OSError:
                return

    def _serve_tcp(self) -> None:
        try:
            sock, _ = self._tcp.accept()
            with sock:
                said = self.answer(sock.recv(4096)[2:])
                sock.sendall(struct.pack("!H", len(said)) + said)
        except OSError:
            return

    def answer(self, question: bytes, *, cut: bool = False) -> bytes:
        name, at = self._name(question)
        kind = struct.unpack("!H", question[at : at + 2])[0]
        self.asked.append(name)
        if self.instead:
            return question[:2] + self.instead
        rows = [] if cut else self.zone.get((name, kind), [])
        flags = 0x8180 | (0x0200 if cut else 0) | (0 if rows or cut else 3)
        said = question[:2] + struct.pack("!5H", flags, 1, len(rows), 0, 0) + question[12:]
        for rank, weight, port, host in rows:
            target = b"".join(bytes([len(p)]) + p.encode() for p in host.split(".") if p) + b"\0"
            head = struct.pack("!H", rank) if kind == MX else struct.pack("!3H", rank, weight, port)
            assert kind in (MX, SRV)
            said += b"\xc0\x0c" + struct.pack("!2HIH", kind, 1, 60, len(head + target)) + head + target
        return said

    @staticmethod
    def _name(question: bytes) -> tuple[str, int]:
        parts, at = [], 12
        while question[at]:
            parts.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        return ".".join(parts), at + 1
