"""One random case of a class from its seed: what was done to the desk, and what the oracles say of it.

S a mailbox on a bad line, O replies on a bad line, D a disk after a power cut, P a letter bent at random.
"""

from __future__ import annotations

import logging
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

from channels.errors import ChannelError
from channels.mime.guard import Reader
from deskterm import live, replies, send, writing
from deskterm.receive import Batcher, read_all
from store.db import Store
from tests.paths import CORPUS
from tests.rigs import oracles, power
from tests.rigs.chaos import CALM, Chaos, Weather
from tests.rigs.imapd import Imapd
from tests.rigs.mail import Clock, all_tickets, box, fetched, letter, look, opened, secrets, settings, take
from tests.rigs.smtpd import Smtpd

NOW = 1_750_000_000
A_RUN = 200
"""Disks that are opened of one run of commits."""
READ_SECONDS = 5.0
"""What reading one letter may take (I10)."""

Case = Callable[[int, Path], list[str]]
"""Seed and an empty folder; everything that is wrong."""


def weather(chance: random.Random, *, most: int) -> Weather:
    """A line that ends somewhere, one way or another."""
    way, at = chance.choice(("up", "down")), int(most ** chance.random())
    return Weather(**{way: at}, end=chance.choice(("cut", "reset", "half")), piece=chance.choice((7, 65_536)))


def receiving(seed: int, folder: Path) -> list[str]:
    """A mailbox is read while the line ends up to three times; then it holds."""
    chance = random.Random(seed)
    raws = [
        letter(n, when=NOW - n * 86_400, text="word " * int(10_000 ** chance.random()))
        for n in range(chance.randint(1, 40))
    ]
    with Imapd() as server, Chaos(server.port) as line:
        for raw in raws:
            server.deliver(raw, when=NOW)
        with opened(folder / "home", settings(box(imap=line.port))) as desk:
            for _ in range(chance.randint(1, 3)):
                line.play(weather(chance, most=sum(map(len, raws)) + 2_000))
                with suppress(ChannelError):
                    look(desk)
                if chance.random() < 0.3:
                    raws.append(letter(1000 + len(raws), when=NOW))
                    server.deliver(raws[-1], when=NOW)
            line.play(CALM)
            look(desk)
            faults = [*oracles.letters(desk, raws), *oracles.log(desk)]
            again = look(desk)
            return faults + ([f"a second run did something: {again}"] if again.looked else [])


def leaving(seed: int, folder: Path) -> list[str]:
    """Replies leave while the line ends up to three times; then it holds, and days go by."""
    chance, clock = random.Random(seed), Clock()
    with Smtpd() as server, Chaos(server.port) as line:
        home = settings(box(smtp=line.port))
        with opened(folder / "home", home, clock) as desk:
            for n in range(chance.randint(1, 3)):
                take(desk, letter(n, when=time.time()))
            live.open_(desk)
            for n, ticket in enumerate(all_tickets(desk)):
                reply = replies.Reply(f"Answer {n}. " * 40, (f"c{n}@customers.example",))
                writing.reply(desk, ticket, reply, now=True)
            for _ in range(chance.randint(1, 3)):
                line.play(weather(chance, most=3_000))
                send.round_(desk, secrets=secrets)
                clock.ahead += 7 * 3600
            line.play(CALM)
            for _ in range(4):
                send.round_(desk, secrets=secrets)
                clock.ahead += 7 * 3600
            waits = desk.conn.execute("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'unsure')")
            left = waits.fetchone()[0]
            faults = [f"{left} replies have not left though the line holds"] if left else []
            return faults + oracles.replies(desk, server.letters) + oracles.log(desk)


@lru_cache(maxsize=1)
def _traced(batch: int) -> tuple[list[power.Left], str]:
    """Disks that one run of commits may leave, as many as are opened of it."""
    folder = Path(tempfile.mkdtemp(prefix="desk-power-"))
    try:
        home = folder / "home"
        Store(home / "desk.db").close()
        disk, lines = power.traced(home, count=12)
        return power.sampled(disk, lines, seed=batch, most=A_RUN)[1], str(home)
    finally:
        shutil.rmtree(folder)


def power_cut(seed: int, folder: Path) -> list[str]:
    """One of the disks that a cut may leave is opened."""
    left, home = _traced(seed // A_RUN)
    return power.faults(left[seed % len(left)], home, folder / "after")


@cache
def _letters() -> list[bytes]:
    """Letters to bend: those of the case collection where it is, and some of ours."""
    paths = sorted(CORPUS.glob("*/**/*.eml"))[:3_000] if CORPUS.is_dir() else []
    ours = [letter(n, when=NOW) for n in range(20)]
    return ours + [raw for path in paths if len(raw := path.read_bytes()) < 200_000]


def bent(raw: bytes, chance: random.Random) -> bytes:
    """A letter with a few bytes changed, cut, doubled or moved, as broken programs and lines do."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        size = int((len(data) + 1) ** chance.random())
        act = chance.randrange(6)
        if act == 0:
            data[at : at + size] = b""
        elif act == 1:
            data[at:at] = bytes(data[at : at + size]) * chance.randint(1, 20)
        elif act == 2:
            data[at : at + 1] = chance.choice(
                (b"\0", b"\r", b"\n", b"\xff", b'"', b"=?", b"?=", b"<", b"(", b"--")
            )
        elif act == 3:
            data[at : at + size] = chance.randbytes(min(size, 40))
        elif act == 4:
            data[at:at] = b"Content-Type: multipart/mixed; boundary=" + chance.randbytes(3) + b"\r\n\r\n"
        elif data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
    return bytes(data[:2_000_000])


def reading(seed: int, folder: Path) -> list[str]:
    """A few bent letters come in: each is a message or on the shelf, byte for byte, and in time."""
    chance = random.Random(seed)
    raws = {bent(chance.choice(_letters()), chance) for _ in range(8)} - {b""}
    faults: list[str] = []
    with opened(folder / "home", settings(), lambda: NOW) as desk, Reader() as reader:
        for raw in raws:
            began = time.monotonic()
            read = list(read_all([fetched(raw)], reader, folder=desk.blob_folder, source="rig"))
            if time.monotonic() - began > READ_SECONDS + 1:
                faults.append(f"a letter of {len(raw)} bytes took longer than {READ_SECONDS} s")
            Batcher(desk).take(read)
        return faults + oracles.letters(desk, raws) + oracles.log(desk)


CLASSES: dict[str, Case] = {"S": receiving, "O": leaving, "D": power_cut, "P": reading}


def played(name: str, seed: int) -> list[str]:
    """One case in a folder of its own; what it raises is a fault too."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="desk-campaign-", dir=memory if memory.is_dir() else None))
    try:
        return CLASSES[name](seed, folder)
    except Exception as error:
        logging.exception("case %s %d", name, seed)
        return [f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seeds(first: int) -> Iterator[int]:
    """The seeds of a campaign, in order."""
    while True:
        yield first
        first += 1
