"""A morning of triage by keys only: from letters in by IDLE to replies out, with the bytes at both ends."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from deskterm.config import Box, save
from deskterm.desk import Desk
from store.model import Kind, Status
from tests.rigs.dovecot import Dovecot
from tests.rigs.imapd import Imapd
from tests.rigs.mail import DAY, Clock, box, letter, messages, one, opened, settings, states
from tests.rigs.shell import deskterm
from tests.rigs.smtpd import Smtpd
from tests.stories.at_the_screen import Person, sitting

NOW = int(time.time())
MACRO = """+++
name = "Refund"
status = "waiting"
tags = ["refund"]
+++
Hello {{ ticket.customer.first_name }}, the money is on its way.
"""
SECRET = "SECRET the customer must never read this"


class Post:
    """What a server holds, whichever it is."""

    def __init__(self, imapd: Imapd | None = None, dovecot: Dovecot | None = None, user: str = "") -> None:
        self.imapd, self.dovecot, self.user = imapd, dovecot, user
        self.count = 0

    def arrive(self, raw: bytes, when: int = NOW) -> None:
        if self.imapd is not None:
            self.imapd.deliver(raw, when=when)
            return
        assert self.dovecot is not None
        self.count += 1
        path = self.dovecot.dir / "mail" / self.user / "Maildir" / "tmp" / f"{when}.M{self.count}P1.rig"
        path.write_bytes(raw)
        os.chown(path, self.dovecot.uid, self.dovecot.gid)
        os.utime(path, (when, when))
        path.rename(path.parents[1] / "new" / path.name)

    def sent(self) -> list[bytes]:
        """The letters in the Sent folder."""
        if self.imapd is not None:
            return self.imapd.raws("Sent")
        assert self.dovecot is not None
        top = self.dovecot.dir / "mail" / self.user / "Maildir" / ".Sent"
        return [path.read_bytes() for part in ("cur", "new") for path in sorted((top / part).glob("*"))]


async def test_a_morning(tmp_path: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    await morning(tmp_path / "home", Post(imapd), box(imap=imapd, smtp=smtpd, signature="Ana, Help"), smtpd)


@pytest.mark.dovecot
async def test_a_morning_with_dovecot(
    tmp_path: Path, dovecot: Dovecot, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = f"morning{time.monotonic_ns()}"
    dovecot.user(user)
    where = box(imap=dovecot.port, smtp=smtpd, signature="Ana, Help", user=user)
    monkeypatch.setattr("tests.rigs.smtpd.USER", user)
    await morning(tmp_path / "home", Post(dovecot=dovecot, user=user), where, smtpd)


async def morning(home: Path, post: Post, where: Box, smtpd: Smtpd) -> None:
    """The whole story; `post` is the server's side of it."""
    for n, age in ((1, 60), (2, 40), (3, 2)):
        post.arrive(letter(n, subject=f"Old {n}", when=NOW - age * DAY), NOW - age * DAY)
    home.mkdir()
    setting = settings(where, quote="last")
    save(home, setting)
    clock = Clock()
    with opened(home, setting, clock) as desk:
        desk.save_doc("macro", "Refund", MACRO)
        async with sitting(desk, clock) as ana:
            await ana.synced()
            await first_look(ana, smtpd)
            await letters_arrive(ana, post)
            await triage(ana)
            await answers(ana, post, smtpd)
            await undo_and_redo(ana)
        assert not (home / "crash.log").exists()


async def first_look(ana: Person, smtpd: Smtpd) -> None:
    """What lay there is archive: no clock, nothing leaves, and a reply is held until a person says go."""
    desk = ana.desk
    assert [one(desk, f"Old {n}").status for n in (1, 2, 3)] == [Status.CLOSED, Status.CLOSED, Status.OPEN]
    assert one(desk, "Old 3").due_at is None
    await ana.press("2")
    await ana.goes_to("Old 3")
    await ana.press("r")
    await ana.type("Sorry for the wait.")
    await ana.press("escape", "Y")
    await ana.sees("live on")
    await ana.later(60)
    assert states(desk) == ["held"] and smtpd.letters == []
    said = await asyncio.to_thread(deskterm, desk.home, "live", "on")
    assert said.code == 0 and "1 reply may leave" in said.out + said.err
    await ana.later(1)
    await ana.until(lambda: len(smtpd.letters) == 1)
    smtpd.letters.clear()


async def letters_arrive(ana: Person, post: Post) -> None:
    """By IDLE, while somebody looks; the cursor stays where it is."""
    await ana.press("2")
    for name in ("Ada", "Bob", "Cid", "Dee", "Eve"):
        subject = f"{name} asks"
        post.arrive(
            letter(1, subject=subject, sender=f"{name} Stone <{name.lower()}@customers.example>",
                   msgid=f"{name}@customers.example", answers=f"before-{name}@customers.example",
                   extra="Cc: colleague@customers.example" if name == "Bob" else "")
        )  # fmt: skip
        if name == "Ada":
            await ana.sees(subject)
    await ana.sees("Bob asks", "Cid asks", "Dee asks", "Eve asks")
    assert one(ana.desk, "Ada asks").due_at is not None


