"""A letter comes in: every row of the decision table, through real letters, lookups and commits."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import replies, send, writing
from deskterm.desk import Desk
from store.log import rebuild
from store.log.entry import Change
from store.model import Kind, Status, Ticket
from store.reads import people
from tests.rigs.imapd import USER
from tests.rigs.mail import DAY, Clock, all_tickets, box, letter, messages, one, opened, secrets, take
from tests.rigs.mail import settings as mail_settings

NOW = int(time.time())
DANA, LEE, EVE = "Dana <dana@acme.example>", "Lee <lee@acme.example>", "Eve <eve@elsewhere.example>"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", mail_settings(box()), clock) as made:
        yield made


def shown(desk: Desk) -> set[tuple[object, ...]]:
    """Tickets and messages as a value that does not depend on the order of arrival.

    A ticket that went into another one is only a name for it.
    """
    return {
        (
            t.subject, t.status, t.created, t.customer, t.last_in, t.last_out, t.unread,
            people.participants(desk.conn, t.id),
            frozenset((m.msgid, m.kind, m.date, m.body) for m in messages(desk, t)),
        )
        for t in all_tickets(desk) if not t.merged_into
    }  # fmt: skip


def asked(desk: Desk, *, answered: str = "An answer.", then: Status | None = Status.SOLVED) -> Ticket:
    """A ticket of Dana's that was answered, and the reply has left."""
    take(desk, letter(1, subject="Broken export", sender=DANA, msgid="q@acme.example"))
    made = one(desk, "Broken export")
    writing.reply(desk, made, replies.Reply(answered, (DANA,)), then=then, now=True)
    send.round_(desk, secrets=secrets)
    return desk.ticket(f"#{made.number}")


def our_id(desk: Desk, ticket: Ticket) -> str:
    return next(m.msgid for m in messages(desk, ticket) if m.kind is Kind.OUT)


# A new letter


def test_a_first_letter_makes_a_ticket_a_customer_and_a_reason(desk: Desk) -> None:
    counts = take(desk, letter(1, subject="Broken export", sender=DANA))
    ticket = one(desk, "Broken export")
    assert counts.new == 1 and (ticket.number, ticket.status, ticket.unread) == (1, Status.NEW, True)
    assert (ticket.priority, ticket.assignee, ticket.archive) == (3, "", None)
    assert ticket.due_at is not None, "a promise runs from the moment it came in"
    customer = people.customer(desk.conn, ticket.customer)
    assert customer is not None and (customer.email, customer.name) == ("dana@acme.example", "Dana")
    (message,) = messages(desk, ticket)
    assert message.kind is Kind.IN and "answers none" in message.why and "question 1" in desk.text(message)


def test_a_promise_runs_from_when_we_got_it_not_from_what_the_letter_says(desk: Desk) -> None:
    got = NOW - 600
    take(desk, letter(1, when=NOW - 90 * DAY), received=got)
    take(desk, letter(2, when=NOW + 90 * DAY), received=got)
    assert {ticket.created for ticket in all_tickets(desk)} == {got}


def test_a_server_whose_clock_is_ahead_does_not_stop_ours(desk: Desk) -> None:
    take(desk, letter(1), received=NOW + 10 * DAY)
    assert all_tickets(desk)[0].created <= desk.now


def test_our_own_addresses_take_part_in_nothing(desk: Desk) -> None:
    take(desk, letter(1, sender=DANA, to=f"{USER.upper()}, {LEE}", extra=f"Cc: {USER}"))
    assert people.participants(desk.conn, all_tickets(desk)[0].id) == {
        "dana@acme.example",
        "lee@acme.example",
    }


def test_a_domain_of_an_account_brings_its_account(desk: Desk) -> None:
    from store.log.entry import put

    with desk.store.write() as tx:
        tx.commit([put("o1", {"name": "Acme", "domain": "acme.example"})], actor="ana", kind="import")
    take(desk, letter(1, sender=DANA))
    found = people.by_email(desk.conn, "dana@acme.example")
    assert found is not None and found.account == "o1"


