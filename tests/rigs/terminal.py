"""A terminal without a person: a program in a real pty, keys in, bytes and a screen out.

The screen is drawn by pyte, a terminal emulator that shares no code with ours. Knows nothing of the desk.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

from tests.paths import ROOT

PYTHON = sys.executable
ANSWERS = ((b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y"))
"""What a terminal says when it is asked, so that nobody waits for it."""
LEAVES = b"\x1b[?1049l"
"""The sequence that gives the screen back to the shell."""


def environment(**more: str) -> dict[str, str]:
    """An environment in which nothing of this machine shows."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    plain = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(ROOT)}
    return {**kept, **plain, "PYTHONDONTWRITEBYTECODE": "1", **more}


_KITTY = re.compile(rb"\x1b\[[<>=?]\d*(?:;\d+)*u")
"""Sequences of the kitty keyboard, which the emulator would print."""


def _loose() -> tuple[int, int]:
    """Fork with a terminal on 0, 1 and 2 that is not the controlling one: pid and our end, as `pty.fork`."""
    ours, theirs = os.openpty()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(ours)
        for fd in range(3):
            os.dup2(theirs, fd)
    os.close(theirs)
    return pid, ours


class Terminal:
    """One program from its start to its end; use it as a context."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        drawn: bool = True,
        controls: bool = True,
    ) -> None:
        """Start the program. Without `drawn` no screen is made of what it writes, which takes its time.

        A terminal that does not control the program sends it no SIGHUP when it goes.
        """
        self._drawn = drawn
        self._gone = False
        self.columns, self.rows = size
        self.data = bytearray()
        """Everything the program wrote."""
        self.code: int | None = None
        """Its exit code once it has ended; negative for a signal."""
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self.screen)
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork() if controls else _loose()
        if self.pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
            os.execvpe(command[0], list(command), dict(env if env is not None else environment()))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.code is None:
            self.kill(signal.SIGKILL)
            self.wait(10)
        self.vanish()

    # In

    def send(self, keys: bytes | str) -> None:
        """Press keys, all of them at once."""
        os.write(self.fd, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, columns: int, rows: int) -> None:
        """Another size, as a person drags a window."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.kill(signal.SIGWINCH)

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def vanish(self) -> None:
        """The terminal is gone from one moment to the next; what the program writes now is lost."""
        if not self._gone:
            self._gone = True
            os.close(self.fd)

    # Out

    def read(self, timeout: float) -> bytes | None:
        """What comes within so many seconds; None if nothing does, empty at the end."""
        if self._gone:
            time.sleep(timeout)
            return None
        if not select.select([self.fd], [], [], timeout)[0]:
            return None
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        for asked, answer in ANSWERS:
            if asked in data:
                os.write(self.fd, answer)
        self.data += data
        if self._drawn:
            self._stream.feed(_KITTY.sub(b"", data))
        return data

    def quiet(self, seconds: float = 0.25, *, limit: float = 20.0) -> None:
        """Read until nothing came for so long."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self.read(seconds):
            continue

    def until(self, there: str | Callable[[], bool], *, limit: float = 60.0) -> None:
        """Read until some text stands on the screen, or something holds; fails after `limit` seconds."""
        met = there if callable(there) else lambda: there in self.text
        end = time.monotonic() + limit
        while not met():
            if time.monotonic() > end:
                raise AssertionError(f"never came: {there!r}; the screen:\n{self.text}")
            if self.read(0.05) == b"" and not met():
                raise AssertionError(f"the program ended before: {there!r}; it said:\n{self.text}")

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def wait(self, limit: float = 20.0) -> int:
        """Read to the end of the program; its exit code."""
        end = time.monotonic() + limit
        while self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                self.quiet(0.05, limit=1)
                return self.code
            if time.monotonic() > end:
                raise AssertionError(f"the program did not end; the screen:\n{self.text}")
            self.read(0.02)
        return self.code


def quiet(terminals: Sequence[Terminal], seconds: float, *, limit: float = 20.0) -> None:
    """Read from all of them until nothing came from any for so long."""
    open_ = {terminal.fd: terminal for terminal in terminals}
    end = time.monotonic() + limit
    while open_ and time.monotonic() < end:
        ready = select.select(list(open_), [], [], seconds)[0]
        if not ready:
            return
        for fd in ready:
            if open_[fd].read(0) == b"":
                del open_[fd]