async def triage(ana: Person) -> None:
    """Select, tag, assign, priority, snooze, spam: each a key or two."""
    desk = ana.desk
    await ana.press("2")
    await ana.goes_to("Ada asks")
    await ana.press("p", "1")
    await ana.until(lambda: one(desk, "Ada asks").priority == 1)
    await ana.goes_to("Ada asks")
    await ana.press("x")
    await ana.goes_to("Bob asks")
    await ana.press("x", "t")
    await ana.type("export")
    await ana.press("enter")
    await ana.until(lambda: one(desk, "Ada asks").tags == one(desk, "Bob asks").tags == ("export",))
    await ana.goes_to("Dee asks")
    await ana.press("h", "m")
    await ana.until(lambda: one(desk, "Dee asks").snooze_until is not None)
    await ana.goes_to("Bob asks")
    await ana.press("i")
    await ana.until(lambda: one(desk, "Bob asks").assignee == "ana")
    await ana.goes_to("Eve asks")
    await ana.press("!")
    await ana.until(lambda: one(desk, "Eve asks").status is Status.SPAM)


async def answers(ana: Person, post: Post, smtpd: Smtpd) -> None:
    """A note, a reply called back and sent again, a macro; then what the sink holds, byte by byte."""
    desk = ana.desk
    await ana.press("3")
    await ana.goes_to("Bob asks")
    await ana.press("n")
    await ana.type(SECRET)
    await ana.press("escape", "y")
    await ana.until(lambda: len(messages(desk, one(desk, "Bob asks"))) == 2)
    await ana.goes_to("Bob asks")
    await ana.press("r")
    await ana.type(
        "Dear Bob, the export works again since this morning, please try it once more and tell us."
    )
    await ana.press("escape", "y")
    await ana.until(lambda: "queued" in states(desk))
    await ana.press("z")
    await ana.until(lambda: states(desk)[-1] == "called back")
    await ana.sees("please try it once more")
    await ana.later(60)
    assert smtpd.letters == [], "what was called back stays"
    await ana.press("escape", "y")
    await ana.until(lambda: states(desk)[-1] == "queued")
    assert one(desk, "Bob asks").status is Status.SOLVED
    await ana.later(11)
    await ana.until(lambda: len(smtpd.letters) == 1)
    await ana.until(lambda: len(post.sent()) == 2)
    checked(ana, smtpd.letters[0].raw, post)
    await ana.press("2")
    await ana.goes_to("Cid asks")
    await ana.press("m", "enter")
    await ana.until(lambda: one(desk, "Cid asks").status is Status.WAITING)
    assert one(desk, "Cid asks").tags == ("refund",)
    await ana.later(11)
    await ana.until(lambda: len(smtpd.letters) == 2)
    assert b"Hello Cid, the money is on its way." in smtpd.letters[1].raw
    await ana.until(lambda: set(states(desk)) == {"sent", "called back"})
    assert not any(b"SECRET" in raw for raw in (*post.sent(), *(kept.raw for kept in smtpd.letters)))


def checked(ana: Person, raw: bytes, post: Post) -> None:
    """The reply to Bob as it left, and its copy in Sent."""
    bob = one(ana.desk, "Bob asks")
    sent = [m for m in messages(ana.desk, bob) if m.kind is Kind.OUT]
    assert len(sent) == 1
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = head.replace(b"\r\n ", b" ").split(b"\r\n")
    assert f"Message-ID: <{sent[0].msgid}>".encode() in fields
    assert b"In-Reply-To: <Bob@customers.example>" in fields
    assert b"References: <before-Bob@customers.example> <Bob@customers.example>" in fields
    assert b"Subject: Re: Bob asks" in fields and b"From: Help <help@example.org>" in fields
    assert b"To: Bob Stone <bob@customers.example>" in fields
    assert b'format="flowed"' in head and b" \r\n" in body, "lines that flow end with a space"
    assert b"Bcc" not in head and b"SECRET" not in raw
    assert body.index(b"please try") < body.index(b"> this is question 1."), "the letter answered is quoted"
    assert b"\r\n-- \r\nAna, Help" in body
    assert raw in post.sent() or raw.replace(b"\r\n", b"\n") in post.sent()


async def undo_and_redo(ana: Person) -> None:
    """Solve, take it back, do it again."""
    desk = ana.desk
    await ana.press("2")
    await ana.goes_to("Ada asks")
    await ana.press("e")
    await ana.until(lambda: one(desk, "Ada asks").status is Status.SOLVED)
    await ana.sees("z", "undo")
    await ana.press("z")
    await ana.until(lambda: one(desk, "Ada asks").status is Status.NEW)
    await ana.press("Z")
    await ana.until(lambda: one(desk, "Ada asks").status is Status.SOLVED)
    solved(desk)


def solved(desk: Desk) -> None:
    """The log holds the whole morning and the tables follow from it."""
    from store.log import rebuild

    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
    kinds = {row[0] for row in desk.conn.execute("SELECT kind FROM entry")}
    assert {"archive", "mail", "reply", "note", "macro", "undo", "redo", "solve", "snooze", "tag"} <= kinds
