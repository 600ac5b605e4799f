"""Reports about our letters, and letters that ask for nothing: what they change, and what they leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm import live, replies, send, writing
from deskterm.desk import Desk
from store import outbox
from store.log.entry import Change
from store.model import Kind, Status, Ticket
from store.reads import dead
from store.rules.acks import EXAMPLE
from tests.rigs.imapd import USER
from tests.rigs.mail import (
    Clock,
    all_tickets,
    box,
    letter,
    messages,
    one,
    opened,
    secrets,
    settings,
    states,
    take,
)

DANA, LEE = "Dana <dana@acme.example>", "Lee <lee@acme.example>"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box()), Clock()) as made:
        yield made


def answered(desk: Desk, *, cc: tuple[str, ...] = (), then: Status = Status.SOLVED) -> Ticket:
    """Dana's ticket, answered; the reply has left."""
    take(desk, letter(1, subject="Broken export", sender=DANA, msgid="q@acme.example"))
    made = one(desk, "Broken export")
    writing.reply(desk, made, replies.Reply("An answer.", (DANA,), cc), then=then, now=True)
    send.round_(desk, secrets=secrets)
    return desk.ticket(f"#{made.number}")


def report(
    original: str,
    *people: str,
    status: str = "5.1.1",
    action: str = "failed",
    n: int = 1,
    kind: str = "delivery-status",
) -> bytes:
    groups = "\r\n".join(
        f"Final-Recipient: rfc822; {person}\r\nAction: {action}\r\nStatus: {status}\r\n" for person in people
    )
    copy = (
        f"--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n\r\n"
        if original
        else ""
    )
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {USER}\r\nSubject: Delivery report\r\n"
        f"Message-ID: <report-{n}@mx.example>\r\nDate: {date}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is a report.\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\n{groups}\r\n{copy}--b--\r\n"
    ).encode()


def our_reply(desk: Desk, ticket: Ticket) -> tuple[str, outbox.Waiting]:
    reply = next(m for m in messages(desk, ticket) if m.kind is Kind.OUT)
    row = outbox.of_message(desk.conn, reply.id)
    assert row is not None
    return reply.msgid, row


def again(desk: Desk, ticket: Ticket) -> Ticket:
    return desk.ticket(f"#{ticket.number}")


def solve(desk: Desk, ticket: Ticket) -> None:
    changes = [Change(ticket.id, "status", "solved"), Change(ticket.id, "unread", None)]
    desk.commit(lambda tx: ("solve", changes, ()), words="")


def test_a_reply_that_comes_back_is_failed_and_its_ticket_is_work_again_once(desk: Desk) -> None:
    ticket = answered(desk, cc=(LEE,))
    msgid, _ = our_reply(desk, ticket)
    take(desk, report(msgid, "dana@acme.example"))
    back = again(desk, ticket)
    assert (back.status, back.unread, states(desk)) == (Status.OPEN, True, ["returned"])
    assert our_reply(desk, ticket)[1].error == "dana@acme.example: there is no such address"
    assert "undelivered" in messages(desk, back)[-1].why
    solve(desk, back)
    take(desk, report(msgid, "lee@acme.example", n=2), report(msgid, "lee@acme.example", n=3))
    assert again(desk, ticket).status is Status.SOLVED
    assert "; lee@acme.example: there is no such address" in our_reply(desk, ticket)[1].error
    assert outbox.unsent(desk.conn) == [], "it left, so it is not sent again by anybody's mistake"


def test_news_of_a_delay_brings_nothing_back_and_success_is_only_noted(desk: Desk) -> None:
    ticket = answered(desk)
    solve(desk, ticket)
    msgid, _ = our_reply(desk, ticket)
    take(desk, report(msgid, "dana@acme.example", status="2.0.0", action="delivered"))
    noted = again(desk, ticket)
    assert (noted.status, noted.unread, states(desk)) == (Status.SOLVED, False, ["sent"])
    assert "delivered" in messages(desk, noted)[-1].signals and "arrived" in messages(desk, noted)[-1].why
    take(desk, report(msgid, "dana@acme.example", status="4.4.1", action="delayed", n=2))
    late = again(desk, ticket)
    assert (late.status, late.unread, states(desk)) == (Status.SOLVED, True, ["sent"])
    assert len(all_tickets(desk)) == 1 and "is late" in messages(desk, late)[-1].why


