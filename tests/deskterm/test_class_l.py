"""Loops and storms, class L of the scoreboard: through the real intake, outbox and SMTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deskterm import replies, send, writing
from deskterm.desk import Desk
from store.model import Kind, Status
from store.rules.acks import EXAMPLE
from tests.rigs.imapd import USER
from tests.rigs.mail import Clock, all_tickets, box, letter, messages, opened, secrets, settings, states, take
from tests.rigs.smtpd import Kept, Smtpd

ACK = """
subject = "It is here (#{{{{ ticket.number }}}})"
open = "We have it, says {}."
"""
CANARY = "buy-cheap-pills"
OTHER = "desk@other.example"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, smtpd: Smtpd, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as made:
        made.save_doc("ack", "everybody", EXAMPLE)
        yield made


def left(desk: Desk, smtpd: Smtpd) -> list[bytes]:
    send.round_(desk, secrets=secrets)
    return [kept.raw for kept in smtpd.letters]


@pytest.mark.parametrize("word", ["auto-replied", "auto-generated", "auto-notified; x=y"])
def test_L01_an_auto_responder_gets_no_automatic_answer(desk: Desk, smtpd: Smtpd, word: str) -> None:
    for n in range(20):
        take(desk, letter(n, sender=f"r{n}@robots.example", extra=f"Auto-Submitted: {word}"))
    assert left(desk, smtpd) == []


def test_L02_a_responder_without_any_header_gets_one_a_day(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    for day in (1, 2, 3):
        for n in range(12):
            take(desk, letter(100 * day + n, sender="Away <away@robots.example>", subject=f"I am away ({n})"),
                 received=desk.now)  # fmt: skip
            left(desk, smtpd)
            clock.ahead += 600
        assert len(smtpd.letters) == day
        clock.ahead += 86_400


def test_L02_a_responder_that_changes_its_address_gets_three(desk: Desk, smtpd: Smtpd) -> None:
    for n in range(30):
        take(desk, letter(n, sender=f"away+{n}x{n}@mx{n}.robots.example", subject=f"I am away ({n})"))
    for n in range(30, 60):
        take(desk, letter(n, sender=f"away{n}@robots.example", subject=f"I am away ({n})"))
    assert len(left(desk, smtpd)) <= 3


MARKS = re.compile(rb"(?im)^(?:auto-submitted|precedence|x-auto-response-suppress):.*\r\n")
THREADS = re.compile(rb"(?im)^(?:in-reply-to|references):.*\r\n")


@pytest.mark.parametrize(
    ("relay", "most"),
    [
        (lambda raw: raw, 1),
        (lambda raw: MARKS.sub(b"", raw), 1),
        (lambda raw: THREADS.sub(b"", MARKS.sub(b"", raw)), 2),
    ],
    ids=["as it is", "marks taken off", "marks and threads taken off"],
)
def test_L04_two_desks_writing_at_each_other_for_1000_rounds(
    tmp_path: Path, clock: Clock, relay: Callable[[bytes], bytes], most: int
) -> None:
    """One letter of a person and one acknowledgement of it, whatever marks a relay takes off."""
    with ExitStack() as stack:
        sinks = [stack.enter_context(Smtpd()) for _ in range(2)]
        boxes = [box(smtp=sinks[0]), box(smtp=sinks[1], address=OTHER, user=USER)]
        desks = [
            stack.enter_context(opened(tmp_path / f"desk{n}", settings(one), clock))
            for n, one in enumerate(boxes)
        ]
        for one in desks:
            one.save_doc("ack", "everybody", ACK.format(one.settings.addresses()))
        begun = writing.begin(desks[0], "A question for the other desk", address=OTHER)
        writing.reply(desks[0], begun, replies.Reply("Are you there?", (OTHER,)), now=True)
        carried = [0, 0]
        for _ in range(1_000):
            for here, there in ((0, 1), (1, 0)):
                send.round_(desks[here], secrets=secrets)
                fresh: list[Kept] = sinks[here].letters[carried[here] :]
                carried[here] += len(fresh)
                if fresh:
                    take(desks[there], *(relay(kept.raw) for kept in fresh))
            clock.ahead += 30
        assert sum(carried) <= 1 + most
        assert 1 <= sum(m.auto for one in desks for t in all_tickets(one) for m in messages(one, t)) <= most


def bounce(original: str, person: str, n: int) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {USER}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <b{n}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {person}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n\r\n--b--\r\n"
    ).encode()


def test_L05_a_bounce_of_an_acknowledgement_is_an_event_on_it_and_gets_no_answer(
    desk: Desk, smtpd: Smtpd
) -> None:
    take(desk, letter(1))
    assert len(left(desk, smtpd)) == 1
    (ticket,) = all_tickets(desk)
    ack = next(m for m in messages(desk, ticket) if m.kind is Kind.OUT)
    take(desk, *(bounce(ack.msgid, "c1@customers.example", n) for n in range(5)))
    assert len(left(desk, smtpd)) == 1 and states(desk) == ["returned"]
    assert [t.status for t in all_tickets(desk)] == [Status.NEW] and len(messages(desk, ticket)) == 7


@pytest.mark.parametrize(
    "extra",
    [
        "Return-Path: <>",
        "Return-Path: <MAILER-DAEMON>",
        "Precedence: junk",
        "X-Failed-Recipients: x@y.example",
    ],
)
def test_L05_a_letter_of_no_sender_gets_no_answer(desk: Desk, smtpd: Smtpd, extra: str) -> None:
    take(desk, letter(1, extra=extra, sender="Mail Delivery System <MAILER-DAEMON@mx.example>"))
    take(desk, letter(2, extra="Return-Path: <>"))
    assert left(desk, smtpd) == []


def test_L07_our_own_address_as_sender_is_no_loop_and_gets_no_answer(desk: Desk, smtpd: Smtpd) -> None:
    take(desk, letter(1, sender=f"Help <{USER}>"), letter(2, sender=USER.upper()))
    assert left(desk, smtpd) == []
    take(desk, letter(3))
    left(desk, smtpd)
    before = [len(messages(desk, t)) for t in all_tickets(desk)]
    take(desk, *[kept.raw for kept in smtpd.letters])
    assert [len(messages(desk, t)) for t in all_tickets(desk)] == before, "our own letter came back"
    assert len(left(desk, smtpd)) == 1


def test_L09_an_acknowledgement_carries_no_text_of_the_letter_and_is_rationed(
    desk: Desk, smtpd: Smtpd
) -> None:
    """A stranger writes in a victim's name so that we carry his text there."""
    for n in range(10):
        spam = letter(
            n, subject=f"{CANARY} {n}", sender=f'"{CANARY} now" <victim@innocent.example>',
            text=f"{CANARY}\n",
            extra=f"Keywords: {CANARY}", msgid=f"<{CANARY}/{n}>@spam.example",
        )  # fmt: skip
        take(desk, spam)
    (raw,) = left(desk, smtpd)
    assert CANARY.encode() not in raw and smtpd.letters[0].to == ("victim@innocent.example",)
    assert smtpd.letters[0].sender == "<>", "nothing can come back"
