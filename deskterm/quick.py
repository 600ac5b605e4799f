"""The process that reads well-formed letters beside the desk: a batch in, a batch out, until its input ends.

Holds nothing and may die at any moment; knows no database. A letter that is not plainly well formed comes
back unread, and takes the careful way.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import msgspec

from channels.letter import Letter
from channels.mime import fast
from channels.mime.vouching import Vouched, vouched_for
from channels.mime.worker import READY, bounded, pack, read_frame, write_frame
from store import blobs
from store.rules.words import prepare


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A batch to be read."""

    folder: str
    """Where large frames of this desk stand; empty for a desk in memory."""
    servers: frozenset[str]
    """Names our mail servers sign their findings with."""
    raws: list[bytes]


class Quick(msgspec.Struct, frozen=True, array_like=True):
    """A letter that was read; its raw bytes stay with whoever asked."""

    letter: Letter
    blob: blobs.Blob
    own: str
    """Its text without quotes, in the form the index takes."""
    vouched: Vouched


def read(
    raw: bytes, folder: Path | None, servers: frozenset[str]
) -> tuple[msgspec.Raw, blobs.Blob, str, Vouched] | None:
    """What becomes a `Quick`; None for a letter to be read with care, or where its bytes cannot be kept."""
    try:
        letter = fast.parse(raw)
        blob = blobs.letter(raw, letter.text, key=letter.sha256, folder=folder) if letter else None
    except Exception:
        # The careful way says what is wrong, in words and under its limits.
        return None
    if letter is None or blob is None:
        return None
    return msgspec.Raw(pack(letter)), blob, prepare(letter.unquoted()), vouched_for(letter, servers)


def answer(data: bytes) -> bytes:
    """MessagePack of an `Asked` to that of a list of `Quick`."""
    asked = msgspec.msgpack.decode(data, type=Asked)
    folder = Path(asked.folder) if asked.folder else None
    return msgspec.msgpack.encode([read(raw, folder, asked.servers) for raw in asked.raws])


def main() -> int:
    """Serve batches from standard input until it ends."""
    bounded()
    # What is loaded stays, so nobody has to look through it for garbage again and again.
    gc.freeze()
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    write_frame(outgoing, READY)
    while (data := read_frame(incoming)) is not None:
        write_frame(outgoing, answer(data))
    return 0