def test_a_read_receipt_joins_and_is_only_noted(desk: Desk) -> None:
    ticket = answered(desk)
    solve(desk, ticket)
    msgid, _ = our_reply(desk, ticket)
    read = f"Original-Message-ID: <{msgid}>\r\nDisposition: m/s; displayed".encode()
    raw = report(msgid, "dana@acme.example", kind="disposition-notification")
    take(desk, raw.replace(b"Action: failed\r\nStatus: 5.1.1", read))
    assert len(all_tickets(desk)) == 1 and not again(desk, ticket).unread


def test_success_proves_a_letter_nobody_was_sure_of(desk: Desk) -> None:
    ticket = answered(desk)
    msgid, row = our_reply(desk, ticket)
    desk.commit(lambda tx: ("sending", outbox.moved(row, outbox.UNSURE), ()), words="")
    take(desk, report(msgid, "dana@acme.example", status="2.1.5", action="delivered"))
    assert states(desk) == ["sent"]


def test_a_report_without_an_id_is_about_our_newest_letter_and_proves_no_death(desk: Desk) -> None:
    ticket = answered(desk)
    take(desk, report("", "dana@acme.example"))
    back = again(desk, ticket)
    assert (back.status, states(desk)) == (Status.OPEN, ["returned"])
    assert "names no letter" in messages(desk, back)[-1].why
    assert dead.among(desk.conn, ["dana@acme.example"]) == {}


def test_a_report_about_a_letter_we_never_sent_touches_no_ticket(desk: Desk) -> None:
    ticket = answered(desk)
    take(
        desk, report("spam@elsewhere.example", "dana@acme.example"), report("", "eve@elsewhere.example", n=2)
    )
    assert again(desk, ticket).status is Status.SOLVED and states(desk) == ["sent"]
    assert len(all_tickets(desk)) == 3


def test_a_dead_address_is_known_until_somebody_writes_from_it(desk: Desk) -> None:
    ticket = answered(desk, cc=(LEE,))
    msgid, _ = our_reply(desk, ticket)
    take(desk, report(msgid, "dana@acme.example"))
    found = dead.among(desk.conn, ["Dana@ACME.example", "lee@acme.example"])
    assert (
        set(found) == {"dana@acme.example"} and found["dana@acme.example"].words == "there is no such address"
    )
    take(desk, report(msgid, "lee@acme.example", status="5.2.2", n=2))
    assert dead.among(desk.conn, ["lee@acme.example"]) == {}, "a full mailbox is not dead"
    from deskterm import panes

    assert "no such address" in panes.ticket(desk, ticket.id).returned
    assert panes.returned(desk, (LEE,)) == ""
    take(desk, letter(2, subject="I am here", sender=DANA))
    assert dead.among(desk.conn, ["dana@acme.example"]) == {}


def test_a_letter_of_the_desk_itself_that_comes_back_is_no_work(desk: Desk) -> None:
    desk.save_doc("ack", "all", EXAMPLE)
    live.open_(desk)
    take(desk, letter(1, subject="Help", sender=DANA))
    send.round_(desk, secrets=secrets)
    ticket = one(desk, "Help")
    solve(desk, ticket)
    msgid, _ = our_reply(desk, ticket)
    take(desk, report(msgid, "dana@acme.example"))
    assert (again(desk, ticket).status, states(desk)) == (Status.SOLVED, ["returned"])
    take(desk, letter(2, subject="Help again", sender="Dana <dana@acme.example>"))
    assert states(desk) == ["returned"], "one a day, also to an address that failed"


# Thanks (L15) and alerts (L36)


