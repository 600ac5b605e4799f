"""SRV and MX records (RFC 1035, 2782), asked of the machine's own resolvers.

Answers come from strangers by way of strangers: every length is checked, names are plain letters, and what
they say is a suggestion a person confirms. Knows nothing of mail.
"""

from __future__ import annotations

import re
import secrets
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

SRV, MX = 33, 15
MOST = 65_535
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


class Record(Struct, frozen=True):
    """Where a domain sends people: an MX has no port and no weight."""

    rank: int
    """Priority or preference; the lowest comes first."""
    weight: int
    port: int
    host: str
    """Lower case, without the last dot; empty where the service is said not to exist."""


class NoAnswer(Exception):
    """No resolver gave an answer that could be read."""


def resolvers(path: Path = Path("/etc/resolv.conf")) -> tuple[tuple[str, int], ...]:
    """The resolvers of this machine, at most three."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    return tuple((address, 53) for address in found[:3])


def look_up(
    name: str, kind: int, *, servers: Sequence[tuple[str, int]], seconds: float = 3.0
) -> tuple[Record, ...]:
    """Records of one kind, the preferred first; none where there are none. Raises NoAnswer."""
    if len(name) > 253 or not _NAME.fullmatch(name):
        return ()
    number = secrets.randbelow(65_536)
    question = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + _written(name) + struct.pack("!2H", kind, 1)
    end = time.monotonic() + seconds
    for server in servers:
        for by in (_by_udp, _by_tcp):
            try:
                said = by(question, server, max(end - time.monotonic(), 0.01))
                if _is_cut(said):
                    continue
                return tuple(sorted(_records(said, question, kind), key=lambda one: (one.rank, -one.weight)))
            except (OSError, ValueError, IndexError, struct.error):
                break
    raise NoAnswer


def _written(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode("ascii") for part in name.split(".")) + b"\0"


def _by_udp(question: bytes, server: tuple[str, int], seconds: float) -> bytes:
    """Only an answer from the resolver that was asked, with our own number on it, is taken."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(server)
        sock.send(question)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            said = sock.recv(MOST)
            if said[:2] == question[:2]:
                return said
    raise TimeoutError


def _by_tcp(question: bytes, server: tuple[str, int], seconds: float) -> bytes:
    """For answers that do not fit into a packet."""
    end = time.monotonic() + seconds
    with socket.create_connection(server, seconds) as sock:
        sock.sendall(struct.pack("!H", len(question)) + question)
        held = b""
        while len(held) < 2 or len(held) < 2 + struct.unpack("!H", held[:2])[0]:
            sock.settimeout(max(end - time.monotonic(), 0.01))
            some = sock.recv(4096)
            if not some:
                raise ValueError("cut short")
            held += some
    return held[2:]


def _is_cut(said: bytes) -> bool:
    return bool(struct.unpack("!H", said[2:4])[0] & 0x0200)


def _records(said: bytes, question: bytes, kind: int) -> list[Record]:
    """The records in an answer to `question`. Raises ValueError and its kin for anything odd."""
    number, flags, asked, answers, _, _ = struct.unpack("!6H", said[:12])
    if number != struct.unpack("!H", question[:2])[0] or not flags & 0x8000 or asked != 1:
        raise ValueError("no answer to our question")
    if flags & 0xF == 3:
        return []
    if flags & 0xF or said[12 : len(question)].lower() != question[12:].lower():
        raise ValueError("no answer to our question")
    at, found = len(question), list[Record]()
    for _ in range(min(answers, 100)):
        _, at = _name(said, at)
        which, _, _, length = struct.unpack("!2HIH", said[at : at + 10])
        at += 10
        if which == kind:
            found.append(_record(said, at, kind))
        at += length
    return found


def _record(said: bytes, at: int, kind: int) -> Record:
    if kind == MX:
        rank = struct.unpack("!H", said[at : at + 2])[0]
        return Record(rank, 0, 0, _host(said, at + 2))
    rank, weight, port = struct.unpack("!3H", said[at : at + 6])
    return Record(rank, weight, port, _host(said, at + 6))


def _host(said: bytes, at: int) -> str:
    """A name that can be a server's; empty for anything else."""
    name = _name(said, at)[0]
    return name if _NAME.fullmatch(name) and len(name) <= 253 else ""


def _name(said: bytes, at: int) -> tuple[str, int]:
    """A name, maybe compressed, and where what follows it begins. A name only ever points backwards."""
    parts: list[str] = []
    after, limit = 0, at
    while True:
        length = said[at]
        if length & 0xC0 == 0xC0:
            after = after or at + 2
            to = struct.unpack("!H", said[at : at + 2])[0] & 0x3FFF
            if to >= limit:
                raise ValueError("a name that points forwards")
            at = limit = to
        elif length & 0xC0:
            raise ValueError("a label of no known kind")
        elif not length:
            return ".".join(parts), after or at + 1
        else:
            part = said[at + 1 : at + 1 + length]
            if len(part) != length or len(parts) > 127:
                raise ValueError("a name that is cut")
            parts.append(part.decode("ascii", "replace").lower())
            at += 1 + length
