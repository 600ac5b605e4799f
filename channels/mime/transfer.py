"""Content-Transfer-Encoding undone: a body as it travelled to the bytes it carried (RFC 2045).

Best effort, never raises: damaged base64 yields what can be saved of it. Large bodies are
measured in pieces, so that a big attachment is never held twice.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

_NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
_SEGMENT: Final = re.compile(rb"[A-Za-z0-9+/\s=]*")
PIECE: Final = 1 << 22


def encoding_of(raw: bytes | None) -> str:
    """The lower-case encoding named by the field: its first word."""
    if not raw:
        return ""
    token = raw[:100].split(b";", 1)[0].split()
    return token[0].decode("ascii", "replace").lower().strip("\"'") if token else ""


def decode(body: bytes, encoding: str) -> bytes:
    """The bytes that were meant."""
    if encoding == "base64":
        return _base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uuencoded(body)
    return body


def measure(body: memoryview, encoding: str) -> tuple[int, str]:
    """Size and SHA-256 of the decoded bytes."""
    if len(body) <= PIECE:
        data = decode(bytes(body), encoding)
        return len(data), sha256(data).hexdigest()
    if encoding not in ("base64", "quoted-printable"):
        return len(body), sha256(body).hexdigest()
    size, digest = 0, sha256()
    for piece in _pieces(body, encoding):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _pieces(body: memoryview, encoding: str) -> Iterator[bytes]:
    if encoding == "quoted-printable":
        rest = b""
        for at in range(0, len(body), PIECE):
            piece = rest + bytes(body[at : at + PIECE])
            cut = piece.rfind(b"\n") + 1 or len(piece)
            rest = piece[cut:]
            yield binascii.a2b_qp(piece[:cut])
        yield binascii.a2b_qp(rest)
        return
    rest = b""
    for at in range(0, len(body), PIECE):
        clean = rest + bytes(body[at : at + PIECE]).translate(None, _NOT_BASE64)
        if b"=" in clean:
            yield _base64(clean)
            return
        keep = len(clean) - len(clean) % 4
        rest = clean[keep:]
        yield binascii.a2b_base64(clean[:keep])
    yield _base64(rest)


def _base64(body: bytes) -> bytes:
    try:
        data = binascii.a2b_base64(body)
    except binascii.Error:
        clean = body.translate(None, _NOT_BASE64).split(b"=", 1)[0]
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
    pad = body.find(b"=")
    if 0 <= pad < len(body) - 80 and _SEGMENT.fullmatch(body, pad):
        return _segments(body.translate(None, _NOT_BASE64))
    return data


def _segments(clean: bytes) -> bytes:
    """Several base64 texts in a row, each with its own padding."""
    out: list[bytes] = []
    for segment in clean.split(b"="):
        segment = segment[: len(segment) - (len(segment) % 4 == 1)]
        out.append(binascii.a2b_base64(segment + b"=" * (-len(segment) % 4)))
    return b"".join(out)


def _uuencoded(body: bytes) -> bytes:
    if not body.startswith(b"begin ") and b"\nbegin " not in body:
        return body
    out: list[bytes] = []
    inside = False
    for line in body.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() in (b"end", b"`"):
            if line.strip() == b"end":
                break
        else:
            out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        count = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:count])
        except binascii.Error:
            return b""