# Joining


def test_an_answer_of_who_takes_part_joins_and_wakes(desk: Desk) -> None:
    ticket = asked(desk)
    desk.commit(lambda tx: ("snooze", [Change(ticket.id, "snooze_until", desk.now + DAY)], ()), words="")
    take(desk, letter(2, subject="Re: Broken export", sender=DANA, answers=our_id(desk, ticket)))
    (again,) = all_tickets(desk)
    assert (again.status, again.unread, again.snooze_until) == (Status.OPEN, True, None)
    assert "dana@acme.example takes part in it" in messages(desk, again)[-1].why


def test_a_colleague_in_copy_joins_and_is_a_participant(desk: Desk) -> None:
    take(desk, letter(1, sender=DANA, msgid="q@acme.example", extra=f"Cc: {LEE}"))
    take(desk, letter(2, sender=LEE, answers="q@acme.example", extra=f"Cc: {EVE}"))
    (ticket,) = all_tickets(desk)
    assert len(messages(desk, ticket)) == 2
    assert "eve@elsewhere.example" in people.participants(desk.conn, ticket.id)


def test_a_stranger_with_a_known_id_only_claims(desk: Desk) -> None:
    ticket = asked(desk)
    take(desk, letter(2, subject="Re: Broken export", sender=EVE, answers=our_id(desk, ticket)))
    other = one(desk, "Re: Broken export")
    assert (messages(desk, other)[0].signals, other.status) == (("claims",), Status.NEW)
    assert desk.ticket(f"#{ticket.number}").status is Status.SOLVED


@pytest.mark.parametrize("sender", [DANA, EVE])
def test_a_number_in_the_subject_proves_nothing(desk: Desk, sender: str) -> None:
    ticket = asked(desk)
    take(desk, letter(2, subject=f"[#{ticket.number}] hello", sender=sender))
    assert len(all_tickets(desk)) == 2
    other = one(desk, f"[#{ticket.number}] hello")
    assert "claims" in messages(desk, other)[0].signals and "proves nothing" in messages(desk, other)[0].why


def test_equal_subjects_of_two_customers_do_not_meet(desk: Desk) -> None:
    take(desk, letter(1, subject="Invoice", sender=DANA), letter(2, subject="Invoice", sender=EVE))
    assert [len(messages(desk, ticket)) for ticket in all_tickets(desk)] == [1, 1]


def test_an_answer_to_a_closed_ticket_is_a_follow_up(desk: Desk) -> None:
    ticket = asked(desk, then=Status.CLOSED)
    take(desk, letter(2, subject="Re: Broken export", sender=DANA, answers=our_id(desk, ticket)))
    other = one(desk, "Re: Broken export")
    assert "follow-up" in messages(desk, other)[0].why and other.status is Status.NEW
    assert desk.ticket(f"#{ticket.number}").status is Status.CLOSED


def test_an_answer_to_a_merged_ticket_goes_where_it_went(desk: Desk) -> None:
    ticket = asked(desk)
    take(desk, letter(2, subject="Other", sender=DANA))
    into = one(desk, "Other")
    desk.commit(lambda tx: ("merge", [Change(ticket.id, "merged_into", into.id)], ()), words="")
    take(desk, letter(3, subject="Re: Broken export", sender=DANA, answers=our_id(desk, ticket)))
    assert len(all_tickets(desk)) == 2 and len(messages(desk, into)) == 2


def test_spam_stays_spam(desk: Desk) -> None:
    ticket = asked(desk, then=Status.SPAM)
    take(desk, letter(2, sender=DANA, answers=our_id(desk, ticket)))
    assert all_tickets(desk)[0].status is Status.SPAM


# Automatic letters, bounces, ourselves


