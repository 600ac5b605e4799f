"""Reading letters from strangers: in this process when they are plainly well formed, else in a
subprocess with limits on time and memory that is killed and started anew when it exceeds them.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self

from channels.errors import ReaderAway, UnreadableLetter
from channels.letter import Letter
from channels.mime import fast, limits

_CHUNK: Final = 1 << 18
_START_SECONDS: Final = 20.0
"""Until a fresh process is ready; waited for apart, so that no letter ever has more than its own seconds."""
_KEPT: Final = "; it is kept whole on the shelf."


class Worker:
    """One killable process that reads letters. Started on first use; not safe between threads."""

    def __init__(
        self,
        *,
        seconds: float = limits.WORKER_SECONDS,
        start_seconds: float = _START_SECONDS,
        command: Sequence[str] | None = None,
    ) -> None:
        self.seconds = seconds
        self.start_seconds = start_seconds
        self.command = tuple(command) if command else None
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0
        """How many processes were needed so far."""

    def read(self, raw: bytes) -> Letter:
        """The letter in `raw`. Raises UnreadableLetter when a limit was hit or the reader died, and
        ReaderAway when there is no reader to be had.
        """
        import msgspec

        from channels.mime.worker import unpack

        if len(raw) > limits.REFUSED_BYTES:
            raise UnreadableLetter(f"A letter of {len(raw) // 1_000_000} MB is too large to be read{_KEPT}")
        answer = self.ask(raw)
        if answer[:1] == b"L":
            try:
                return unpack(answer[1:], raw)
            except msgspec.DecodeError as error:
                self.close()
                raise UnreadableLetter(f"The reader gave back no letter ({error}){_KEPT}") from error
        if answer[:1] == b"E":
            raise UnreadableLetter(answer[1:].decode("utf-8", "replace"))
        raise UnreadableLetter(f"The reader gave back no letter{_KEPT}")

    def close(self) -> None:
        """End the process at once; the next letter starts another."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        process.wait()

    def ask(self, raw: bytes) -> bytes:
        """The answer to one frame. Raises UnreadableLetter when it took too long or the process died, and
        ReaderAway when there is none to be had.
        """
        from channels.mime.worker import LENGTH

        process = self.process
        if process is None or process.poll() is not None:
            process = self._start()
        assert process.stdin is not None and process.stdout is not None
        end = time.monotonic() + self.seconds
        try:
            return _exchange(process.stdin, process.stdout, (LENGTH.pack(len(raw)), raw), end=end)
        except TimeoutError:
            self.close()
            raise UnreadableLetter(
                f"The letter took longer than {self.seconds:g} seconds to read{_KEPT}"
            ) from None
        except (EOFError, OSError):
            self.close()
            raise UnreadableLetter(f"The letter brought its reader down{_KEPT}") from None

    def _start(self) -> subprocess.Popen[bytes]:
        """A fresh process that has said it is ready."""
        self.close()
        self.started += 1
        try:
            process = self._launch()
            assert process.stdin is not None and process.stdout is not None
            end = time.monotonic() + self.start_seconds
            _exchange(process.stdin, process.stdout, (), end=end)
        except (TimeoutError, EOFError, OSError) as error:
            self.close()
            why = f"within {self.start_seconds:g} seconds" if isinstance(error, TimeoutError) else "at all"
            raise ReaderAway(
                f"The process that reads letters did not start {why}; no letter was taken in or lost. "
                "Try again when the machine is less busy."
            ) from error
        return process

    def _launch(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(
            self.command or _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            close_fds=True,
            bufsize=0,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)
            _widened(pipe)
        return self.process


def _widened(pipe: IO[bytes]) -> None:
    """Let more of a frame into the pipe at once, where the system can: a wait for room costs both sides."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


def _command() -> tuple[str, ...]:
    """Isolated Python that finds this very `channels`, whatever the working folder or environment."""
    home = str(Path(__file__).resolve().parents[2])
    code = (
        f"import sys; sys.path.insert(0, {home!r}); from channels.mime.worker import main; sys.exit(main())"
    )
    return (sys.executable, "-I", "-c", code)


def _environment() -> dict[str, str]:
    """Nothing of ours: no password variable may reach the process that reads strangers' bytes."""
    return {k: v for k, v in os.environ.items() if k in ("PATH", "SYSTEMROOT", "LANG", "LC_ALL")}


def _exchange(to: IO[bytes], back: IO[bytes], frame: Sequence[bytes], *, end: float) -> bytes:
    """Write the frame, if any, and read one back, neither waiting for the other, until `end`."""
    waiting = [memoryview(piece) for piece in frame]
    answer = bytearray()
    with selectors.DefaultSelector() as ready:
        if waiting:
            ready.register(to, selectors.EVENT_WRITE)
        ready.register(back, selectors.EVENT_READ)
        while not _whole(answer):
            left = end - time.monotonic()
            events = ready.select(left) if left > 0 else []
            if not events:
                raise TimeoutError
            for key, _ in events:
                if key.fileobj is back:
                    _take(back, answer)
                elif not _give(to, waiting):
                    ready.unregister(to)
    return bytes(answer[8:])


def _whole(answer: bytearray) -> bool:
    return len(answer) >= 8 and len(answer) - 8 >= int.from_bytes(answer[:8], "big")


def _take(back: IO[bytes], answer: bytearray) -> None:
    data = os.read(back.fileno(), _CHUNK)
    if not data:
        raise EOFError
    answer += data


def _give(to: IO[bytes], waiting: list[memoryview]) -> bool:
    """Write some more; False when everything is written."""
    while waiting:
        if not waiting[0]:
            waiting.pop(0)
            continue
        try:
            sent = os.write(to.fileno(), waiting[0][:_CHUNK])
        except BlockingIOError:
            return True
        waiting[0] = waiting[0][sent:]
        return True
    return False


class Reader:
    """Reads letters for the desk. A context manager; one for each thread.

    A plainly well-formed letter under the caps is read here and now; everything else goes to the
    killable worker, which lives only as long as the reader.
    """

    def __init__(self, *, seconds: float = limits.WORKER_SECONDS) -> None:
        self.worker = Worker(seconds=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.close()

    def read(self, raw: bytes) -> Letter:
        """The letter in `raw`. Raises UnreadableLetter with a sentence when it cannot be read."""
        return fast.parse(raw) or self.worker.read(raw)
