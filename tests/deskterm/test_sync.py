"""The loops: letters by IDLE or by asking, trouble said and waited out, one owner, a clean end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from channels.errors import NoSecret
from channels.passwords import Secret
from deskterm import live, pull, replies, sync, writing
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.sync import Health, Loop
from store.errors import Refused
from store.log.entry import Change
from tests.rigs.imapd import Imapd
from tests.rigs.mail import (
    DAY,
    Clock,
    all_tickets,
    box,
    letter,
    one,
    opened,
    secrets,
    settings,
    states,
    until,
)
from tests.rigs.smtpd import Smtpd


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextmanager
def running(desk: Desk, keys: Callable[[Box], Secret] = secrets) -> Generator[Loop]:
    """The loop, ended afterwards, all its threads gone."""
    loop = Loop(desk, keys)
    loop.start()
    try:
        yield loop
    finally:
        loop.stop(wait=8)
        left = [thread.name for thread in threading.enumerate() if thread.name.startswith("sync-")]
        assert left == []


def health(loop: Loop, name: str = "support") -> Health:
    return loop.health.get(name, Health())


def subjects(desk: Desk) -> set[str]:
    return {ticket.subject for ticket in all_tickets(desk)}


def test_letters_come_by_idle(home: Path, imapd: Imapd) -> None:
    imapd.deliver(letter(1))
    with opened(home, settings(box(imap=imapd), poll_seconds=3600)) as desk, running(desk) as loop:
        until(lambda: health(loop).synced)
        for n in range(2, 5):
            imapd.deliver(letter(n))
            until(lambda n=n: f"Question {n}" in subjects(desk))
        assert b"IDLE" in b" ".join(imapd.commands) and imapd.logins == 1


def test_S18_a_server_without_idle_is_asked(home: Path, imapd: Imapd) -> None:
    imapd.faults.lacks = {"IDLE"}
    with opened(home, settings(box(imap=imapd), poll_seconds=0)) as desk, running(desk) as loop:
        until(lambda: health(loop).synced)
        imapd.deliver(letter(2))
        until(lambda: "Question 2" in subjects(desk))
        assert b"IDLE" not in b" ".join(imapd.commands)


def test_more_than_one_folder(home: Path, imapd: Imapd) -> None:
    imapd.boxes["Sales"] = type(imapd.boxes["INBOX"])(9)
    setting = settings(box(imap=imapd, folders=("INBOX", "Sales")), poll_seconds=1)
    with opened(home, setting) as desk, running(desk) as loop:
        until(lambda: health(loop).synced)
        imapd.deliver(letter(1), folder="Sales")
        imapd.deliver(letter(2))
        until(lambda: subjects(desk) == {"Question 1", "Question 2"})


def test_a_maildir_beside_the_screen(home: Path, tmp_path: Path) -> None:
    from channels import maildir

    maildir.deliver(tmp_path / "Mail", letter(1))
    setting = settings(box(maildir=str(tmp_path / "Mail")), poll_seconds=3600)
    with opened(home, setting) as desk, running(desk) as loop:
        until(lambda: health(loop).synced)
        maildir.deliver(tmp_path / "Mail", letter(2))
        loop.poke()
        until(lambda: "Question 2" in subjects(desk))


def test_S14_a_wrong_password_is_one_attempt_and_a_sentence(home: Path, imapd: Imapd) -> None:
    key = Secret("wrong")
    with opened(home, settings(box(imap=imapd))) as desk, running(desk, lambda _: key) as loop:
        until(lambda: "refused the login" in health(loop).error)
        desk.wake.set()
        imapd.deliver(letter(1))
        until(lambda: loop.health.get(sync.SENDER) is not None)
        assert imapd.logins == 1 and "wrong" not in health(loop).error.replace("wrong name or password", "")
        key = Secret("pw-of-the-rig")
        loop.poke()
        until(lambda: health(loop).synced)
        assert imapd.logins == 2 and health(loop).error == ""


def test_without_a_password_the_server_is_not_asked(home: Path, imapd: Imapd) -> None:
    def none(_: Box) -> Secret:
        raise NoSecret("There is no password for help@example.org. Run setup.")

    with opened(home, settings(box(imap=imapd))) as desk, running(desk, none) as loop:
        until(lambda: "Run setup" in health(loop).error)
        assert imapd.sessions == 0


def test_a_lost_line_is_said_and_taken_up_again(
    home: Path, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.backoff.delays", lambda: iter([0.01] * 1000))
    imapd.deliver(letter(1))
    with opened(home, settings(box(imap=imapd))) as desk, running(desk) as loop:
        until(lambda: health(loop).synced)
        imapd.faults.cut_after = 0
        imapd.hang_up()
        until(lambda: health(loop).error and health(loop).since)
        since = health(loop).since
        until(lambda: imapd.sessions > 3)
        assert health(loop).since == since, "it is offline since the first failure"
        imapd.faults.cut_after = None
        imapd.deliver(letter(2))
        until(lambda: "Question 2" in subjects(desk))
        until(lambda: health(loop).error == "" and health(loop).since == 0)


def test_O19_smtp_dead_and_imap_alive(home: Path, imapd: Imapd) -> None:
    with Smtpd() as gone:
        port = gone.port
    with opened(home, settings(box(imap=imapd, smtp=port))) as desk:
        live.open_(desk)
        with running(desk) as loop:
            until(lambda: health(loop).synced)
            imapd.deliver(letter(1))
            until(lambda: "Question 1" in subjects(desk))
            reply = replies.Reply("Words.", ("c1@customers.example",))
            writing.reply(desk, all_tickets(desk)[0], reply, now=True)
            until(lambda: states(desk) == ["later"])
            imapd.deliver(letter(2))
            until(lambda: "Question 2" in subjects(desk))


def test_when_letters_come_in_again_those_that_wait_leave(
    home: Path, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is back: the sender does not sit out its own waiting."""
    monkeypatch.setattr("channels.backoff.delays", lambda: iter([0.01] * 1000))
    with Smtpd() as gone:
        port = gone.port
    with opened(home, settings(box(imap=imapd, smtp=port))) as desk:
        live.open_(desk)
        with running(desk) as loop:
            until(lambda: health(loop).synced)
            imapd.faults.cut_after = 0
            imapd.hang_up()
            until(lambda: health(loop).error)
            ticket = writing.begin(desk, "Offline", address="dana@x.example")
            writing.reply(desk, ticket, replies.Reply("Words.", ("dana@x.example",)), now=True)
            until(lambda: states(desk) == ["later"])
            with Smtpd() as back:
                desk.settings = settings(box(imap=imapd, smtp=back))
                imapd.faults.cut_after = None
                until(lambda: back.letters)
                until(lambda: states(desk) == ["sent"])


