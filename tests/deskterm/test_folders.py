"""Several folders of a mailbox: what we sent, what lies twice, and what a phone did to it all."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from channels.imap.receive import Mailbox
from channels.passwords import Secret
from deskterm import sync
from deskterm.desk import Desk
from deskterm.receive import Counts
from store import mailbox
from store.model import Kind, Status
from tests.deskterm.shell import ok
from tests.rigs.dovecot import Dovecot
from tests.rigs.imapd import USER, Imapd
from tests.rigs.imapd import Box as Folder
from tests.rigs.mail import all_tickets, box, held, letter, look, messages, one, opened, settings, sound

NOW = int(time.time())


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(imap=imapd))) as made:
        yield made


def phoned(
    answers: str, *, to: str = "c1@customers.example", msgid: str = "p1@phone", **more: object
) -> bytes:
    """A letter somebody wrote in another program, as it lies in Sent."""
    return letter(500, sender=f"Help <{USER}>", to=to, subject="Re: Question 1", answers=answers, msgid=msgid,
                  **more)  # fmt: skip


# What we sent


def test_an_answer_from_a_phone_stands_in_its_ticket(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    imapd.deliver(letter(1))
    look(desk)
    imapd.deliver(phoned("letter-1@customers.example"), folder="Sent")
    assert look(desk).new == 1
    (ticket,) = all_tickets(desk)
    assert [m.kind for m in messages(desk, ticket)] == [Kind.IN, Kind.OUT]
    assert ticket.status is Status.WAITING and not ticket.unread and ticket.last_out
    assert messages(desk, ticket)[1].why.startswith("sent from another program; answers")
    assert look(desk) == Counts()
    sound(desk)


def test_an_answer_from_a_phone_goes_to_the_ticket_even_when_it_is_closed(desk: Desk, imapd: Imapd) -> None:
    imapd.deliver(letter(1, when=NOW - 90 * 86_400), when=NOW - 90 * 86_400)
    look(desk)
    imapd.deliver(phoned("letter-1@customers.example"), folder="Sent")
    look(desk)
    (ticket,) = all_tickets(desk)
    assert ticket.status is Status.CLOSED and len(messages(desk, ticket)) == 2


def test_the_customer_who_wrote_again_since_is_not_waited_for(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    imapd.deliver(letter(1), when=NOW)
    look(desk)
    imapd.deliver(phoned("letter-1@customers.example", when=NOW - 7200), folder="Sent", when=NOW)
    look(desk)
    assert one(desk, "Question 1").status is Status.NEW


def test_a_letter_to_nobody_known_is_ignored_until_its_answer_comes(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    imapd.deliver(phoned("", to="new@elsewhere.example", when=NOW - 60), folder="Sent")
    assert look(desk).ignored == 1 and all_tickets(desk) == []
    assert look(desk) == Counts(), "it is not fetched again and again"
    imapd.deliver(letter(2, sender="new@elsewhere.example", answers="p1@phone"))
    look(desk)
    look(desk)
    (ticket,) = all_tickets(desk)
    assert sorted(m.kind.value for m in messages(desk, ticket)) == ["in", "out"]
    sound(desk)


def test_a_customers_letter_dragged_into_sent_is_still_theirs(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    imapd.deliver(letter(1), folder="Sent")
    look(desk)
    assert [m.kind for m in messages(desk, one(desk, "Question 1"))] == [Kind.IN]


def test_sent_is_left_alone_when_asked_to(tmp_path: Path, imapd: Imapd) -> None:
    with opened(tmp_path / "home", settings(box(imap=imapd, read_sent=False))) as desk:
        look(desk)
        assert b"Sent" not in b"".join(line for line in imapd.commands if b"EXAMINE" in line)


# Folders


def test_folders_by_name_and_by_use_and_one_that_is_missing(tmp_path: Path, imapd: Imapd) -> None:
    imapd.boxes |= {"Sales": Folder(20), "Old things": Folder(21)}
    imapd.marks["Old things"] = "\\Archive"
    for n, folder in enumerate(("INBOX", "Sales", "Old things")):
        imapd.deliver(letter(n), folder=folder)
    setting = settings(box(imap=imapd, folders=("INBOX", "Nowhere", "Sales", "@archive", "@junk")))
    with opened(tmp_path / "home", setting) as desk:
        counts = look(desk)
        assert counts.archived == 3
        assert ["Nowhere" in counts.errors[0], "@junk" in counts.errors[1]] == [True, True]
        assert len(counts.errors) == 2


def test_P12_the_same_letter_in_two_folders_is_one_message_with_two_places(
    tmp_path: Path, imapd: Imapd
) -> None:
    imapd.boxes["Sales"] = Folder(20)
    raw = letter(1)
    imapd.deliver(raw)
    imapd.deliver(raw)
    imapd.deliver(raw, folder="Sales")
    with opened(tmp_path / "home", settings(box(imap=imapd, folders=("INBOX", "Sales")))) as desk:
        assert (look(desk).archived, list(held(desk).values())) == (1, [1])
        (message,) = messages(desk, one(desk, "Question 1"))
        places = [(p.folder, p.uid) for p in mailbox.places(desk.conn, message.id)]
        assert places == [("INBOX", 1), ("INBOX", 2), ("Sales", 1)]
        sound(desk)


def test_gmails_all_mail_is_not_fetched_twice(tmp_path: Path, imapd: Imapd) -> None:
    imapd.extra = ("X-GM-EXT-1",)
    imapd.boxes["[Gmail]/All Mail"] = Folder(30)
    imapd.marks["[Gmail]/All Mail"] = "\\All"
    for n in range(1, 5):
        imapd.deliver(letter(n))
        imapd.boxes["INBOX"].letters[-1].gm = n
        imapd.deliver(letter(n), folder="[Gmail]/All Mail")
        imapd.boxes["[Gmail]/All Mail"].letters[-1].gm = n
    every = imapd.boxes["[Gmail]/All Mail"].letters
    for gm, labels, raw in (
        (8, '"\\\\Sent" "UID 1 (odd"', phoned("letter-1@customers.example")),
        (9, '"\\\\Draft"', letter(9)),
        (10, "", letter(10, subject="Only there")),
    ):
        imapd.deliver(raw, folder="[Gmail]/All Mail")
        every[-1].gm, every[-1].labels = gm, labels
    with opened(tmp_path / "home", settings(box(imap=imapd, folders=("INBOX", "@all")))) as desk:
        look(desk)
        four = {f"Question {n}" for n in range(1, 5)}
        assert {t.subject for t in all_tickets(desk)} == four | {"Only there"}
        assert [m.kind.value for m in messages(desk, one(desk, "Question 1"))] == ["in", "out"]
        fetched = [line for line in imapd.commands if b"BODY.PEEK[]" in line]
        assert len(fetched) == 2 and b"FETCH 5,7" in fetched[1], "copies and the draft stay there"
        what = desk.conn.execute("SELECT what, ref FROM ledger WHERE gm = 9").fetchone()
        assert what == ("ignored", "a draft")
        assert look(desk) == Counts()
        sound(desk)


# What a phone does


def test_S16_S18_flags_and_moves_by_a_phone_where_nothing_tells_of_them(desk: Desk, imapd: Imapd) -> None:
    for n in range(1, 5):
        imapd.deliver(letter(n))
    look(desk)
    kept = imapd.boxes["INBOX"].letters
    kept[0].flags, kept[1].flags = "\\Seen \\Answered", "\\Flagged"
    imapd.expunge(3)
    before = desk.conn.execute("SELECT id, version FROM ticket").fetchall()
    assert look(desk) == Counts()
    assert desk.conn.execute("SELECT id, version FROM ticket").fetchall() == before, "no ticket is touched"
    said = ok(desk.home, "why", str(one(desk, "Question 1").number)).out
    assert "lies in support, INBOX, number 1: read, answered" in said
    assert "moved or deleted there since" in ok(desk.home, "why", str(one(desk, "Question 3").number)).out
    sound(desk)


@pytest.mark.dovecot
@pytest.mark.parametrize("names", [True, False])
def test_S16_flags_and_moves_by_a_phone_on_a_real_server(
    tmp_path: Path, dovecot: Dovecot, names: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With QRESYNC, which names what left, and with CONDSTORE alone."""
    if not names:
        real = Mailbox.can
        monkeypatch.setattr(Mailbox, "can", lambda self, word: word != "QRESYNC" and real(self, word))
    user = "u" + uuid.uuid4().hex[:12]
    dovecot.user(user)
    dovecot.fill(user, [letter(n) for n in range(1, 8)])
    where = msgspec.structs.replace(box(imap=dovecot.port), user=user, folders=("INBOX", "Archive"))
    secret = Secret(dovecot.secret.reveal())
    with opened(tmp_path / "home", settings(where)) as desk, Mailbox(dovecot.account(user), secret) as phone:
        phone.line.client.create_folder("Archive")  # pyright: ignore

        def again() -> Counts:
            return sync.receive(desk, "support", where, secrets=lambda _: secret)

        assert again().archived == 7
        phone.open("INBOX", readonly=False)
        phone.line.client.add_flags([2], ["\\Answered"])  # pyright: ignore
        phone.line.client.copy([4, 5], "Archive")  # pyright: ignore
        phone.line.client.delete_messages([4, 5])  # pyright: ignore
        phone.line.client.expunge()  # pyright: ignore
        assert again().known == 2, "moved letters are known in their new folder"
        assert len(all_tickets(desk)) == 7
        (two,), (four,) = (messages(desk, one(desk, f"Question {n}")) for n in (2, 4))
        assert "\\Answered" in mailbox.places(desk.conn, two.id)[0].flags
        places = mailbox.places(desk.conn, four.id)
        assert [(p.folder, p.gone is None) for p in places] == [("INBOX", False), ("Archive", True)]
        modseq = desk.conn.execute("SELECT modseq FROM box WHERE folder = 'INBOX'").fetchone()[0]
        assert modseq > 1
        assert again() == Counts()
        sound(desk)
