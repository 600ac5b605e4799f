"""Letters a second from Dovecot: our reading against the library's fetch that throws everything away.

Both read the same 2,000 letters of the same folder in the same run; the ratio is the figure. A bare
socket that skips literals is the floor beside them.
"""

from __future__ import annotations

import random
import re
import socket
import statistics
import time
from collections.abc import Callable

from imapclient import IMAPClient

from channels.imap.receive import Mailbox
from tests.rigs.dovecot import PASSWORD, Dovecot, installed

LETTERS = 2_000
ROUNDS = 5
BATCH = 200
USER = "bench"


def letters(count: int) -> list[bytes]:
    """Letters of about the sizes mail has: half below 5 KB, one in twenty near 150 KB."""
    chance = random.Random(7)
    made: list[bytes] = []
    for number in range(count):
        size = 150_000 if number % 20 == 0 else int(chance.lognormvariate(8.2, 0.8))
        lines = b"".join(b"%064x\r\n" % chance.getrandbits(256) for _ in range(size // 66 + 1))
        head = b"Message-ID: <%d@bench>\r\nFrom: a@b.example\r\nSubject: letter %d\r\n\r\n" % (number, number)
        made.append(head + lines)
    return made


def ours(server: Dovecot) -> int:
    with Mailbox(server.account(USER), server.secret) as box:
        box.open("INBOX")
        return sum(len(one.raw) for batch in box.fetch(box.uids()[::-1], batch=BATCH) for one in batch)


def library(server: Dovecot) -> int:
    client = IMAPClient("127.0.0.1", port=server.port, ssl=False)
    client.login(USER, PASSWORD)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    size = 0
    for start in range(0, len(uids), BATCH):
        rows = client.fetch(
            uids[start : start + BATCH], ["BODY.PEEK[]", "INTERNALDATE", "FLAGS", "RFC822.SIZE"]
        )
        size += sum(len(row[b"BODY[]"]) for row in rows.values())
    client.logout()
    return size


def floor(server: Dovecot) -> int:
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        file = line.makefile("rb", buffering=1 << 18)
        file.readline()
        size = 0
        for command in (f"LOGIN {USER} {PASSWORD}", "EXAMINE INBOX", "UID FETCH 1:* (BODY.PEEK[])", "LOGOUT"):
            line.sendall(f"A {command}\r\n".encode())
            while not (said := file.readline()).startswith(b"A "):
                if found := re.search(rb"\{(\d+)\}\r\n$", said):
                    size += len(file.read(int(found.group(1))))
    return size


def main() -> None:
    """Print letters a second of each, medians, and the ratios."""
    if not installed():
        print("fetch: Dovecot is not installed, nothing was measured")
        return
    server = Dovecot()
    try:
        server.user(USER)
        server.fill(USER, letters(LETTERS))
        ways: dict[str, Callable[[Dovecot], int]] = {"ours": ours, "library": library, "floor": floor}
        sizes = {name: way(server) for name, way in ways.items()}
        assert len(set(sizes.values())) == 1, f"not the same bytes: {sizes}"
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                start = time.perf_counter()
                way(server)
                seconds[name].append(time.perf_counter() - start)
    finally:
        server.stop()
    middle = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(f"fetch of {LETTERS} letters, {sizes['ours'] / 1e6:.1f} MB, login included, median of {ROUNDS}")
    for name, taken in middle.items():
        print(f"  {name:8} {LETTERS / taken:8.0f} letters/s  {sizes['ours'] / 1e6 / taken:6.0f} MB/s")
    print(f"  ours against the library: {middle['library'] / middle['ours']:.1f} times as fast")
    print(f"  ours against a bare socket: {middle['ours'] / middle['floor']:.2f} times its time")


if __name__ == "__main__":
    main()