def test_M08_a_mistake_of_our_own_is_shown_and_tried_again(
    home: Path, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.backoff.delays", lambda: iter([0.01] * 1000))
    real, broken = pull.account, [True]

    def account(*what: object, **more: object) -> object:
        if broken:
            raise TypeError("a mistake, with a secret in it")
        return real(*what, **more)  # pyright: ignore

    monkeypatch.setattr(pull, "account", account)
    imapd.deliver(letter(1))
    with opened(home, settings(box(imap=imapd))) as desk, running(desk) as loop:
        until(lambda: "a mistake of deskterm's own (TypeError)" in health(loop).error)
        assert "secret" not in health(loop).error
        broken.clear()
        until(lambda: subjects(desk) == {"Question 1"})


def test_M08_a_mistake_in_sending_does_not_end_the_sender(
    home: Path, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deskterm import send

    real, broken = send.round_, [True]

    def round_(*what: object, **more: object) -> object:
        if broken:
            raise TypeError("a mistake")
        return real(*what, **more)  # pyright: ignore

    monkeypatch.setattr(send, "round_", round_)
    with opened(home, settings(box(smtp=smtpd))) as desk, running(desk) as loop:
        until(lambda: "TypeError" in health(loop, sync.SENDER).error)
        ticket = writing.begin(desk, "Words", address="dana@x.example")
        broken.clear()
        writing.reply(desk, ticket, replies.Reply("Words.", ("dana@x.example",)), now=True)
        until(lambda: len(smtpd.letters) == 1)
        until(lambda: health(loop, sync.SENDER).error == "")


def test_ending_in_the_middle_of_a_first_read_loses_nothing(home: Path, imapd: Imapd) -> None:
    for n in range(900):
        imapd.deliver(letter(n))
    with opened(home, settings(box(imap=imapd))) as desk:
        with running(desk) as loop:
            until(lambda: health(loop).reading[0])
        taken = len(all_tickets(desk))
        assert taken > 0
        assert sync.once(desk, secrets=secrets).archived == 900 - taken
        assert len(all_tickets(desk)) == 900


def test_a_stuck_server_does_not_keep_the_program_from_ending(home: Path, imapd: Imapd) -> None:
    imapd.faults.stall_after = 200
    with opened(home, settings(box(imap=imapd))) as desk:
        loop = Loop(desk, secrets)
        loop.start()
        until(lambda: imapd.commands)
        loop.stop(wait=0.1)
    imapd.hang_up()
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("sync-")])


def test_D07_one_owner(home: Path, imapd: Imapd) -> None:
    with opened(home, settings(box(imap=imapd))) as desk, sync.owner(home):
        with pytest.raises(Refused, match="Another deskterm is syncing"):
            sync.once(desk, secrets=secrets)
        assert imapd.sessions == 0


def test_D21_what_slept_wakes_once(home: Path) -> None:
    clock = Clock()
    with opened(home, settings(), clock) as desk:
        ticket = writing.begin(desk, "Sleeper", address="dana@x.example")
        desk.commit(lambda tx: ("snooze", [Change(ticket.id, "snooze_until", desk.now + DAY)], ()), words="")
        assert sync.tick(desk).woken == 0
        clock.ahead += DAY + 1
        assert (sync.tick(desk).woken, sync.tick(desk).woken) == (1, 0)
        woken = one(desk, "Sleeper")
        assert woken.snooze_until is None and woken.unread
        entries = desk.conn.execute("SELECT count(*) FROM entry WHERE kind = 'wake'").fetchone()[0]
        assert entries == 1


def test_a_mailbox_nothing_is_read_from_has_no_loop(home: Path, tmp_path: Path) -> None:
    """The practice desk's mailbox only sends: nothing may turn round and round for it."""
    only_sends = Box(address="help@acme.test", out=str(tmp_path / "out"))
    with opened(home, settings(only_sends)) as desk, running(desk) as loop:
        until(lambda: sync.SENDER in loop.health)
        assert "sync-support" not in {thread.name for thread in threading.enumerate()}
        assert "support" not in loop.health
