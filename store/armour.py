"""Base64 is taken off a letter before its bytes are packed, and put on again, byte for byte the same.

A quarter of it is air, and what it hides does not compress. Knows bytes and lines; what would not come back
exactly as it was stays as it is.
"""

from __future__ import annotations

import binascii

_BLOCKS = 200
"""How often a letter may speak of base64 and be listened to; a hostile one does nothing else."""
_HEAD = 4_096
"""Bytes of a part's own header within which its text has to begin."""
_WIDTH = 1_000
"""Longest line; RFC 2045 allows 76."""
_WORTH = 200
"""Bytes below which a block is left alone."""


def off(raw: bytes) -> tuple[bytes, str]:
    """The bytes with every regular block of base64 decoded, and what `on` has to know of them.

    Four numbers a block: the bytes before it that stand as they are, its own decoded bytes, the width of its
    lines, and the bytes that end one.
    """
    pieces: list[bytes] = []
    notes: list[str] = []
    done = at = 0
    for _ in range(_BLOCKS):
        if (at := raw.find(b"base64", at) + 6) < 6:
            break
        start, width, ending = _begins(raw, at)
        if not width:
            continue
        # The next part begins behind the next boundary, so that no byte is looked at twice.
        at = stop if (stop := raw.find(b"\n--", start)) >= 0 else len(raw)
        block = raw[start:at].rstrip(b"\r\n")
        data = _decoded(block, width, ending)
        if len(data) >= _WORTH:
            pieces += raw[done:start], data
            notes.append(f"{start - done},{len(data)},{width},{len(ending)}")
            done = start + len(block)
    return b"".join((*pieces, raw[done:])), " ".join(notes)


def on(bare: bytes, notes: str) -> bytes:
    """What `off` was given. Raises ValueError when the notes are none of its own."""
    pieces: list[bytes] = []
    at = 0
    for note in notes.split():
        before, length, width, ending = map(int, note.split(","))
        pieces.append(bare[at : at + before])
        at += before + length
        pieces.append(_lines(bare[at - length : at], width, b"\r\n"[-ending:]))
    return b"".join((*pieces, bare[at:]))


def _begins(raw: bytes, head: int) -> tuple[int, int, bytes]:
    """Where the text of the part begins whose header is at `head`, how wide it is and how its lines end."""
    unix = raw.find(b"\n\n", head, head + _HEAD)
    dos = raw.find(b"\n\r\n", head, unix if unix >= 0 else head + _HEAD)
    start = dos + 3 if dos >= 0 else unix + 2
    stop = raw.find(b"\n", start, start + _WIDTH) if start > 1 else -1
    if stop <= start:
        return 0, 0, b""
    ending = b"\r\n" if raw[stop - 1] == 13 else b"\n"
    return start, stop + 1 - len(ending) - start, ending


def _decoded(block: bytes, width: int, ending: bytes) -> bytes:
    """What the block hides; nothing where `_lines` would not give the block again."""
    text = block.replace(ending, b"")
    breaks = (len(text) - 1) // width
    # No line is cut out to be compared: every so many bytes an ending stands, and nowhere else.
    ends = (block[width + n :: width + len(ending)] for n in range(len(ending)))
    if len(block) != len(text) + breaks * len(ending) or b"".join(ends) != _repeated(ending, breaks):
        return b""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return b""
    return data if binascii.b2a_base64(data, newline=False) == text else b""


def _repeated(ending: bytes, count: int) -> bytes:
    return b"".join(ending[n : n + 1] * count for n in range(len(ending)))


def _lines(data: bytes, width: int, ending: bytes) -> bytes:
    text = binascii.b2a_base64(data, newline=False)
    return ending.join([text[at : at + width] for at in range(0, len(text), width)])
