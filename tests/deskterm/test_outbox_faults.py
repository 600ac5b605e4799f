"""Class O of the fault list on a whole desk: each reply is at the sink once, or it is shown why not."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from channels.errors import BadArgument
from channels.letter import Address, Outgoing
from channels.mime.compose import compose
from deskterm import replies, send, settling, sync, writing
from deskterm.desk import Desk, Done
from deskterm.ways import Ways
from store import learned, outbox
from store.errors import Refused
from store.model import Kind, Ticket
from tests.rigs import oracles
from tests.rigs.certificates import make
from tests.rigs.chaos import Chaos, Weather, steps
from tests.rigs.imapd import Imapd
from tests.rigs.mail import (
    DAY,
    Clock,
    all_tickets,
    box,
    letter,
    messages,
    opened,
    secrets,
    settings,
    states,
    take,
)  # fmt: skip
from tests.rigs.smtpd import CUT, Smtpd

DANA = "Dana <dana@customers.example>"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, smtpd: Smtpd, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as made:
        yield made


def asked(desk: Desk, *, subject: str = "Question", n: int = 1, extra: str = "", to: str = "") -> Ticket:
    """A ticket made by a letter of Dana's."""
    raw = letter(n, sender=DANA, subject=subject, extra=extra, **({"to": to} if to else {}))
    take(desk, raw)
    return all_tickets(desk)[-1]


def answer(desk: Desk, ticket: Ticket, text: str = "Here it is.", **more: object) -> Done:
    said = {"to": (DANA,)} | more
    return writing.reply(desk, ticket, replies.Reply(text, **said), now=True)  # pyright: ignore


def again(desk: Desk, clock: Clock, times: int = 12) -> None:
    """Hours and days go by, with a process that begins anew each time."""
    for n in range(times):
        clock.ahead += 300 * (n + 1) ** 2
        send.round_(desk, secrets=secrets, ways=Ways())


def rows(desk: Desk) -> list[outbox.Waiting]:
    found = desk.conn.execute("SELECT id FROM outbox ORDER BY n").fetchall()
    return [row for (eid,) in found if (row := outbox.row(desk.conn, eid))]


def holds(desk: Desk, smtpd: Smtpd) -> None:
    assert oracles.replies(desk, smtpd.letters) == []


def test_O01_cut_before_the_dot_at_any_byte_and_the_reply_arrives_once(
    tmp_path: Path, smtpd: Smtpd, clock: Clock, chaos: Callable[[int], Chaos]
) -> None:
    """A real line is cut at every few bytes on the way up: tried again, or unsure, and never twice."""
    line = chaos(smtpd.port)
    with opened(tmp_path / "home", settings(box(smtp=line.port)), clock) as desk:
        ticket = asked(desk)
        line.play(Weather())
        answer(desk, ticket)
        send.round_(desk, secrets=secrets)
        good = line.carried
        assert states(desk) == ["sent"] and good.up > 300
        points = list(steps(good, every=97))
        for weather in points:
            answer(desk, ticket)
            line.play(weather)
            send.round_(desk, secrets=secrets, ways=Ways())
            line.play(Weather())
            again(desk, clock, 3)
        assert len(points) > 8 and set(states(desk)) <= {"sent", "unsure"}
        assert states(desk).count("sent") > len(points) // 2
        holds(desk, smtpd)


def test_O02_cut_after_the_dot_is_unsure_and_is_not_sent_again(
    desk: Desk, smtpd: Smtpd, clock: Clock
) -> None:
    answer(desk, asked(desk))
    smtpd.script["dot"] = [CUT]
    again(desk, clock)
    assert states(desk) == ["unsure"] and len(smtpd.letters) == 1
    holds(desk, smtpd)


