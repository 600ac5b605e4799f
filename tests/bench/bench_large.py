"""A large mailbox, read once: letters a second and memory as it grows, cut on the way and taken up again.

Memory is that of the process at each fifth of the mailbox; flat means that a mailbox ten times as large would
take no more. LETTERS in the environment says how many (20,000 otherwise).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from email.utils import formatdate
from pathlib import Path

from channels.errors import ChannelError
from channels.passwords import Secret
from deskterm import sync
from deskterm.config import Box, Settings
from deskterm.desk import Desk
from deskterm.receive import Counts
from tests.rigs.dovecot import PASSWORD, Dovecot, installed

LETTERS = int(os.environ.get("LETTERS", "20000"))
USER = "large"
PAGE = 4096


def letter(n: int) -> bytes:
    """A short letter; two of three answer the one before."""
    who = n // 3 % 997
    answers = f"In-Reply-To: <{n - 1}@mail.example>\r\n" if n % 3 else ""
    head = f"From: C{who} <c{who}@mail.example>\r\nTo: help@example.org\r\nSubject: Q {n // 3}\r\n"
    head += f"Date: {formatdate(1_600_000_000 + n * 60)}\r\nMessage-ID: <{n}@mail.example>\r\n{answers}"
    return f"{head}\r\n{f'Words of letter {n} and more of them. ' * 12}\r\n".encode()


def memory() -> float:
    """Megabytes this process holds for itself now, mapped files left out; 0 where the system does not say."""
    try:
        _, resident, mapped, *_ = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0.0
    return (int(resident) - int(mapped)) * PAGE / 1e6


class _Cut(ChannelError):
    """The line is cut here, on purpose."""


def main() -> None:
    """Print the table."""
    if not installed():
        print("large: Dovecot is not installed, nothing was measured")
        return
    server = Dovecot()
    try:
        with tempfile.TemporaryDirectory() as folder:
            server.user(USER)
            for first in range(0, LETTERS, 5_000):
                some = [letter(n) for n in range(first, min(first + 5_000, LETTERS))]
                server.fill(USER, some, first=first)
            _measured(server, Path(folder))
    finally:
        server.stop()


def _measured(server: Dovecot, home: Path) -> None:
    where = Box(
        address="help@example.org", user=USER, imap=f"127.0.0.1:{server.port}", imap_security="plain",
        insecure_loopback=True,
    )  # fmt: skip
    desk = Desk.open(home, settings=Settings(mailbox={"support": where}))
    marks: list[tuple[int, float, float]] = [(0, 0.0, memory())]
    begun = time.perf_counter()

    def tell(_: str, so_far: int, of: int) -> None:
        if so_far >= len(marks) * of // 5:
            marks.append((so_far, time.perf_counter() - begun, memory()))
            if len(marks) == 3:
                raise _Cut("cut")

    done = Counts()
    while not done.archived or desk.conn.execute("SELECT min(low_uid) FROM box").fetchone()[0]:
        try:
            done = sync.receive(desk, "support", where, secrets=lambda _: Secret(PASSWORD), tell=tell)
        except _Cut:
            print(f"  cut at {marks[-1][0]:,} and begun again", file=sys.stderr)
    whole = time.perf_counter() - begun
    count = desk.conn.execute("SELECT count(*) FROM message").fetchone()[0]
    again = time.perf_counter()
    sync.receive(desk, "support", where, secrets=lambda _: Secret(PASSWORD))
    again = time.perf_counter() - again
    desk.close()
    assert count == LETTERS, f"{count} of {LETTERS} are here"
    print(f"first read of {LETTERS:,} letters, cut once: {LETTERS / whole:.0f} letters/s, {whole:.0f} s")
    for so_far, seconds, resident in marks:
        print(f"  {so_far:8,} letters after {seconds:6.0f} s: {resident:6.0f} MB")
    print(f"  a round without news over it: {again * 1000:.0f} ms")


if __name__ == "__main__":
    main()
