"""Acknowledgements through the real intake and the real sender: who gets one, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from deskterm import live, send
from deskterm.desk import Desk
from store.model import Status
from store.reads import auto_letters
from store.rules.acks import EXAMPLE
from tests.rigs.imapd import USER
from tests.rigs.mail import (
    DAY,
    Clock,
    all_tickets,
    box,
    letter,
    messages,
    one,
    opened,
    secrets,
    settings,
    take,
)
from tests.rigs.smtpd import Smtpd


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, smtpd: Smtpd, clock: Clock) -> Iterator[Desk]:
    """A live desk that acknowledges, in hours and out of them alike."""
    with opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as made:
        made.save_doc("ack", "everybody", EXAMPLE)
        yield made


def sent(desk: Desk, smtpd: Smtpd) -> list[bytes]:
    """Every letter that has left by now."""
    send.round_(desk, secrets=secrets)
    return [kept.raw for kept in smtpd.letters]


def why(desk: Desk, subject: str) -> str:
    """What is kept with the first letter of the ticket of this subject."""
    ticket = one(desk, subject)
    return auto_letters.reasons(desk.conn, ticket.id).get(messages(desk, ticket)[0].id, "")


def test_a_first_letter_is_acknowledged_once_and_the_ticket_stays_new(desk: Desk, smtpd: Smtpd) -> None:
    take(desk, letter(1))
    (raw,) = sent(desk, smtpd)
    told = message_from_bytes(raw)
    assert (told["To"], told["Subject"]) == ("c1@customers.example", "We have your letter (#1)")
    assert told["Auto-Submitted"] == "auto-replied" and told["Precedence"] == "bulk"
    assert told["In-Reply-To"] == "<letter-1@customers.example>"
    ticket = all_tickets(desk)[0]
    assert (ticket.status, ticket.unread) == (Status.NEW, True) and ticket.due_at is not None
    assert [m.auto for m in messages(desk, ticket)] == [False, True]
    assert why(desk, "Question 1").startswith("acknowledged by everybody")
    take(desk, letter(1))
    assert len(sent(desk, smtpd)) == 1, "the same letter by another way"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"extra": "Auto-Submitted: auto-generated"}, "a program sent it"),
        ({"extra": "Precedence: bulk"}, "mailing list"),
        ({"extra": "List-Id: <news.customers.example>"}, "mailing list"),
        ({"extra": "Return-Path: <>"}, "a program sent it"),
        ({"extra": "X-Auto-Response-Suppress: OOF"}, "a program sent it"),
        ({"sender": "Shop <no-reply@shop.example>"}, "nobody reads letters to no-reply@shop.example"),
        ({"sender": "a@x.example, b@y.example"}, "not exactly one address"),
        ({"sender": f"Us <{USER}>"}, "from ourselves"),
        ({"extra": "Reply-To: victim@elsewhere.example"}, "another address"),
        ({"to": "list@elsewhere.example"}, "none of our addresses"),
        ({"when": 0}, "more than a day"),
    ],
)
def test_what_no_person_asked_gets_no_answer_and_why_says_so(
    desk: Desk, smtpd: Smtpd, how: dict[str, Any], said: str
) -> None:
    take(desk, letter(2, **how))
    assert sent(desk, smtpd) == [] and said in why(desk, "Question 2")


def test_an_answer_to_a_ticket_gets_none(desk: Desk, smtpd: Smtpd) -> None:
    take(desk, letter(1))
    take(
        desk,
        letter(
            2, subject="Re: Question 1", sender="c1@customers.example", answers="letter-1@customers.example"
        ),
    )
    assert len(sent(desk, smtpd)) == 1 and len(all_tickets(desk)) == 1


def test_an_archive_is_never_acknowledged(desk: Desk, smtpd: Smtpd) -> None:
    take(desk, *(letter(n) for n in range(50)), archived=desk.now)
    assert sent(desk, smtpd) == [] and why(desk, "Question 3") == ""


def test_nothing_is_made_before_the_desk_is_live_so_nothing_waits_for_it(desk: Desk, smtpd: Smtpd) -> None:
    live.close(desk)
    take(desk, letter(1))
    assert "outbox is locked" in why(desk, "Question 1")
    live.open_(desk)
    assert sent(desk, smtpd) == []
    live.open_(desk, "c2@customers.example")
    take(desk, letter(2), letter(3))
    assert len(sent(desk, smtpd)) == 1 and "outbox is locked" in why(desk, "Question 3")


def test_what_waited_too_long_or_was_locked_in_never_leaves(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    take(desk, letter(1))
    live.close(desk)
    assert sent(desk, smtpd) == []
    live.open_(desk)
    take(desk, letter(2))
    clock.ahead += 2 * DAY
    assert sent(desk, smtpd) == []


def test_outside_the_hours_it_says_when_we_are_back(desk: Desk, smtpd: Smtpd) -> None:
    desk.save_doc("hours", "office", 'zone = "Europe/Berlin"\n[week]\n')
    take(desk, letter(1))
    (raw,) = sent(desk, smtpd)
    assert "We are closed at the moment" in message_from_bytes(raw).get_payload()


def test_a_brand_is_the_tickets_and_has_words_of_its_own(tmp_path: Path, smtpd: Smtpd) -> None:
    both = settings(
        box(smtp=smtpd),
        box(smtp=smtpd, address="hi@north.example", brand="North", aliases=("Hello@north.example",)),
    )
    with opened(tmp_path / "home", both) as desk:
        desk.save_doc("ack", "everybody", EXAMPLE)
        north = EXAMPLE.replace("mailboxes = []", 'mailboxes = []\nbrand = "North"')
        desk.save_doc("ack", "north", north.replace("We have your letter", "North has it"))
        take(desk, letter(1, subject="One"), letter(2, subject="Two", to="hi@north.example"))
        take(desk, letter(3, subject="Three", to="hello@north.example"))
        assert [one.brand for one in all_tickets(desk)] == ["", "North", "North"]
        assert "acknowledged by everybody" in why(desk, "One")
        assert "acknowledged by north" in why(desk, "Two")


def test_a_mailbox_may_have_words_of_its_own(tmp_path: Path, smtpd: Smtpd) -> None:
    boxes = settings(box(smtp=smtpd), box(smtp=smtpd, address="sales@example.org", user=USER))
    with opened(tmp_path / "two", boxes) as desk:
        desk.save_doc("ack", "sales", 'mailboxes = ["second"]\nsubject = "Sales"\nopen = "It is here."\n')
        take(desk, letter(1), letter(2, to="sales@example.org"))
        (raw,) = sent(desk, smtpd)
        told = message_from_bytes(raw)
        assert (told["Subject"], told["From"]) == ("Sales", "Help <sales@example.org>")


def test_a_server_that_takes_no_empty_sender_gets_our_address(desk: Desk, smtpd: Smtpd) -> None:
    take(desk, letter(1))
    smtpd.script["mail"] = ["553 5.7.1 <>: Sender address rejected: not owned by user"]
    assert len(sent(desk, smtpd)) == 1
    assert [line.split(" SIZE")[0] for line in smtpd.lines if line.upper().startswith("MAIL")] == [
        "MAIL FROM:<>", f"MAIL FROM:<{USER}>",
    ]  # fmt: skip