def test_O02_a_person_settles_what_is_unsure(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    from deskterm import unsent

    ticket = asked(desk)
    for way in (unsent.arrived, unsent.again):
        answer(desk, ticket)
        smtpd.script["dot"] = [CUT]
        send.round_(desk, secrets=secrets)
        with pytest.raises(Refused, match="cannot be taken back"):
            unsent.drop(desk, unsent.one(desk, ticket).id)
        way(desk, unsent.one(desk, ticket).id)
        clock.ahead += 60
        send.round_(desk, secrets=secrets)
    assert states(desk) == ["sent", "sent"] and len(smtpd.letters) == 3
    assert "seen to have arrived by ana" in rows(desk)[0].error
    with pytest.raises(Refused, match="waits for a decision"):
        unsent.one(desk, ticket)


def killed_after_the_answer(home: Path, setting: object, clock: Clock) -> None:
    """A sender whose machine dies between the server's 250 and our commit."""
    child = os.fork()
    if child == 0:
        with opened(home, setting, clock) as desk:  # pyright: ignore
            settling.settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            send.round_(desk, secrets=secrets)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("kept", ["in Sent", "in the mailbox", "nowhere"])
def test_O03_killed_between_the_250_and_the_commit_is_sent_by_proof_or_unsure(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, clock: Clock, kept: str
) -> None:
    home, setting = (
        tmp_path / "home",
        settings(box(imap=imapd, smtp=smtpd, copy_to_self=kept == "in the mailbox")),
    )
    with opened(home, setting, clock) as desk:
        answer(desk, asked(desk))
    killed_after_the_answer(home, setting, clock)
    assert len(smtpd.letters) == 1
    if kept != "nowhere":
        imapd.deliver(smtpd.letters[0].raw, **({"folder": "Sent"} if kept == "in Sent" else {}))
    with opened(home, setting, clock) as desk:
        again(desk, clock, 3)
        assert states(desk) == (["unsure"] if kept == "nowhere" else ["sent"])
        error = rows(desk)[0].error
        assert ("is not in the Sent folder so far" if kept == "nowhere" else "found in ") in error
        assert len(smtpd.letters) == 1 and len(imapd.raws("Sent")) == (kept != "nowhere")
        holds(desk, smtpd)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
def test_O05_put_off_at_each_step_backs_off_with_one_message_id_and_gives_up_in_the_end(
    desk: Desk, smtpd: Smtpd, clock: Clock, step: str
) -> None:
    answer(desk, asked(desk))
    smtpd.script[step] = ["451 4.3.0 not now"] * 3
    tries: list[int] = []
    for _ in range(4):
        send.round_(desk, secrets=secrets, ways=Ways())
        tries.append(rows(desk)[0].not_before - desk.now)
        clock.ahead += max(tries[-1], 0) + 1
    assert tries[:3] == sorted(tries[:3]) and states(desk) == ["sent"] and len(smtpd.letters) == 1
    answer(desk, all_tickets(desk)[0])
    smtpd.script[step] = ["451 4.3.0 not now"] * 100
    for _ in range(40):
        clock.ahead += 6 * 3600 + 1
        send.round_(desk, secrets=secrets, ways=Ways())
    assert states(desk) == ["sent", "refused"] and "given up" in rows(desk)[1].error
    assert desk.now - rows(desk)[1].not_before > 0
    holds(desk, smtpd)


def test_O07_two_addresses_in_one_field_are_refused_and_two_fields_both_mailed(
    desk: Desk, smtpd: Smtpd
) -> None:
    ticket = asked(desk)
    with pytest.raises(Refused, match="is not one mail address"):
        answer(desk, ticket, to=("dana@customers.example, lee@customers.example",))
    answer(desk, ticket, to=("dana@customers.example", "lee@customers.example"))
    send.round_(desk, secrets=secrets)
    assert [kept.to for kept in smtpd.letters] == [("dana@customers.example", "lee@customers.example")]


def test_O08_a_subject_with_odd_line_ends_is_answered_cleaned(desk: Desk, smtpd: Smtpd) -> None:
    ticket = writing.begin(
        desk, "One\u2028two\x0bthree\rfour\nBcc: all@x.example", address="dana@customers.example"
    )
    answer(desk, ticket)
    send.round_(desk, secrets=secrets)
    head = smtpd.letters[0].raw.split(b"\r\n\r\n")[0]
    assert states(desk) == ["sent"] and b"\nBcc" not in head and b"Subject: Re: One" in head


@pytest.mark.parametrize("field", ["sender", "to", "message_id"])
def test_O09_a_line_end_in_what_becomes_a_field_is_refused(field: str) -> None:
    good = Outgoing("a@x.example", Address("", "h@x.example"), (Address("", "d@x.example"),), "s", "t", 0)
    bad = {"sender": Address("", "h@x.example\r\nBcc: e@x"), "to": (Address("", "d@x\r\nBcc: e@x"),),
           "message_id": "a@x\r\nBcc: e@x"}  # fmt: skip
    from msgspec.structs import replace

    with pytest.raises(BadArgument):
        compose(replace(good, **{field: bad[field]}))


def test_O10_starttls_stripped_sends_nothing_and_says_so(tmp_path: Path, smtpd: Smtpd) -> None:
    setting = settings(box(smtp=smtpd, smtp_security="starttls"))
    with opened(tmp_path / "home", setting) as desk:
        answer(desk, asked(desk))
        send.round_(desk, secrets=secrets)
        assert states(desk) == ["later"] and "offers no encryption" in rows(desk)[0].error
        assert smtpd.letters == [] and "AUTH" not in smtpd.lines


def test_O11_a_certificate_nobody_vouches_for_stops_the_letter(tmp_path: Path) -> None:
    with Smtpd(certificate=make(tmp_path), implicit_tls=True) as tls:
        setting = settings(msgspec.structs.replace(box(smtp=tls), smtp_security="tls"))
        with opened(tmp_path / "home", setting) as desk:
            answer(desk, asked(desk))
            send.round_(desk, secrets=secrets)
            assert states(desk) == ["later"] and "certificate" in rows(desk)[0].error.lower()
            assert tls.letters == [] and tls.lines == []


def test_O12_blind_copies_are_in_the_envelope_and_in_no_byte(desk: Desk, smtpd: Smtpd) -> None:
    ticket = asked(desk)
    answer(desk, ticket, bcc=("Boss <boss@secret.example>",), cc=("lee@customers.example",))
    send.round_(desk, secrets=secrets)
    (kept,) = smtpd.letters
    assert kept.to == ("dana@customers.example", "lee@customers.example", "boss@secret.example")
    assert b"secret.example" not in kept.raw and b"Boss" not in kept.raw and b"bcc" not in kept.raw.lower()
    from store.reads import people

    assert "boss@secret.example" not in people.participants(desk.conn, ticket.id)
    assert messages(desk, ticket)[-1].bcc == ("Boss <boss@secret.example>",)


def test_O14_two_processes_with_one_desk_send_a_queued_reply_once(tmp_path: Path, smtpd: Smtpd) -> None:
    home, setting = tmp_path / "home", settings(box(smtp=smtpd))
    with opened(home, setting) as desk:
        for _ in range(5):
            answer(desk, asked(desk))
    together = threading.Barrier(3)

    def work() -> None:
        with opened(home, setting) as desk:
            together.wait(10)
            send.round_(desk, secrets=secrets)

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    together.wait(10)
    for one in both:
        one.join(60)
    with opened(home, setting) as desk:
        send.round_(desk, secrets=secrets)
        assert states(desk) == ["sent"] * 5 and len(smtpd.letters) == 5
        holds(desk, smtpd)


def test_O16_fifty_replies_of_a_week_offline_leave_in_order_once_and_overtaken_ones_ask(
    tmp_path: Path, smtpd: Smtpd, clock: Clock
) -> None:
    setting = settings(box(smtp=smtpd))
    with Smtpd() as gone:
        away = settings(box(smtp=gone.port))
    with opened(tmp_path / "home", away, clock) as desk:
        for n in range(50):
            answer(desk, asked(desk, n=n, subject=f"Question {n}"), f"Answer {n}.")
            clock.ahead += DAY / 7
            send.round_(desk, secrets=secrets, ways=Ways())
        overtaken = [7, 30]
        for n in overtaken:
            known = messages(desk, all_tickets(desk)[n])[0]
            take(desk, letter(100 + n, sender=DANA, subject=f"Re: Question {n}", answers=known.msgid))
        desk.settings = setting
        for _ in range(3):
            send.round_(desk, secrets=secrets, ways=Ways())
            clock.ahead += 700
        assert [n for n, state in enumerate(states(desk)) if state == "asks"] == overtaken
        assert "Dana wrote on" in rows(desk)[7].error
        texts = [kept.raw.split(b"\r\n\r\n", 1)[1].strip().decode() for kept in smtpd.letters]
        assert texts == [f"Answer {n}." for n in range(50) if n not in overtaken]
        holds(desk, smtpd)


def test_O19_a_dead_way_out_lets_letters_in_and_says_so(tmp_path: Path, imapd: Imapd, clock: Clock) -> None:
    with Smtpd() as gone:
        setting = settings(box(imap=imapd, smtp=gone.port))
    with opened(tmp_path / "home", setting, clock) as desk:
        sync.once(desk, secrets=secrets)
        from deskterm import live

        live.open_(desk)
        imapd.deliver(letter(1, sender=DANA))
        sync.once(desk, secrets=secrets)
        answer(desk, all_tickets(desk)[0])
        imapd.deliver(letter(2, subject="Second", sender=DANA))
        counts = sync.once(desk, secrets=secrets)
        assert (counts.new, counts.later, states(desk)) == (1, 1, ["later"])
        assert "was not sent" in rows(desk)[0].error


PEOPLE = ("dana@customers.example", "lee@customers.example", "mo@customers.example")
FATES = st.lists(
    st.tuples(
        st.sampled_from(("mail", "data", "dot", *(f"rcpt:{one}" for one in PEOPLE))),
        st.sampled_from(("451 4.3.0 later", "550 5.1.1 never", CUT, "421 4.3.2 bye")),
    ),
    max_size=5,
)  # fmt: skip


@examples(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES, people=st.sets(st.sampled_from(PEOPLE), min_size=1))
def test_I2_whatever_the_server_says_each_person_gets_it_once_or_it_is_shown_why_not(
    tmp_path_factory: pytest.TempPathFactory, fates: list[tuple[str, str]], people: set[str]
) -> None:
    clock = Clock()
    with (
        Smtpd() as sink,
        opened(tmp_path_factory.mktemp("o") / "home", settings(box(smtp=sink)), clock) as desk,
    ):
        ticket = asked(desk)
        for step, fate in fates:
            sink.script.setdefault(step, []).append(fate)
        for n in range(2):
            answer(desk, ticket, f"Words {n}.", to=tuple(sorted(people)))
        again(desk, clock, 8)
        assert oracles.replies(desk, sink.letters) == []
        assert fair(desk, sink) == []


def fair(desk: Desk, sink: Smtpd) -> list[str]:
    """For each reply and person: at the sink once, or in a row that says otherwise. Trusts no sum of ours."""
    faults: list[str] = []
    for ticket in all_tickets(desk):
        for message in messages(desk, ticket):
            if message.kind is not Kind.OUT:
                continue
            for person in message.people:
                address = replies.address_of(person)
                got = sum(address in kept.to and message.msgid.encode() in kept.raw for kept in sink.letters)
                ways = [
                    row for row in outbox.ways(desk.conn, message.id) if not row.rest or address in row.rest
                ]
                said = {row.state for row in ways}
                right = {"sent": got == 1, "unsure": got <= 1}
                if len(ways) != 1 or not right.get(next(iter(said)), got == 0):
                    faults.append(f"{address}: {got} times there, shown as {sorted(said)}")
    return faults


def test_an_address_of_the_mailbox_is_answered_from_and_given_up_loudly_where_the_server_refuses_it(
    tmp_path: Path, smtpd: Smtpd, clock: Clock
) -> None:
    setting = settings(box(smtp=smtpd, aliases=("sales@example.org",)))
    with opened(tmp_path / "home", setting, clock) as desk:
        ticket = asked(desk, to="Sales <sales@example.org>")
        answer(desk, ticket)
        send.round_(desk, secrets=secrets)
        assert smtpd.letters[0].sender == "sales@example.org"
        assert b"From: Help <sales@example.org>" in smtpd.letters[0].raw
        answer(desk, ticket)
        smtpd.script["rcpt"] = ["553 5.7.1 <sales@example.org>: Sender address rejected: not owned by user"]
        counts = send.round_(desk, secrets=secrets)
        assert counts.sent == 1 and "because the server refused sales@example.org" in counts.errors[0]
        assert (
            smtpd.letters[1].sender == "help@example.org"
            and "left from another address" in rows(desk)[1].error
        )
        assert messages(desk, ticket)[-1].sender == "Help <help@example.org>"
        # Remembered: the next one does not try.
        assert writing.sender_of(desk, ticket).sender == "Help <help@example.org>"
        holds(desk, smtpd)


def test_the_size_a_server_takes_is_known_before_the_next_letter(tmp_path: Path, clock: Clock) -> None:
    with Smtpd(limit=20_000) as sink, opened(tmp_path / "home", settings(box(smtp=sink)), clock) as desk:
        ticket = asked(desk)
        answer(desk, ticket)
        send.round_(desk, secrets=secrets)
        assert learned.size(desk.conn, "support") == 20_000
        (tmp_path / "big.bin").write_bytes(bytes(18_000))
        file, blob = writing.attach(desk, tmp_path / "big.bin")
        with pytest.raises(Refused, match=r"20,000 are the most .* Leave out big.bin"):
            writing.reply(desk, ticket, replies.Reply("Look.", (DANA,), files=(file,)), files=[blob])
        assert len(states(desk)) == 1


def test_a_letter_for_later_leaves_then_with_that_date_or_asks_when_the_customer_writes_first(
    desk: Desk, smtpd: Smtpd, clock: Clock
) -> None:
    first, second = asked(desk, n=1, subject="One"), asked(desk, n=2, subject="Two")
    at = desk.now + 3 * DAY
    for ticket in (first, second):
        assert "leaves 20" in answer(desk, ticket, at=at).words
    send.round_(desk, secrets=secrets)
    assert states(desk) == ["queued"] * 2
    clock.ahead += DAY
    take(desk, letter(9, sender=DANA, subject="Re: Two", answers=messages(desk, second)[0].msgid))
    assert send.round_(desk, secrets=secrets).asked == 1 and states(desk) == ["queued", "asks"]
    clock.ahead += 2 * DAY
    send.round_(desk, secrets=secrets)
    assert states(desk) == ["sent", "asks"] and len(smtpd.letters) == 1
    assert abs(messages(desk, first)[-1].date - at) < 60
    from deskterm import unsent

    unsent.again(desk, unsent.one(desk, second).id)
    clock.ahead += 60
    send.round_(desk, secrets=secrets)
    assert states(desk) == ["sent", "sent"]
    holds(desk, smtpd)


def test_a_colleagues_reply_holds_ours_and_our_own_does_not(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    ticket = asked(desk)
    base = desk.store.last_lseq()
    answer(desk, ticket, "First of mine.", base=base)
    answer(desk, ticket, "Second of mine.", base=base)
    assert send.round_(desk, secrets=secrets).sent == 2
    base = desk.store.last_lseq()
    other = Desk(desk.store, msgspec.structs.replace(desk.settings, agent="bo"), home=desk.home, clock=clock)
    answer(other, ticket, "A colleague's.")
    answer(desk, ticket, "Too late.", base=base)
    send.round_(desk, secrets=secrets)
    assert states(desk) == ["sent"] * 3 + ["asks"] and "bo replied on" in rows(desk)[3].error
    assert len(smtpd.letters) == 3


def test_a_reply_can_be_called_back_after_a_restart_until_its_window_is_over(
    tmp_path: Path, smtpd: Smtpd, clock: Clock
) -> None:
    home, setting = tmp_path / "home", settings(box(smtp=smtpd))
    with opened(home, setting, clock) as desk:
        ticket = asked(desk)
        writing.reply(desk, ticket, replies.Reply("The old text.", (DANA,)))
    clock.ahead += 6
    with opened(home, setting, clock) as desk:
        assert send.round_(desk, secrets=secrets).sent == 0
        desk.undo()
        writing.reply(desk, ticket, replies.Reply("The new text.", (DANA,)))
    clock.ahead += 11
    with opened(home, setting, clock) as desk:
        assert send.round_(desk, secrets=secrets).sent == 1
        with pytest.raises(Refused, match="cannot be called back"):
            desk.undo()
    assert len(smtpd.letters) == 1 and b"The new text." in smtpd.letters[0].raw
