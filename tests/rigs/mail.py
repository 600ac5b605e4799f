"""A desk whose mailbox is a server on loopback: settings, letters to deliver, and waiting without sleeping.

Knows the desk's public calls and the embedded servers; asserts nothing itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from channels.letter import Fetched
from channels.mime.guard import Reader
from channels.passwords import Secret
from deskterm import sync
from deskterm.config import Box, Settings
from deskterm.desk import Desk
from deskterm.receive import Batcher, Counts, read_all
from store import blobs, mailbox
from store.log import rebuild
from store.model import Message, Ticket
from store.reads import conversation, many
from tests.rigs.imapd import PASSWORD, USER, Imapd
from tests.rigs.smtpd import Smtpd

T = TypeVar("T")

DAY = 86_400
DEADLINE = 60.0
"""Seconds after which what was waited for is said not to come."""


@dataclass
class Clock:
    """The time of day, which a test may push forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def secrets(_: Box) -> Secret:
    """The password of both servers on loopback."""
    return Secret(PASSWORD)


def box(*, imap: Imapd | int | None = None, smtp: Smtpd | int | None = None, **more: object) -> Box:
    """A mailbox on loopback: servers, or the ports of some."""
    ports = [one if isinstance(one, int) else one.port for one in (imap, smtp) if one is not None]
    places = iter(f"127.0.0.1:{port}" for port in ports)
    made = Box(
        address=USER, name="Help", imap_security="plain", smtp_security="plain", insecure_loopback=True,
        imap=next(places) if imap is not None else "", smtp=next(places) if smtp is not None else "",
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def settings(*boxes: Box, **more: object) -> Settings:
    """Settings of a small desk; the boxes are called support, second and so on."""
    names = ("support", "second", "third")
    made = Settings(agent="ana", poll_seconds=1, quote="none", mailbox=dict(zip(names, boxes, strict=False)))
    return msgspec.structs.replace(made, **more)


@contextmanager
def opened(home: Path, setting: Settings, clock: Callable[[], float] = time.time) -> Generator[Desk]:
    """The desk in `home`, closed afterwards."""
    home.mkdir(mode=0o700, exist_ok=True)
    desk = Desk.open(home, settings=setting, clock=clock)
    try:
        yield desk
    finally:
        desk.close()


def letter(
    number: int, *, subject: str = "", sender: str = "", to: str = USER, text: str = "", answers: str = "",
    when: float | None = None, msgid: str | None = None, extra: str = "",
) -> bytes:  # fmt: skip
    """A letter of a customer. Equal arguments give equal bytes when `when` is given."""
    fields = [
        f"From: {sender or f'Customer {number} <c{number}@customers.example>'}",
        f"To: {to}",
        f"Subject: {subject or f'Question {number}'}",
        f"Date: {formatdate(when if when is not None else time.time())}",
    ]
    if msgid is None:
        msgid = f"letter-{number}@customers.example"
    if msgid:
        fields.append(f"Message-ID: <{msgid}>")
    if answers:
        fields += [f"In-Reply-To: <{answers}>", f"References: <{answers}>"]
    if extra:
        fields.append(extra)
    body = text or f"Good morning,\n\nthis is question {number}.\n"
    return ("\r\n".join(fields) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()


def fetched(raw: bytes, *, uid: int = 1, received: int | None = None) -> Fetched:
    """A letter as a mailbox hands it over."""
    return Fetched("INBOX", 7, uid, raw, received)


def take(desk: Desk, *raws: bytes, archived: int | None = None, received: int | None = None) -> Counts:
    """Letters through the real reading, placing and commit, in one batch."""
    batcher = Batcher(desk, archived=archived)
    with Reader() as reader:
        letters = [fetched(raw, received=received) for raw in raws]
        batcher.take(list(read_all(letters, reader, folder=desk.blob_folder, source="rig")))
    return batcher.counts


def all_tickets(desk: Desk) -> list[Ticket]:
    """Every ticket of the desk, in the order they came."""
    rows = desk.conn.execute("SELECT id FROM ticket ORDER BY n").fetchall()
    return many.tickets(desk.conn, [row[0] for row in rows])


def one(desk: Desk, subject: str) -> Ticket:
    """The ticket with this subject."""
    found = [ticket for ticket in all_tickets(desk) if ticket.subject == subject]
    assert len(found) == 1, f"{subject!r} is in {[ticket.subject for ticket in all_tickets(desk)]}"
    return found[0]


def messages(desk: Desk, ticket: Ticket | str) -> list[Message]:
    return conversation.messages(desk.conn, ticket if isinstance(ticket, str) else ticket.id)


def states(desk: Desk) -> list[str]:
    """States of the outbox rows, oldest first."""
    return [row[0] for row in desk.conn.execute("SELECT state FROM outbox ORDER BY n")]


def until(holds: Callable[[], T], *, seconds: float = DEADLINE) -> T:
    """Wait for something true, and give it back. Fails when it does not come in time."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := holds()):
        assert time.monotonic() < end, "what was waited for did not come"
        pause.wait(0.005)
    return found


async def until_shown(holds: Callable[[], T], *, seconds: float = DEADLINE) -> T:
    """The same inside an event loop, which goes on meanwhile."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "what was waited for did not come"
        await asyncio.sleep(0.005)
    return found


def look(desk: Desk, **more: Any) -> Counts:
    """One look into the only mailbox."""
    name, where = next(iter(desk.settings.mailbox.items()))
    return sync.receive(desk, name, where, secrets=secrets, **more)


def held(desk: Desk) -> dict[str, int]:
    """How often each raw letter is here, as a message or on the shelf, by hash."""
    found: dict[str, int] = {}
    rows = desk.conn.execute(
        "SELECT body FROM message WHERE kind <> 'note' UNION ALL SELECT blob FROM shelf"
        " WHERE state = 'shelved'"
    ).fetchall()
    for (body,) in rows:
        found[body] = found.get(body, 0) + 1
    return found


def hashes(raws: Sequence[bytes]) -> set[str]:
    return {hashlib.sha256(raw).hexdigest() for raw in raws}


def sound(desk: Desk) -> None:
    """Log, tables, blobs and the ledger agree."""
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
    assert blobs.faults(desk.conn, folder=desk.blob_folder) == []
    for row in desk.conn.execute("SELECT id, mailbox, folder, uidvalidity FROM box"):
        known = mailbox.find(desk.conn, *row[1:])
        assert known is not None and mailbox.sums(desk.conn, known)[mailbox.WITHHELD] == 0
