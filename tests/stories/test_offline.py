"""The same day offline and back: every key works, replies wait and say so, then everything leaves once."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from deskterm import live
from store.model import Status
from tests.rigs.imapd import Imapd
from tests.rigs.mail import DAY, Clock, box, letter, one, opened, settings, states, take
from tests.rigs.smtpd import Smtpd
from tests.stories.at_the_screen import sitting

NOW = int(time.time())
PEOPLE = ("Ada", "Bob", "Cid")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def test_a_day_offline_and_back(tmp_path: Path) -> None:
    clock, home = Clock(), tmp_path / "home"
    with opened(home, settings(box(imap=free_port(), smtp=free_port())), clock) as desk:
        live.open_(desk)
        for name in PEOPLE:
            raw = letter(1, subject=f"{name} asks", sender=f"{name} <{name}@x.example>", msgid=f"{name}@x")
            take(desk, raw, received=NOW - 600)
        async with sitting(desk, clock) as ana:
            await ana.press("2")
            await ana.sees("cannot be reached")
            await ana.sees("offline since")
            for n, name in enumerate(PEOPLE):
                await ana.goes_to(f"{name} asks")
                await ana.press("r")
                await ana.type(f"Answer {n}")
                await ana.press("escape", "w")
                subject = f"{name} asks"
                await ana.until(lambda subject=subject: one(desk, subject).status is Status.WAITING)
            await ana.later(11)
            await ana.until(lambda: states(desk) == ["later", "queued", "queued"])
            await ana.sees("out 3")
            await ana.press("4")
            await ana.goes_to("Bob asks")
            await ana.press("t")
            await ana.type("offline")
            await ana.press("enter")
            await ana.until(lambda: one(desk, "Bob asks").tags == ("offline",))
            await ana.press("z")
            await ana.until(lambda: one(desk, "Bob asks").tags == ())
            await ana.later(DAY)
            with Imapd() as imapd, Smtpd() as smtpd:
                imapd.deliver(letter(9, subject="Came meanwhile"), when=NOW - DAY)
                desk.settings = settings(box(imap=imapd, smtp=smtpd))
                loop = ana.app.loop_
                assert loop is not None
                loop.desk.settings = desk.settings
                await ana.press("ctrl+r")
                await ana.until(lambda: len(smtpd.letters) == 3, "the letters that waited")
                await ana.later(DAY)
                await ana.until(lambda: set(states(desk)) == {"sent"})
                bodies = [kept.raw.split(b"\r\n\r\n")[1].split(b"\r\n")[0] for kept in smtpd.letters]
                assert bodies == [b"Answer 0", b"Answer 1", b"Answer 2"], "each once, in order"
        assert not (home / "crash.log").exists()
