"""Attachments of the practice desk: a real picture, table, log and document, built from nothing.

Deterministic bytes; knows nothing of letters.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

File = tuple[str, str, bytes]
"""Name, MIME type, content."""


def png(name: str, *, width: int = 160, height: int = 90, share: float = 0.64) -> File:
    """A screenshot of a progress bar that stopped at `share`."""
    rows = b"".join(
        b"\0" + b"".join(_pixel(x, y, width, height, share) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return name, "image/png", b"\x89PNG\r\n\x1a\n" + chunks


def _pixel(x: int, y: int, width: int, height: int, share: float) -> bytes:
    if y < height // 6:
        return b"\x2b\x3a\x55"
    in_bar = abs(y - height // 2) < 6 and width // 10 < x < width - width // 10
    if not in_bar:
        return b"\xf6\xf4\xef"
    filled = (x - width // 10) / (width * 0.8) < share
    return b"\xc2\x41\x2d" if filled else b"\xdd\xd8\xcc"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def csv(name: str, rows: Sequence[Sequence[str]], *, charset: str = "utf-8") -> File:
    """A table with semicolons, as spreadsheets in half of Europe write it."""
    text = "\r\n".join(";".join(row) for row in rows) + "\r\n"
    return name, "text/csv", text.encode(charset)


def log(name: str, *lines: str) -> File:
    return name, "text/plain", ("\n".join(lines) + "\n").encode()


def pdf(name: str, *lines: str) -> File:
    """A one-page document (PDF 1.4) that any reader opens."""
    shown = "".join(f"({_escaped(line)}) Tj 0 -18 Td " for line in lines)
    stream = f"BT /F1 12 Tf 60 780 Td {shown}ET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return name, "application/pdf", _document(objects)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _document(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
