"""The process that reads suspicious letters: one letter in, one answer out, until its input ends.

Started by `guard` with a ceiling on memory; it may be killed at any moment and holds nothing.
Frames are eight bytes of length and then the bytes. The first frame out is `READY`, when everything is
loaded; then an answer for each letter, which begins with `L` (a letter as MessagePack) or `E` (a sentence).
"""

from __future__ import annotations

import struct
import sys
from typing import BinaryIO, Final

import msgspec
from msgspec.structs import replace

from channels.errors import UnreadableLetter
from channels.letter import Letter
from channels.mime import limits

LENGTH: Final = struct.Struct(">Q")
READY: Final = b"R"


def read_frame(stream: BinaryIO) -> bytes | None:
    """One frame, or None when the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    data = stream.read(size)
    return data if len(data) == size else None


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def pack(letter: Letter) -> bytes:
    """A letter without its raw bytes, which the other side has."""
    return msgspec.msgpack.encode(replace(letter, raw=b""))


def unpack(data: bytes, raw: bytes) -> Letter:
    """The letter again. Raises msgspec.ValidationError when the answer is no letter."""
    return replace(msgspec.msgpack.decode(data, type=Letter), raw=raw)


def _answer(raw: bytes) -> bytes:
    from channels.mime.parse import parse

    try:
        return b"L" + pack(parse(raw))
    except UnreadableLetter as error:
        return b"E" + str(error).encode()
    except MemoryError:
        return b"E" + b"The letter needs more memory than one letter may have; it is kept whole on the shelf."
    except RecursionError:
        return b"E" + b"The letter is nested too deeply to be read; it is kept whole on the shelf."


def _load() -> None:
    """Everything a letter may need, so that the first one has the time the others have."""
    import cchardet

    from channels.mime.parse import parse

    cchardet.detect(b"\xe9")
    parse(b"Content-Type: text/html\n\n<p>x")


def bounded() -> None:
    """Put the ceiling on the memory of this process."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.WORKER_MEMORY, limits.WORKER_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        print("deskterm reader: no memory limit on this system", file=sys.stderr)


def main() -> int:
    """Serve letters from standard input until it ends."""
    bounded()
    _load()
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    write_frame(outgoing, READY)
    while (raw := read_frame(incoming)) is not None:
        write_frame(outgoing, _answer(raw))
    return 0


if __name__ == "__main__":
    sys.exit(main())