def test_automatic_letters_wake_nobody(desk: Desk) -> None:
    ticket = asked(desk)
    desk.commit(lambda tx: ("snooze", [Change(ticket.id, "snooze_until", desk.now + DAY)], ()), words="")
    auto = "Auto-Submitted: auto-replied"
    take(desk, letter(2, subject="Out of office", sender=DANA, answers=our_id(desk, ticket), extra=auto))
    (again,) = all_tickets(desk)
    assert (again.status, again.snooze_until is not None, again.unread) == (Status.SOLVED, True, True)
    assert "auto" in messages(desk, again)[-1].signals


def bounce(original: str, recipient: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {USER}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <bounce-{status}@mx.example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "Auto-Submitted: auto-replied\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n"
        f"From: {USER}\r\nSubject: Re: Broken export\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_joins_the_reply_it_returns_and_wakes(desk: Desk) -> None:
    ticket = asked(desk)
    take(desk, bounce(our_id(desk, ticket), "dana@acme.example"), received=desk.now)
    (again,) = all_tickets(desk)
    assert (again.status, again.unread) == (Status.OPEN, True)
    assert "bounce" in messages(desk, again)[-1].signals and "undelivered" in messages(desk, again)[-1].why


def test_news_of_a_delay_is_shown_and_wakes_nobody(desk: Desk) -> None:
    ticket = asked(desk)
    take(desk, bounce(our_id(desk, ticket), "dana@acme.example", status="4.4.1", action="delayed"))
    (again,) = all_tickets(desk)
    assert again.status is Status.SOLVED and len(messages(desk, again)) == 3


def test_a_bounce_about_somebody_else_does_not_join(desk: Desk) -> None:
    ticket = asked(desk)
    take(desk, bounce(our_id(desk, ticket), "stranger@nowhere.example"))
    assert len(all_tickets(desk)) == 2 and desk.ticket(f"#{ticket.number}").status is Status.SOLVED


def test_our_address_as_sender_is_nobody_certain(desk: Desk) -> None:
    ticket = asked(desk)
    forged = letter(2, sender=f"Help <{USER}>", to="dana@acme.example", answers=our_id(desk, ticket))
    take(desk, forged, letter(3, subject="From us", sender=USER, to=USER))
    assert desk.ticket(f"#{ticket.number}").status is Status.SOLVED
    forged_in = [
        m for t in all_tickets(desk) for m in messages(desk, t) if m.kind is Kind.IN and USER in m.sender
    ]
    assert len(forged_in) == 2 and all("unverified" in message.signals for message in forged_in)


@pytest.mark.parametrize("sender", ["", "a@x.example, b@x.example"])
def test_no_sender_or_two_are_unverified(desk: Desk, sender: str) -> None:
    raw = letter(1, sender=sender or "x").replace(b"From: x\r\n", b"")
    take(desk, raw)
    assert "unverified" in messages(desk, all_tickets(desk)[0])[0].signals


def test_our_reply_that_comes_back_is_no_new_message(desk: Desk) -> None:
    """A copy in Sent or a Bcc to ourselves, as a server hands it back, with a signature or a footer."""
    ticket = asked(desk, answered="Please try again.\nIt was > our mistake.\n\n> quoted\n")
    (out,) = (desk.home / "out" / "new").iterdir()
    for raw in (out.read_bytes(), b"Received: from us\r\n" + out.read_bytes() + b"-- \r\nA list\r\n"):
        counts = take(desk, raw)
        assert (counts.known, counts.new) == (1, 0)
    assert len(messages(desk, ticket)) == 2


def test_a_stranger_with_our_message_id_is_not_swallowed(desk: Desk) -> None:
    ticket = asked(desk)
    for sender in (EVE, USER):
        counts = take(
            desk, letter(2, sender=sender, msgid=our_id(desk, ticket), text="Quite another text.\n")
        )
        assert counts.new == 1
    texts = [desk.text(m) for t in all_tickets(desk) for m in messages(desk, t) if "same-id" in m.signals]
    assert texts == ["Quite another text.\n"] * 2


# Identity


def test_seen_before_changes_nothing_however_it_travelled(desk: Desk) -> None:
    raw = letter(1, when=NOW)
    take(desk, raw, raw)
    take(desk, b"Received: from mx\r\nDelivered-To: x\r\n" + raw)
    assert [len(messages(desk, ticket)) for ticket in all_tickets(desk)] == [1]


def test_three_letters_without_a_message_id_are_three_tickets(desk: Desk) -> None:
    raws = [letter(n, subject="No id", sender=DANA, msgid="", when=NOW) for n in range(3)]
    take(desk, *raws)
    assert take(desk, *raws).known == 3
    assert len(all_tickets(desk)) == 3


@pytest.mark.parametrize("same", ["sender and date", "id alone"])
def test_a_repeated_message_id_with_another_text_keeps_both(desk: Desk, same: str) -> None:
    other = {} if same == "sender and date" else {"sender": EVE, "when": NOW + 5}
    raws = [
        letter(1, msgid="dup@x", when=NOW, text="One.\n"),
        letter(1, **({"msgid": "dup@x", "when": NOW, "text": "Two.\n"} | other)),  # pyright: ignore
    ]
    take(desk, *raws)
    assert take(desk, *raws, *reversed(raws)).known == 4
    found = [m for t in all_tickets(desk) for m in messages(desk, t)]
    assert sorted(desk.text(message) for message in found) == ["One.\n", "Two.\n"]
    assert sorted("same-id" in message.signals for message in found) == [False, True]


def test_ids_of_repeated_message_ids_do_not_depend_on_who_came_first(tmp_path: Path) -> None:
    raws = [letter(1, msgid="dup@x", when=NOW, sender=who, text=f"From {who}.\n") for who in (DANA, EVE)]
    ids: list[set[str]] = []
    for n, order in enumerate((raws, raws[::-1])):
        with opened(tmp_path / f"home{n}", mail_settings(box())) as desk:
            desk.store.secret = b"one secret for both machines"
            take(desk, *order)
            ids.append({m.id for t in all_tickets(desk) for m in messages(desk, t)})
    assert ids[0] == ids[1] and len(ids[0]) == 2


# The archive


def test_the_archive_is_silent_and_its_age_decides(desk: Desk) -> None:
    now = desk.now
    young, old = letter(1, subject="Young", when=now - 2 * DAY), letter(2, subject="Old", when=now - 20 * DAY)
    counts = take(desk, young, old, archived=now)
    assert (counts.archived, counts.new) == (2, 0)
    assert [(one(desk, s).status, one(desk, s).unread) for s in ("Young", "Old")] == [
        (Status.OPEN, True), (Status.CLOSED, False)
    ]  # fmt: skip
    assert all(ticket.due_at is None and ticket.archive == now for ticket in all_tickets(desk))
    assert one(desk, "Old").created == now - 20 * DAY, "an old letter keeps its own date"


def test_archive_letters_of_the_future_or_without_a_date_keep_when_they_came(desk: Desk) -> None:
    got = desk.now - DAY
    take(desk, letter(1, when=NOW + 999 * DAY), archived=desk.now, received=got)
    take(desk, letter(2).replace(b"Date:", b"X-Date:"), archived=desk.now, received=got)
    assert {ticket.created for ticket in all_tickets(desk)} == {got}


def test_our_letters_in_the_archive_are_replies_and_the_ticket_waits(desk: Desk) -> None:
    now = desk.now
    question = letter(1, subject="Export", sender=DANA, msgid="q@acme.example", when=now - 3 * DAY)
    answer = letter(
        2, subject="Re: Export", sender=USER, to="dana@acme.example", answers="q@acme.example",
        when=now - 2 * DAY,
    )  # fmt: skip
    take(desk, question, answer, archived=now)
    (ticket,) = all_tickets(desk)
    assert ticket.status is Status.WAITING
    assert [(m.kind, m.author) for m in messages(desk, ticket)][1] == (Kind.OUT, "ana")


def test_what_people_did_since_an_import_stays(desk: Desk) -> None:
    now = desk.now
    older, younger = (letter(1, sender=DANA, msgid="q@a.example", when=now - 5 * DAY),
                      letter(2, sender=DANA, answers="q@a.example", when=now - 3 * DAY))  # fmt: skip
    take(desk, older, archived=now)
    ticket = all_tickets(desk)[0]
    desk.commit(lambda tx: ("solve", [Change(ticket.id, "status", "solved")], ()), words="")
    take(desk, younger, archived=now)
    assert all_tickets(desk)[0].status is Status.SOLVED and len(messages(desk, ticket)) == 2


def test_an_old_conversation_in_the_archive_is_one_closed_ticket(desk: Desk) -> None:
    ids = ["1@acme.example", "2@acme.example", "3@acme.example"]
    raws = [
        letter(n, sender=DANA, msgid=ids[n], answers=ids[n - 1] if n else "", when=desk.now - (90 - n) * DAY)
        for n in range(3)
    ]
    take(desk, *raws, archived=desk.now)
    (ticket,) = all_tickets(desk)
    assert (ticket.status, len(messages(desk, ticket))) == (Status.CLOSED, 3)


def test_a_new_letter_in_an_archived_thread_starts_the_clock(desk: Desk, clock: Clock) -> None:
    now = desk.now
    take(desk, letter(1, sender=DANA, msgid="q@a.example", when=now - 5 * DAY), archived=now)
    clock.ahead += 60
    take(desk, letter(2, sender=DANA, answers="q@a.example"), received=now + 30)
    (ticket,) = all_tickets(desk)
    assert ticket.status is Status.OPEN and ticket.due_at is not None


def threads(seed: int) -> list[bytes]:
    """An archive of some threads, oldest first: questions, answers of ours and of colleagues in copy."""
    chance, made, when = random.Random(seed), list[bytes](), NOW - 40 * DAY
    heads: dict[int, tuple[str, str]] = {}
    for n in range(chance.randrange(2, 14)):
        when += chance.randrange(3_600, 6 * DAY)
        thread = chance.randrange(4)
        person = f"p{thread}@acme{thread}.example"
        others = f"Cc: l{thread}@acme{thread}.example"
        if thread not in heads:
            subject = f"Thread {thread}"
            sender, to, cites = person, USER, ""
        else:
            subject, cites = f"Re: Thread {thread}", heads[thread][0]
            sender = chance.choice((person, f"l{thread}@acme{thread}.example", USER))
            to = f"{person}, {USER}" if sender != USER else person
        heads[thread] = (f"{n}.{seed}@acme{thread}.example", sender)
        made.append(
            letter(
                n, subject=subject, sender=sender, to=to, msgid=heads[thread][0],
                when=min(when, NOW - 60 * (20 - n)),
                answers=cites, extra=others,
            )
        )  # fmt: skip
    return made


def imported(
    home: Path, raws: Sequence[bytes], *, cuts: Sequence[int] = ()
) -> tuple[set[tuple[object, ...]], int]:
    """An archive import in steps, each at a later moment, as an interrupted one goes on."""
    clock = Clock()
    with opened(home, mail_settings(box()), clock) as desk:
        desk.store.secret = b"the same secret"
        edges = [0, *sorted({cut % (len(raws) + 1) for cut in cuts}), len(raws)]
        for first, last in pairwise(edges):
            take(desk, *raws[first:last], archived=desk.now)
            clock.ahead += 1
        assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
        return shown(desk)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(0, 20), max_size=3))
def test_any_order_and_any_interruption_of_an_import_give_the_same_tickets(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cuts: list[int]
) -> None:
    raws = threads(seed)
    root = tmp_path_factory.mktemp("orders")
    oldest_first = imported(root / "a", raws)
    assert imported(root / "b", raws[::-1]) == oldest_first
    assert imported(root / "c", raws[::-1], cuts=cuts) == oldest_first
