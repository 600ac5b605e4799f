"""Sending: each reply leaves once and in order, come what may, and its state says what is known."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from channels.errors import NoSecret
from channels.passwords import Secret
from deskterm import live, replies, send, settling, writing
from deskterm.config import Box
from deskterm.desk import Desk, Done
from deskterm.ways import Ways
from store import outbox
from store.errors import Refused
from store.model import Kind, Status, Ticket
from tests.rigs.imapd import Imapd
from tests.rigs.mail import Clock, box, letter, messages, one, opened, secrets, settings, states, take, until
from tests.rigs.smtpd import CUT, Smtpd


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, smtpd: Smtpd, clock: Clock) -> Iterator[Desk]:
    """A desk that writes through the sink, its outbox open."""
    with opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as made:
        yield made


def ticket(desk: Desk, subject: str = "Question 1", person: str = "dana@customers.example") -> Ticket:
    return writing.begin(desk, subject, address=person, name="Dana")


def reply(
    desk: Desk, to: Ticket, text: str = "Here it is.", *, people: Sequence[str] = ("dana@customers.example",),
    now: bool = True, then: Status | None = None,
) -> Done:  # fmt: skip
    return writing.reply(desk, to, replies.Reply(text, tuple(people)), then=then, now=now)


def words(smtpd: Smtpd) -> list[str]:
    """The first line of each letter that arrived."""
    return [kept.raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n")[0].decode() for kept in smtpd.letters]


def rows(desk: Desk) -> list[outbox.Waiting]:
    found = desk.conn.execute("SELECT id FROM outbox ORDER BY n").fetchall()
    return [row for (eid,) in found if (row := outbox.row(desk.conn, eid))]


def test_a_reply_leaves_after_its_undo_window_and_not_before(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    reply(desk, ticket(desk), now=False)
    assert send.round_(desk, secrets=secrets).sent == 0 and states(desk) == ["queued"]
    assert send.next_at(desk, Ways()) == pytest.approx(desk.now + 10, abs=1)
    clock.ahead += 11
    assert send.round_(desk, secrets=secrets).sent == 1
    assert (states(desk), len(smtpd.letters)) == (["sent"], 1)
    clock.ahead += 86_400
    send.round_(desk, secrets=secrets)
    assert len(smtpd.letters) == 1


def test_a_reply_called_back_never_leaves_and_its_words_come_back(
    desk: Desk, smtpd: Smtpd, clock: Clock
) -> None:
    made = ticket(desk)
    reply(desk, made, "Too soon.", now=False, then=Status.SOLVED)
    desk.undo()
    clock.ahead += 60
    send.round_(desk, secrets=secrets)
    assert (states(desk), smtpd.letters) == (["called back"], [])
    assert desk.ticket(f"#{made.number}").status == Status.OPEN and not messages(desk, made)
    from store import drafts

    draft = drafts.of(desk.conn, made.id, "ana")
    assert draft is not None and draft.text == "Too soon."
    desk.redo()
    clock.ahead += 60
    send.round_(desk, secrets=secrets)
    assert words(smtpd) == ["Too soon."]


def test_called_back_while_the_server_was_asked_stays_called_back(desk: Desk, smtpd: Smtpd) -> None:
    """The person is quicker than a server that says no, and than the dot."""
    for step in ("rcpt", "data"):
        reply(desk, ticket(desk), now=True)
        smtpd.script[step] = ["451 4.3.0 not now"]
        asked = smtpd.next

        def meanwhile(*steps: str, at: str = step, ask: Callable[..., str] = asked) -> str:
            if at in steps and states(desk)[-1] == "queued":
                desk.undo()
            return ask(*steps)

        smtpd.next = meanwhile  # pyright: ignore
        send.round_(desk, secrets=secrets)
        smtpd.next = asked  # pyright: ignore
    assert (states(desk), smtpd.letters) == (["called back"] * 2, [])


def test_what_left_cannot_be_called_back(desk: Desk) -> None:
    reply(desk, ticket(desk))
    send.round_(desk, secrets=secrets)
    with pytest.raises(Refused, match="sent and cannot be called back"):
        desk.undo()
    assert states(desk) == ["sent"]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "body"])
def test_a_line_cut_before_the_dot_means_not_sent_and_tried_again(
    desk: Desk, smtpd: Smtpd, clock: Clock, tmp_path: Path, step: str
) -> None:
    # Only a letter that does not fit into the buffers on the way is cut inside.
    (tmp_path / "large.bin").write_bytes(bytes(9_000_000 if step == "body" else 9))
    file, blob = writing.attach(desk, tmp_path / "large.bin")
    said = replies.Reply("Here it is.", ("dana@customers.example",), files=(file,))
    writing.reply(desk, ticket(desk), said, now=True, files=[blob])
    smtpd.script[step] = [CUT]
    assert send.round_(desk, secrets=secrets).later == 1
    assert (states(desk), smtpd.letters) == (["later"], [])
    clock.ahead += 61
    assert send.round_(desk, secrets=secrets).sent == 1
    assert (states(desk), len(smtpd.letters)) == (["sent"], 1)


def test_a_line_cut_after_the_dot_is_unsure_and_never_resent(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    reply(desk, ticket(desk))
    smtpd.script["dot"] = [CUT]
    assert send.round_(desk, secrets=secrets).unsure == 1
    for _ in range(5):
        clock.ahead += 86_400
        send.round_(desk, secrets=secrets, ways=Ways())
    assert (states(desk), len(smtpd.letters)) == (["unsure"], 1)
    assert "may have been sent" in rows(desk)[0].error
    with pytest.raises(Refused, match="unsure and cannot be called back"):
        desk.undo()


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
def test_put_off_by_the_server_backs_off_with_the_same_message_id(
    desk: Desk, smtpd: Smtpd, clock: Clock, step: str
) -> None:
    reply(desk, ticket(desk))
    smtpd.script[step] = ["451 4.3.0 come back"] * 3
    waits: list[int] = []
    while states(desk) != ["sent"]:
        send.round_(desk, secrets=secrets)
        row = rows(desk)[0]
        if row.state == "later":
            assert "come back" in row.error
            waits.append(round(row.not_before - desk.now, -1))
            assert send.round_(desk, secrets=secrets) == send.round_(desk, secrets=secrets)
            clock.ahead += row.not_before - desk.now + 1
    assert waits == [60, 300, 900]
    ids = {
        line for kept in smtpd.letters for line in kept.raw.split(b"\r\n") if line.startswith(b"Message-ID")
    }
    assert len(smtpd.letters) == 1 and ids == {f"Message-ID: <{rows(desk)[0].msgid}>".encode()}


def test_refused_puts_the_ticket_back_to_work(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    made = ticket(desk)
    reply(desk, made, then=Status.SOLVED)
    smtpd.script["rcpt"] = ["550 5.1.1 nobody of that name"]
    assert send.round_(desk, secrets=secrets).refused == 1
    back = desk.ticket(f"#{made.number}")
    assert (states(desk), back.status, back.unread) == (["refused"], Status.OPEN, True)
    assert "nobody of that name" in rows(desk)[0].error
    clock.ahead += 86_400
    send.round_(desk, secrets=secrets)
    assert smtpd.letters == []


def test_an_address_that_cannot_stand_in_a_letter_stops_that_letter_only(
    desk: Desk, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ticket(desk)
    with pytest.raises(Refused, match="is not one mail address"):
        reply(desk, made, "Bad.", people=["Eve <eve@x.example\nBcc: all@x.example>"])
    # However it came into the outbox.
    monkeypatch.setattr(writing, "check", lambda *_: None)
    reply(desk, made, "Bad.", people=["Eve <eve@x.example\nBcc: all@x.example>"])
    reply(desk, ticket(desk, "Another"), "Good.")
    counts = send.round_(desk, secrets=secrets)
    assert (counts.refused, counts.sent) == (1, 1)
    assert states(desk) == ["refused", "sent"] and words(smtpd) == ["Good."]
    assert desk.ticket(f"#{made.number}").unread


def test_whom_the_server_puts_off_gets_the_letter_later_and_the_others_once(
    desk: Desk, smtpd: Smtpd, clock: Clock
) -> None:
    people = ("dana@customers.example", "lee@customers.example", "gone@customers.example")
    reply(desk, ticket(desk), people=people)
    smtpd.script["rcpt:lee@customers.example"] = ["450 4.2.0 greylisted"]
    smtpd.script["rcpt:gone@customers.example"] = ["550 5.1.1 unknown"]
    counts = send.round_(desk, secrets=secrets)
    assert (counts.sent, counts.later, counts.refused) == (1, 1, 1)
    assert states(desk) == ["sent", "later", "refused"]
    assert rows(desk)[2].error == "gone@customers.example: 5.1.1 unknown"
    with pytest.raises(Refused, match="cannot be called back"):
        desk.undo()
    clock.ahead += 61
    assert send.round_(desk, secrets=secrets).sent == 1
    assert [kept.to for kept in smtpd.letters] == [("dana@customers.example",), ("lee@customers.example",)]
    assert smtpd.letters[0].raw == smtpd.letters[1].raw and states(desk) == ["sent", "sent", "refused"]


def test_offline_for_a_week_then_everything_leaves_once_and_in_order(tmp_path: Path, clock: Clock) -> None:
    with Smtpd() as gone:
        port = gone.port
    with opened(tmp_path / "home", settings(box(smtp=port)), clock) as desk:
        ways, tried = Ways(), 0
        made = [ticket(desk, f"Question {n}") for n in range(5)]
        for day in range(7):
            for n, one_ticket in enumerate(made):
                reply(desk, one_ticket, f"Day {day}, answer {n}.")
            for _ in range(4):
                counts = send.round_(desk, secrets=secrets, ways=ways)
                tried += counts.later
                clock.ahead += 6 * 3600
        assert tried == 7 * 4, "one probe a round, however many letters wait"
        assert set(states(desk)) == {"queued", "later"}
        assert "cannot be reached" in rows(desk)[0].error or "lost at connect" in rows(desk)[0].error
        with Smtpd() as back:
            desk.settings = settings(box(smtp=back))
            ways.ask("support")
            assert send.round_(desk, secrets=secrets, ways=ways).sent == 35
            send.round_(desk, secrets=secrets, ways=ways)
            assert words(back) == [f"Day {day}, answer {n}." for day in range(7) for n in range(5)]
        assert set(states(desk)) == {"sent"}


def test_a_new_reply_does_not_overtake_those_that_wait_for_the_server(tmp_path: Path, clock: Clock) -> None:
    with Smtpd() as gone:
        port = gone.port
    with opened(tmp_path / "home", settings(box(smtp=port)), clock) as desk:
        reply(desk, ticket(desk), "First.")
        send.round_(desk, secrets=secrets)
        with Smtpd() as back:
            desk.settings = settings(box(smtp=back))
            reply(desk, ticket(desk, "Another"), "Second.")
            send.round_(desk, secrets=secrets)
            assert words(back) == ["First.", "Second."]


def test_a_letter_put_off_holds_back_the_later_ones_of_its_ticket_alone(
    desk: Desk, smtpd: Smtpd, clock: Clock
) -> None:
    made = ticket(desk)
    reply(desk, made, "One.")
    smtpd.script["data"] = ["451 4.3.0 not now"]
    send.round_(desk, secrets=secrets)
    reply(desk, made, "Two.")
    reply(desk, ticket(desk, "Another"), "Elsewhere.")
    send.round_(desk, secrets=secrets)
    assert words(smtpd) == ["Elsewhere."]
    assert send.next_at(desk, Ways()) == rows(desk)[0].not_before, "nothing is due before the first one"
    clock.ahead += 61
    send.round_(desk, secrets=secrets)
    assert words(smtpd) == ["Elsewhere.", "One.", "Two."]


def test_a_refused_login_is_tried_once_until_somebody_asks(tmp_path: Path, clock: Clock) -> None:
    with Smtpd() as smtpd, opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as desk:
        ways = Ways()
        for n in range(20):
            reply(desk, ticket(desk, f"Question {n}"))

        def attempts() -> int:
            return smtpd.lines.count("AUTH")

        wrong = Secret("wrong")
        for _ in range(20):
            send.round_(desk, secrets=lambda _: wrong, ways=ways)
            clock.ahead += 3600
        assert attempts() == 1 and smtpd.letters == []
        assert set(states(desk)) == {"later"} and "refused the login" in rows(desk)[0].error
        assert wrong.reveal() not in " ".join(row.error for row in rows(desk))
        ways.ask()
        send.round_(desk, secrets=secrets, ways=ways)
        assert attempts() == 21 and len(smtpd.letters) == 20


def test_a_refused_login_is_not_repeated_by_another_process_either(desk: Desk, smtpd: Smtpd) -> None:
    for n in range(3):
        reply(desk, ticket(desk, f"Question {n}"))
    for _ in range(5):
        send.round_(desk, secrets=lambda _: Secret("wrong"))
    assert smtpd.lines.count("AUTH") == 1 and set(states(desk)) == {"later"}


def test_without_a_password_nothing_is_asked_of_the_server(tmp_path: Path) -> None:
    def none(_: Box) -> Secret:
        raise NoSecret("There is no password for help@example.org.")

    with Smtpd() as smtpd:
        where = box(smtp=smtpd, smtp_security="starttls")
        with opened(tmp_path / "home", settings(where)) as desk:
            reply(desk, ticket(desk))
            assert send.round_(desk, secrets=none).later == 1
            assert smtpd.lines == [] and "no password" in rows(desk)[0].error


def test_a_server_on_this_machine_may_want_no_login(desk: Desk, smtpd: Smtpd) -> None:
    def none(_: Box) -> Secret:
        raise NoSecret("There is none.")

    reply(desk, ticket(desk))
    assert send.round_(desk, secrets=none).sent == 1
    assert "AUTH" not in smtpd.lines


def test_two_senders_at_once_send_one_letter(tmp_path: Path, smtpd: Smtpd) -> None:
    """The claim at the dot decides, even where the lock on the desk was got round."""
    home, setting = tmp_path / "home", settings(box(smtp=smtpd))
    with opened(home, setting) as first, opened(home, setting) as second:
        reply(first, ticket(first))
        from deskterm.settling import Taken, claim

        row = rows(first)[0]
        claim(first, row)
        with pytest.raises(Taken):
            claim(second, row)
        assert smtpd.letters == []


@pytest.mark.parametrize("side", ["before", "after"])
def test_killed_at_the_dot_is_unsure_on_the_next_start(tmp_path: Path, smtpd: Smtpd, side: str) -> None:
    """Killed before the server answered, or before its answer was written down: nobody knows."""
    home, setting = tmp_path / "home", settings(box(smtp=smtpd))
    with opened(home, setting) as desk:
        reply(desk, ticket(desk))
    child = os.fork()
    if child == 0:
        with opened(home, setting) as desk:
            if side == "after":
                settling.settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            else:
                dot = settling.claim

                def killed(*what: object) -> None:
                    dot(*what)  # pyright: ignore
                    os.kill(os.getpid(), signal.SIGKILL)

                settling.claim = killed
            send.round_(desk, secrets=secrets)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    arrived = 1 if side == "after" else 0
    assert until(lambda: len(smtpd.letters) >= arrived)
    with opened(home, setting) as desk:
        assert states(desk) == ["sending"]
        assert send.round_(desk, secrets=secrets).unsure == 1
        assert send.round_(desk, secrets=secrets).unsure == 0
        assert states(desk) == ["unsure"] and len(smtpd.letters) == arrived


def test_the_copy_in_sent_may_fail_ten_times_and_the_letter_leaves_once(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, clock: Clock
) -> None:
    with opened(tmp_path / "home", settings(box(imap=imapd, smtp=smtpd, sent="Nowhere")), clock) as desk:
        reply(desk, ticket(desk))
        ways = Ways()
        for _ in range(10):
            counts = send.round_(desk, secrets=secrets, ways=ways)
            assert "the copy in Sent is still owed" in counts.errors[0]
            clock.ahead += 3600
        assert (states(desk), len(smtpd.letters)) == (["sent"], 1)
        desk.settings = settings(box(imap=imapd, smtp=smtpd))
        assert send.round_(desk, secrets=secrets, ways=ways).errors == ()
        send.round_(desk, secrets=secrets, ways=ways)
        assert imapd.raws("Sent") == [smtpd.letters[0].raw] and len(smtpd.letters) == 1


def test_a_copy_that_cannot_be_put_is_not_tried_at_every_round(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, clock: Clock
) -> None:
    with opened(tmp_path / "home", settings(box(imap=imapd, smtp=smtpd)), clock) as desk:
        reply(desk, ticket(desk))
        imapd.faults.login_words = b"[AUTHENTICATIONFAILED] wrong"
        ways = Ways()
        for _ in range(10):
            send.round_(desk, secrets=secrets, ways=ways)
            clock.ahead += 3600
        assert imapd.logins == 1, "a wrong password is tried once"


def test_a_copy_whose_answer_was_lost_is_there_once(tmp_path: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    with opened(tmp_path / "home", settings(box(imap=imapd, smtp=smtpd))) as desk:
        reply(desk, ticket(desk))
        imapd.faults.cut_after_append = True
        send.round_(desk, secrets=secrets)
        imapd.faults.cut_after_append = False
        send.round_(desk, secrets=secrets)
        assert len(imapd.raws("Sent")) == 1 and len(smtpd.letters) == 1


def test_without_a_server_the_letter_goes_into_a_maildir(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with opened(home, settings(box())) as desk:
        reply(desk, ticket(desk), "By hand.")
        assert send.round_(desk, secrets=secrets).sent == 1
        (file,) = (home / "out" / "new").iterdir()
        assert b"By hand." in file.read_bytes() and states(desk) == ["sent"]
        send.round_(desk, secrets=secrets)
        assert len(list((home / "out" / "new").iterdir())) == 1


def test_a_maildir_that_takes_nothing_keeps_the_letter_waiting(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("in the way")
    with opened(tmp_path / "home", settings(box(out=str(tmp_path / "file"))), clock) as desk:
        reply(desk, ticket(desk))
        assert send.round_(desk, secrets=secrets).later == 1
        assert "make room or correct the path" in rows(desk)[0].error
        desk.settings = settings(box(out=str(tmp_path / "box")))
        clock.ahead += 61
        assert send.round_(desk, secrets=secrets).sent == 1


def test_nothing_leaves_a_locked_outbox_even_if_it_was_queued(desk: Desk, smtpd: Smtpd) -> None:
    """Locked after the reply was queued, by whatever way: the last look is at the door."""
    reply(desk, ticket(desk))
    desk.save_doc(live.KIND, live.NAME, live.OFF)
    send.round_(desk, secrets=secrets)
    assert (states(desk), smtpd.letters) == (["held"], [])
    live.open_(desk)
    send.round_(desk, secrets=secrets)
    assert (states(desk), len(smtpd.letters)) == (["sent"], 1)


def test_the_letter_that_leaves(tmp_path: Path, smtpd: Smtpd) -> None:
    """Every field that threads an answer, the flowing text, the signature; no Bcc, no note."""
    signed = box(smtp=smtpd, signature="Ana\nHelp desk")
    with opened(tmp_path / "home", settings(signed)) as desk:
        take(desk, letter(1, subject="Größe", msgid="q@customers.example", answers="older@customers.example"))
        asked = one(desk, "Größe")
        writing.note(desk, asked, "SECRET note of the team")
        long = "A line longer than seventy-eight columns, which has to flow over two lines of the letter."
        writing.reply(desk, asked, replies.Reply(long, writing.prepare(desk, asked).to), now=True)
        send.round_(desk, secrets=secrets)
        (kept,) = smtpd.letters
        head, _, body = kept.raw.partition(b"\r\n\r\n")
        fields = {line.split(b": ")[0]: line for line in head.replace(b"\r\n ", b" ").split(b"\r\n")}
        sent = next(m for m in messages(desk, asked) if m.kind is Kind.OUT)
        assert fields[b"Message-ID"] == f"Message-ID: <{sent.msgid}>".encode()
        assert sent.msgid.startswith(sent.id)
        assert fields[b"In-Reply-To"] == b"In-Reply-To: <q@customers.example>"
        assert fields[b"References"] == b"References: <older@customers.example> <q@customers.example>"
        assert str(make_header(decode_header(fields[b"Subject"].decode()[9:]))) == "Re: Größe"
        assert b'format="flowed"' in kept.raw and b"\r\n-- \r\nAna\r\nHelp desk" in body
        assert b" \r\n" in body and all(len(line) <= 78 for line in body.split(b"\r\n"))
        assert b"Bcc" not in kept.raw and b"SECRET" not in kept.raw
        assert kept.sender == "help@example.org" and kept.to == ("c1@customers.example",)


def test_a_mailbox_that_is_gone_sends_nothing_and_says_so(desk: Desk, smtpd: Smtpd, tmp_path: Path) -> None:
    """Its replies must not end in a folder as sent, where nobody looks."""
    reply(desk, ticket(desk))
    desk.settings = settings()
    assert send.round_(desk, secrets=secrets).refused == 1
    assert states(desk) == ["refused"] and "no mailbox called 'support'" in rows(desk)[0].error
    assert smtpd.letters == [] and not (desk.home / "out").exists()
