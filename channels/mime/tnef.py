"""What Outlook wrapped into a winmail.dat (TNEF, MS-OXTNEF): its files, and its text where it is plain.

Reads lengths and copies slices; unpacks and runs nothing. Never raises: damage ends the reading.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

_SIGNATURE: Final = 0x223E9F78
_BODY: Final = 0x0002800C
_CODEPAGE: Final = 0x00069007
_RENDERING: Final = 0x00069002
"""Begins the next file."""
_TITLE: Final = 0x00018010
_DATA: Final = 0x0006800F
_PROPERTIES: Final = 0x00069005
_LONG_NAME: Final = 0x3707
_FILES: Final = 200
_FIXED: Final = {2: 4, 3: 4, 4: 4, 10: 4, 11: 4, 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16}
"""Bytes of a value by its type; shorter ones are padded to four."""
_VARIABLE: Final = frozenset((13, 30, 31, 258))


class Wrapped(Struct):
    """A file inside."""

    name: str = ""
    data: bytes = b""


class Unwrapped(Struct):
    files: list[Wrapped] = field(default_factory=list[Wrapped])
    text: str = ""


def unwrap(data: bytes) -> Unwrapped:
    """Files and text of a winmail.dat; empty when it is none."""
    found = Unwrapped()
    codec = "cp1252"
    for kind, body in _attributes(data):
        if kind == _CODEPAGE and len(body) >= 4:
            codec = f"cp{struct.unpack_from('<I', body)[0]}"
        elif kind == _BODY:
            found.text = _decoded(body, codec)
        elif kind == _RENDERING:
            if len(found.files) >= _FILES:
                break
            found.files.append(Wrapped())
        elif found.files and kind == _TITLE:
            found.files[-1].name = found.files[-1].name or _decoded(body, codec)
        elif found.files and kind == _DATA:
            found.files[-1].data = body
        elif found.files and kind == _PROPERTIES:
            found.files[-1].name = _long_name(body, codec) or found.files[-1].name
    found.files = [one for one in found.files if one.name or one.data]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each attribute, until the end or the first damage."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return
    at = 6
    while at + 9 <= len(data):
        kind, size = struct.unpack_from("<II", data, at + 1)
        at += 9
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size + 2


def _long_name(body: bytes, codec: str) -> str:
    """The long file name among MAPI properties, which come as type, id and value."""
    if len(body) < 4:
        return ""
    at = 4
    for _ in range(min(struct.unpack_from("<I", body)[0], 500)):
        if at + 4 > len(body):
            break
        kind, name = struct.unpack_from("<HH", body, at)
        at = _after_name(body, at + 4) if name >= 0x8000 else at + 4
        if at + 4 > len(body):
            break
        if kind in _FIXED:
            at += _FIXED[kind]
        elif kind in _VARIABLE:
            values, at = _values(body, at)
            if name == _LONG_NAME and values:
                return _decoded(values[0], "utf-16-le" if kind == 31 else codec)
        else:
            break
    return ""


def _after_name(body: bytes, at: int) -> int:
    """Past the name of a property that has one: a GUID, then a number or a text."""
    if at + 24 > len(body):
        return len(body)
    kind, size = struct.unpack_from("<II", body, at + 16)
    return at + 24 if kind == 0 else at + 24 + size + -size % 4


def _values(body: bytes, at: int) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    count = struct.unpack_from("<I", body, at)[0]
    at += 4
    for _ in range(min(count, 100)):
        if at + 4 > len(body):
            break
        size = struct.unpack_from("<I", body, at)[0]
        found.append(body[at + 4 : at + 4 + size])
        at += 4 + size + -size % 4
    return found, at


def _decoded(raw: bytes, codec: str) -> str:
    try:
        text = raw.decode(codec, "replace")
    except LookupError:
        text = raw.decode("cp1252", "replace")
    return text.rstrip("\0").replace("\0", "\ufffd")
