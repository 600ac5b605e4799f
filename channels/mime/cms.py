"""The letter inside an S/MIME envelope that is signed as one block (CMS SignedData, RFC 5652), and what an
envelope is. Reads the outer shape of the bytes only; checks no signature and decrypts nothing. Never raises.
"""

from __future__ import annotations

from typing import Final

_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_SEALED: Final = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_DEPTH: Final = 12
_PIECES: Final = 200_000

_Element = tuple[int, int, int, int]
"""Tag, where the content begins, where it ends, where the next element begins."""


def kind(data: bytes) -> str:
    """`signed`, `encrypted`, or empty when it cannot be told."""
    inner = _inside(data)
    if inner is None:
        return ""
    return "signed" if inner[0] == _SIGNED else "encrypted" if inner[0] in _SEALED else ""


def signed_content(data: bytes) -> bytes:
    """The bytes that were signed; empty when there are none or the shape is not understood."""
    inner = _inside(data)
    if inner is None or inner[0] != _SIGNED:
        return b""
    fields = _children(data, inner[1])
    encapsulated = next((f for f in fields[2:] if f[0] == 0x30), None)
    if encapsulated is None:
        return b""
    parts = _children(data, encapsulated)
    octets = _children(data, parts[1]) if len(parts) > 1 and parts[1][0] == 0xA0 else []
    return _octets(data, octets[0]) if octets else b""


def _inside(data: bytes) -> tuple[bytes, _Element] | None:
    """The type of a ContentInfo and the sequence it holds."""
    outer = _element(data, 0, len(data), _DEPTH)
    if outer is None or outer[0] != 0x30:
        return None
    parts = _children(data, outer)
    if len(parts) < 2 or parts[0][0] != 0x06 or parts[1][0] != 0xA0:
        return None
    held = _children(data, parts[1])
    return (data[parts[0][1] : parts[0][2]], held[0]) if held else None


def _element(data: bytes, at: int, end: int, depth: int) -> _Element | None:
    """The element at `at`; one of indefinite length ends where its children do (X.690 8.1.3)."""
    if at + 2 > end or depth < 0:
        return None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        inside = start
        while data[inside : inside + 2] != b"\0\0":
            child = _element(data, inside, end, depth - 1)
            if child is None:
                return None
            inside = child[3]
        return tag, start, inside, inside + 2
    if length & 0x80:
        size = length & 0x7F
        if size > 4 or start + size > end:
            return None
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return (tag, start, start + length, start + length) if start + length <= end else None


def _children(data: bytes, of: _Element) -> list[_Element]:
    found: list[_Element] = []
    at = of[1]
    while at < of[2] and len(found) < _PIECES:
        child = _element(data, at, of[2], _DEPTH)
        if child is None:
            break
        found.append(child)
        at = child[3]
    return found


def _octets(data: bytes, of: _Element) -> bytes:
    """An octet string, whole or in pieces."""
    if of[0] == 0x04:
        return data[of[1] : of[2]]
    if of[0] != 0x24:
        return b""
    return b"".join(data[child[1] : child[2]] for child in _children(data, of) if child[0] == 0x04)
