"""Letters a second from Dovecot into a fresh desk, against the library fetching them and throwing them away.

The whole way counts: fetch, reading, threads, log, tables, both indexes, blobs, WAL with FULL sync. Prints
the ratio, the memory at its peak, and the desk's size beside the Maildir it came from.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from imapclient import IMAPClient

from channels.passwords import Secret
from deskterm import sync
from deskterm.config import Box, Settings
from deskterm.desk import Desk
from tests.rigs.dovecot import PASSWORD, Dovecot, installed

LETTERS = 2_000
ROUNDS = 3
BATCH = 200
USER = "bench"
START = 1_750_000_000

_WORDS = re.findall(
    r"\w+",
    "the of and to in for is on that by this with you it not or be are from at as your all have new more an"
    " was we will can us about if my has but our one other do no they he up may what which their out use any"
    " there see only so his when here web also now help get view first am been would how were services some"
    " these its like service than price date back top people had list name just over state year day into"
    " email two health world next used go work last most products music buy data make them should product"
    " system post her city add policy number such please available copyright support message after best"
    " export invoice broken login password refund order delivery account error screen window crash report",
)


def letters(count: int) -> Iterator[bytes]:
    """An archive of threads: prose with quotes, two in five with HTML beside, one in ten with a file."""
    chance = random.Random(11)
    heads: list[tuple[str, str, str]] = []
    for n in range(count):
        msgid = f"{n}.{chance.randrange(10**9)}@mail{n % 40}.example"
        if heads and chance.random() < 0.6:
            root, parent, subject = chance.choice(heads)
            head = f"Subject: Re: {subject}\r\nReferences: <{root}> <{parent}>\r\nIn-Reply-To: <{parent}>\r\n"
        else:
            root, subject = msgid, " ".join(chance.choices(_WORDS, k=5))
            head = f"Subject: {subject}\r\n"
        heads = [*heads[-59:], (root, msgid, subject)]
        who = hash_of(root) % 400
        head += f"Message-ID: <{msgid}>\r\nDate: {formatdate(START + n * 600)}\r\n"
        head += f"From: Customer {who} <c{who}@mail{who % 40}.example>\r\nTo: help@example.org\r\n"
        head += "".join(f"Received: from mx{k}.example by mx{k + 1}.example; now\r\n" for k in range(4))
        yield head.encode() + _body(chance)


def hash_of(text: str) -> int:
    """The same in every run, unlike `hash`."""
    return sum(ord(letter) * (n + 1) for n, letter in enumerate(text))


def _body(chance: random.Random) -> bytes:
    lines = [
        " ".join(chance.choices(_WORDS, k=11)) for _ in range(max(int(chance.lognormvariate(2.7, 0.9)), 2))
    ]
    quoted = [f"> {' '.join(chance.choices(_WORDS, k=10))}" for _ in range(chance.choice((0, 0, 8, 30)))]
    intro = ["", "On Mon, 2 Nov 2026 at 10:00, Help <help@example.org> wrote:", *quoted] if quoted else []
    text = "\r\n".join([*lines, *intro, "", "-- ", "Sent from somewhere"]) + "\r\n"
    kind = chance.random()
    if kind < 0.5:
        return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    html = "<html><body>" + "".join(f"<p>{line}</p>\r\n" for line in lines) + "</body></html>\r\n"
    parts = [("text/plain; charset=utf-8", "8bit", text), ("text/html; charset=utf-8", "8bit", html)]
    main = "alternative"
    if kind > 0.9:
        main, size = "mixed", int(chance.lognormvariate(10.3, 0.9))
        data = chance.randbytes(min(size, 400_000)).hex()
        parts = [parts[0], ("application/pdf; name=scan.pdf", "base64", _lines(data))]
    bound = f"b{chance.randrange(10**9)}"
    shown = "".join(
        f"--{bound}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {how}\r\n\r\n{body}\r\n"
        for kind, how, body in parts
    )
    head = f"MIME-Version: 1.0\r\nContent-Type: multipart/{main}; boundary={bound}\r\n\r\n"
    return (head + shown + f"--{bound}--\r\n").encode()


def _lines(data: str) -> str:
    return "\r\n".join(data[at : at + 76] for at in range(0, len(data) // 4 * 4, 76))


def thrown_away(server: Dovecot) -> int:
    """The library's loop: fetch, look at nothing."""
    client = IMAPClient("127.0.0.1", port=server.port, ssl=False)
    client.login(USER, PASSWORD)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    for start in range(0, len(uids), BATCH):
        client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]", "INTERNALDATE", "FLAGS", "RFC822.SIZE"])
    client.logout()
    return len(uids)


def into_a_desk(port: int, home: Path) -> int:
    """A first sync, as the program does it."""
    where = Box(
        address="help@example.org", user=USER, imap=f"127.0.0.1:{port}", imap_security="plain",
        insecure_loopback=True,
    )  # fmt: skip
    home.mkdir()
    desk = Desk.open(home, settings=Settings(mailbox={"support": where}))
    try:
        return sync.once(desk, secrets=lambda _: Secret(PASSWORD)).archived
    finally:
        desk.close()


def size_of(folder: Path) -> tuple[int, int]:
    """Bytes of all files below, and the bytes their blocks take on the disk."""
    found = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(one.st_size for one in found), sum(one.st_blocks * 512 for one in found)


def main() -> None:
    """Print letters a second of both, the ratio, memory and sizes; with PROFILE set, where the time goes."""
    if not installed():
        print("sync: Dovecot is not installed, nothing was measured")
        return
    server = Dovecot()
    with tempfile.TemporaryDirectory() as folder:
        try:
            maildir = server.user(USER)
            server.fill(USER, letters(LETTERS))
            mail, mail_blocks = size_of(maildir / "cur")
            thrown_away(server)
            theirs: list[float] = []
            ours: list[float] = []
            for n in range(ROUNDS):
                begun = time.perf_counter()
                assert thrown_away(server) == LETTERS
                theirs.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                assert into_a_desk(server.port, Path(folder) / str(n)) == LETTERS
                ours.append(time.perf_counter() - begun)
            desk, desk_blocks = size_of(Path(folder) / "0")
            if os.environ.get("PROFILE"):
                profiled(server.port, Path(folder) / "profiled")
        finally:
            server.stop()
    best, floor = min(ours), min(theirs)
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    print(f"sync of {LETTERS} letters, {mail / 1e6:.1f} MB, first look, durable, best of {ROUNDS}")
    print(f"  into a desk      {LETTERS / best:8.0f} letters/s  {mail / 1e6 / best:6.1f} MB/s")
    print(f"  thrown away      {LETTERS / floor:8.0f} letters/s  {mail / 1e6 / floor:6.1f} MB/s")
    print(f"  a desk against throwing away: {best / floor:.1f} times its time")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale:.0f} MB")
    print(f"  desk {desk / 1e6:.1f} MB, {desk_blocks / 1e6:.1f} on disk")
    print(f"  Maildir {mail / 1e6:.1f} MB, {mail_blocks / 1e6:.1f} on disk")


def profiled(port: int, home: Path) -> None:
    """Print where the time of one sync goes."""
    profile = cProfile.Profile()
    profile.runcall(into_a_desk, port, home)
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
