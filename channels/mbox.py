"""mbox files, one letter at a time, in memory no larger than the largest letter.

Splits at `From ` lines that look like separators, undoes the `>From ` quoting of mboxrd, and
believes a Content-Length only where the next separator stands just there. Knows nothing of MIME.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

_SEPARATOR: Final = re.compile(rb"From (?:.*\d{1,2}:\d\d.*\d{4}|\S+\s*\Z|- )")
_QUOTED: Final = re.compile(rb">+From ")
_LENGTH: Final = re.compile(rb"content-length:\s*(\d{1,12})\s*\Z", re.IGNORECASE)
_LINE: Final = 1 << 16
"""Longer lines come in pieces; only the first piece can be a separator."""


def split(path: Path) -> Iterator[bytes]:
    """The raw letters of an mbox file, in order, without their separators.

    Line ends stay as they are. Raises OSError when the file cannot be read.
    """
    with path.open("rb") as stream:
        yield from split_stream(stream)


def split_stream(stream: BinaryIO) -> Iterator[bytes]:
    """The same from an open file that can seek."""
    reader = _Reader(stream)
    while (letter := reader.letter()) is not None:
        yield letter


class _Reader:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.waiting: bytes | None = None
        """A separator already read."""

    def letter(self) -> bytes | None:
        """The next letter, or None at the end."""
        if self.waiting is None and not self._find_first():
            return None
        self.waiting = None
        lines: list[bytes] = []
        in_head, length, fresh = True, 0, True
        while line := self.stream.readline(_LINE):
            blank = not lines or (lines[-1].strip(b"\r\n") == b"")
            if fresh and not in_head and blank and is_separator(line):
                self.waiting = line
                break
            if fresh and in_head and lines and is_separator(line) and blank:
                self.waiting = line
                break
            if fresh and in_head and (found := _LENGTH.match(line)):
                length = int(found[1])
            if fresh and in_head and line in (b"\n", b"\r\n"):
                in_head = False
                lines.append(line)
                if length and (body := self._by_length(length)) is not None:
                    lines.append(body)
                    break
                continue
            lines.append(line[1:] if fresh and _QUOTED.match(line) else line)
            fresh = line.endswith(b"\n")
        return _trimmed(lines)

    def _find_first(self) -> bool:
        """Skip blank lines before the first separator; a file without any is one letter."""
        while line := self.stream.readline(_LINE):
            if line.strip():
                if not is_separator(line):
                    self.stream.seek(-len(line), 1)
                return True
        return False

    def _by_length(self, length: int) -> bytes | None:
        """The body of a stated length if a separator or the end follows it; else nothing is consumed."""
        start = self.stream.tell()
        self.stream.seek(0, 2)
        size = self.stream.tell()
        if start + length > size:
            self.stream.seek(start)
            return None
        self.stream.seek(start + length)
        after = self.stream.readline(_LINE)
        while after and not after.strip():
            after = self.stream.readline(_LINE)
        if after and not is_separator(after):
            self.stream.seek(start)
            return None
        end = self.stream.tell()
        self.stream.seek(start)
        body = self.stream.read(length)
        if any(is_separator(m[0]) for m in re.finditer(rb"(?<=\n\n)From [^\n]*", body)):
            self.stream.seek(start)
            return None
        self.stream.seek(end)
        self.waiting = after or None
        return re.sub(rb"(?m)^>(>*From )", rb"\1", body)


def is_separator(line: bytes) -> bool:
    """Whether a line begins a letter: `From `, then usually an address, and a date."""
    return line.startswith(b"From ") and _SEPARATOR.match(line[:250].rstrip(b"\r\n")) is not None


def _trimmed(lines: list[bytes]) -> bytes:
    """The letter without the blank line that mbox puts after it."""
    if len(lines) > 1 and lines[-1] in (b"\n", b"\r\n"):
        lines.pop()
    return b"".join(lines)
