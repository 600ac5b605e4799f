"""One IMAP connection as lines and literals: an own reader over the library's socket, and commands
whose answers are handed on as they come. Knows nothing of letters or folders.

The library's reader cannot say whether it holds unread bytes, cannot go on after a timeout and
takes letters apart byte by byte; this one can, and both share the socket (`install`).
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress

from msgspec import Struct

from channels.errors import ChannelError, ProtocolConfused, Unreachable
from channels.words import quoted

LONGEST_LINE = 4_000_000
"""Bytes of a line that is no letter; a list of 300,000 ids takes 2 to 3 million."""
SLOWEST = 4_000
"""Bytes a second below which a letter's transfer counts as stalled."""
CHUNK = 262_144
MOST_SKIPPED = 2**31
"""Bytes of a misstated letter that are read past, so that it does not stop the ones behind it."""

_LITERAL = re.compile(rb"\{(\d{1,12})\}\r?\n\Z")


class Reader:
    """Bytes of one socket, buffered here. Lives in the thread of its connection."""

    def __init__(self, sock: Callable[[], socket.socket], *, patience: float) -> None:
        self._sock = sock
        self._patience = patience
        self._data = bytearray()
        self._at = 0

    def pending(self) -> bool:
        """Whether something was received that nobody has read yet, here or inside TLS."""
        sock = self._sock()
        inside = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
        return self._at < len(self._data) or inside > 0

    def readline(self) -> bytes:
        """A line with its end; what there is at the end of the stream. A timeout loses nothing."""
        seen = self._at
        until = time.monotonic() + self._patience
        while (end := self._data.find(b"\n", seen)) < 0:
            if len(self._data) - self._at > LONGEST_LINE:
                raise ProtocolConfused("The mail server sent a line without end; the connection was closed.")
            if self._at == len(self._data):
                self._data.clear()
                self._at = 0
            seen = len(self._data)
            if not self._fill(until):
                return self._take(len(self._data) - self._at)
        return self._take(end + 1 - self._at)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the stream."""
        have = len(self._data) - self._at
        if have >= size:
            return self._take(size)
        whole = bytearray(size)
        whole[:have] = self._take(have)
        until = time.monotonic() + self._patience + size / SLOWEST
        with memoryview(whole) as view:
            while have < size:
                self._check(until)
                got = self._sock().recv_into(view[have:])
                if not got:
                    break
                have += got
        return bytes(whole) if have == size else bytes(whole[:have])

    def _fill(self, until: float) -> bool:
        self._check(until)
        chunk = self._sock().recv(CHUNK)
        self._data += chunk
        return bool(chunk)

    def _check(self, until: float) -> None:
        # A server that drips bytes never runs into the socket's own timeout.
        if time.monotonic() > until:
            raise TimeoutError("the server sends too slowly")

    def _take(self, size: int) -> bytes:
        with memoryview(self._data) as view:
            taken = bytes(view[self._at : self._at + size])
        self._at += size
        if self._at == len(self._data):
            self._data.clear()
            self._at = 0
        elif self._at > CHUNK:
            del self._data[: self._at]
            self._at = 0
        return taken


class Untagged(Struct, frozen=True):
    """An answer line that belongs to no command, its literals taken out."""

    words: bytes
    """The whole line with its end; where a literal was, its `{n}` and line end remain."""
    literals: tuple[bytes, ...] = ()
    skipped: int = 0
    """Size of a literal that was larger than allowed; it was read past and is empty here."""


class Verdict(Struct, frozen=True):
    """How a command ended."""

    kind: str
    """`OK` or `NO`; a BAD is raised, it means the two sides no longer speak one language."""
    words: str


class Wire:
    """Commands and answers of one connection. After `drop` every use raises Unreachable."""

    def __init__(self, imap: imaplib.IMAP4, *, host: str, patience: float) -> None:
        self._imap = imap
        self._host = quoted(host)
        self._count = 0
        self.reader = Reader(lambda: imap.sock, patience=patience)
        self.verdict = Verdict("OK", "")
        self.dead = False
        self.unheard = False
        """New letters were announced in passing, while something else was asked."""
        self._install()

    def _install(self) -> None:
        """From here on the library reads through our reader too; its own buffer is forgotten.

        Called when TLS stands, so whatever was slipped in before it is never read.
        """
        self._imap.readline = self.reader.readline
        self._imap.read = self.reader.read
        self._imap.untagged_responses.clear()

    @property
    def socket(self) -> socket.socket:
        return self._imap.sock

    def ask(self, command: bytes, *, largest: int = 0) -> Iterator[Untagged]:
        """Send a command (checked before, without tag) and yield its untagged answers.

        Literals above `largest` bytes plus some slack are read past, and come as `skipped`.
        The end is in `verdict`. The iterator must be read to its end or the wire dropped.
        """
        tag = self.send(command)
        while True:
            answer = self.answer(largest=largest)
            if answer.words.startswith(tag):
                self.verdict = self._verdict(answer.words[len(tag) :])
                return
            if not answer.words.startswith(b"* "):
                raise ProtocolConfused(f"{self._host} answered something that nobody asked.")
            if answer.words.endswith(b" EXISTS\r\n"):
                self.unheard = True
            yield answer

    def send(self, command: bytes) -> bytes:
        """Write a command and return the start of the line that will end it."""
        if self.dead:
            raise Unreachable(f"The connection to {self._host} is closed; it will be opened again.")
        self._count += 1
        # The library's tags are letters and digits; a low line keeps ours apart.
        tag = b"D_%d" % self._count
        self._imap.send(tag + b" " + command + b"\r\n")
        return tag + b" "

    def answer(self, *, largest: int = 0) -> Untagged:
        """The next answer line with its literals, whatever it belongs to."""
        line = self._line()
        if not line.endswith(b"}\r\n"):
            return Untagged(line)
        words, literals, skipped = line, list[bytes](), 0
        while found := _LITERAL.search(line):
            size = int(found.group(1))
            if size <= largest + largest // 4 + 65_536:
                literals.append(self._literal(size))
            else:
                self._skip(size, allowed=bool(largest))
                literals.append(b"")
                skipped = size
            line = self._line()
            words += line
            if len(literals) > 20:
                raise ProtocolConfused(f"{self._host} cut one answer into too many pieces.")
        return Untagged(words, tuple(literals), skipped)

    def _line(self) -> bytes:
        line = self.reader.readline()
        if not line.endswith(b"\n"):
            raise Unreachable(f"{self._host} hung up in mid-answer. Trying again later may work.")
        if line[:6].upper() == b"* BYE ":
            raise Unreachable(f"{self._host} ended the connection: {quoted(line[6:])}")
        return line

    def _literal(self, size: int) -> bytes:
        literal = self.reader.read(size)
        if len(literal) < size:
            raise Unreachable(f"{self._host} hung up in mid-letter. Trying again later may work.")
        return literal

    def _skip(self, size: int, *, allowed: bool) -> None:
        """Read past a letter that is larger than the server had said, without taking memory for it."""
        if not allowed or size > MOST_SKIPPED:
            raise ProtocolConfused(f"{self._host} sent more than was asked for ({size} bytes).")
        while size:
            step = min(size, CHUNK)
            self._literal(step)
            size -= step

    def _verdict(self, rest: bytes) -> Verdict:
        kind, _, words = rest.strip().partition(b" ")
        kind = kind.upper()
        if kind not in (b"OK", b"NO"):
            raise ProtocolConfused(f"{self._host} did not understand a command: {quoted(words)}")
        return Verdict(kind.decode("ascii"), quoted(words))

    def end_idle(self) -> None:
        self._imap.send(b"DONE\r\n")

    def abort(self) -> None:
        """Cut the line from any thread; the one that reads gets Unreachable at once."""
        self.dead = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Close without a word: after a timeout or nonsense nothing read from here can be believed."""
        self.dead = True
        with suppress(OSError, imaplib.IMAP4.error, ValueError):
            self._imap.shutdown()

    @contextmanager
    def talking(self, doing: str) -> Generator[None]:
        """Turn what the network and the library raise into errors of ours, and drop what is out of step."""
        try:
            yield
        except ChannelError as error:
            if isinstance(error, (ProtocolConfused, Unreachable)):
                self.drop()
            raise
        except Exception as error:
            told = self._told(error, doing)
            if not (isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort)):
                self.drop()
            raise told from None

    def _told(self, error: Exception, doing: str) -> ChannelError:
        if isinstance(error, TimeoutError):
            return Unreachable(
                f"{self._host} did not answer in time while {doing}; the connection was closed. "
                "Trying again later may work."
            )
        lost = isinstance(error, OSError) or "EOF" in str(error) or "socket error" in str(error)
        if lost or self.dead:
            return Unreachable(
                f"The connection to {self._host} was lost while {doing} ({quoted(error)}). "
                "Trying again later may work."
            )
        return ProtocolConfused(
            f"{self._host} gave an answer that made no sense while {doing} ({quoted(error)}). "
            "The connection is opened anew at the next round."
        )
