"""The process that reads well-formed letters beside the desk: a batch in, a batch out, until its input ends.

Holds nothing and may die at any moment; knows no database. A letter that is not plainly well formed comes
back unread, and takes the careful way.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from channels.letter import Letter
from channels.mime import fast
from channels.mime.worker import READY, bounded, pack, read_frame, write_frame
from store import blobs


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A batch to be read."""

    folder: str
    """Where large frames of this desk stand; empty for a desk in memory."""
    raws: list[bytes]


class Quick(msgspec.Struct, frozen=True, array_like=True):
    """A letter that was read; its raw bytes stay with whoever asked."""

    letter: Letter
    blob: blobs.Blob
    own: str
    """Its text without quotes."""


def read(raw: bytes, folder: Path | None) -> tuple[msgspec.Raw, blobs.Blob, str] | None:
    """What becomes a `Quick`; None for a letter to be read with care, or where its bytes cannot be kept."""
    try:
        letter = fast.parse(raw)
        blob = blobs.letter(raw, letter.text, folder=folder) if letter else None
    except Exception:
        # The careful way says what is wrong, in words and under its limits.
        return None
    return (msgspec.Raw(pack(letter)), blob, letter.unquoted()) if letter and blob else None


def answer(data: bytes) -> bytes:
    """MessagePack of an `Asked` to that of a list of `Quick`."""
    asked = msgspec.msgpack.decode(data, type=Asked)
    folder = Path(asked.folder) if asked.folder else None
    return msgspec.msgpack.encode([read(raw, folder) for raw in asked.raws])


def main() -> int:
    """Serve batches from standard input until it ends."""
    bounded()
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    write_frame(outgoing, READY)
    while (data := read_frame(incoming)) is not None:
        write_frame(outgoing, answer(data))
    return 0