def thanks(desk: Desk, ticket: Ticket, text: str = "Thanks a lot!", n: int = 2, extra: str = "") -> Ticket:
    msgid, _ = our_reply(desk, ticket)
    take(desk, letter(n, subject="Re: Broken export", sender=DANA, answers=msgid, text=text, extra=extra))
    return again(desk, ticket)


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_mere_thanks_leave_it_solved_and_are_never_hidden(desk: Desk, status: Status) -> None:
    ticket = thanks(desk, answered(desk, then=status))
    assert (ticket.status, ticket.unread, ticket.tags) == (status, True, ("thanks",))
    assert len(all_tickets(desk)) == 1 and ticket.due_at is None
    said = messages(desk, ticket)[-1]
    assert "thanks" in said.signals and f"it only says thanks, so #1 stays {status}" in said.why
    from deskterm import panes

    assert panes.matching(desk, "tag:thanks is:unread") == [ticket.id]


def test_thanks_with_a_wish_open_it_and_take_the_mark_away(desk: Desk) -> None:
    ticket = thanks(desk, answered(desk))
    ticket = thanks(desk, ticket, "Thanks, but it is still broken.", n=3)
    assert (ticket.status, ticket.tags) == (Status.OPEN, ())


def test_thanks_while_we_wait_for_an_answer_are_an_answer(desk: Desk) -> None:
    assert thanks(desk, answered(desk, then=Status.WAITING)).status is Status.OPEN


ALERT = """
from = ["*@monitor.example"]
subject = ["[{state}] {key}"]
recovered = ["OK"]
within = "2h"
"""


def alert(n: int, state: str, key: str = "web1 HTTP") -> bytes:
    return letter(
        n, subject=f"[{state}] {key}", sender="Monitor <bot@monitor.example>", text=f"{state} since {n}"
    )


def test_letters_of_one_trouble_share_one_ticket_while_it_is_open(desk: Desk) -> None:
    desk.save_doc("alert", "monitor", ALERT)
    take(desk, *(alert(n, "DOWN") for n in range(40)), alert(90, "DOWN", "web2 HTTP"))
    assert [(t.subject, len(messages(desk, t))) for t in all_tickets(desk)] == [
        ("[DOWN] web1 HTTP", 40), ("[DOWN] web2 HTTP", 1),
    ]  # fmt: skip
    ticket = all_tickets(desk)[0]
    assert messages(desk, ticket)[-1].why == "letter 40 about web1 HTTP (alert monitor); #1 is open for it"
    changes = [Change(ticket.id, "status", "hold"), Change(ticket.id, "snooze_until", desk.now + 9999)]
    desk.commit(lambda tx: ("set", changes, ()), words="")
    take(desk, alert(41, "DOWN"))
    asleep = again(desk, ticket)
    assert (asleep.status, asleep.snooze_until is not None, asleep.unread) == (Status.HOLD, True, True)
    solve(desk, ticket)
    take(desk, alert(42, "DOWN"))
    assert len(all_tickets(desk)) == 3


def test_the_end_of_a_trouble_is_marked_or_solves_it(desk: Desk) -> None:
    desk.save_doc("alert", "monitor", ALERT)
    take(desk, alert(1, "DOWN"), alert(2, "OK"))
    (ticket,) = all_tickets(desk)
    assert (ticket.status, ticket.tags) == (Status.NEW, ("recovered",))
    take(desk, alert(3, "DOWN"))
    assert again(desk, ticket).tags == ()
    desk.save_doc("alert", "monitor", ALERT + "solve = true\n")
    take(desk, alert(4, "OK"))
    assert again(desk, ticket).status is Status.SOLVED
    take(desk, alert(5, "OK"))
    assert [t.status for t in all_tickets(desk)] == [Status.SOLVED, Status.SOLVED], "over before it was here"


def test_a_later_letter_of_an_old_trouble_makes_a_new_ticket(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "later", settings(box()), clock) as desk:
        desk.save_doc("alert", "monitor", ALERT)
        take(desk, alert(1, "DOWN"))
        clock.ahead += 3 * 3600
        take(desk, alert(2, "DOWN"))
        assert len(all_tickets(desk)) == 2
