"""Reading folders: the silent first look, interruptions, and everything servers do on the way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.errors import ChannelError, LoginRefused
from channels.imap.receive import Mailbox
from channels.mime.guard import Reader
from channels.passwords import Secret
from deskterm import live, pull, sync
from deskterm.desk import Desk
from deskterm.receive import Counts
from store.log import rebuild
from store.model import Status
from tests.rigs.imapd import Imapd
from tests.rigs.mail import (
    DAY,
    Clock,
    all_tickets,
    box,
    hashes,
    held,
    letter,
    look,
    one,
    opened,
    secrets,
    settings,
    sound,
)
from tests.rigs.smtpd import Smtpd

NOW = int(time.time())
INBOX = [pull.Place("INBOX")]


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(imap=imapd))) as made:
        yield made


# The first look


def test_the_first_look_is_silent_and_locks_the_outbox(desk: Desk, imapd: Imapd) -> None:
    for n, age in enumerate((60, 30, 2, 1)):
        imapd.deliver(letter(n, when=NOW - age * DAY), when=NOW - age * DAY)
    told: list[tuple[int, int]] = []
    counts = look(desk, tell=lambda _, so_far, of: told.append((so_far, of)))
    assert (counts.archived, counts.new) == (4, 0)
    assert told[-1] == (4, 4)
    assert live.state(desk) == live.OFF
    assert [t.subject for t in all_tickets(desk)] == [f"Question {n}" for n in (3, 2, 1, 0)], "newest first"
    assert [t.status for t in all_tickets(desk)] == [Status.OPEN] * 2 + [Status.CLOSED] * 2
    assert all(t.due_at is None for t in all_tickets(desk))
    imapd.deliver(letter(9))
    assert look(desk).new == 1
    assert one(desk, "Question 9").due_at is not None
    assert (look(desk).new, look(desk).archived) == (0, 0)
    sound(desk)


def test_the_lock_is_nobodys_act_so_undo_does_not_open_it(desk: Desk) -> None:
    from store.errors import Refused

    look(desk)
    with pytest.raises(Refused, match="nothing to undo"):
        desk.undo()
    assert live.state(desk) == live.OFF


def test_an_empty_mailbox_is_read_and_what_comes_then_is_new(desk: Desk, imapd: Imapd) -> None:
    assert look(desk) == Counts()
    imapd.deliver(letter(1))
    assert look(desk).new == 1
    assert live.state(desk) == live.OFF


def test_a_folder_without_letters_but_with_a_past_begins_above_it(desk: Desk, imapd: Imapd) -> None:
    uid = imapd.deliver(letter(1))
    imapd.expunge(uid)
    look(desk)
    imapd.deliver(letter(2))
    assert look(desk).new == 1


def test_a_large_archive_goes_on_where_it_was_interrupted(desk: Desk, imapd: Imapd) -> None:
    for n in range(650):
        imapd.deliver(letter(n, when=NOW - (700 - n) * 3600), when=NOW - (700 - n) * 3600)
    goes = iter([True, False])
    with Mailbox(imapd.account(), imapd.secret) as line, Reader() as reader:

        def some(go: Callable[[], bool]) -> Counts:
            return pull.account(desk, "support", INBOX, mailbox=line, reader=reader, go=go)

        first = some(lambda: next(goes))
        assert 0 < first.archived < 650
        imapd.deliver(letter(999))
        fetched = len(imapd.commands)
        rest = some(lambda: True)
        assert (first.archived + rest.archived, rest.new, rest.known) == (650, 1, 0)
        asked = b" ".join(imapd.commands[fetched:])
        assert asked.count(b"BODY.PEEK[]") <= 5, "what was read is not fetched again"
        assert some(lambda: True) == Counts()
    assert set(held(desk).values()) == {1} and len(held(desk)) == 651
    sound(desk)


def test_new_letters_come_in_while_the_archive_is_still_read(
    desk: Desk, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "STEP", 10)
    for n in range(35):
        imapd.deliver(letter(n, when=NOW - DAY))
    arrived: list[str] = []

    def tell(_: str, so_far: int, of: int) -> None:
        if so_far == 10 and of == 35:
            imapd.deliver(letter(99, subject="Urgent"))
        if so_far >= 20:
            arrived.extend(ticket.subject for ticket in all_tickets(desk) if ticket.archive is None)

    look(desk, tell=tell)
    assert arrived and set(arrived) == {"Urgent"}


# What servers do


def test_S05_uidvalidity_changed_everything_is_matched_again(desk: Desk, imapd: Imapd) -> None:
    raws = [letter(n, when=NOW - DAY) for n in range(20)]
    for raw in raws:
        imapd.deliver(raw)
    look(desk)
    before = rebuild.digest(desk.conn)
    chance = random.Random(5)
    imapd.recreate("INBOX", chance.sample(raws, len(raws)))
    assert look(desk) == Counts(known=20)
    assert rebuild.digest(desk.conn) == before
    imapd.recreate("INBOX", [*raws, letter(50, subject="Came meanwhile")])
    assert look(desk).new == 1 and one(desk, "Came meanwhile").due_at is not None
    assert hashes(raws) < set(held(desk)) and set(held(desk).values()) == {1}


def test_S05_uidvalidity_changed_in_mid_first_read_floods_nobody(desk: Desk, imapd: Imapd) -> None:
    raws = [letter(n, when=NOW - 60 * DAY) for n in range(450)]
    for raw in raws:
        imapd.deliver(raw)
    with Mailbox(imapd.account(), imapd.secret) as line, Reader() as reader:
        pull.account(desk, "support", INBOX, mailbox=line, reader=reader, go=lambda: False)
    assert 0 < len(all_tickets(desk)) < 450
    imapd.recreate("INBOX", raws)
    assert look(desk).new == 0
    assert len(all_tickets(desk)) == 450 and all(t.due_at is None for t in all_tickets(desk))


def test_S06_a_folder_replaced_while_it_is_read_leaves_no_wrong_letter(
    desk: Desk, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        imapd.deliver(letter(n))
    others = [letter(n, subject=f"Other {n}") for n in range(6)]
    real = Mailbox._rows  # pyright: ignore[reportPrivateUsage]
    done: list[bool] = []

    def rows(self: Mailbox, command: bytes, **more: int) -> object:
        if b"BODY" in command and not done:
            done.append(True)
            imapd.recreate("INBOX", others)
        return real(self, command, **more)

    monkeypatch.setattr(Mailbox, "_rows", rows)
    assert "removed or replaced" in look(desk).errors[0]
    assert all_tickets(desk) == []
    look(desk)
    assert set(held(desk)) == hashes(others)


def test_S08_a_letter_expunged_while_it_is_read_is_no_empty_ticket(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    uids = [imapd.deliver(letter(n)) for n in range(4)]
    imapd.expunge(uids[1])
    imapd.faults.lingering = {uids[1]}
    counts = look(desk)
    assert (counts.new, counts.gone) == (3, 1)
    assert {t.subject for t in all_tickets(desk)} == {"Question 0", "Question 2", "Question 3"}
    assert look(desk) == Counts()
    sound(desk)


def test_S08_a_text_of_nil_is_no_empty_letter(desk: Desk, imapd: Imapd) -> None:
    """So servers say that a letter is gone, or not to be had just now."""
    look(desk)
    uids = [imapd.deliver(letter(n)) for n in range(3)]
    imapd.faults.nil, imapd.faults.empty = {uids[0]}, {uids[1]}
    assert look(desk).new == 1 and len(all_tickets(desk)) == 1
    imapd.faults.nil, imapd.faults.empty = set(), set()
    assert look(desk).new == 2
    assert set(held(desk).values()) == {1}
    sound(desk)


def test_what_a_server_withholds_comes_later(desk: Desk, imapd: Imapd) -> None:
    look(desk)
    uids = [imapd.deliver(letter(n)) for n in range(4)]
    imapd.faults.refuse = {uids[2]}
    assert look(desk).new == 3
    imapd.faults.refuse = set()
    assert look(desk).new == 1
    sound(desk)


@pytest.mark.parametrize("cut", [500, 3_000, 9_000, 20_000, 40_000])
def test_a_cut_line_loses_and_doubles_nothing(desk: Desk, imapd: Imapd, cut: int) -> None:
    raws = [letter(n, text="long " * 300, when=NOW - DAY) for n in range(30)]
    for raw in raws:
        imapd.deliver(raw)
    imapd.faults.cut_after = cut
    with pytest.raises(ChannelError):
        look(desk)
    imapd.faults.cut_after = None
    look(desk)
    assert held(desk) == dict.fromkeys(hashes(raws), 1)
    sound(desk)


def test_S14_wrong_password_is_tried_once(desk: Desk, imapd: Imapd) -> None:
    name, where = next(iter(desk.settings.mailbox.items()))
    with pytest.raises(LoginRefused, match="tried once and not again"):
        sync.receive(desk, name, where, secrets=lambda _: Secret("wrong"))
    assert imapd.logins == 1
    counts = sync.once(desk, secrets=lambda _: Secret("wrong"))
    assert imapd.logins == 2 and "refused the login" in counts.errors[0]


def test_trouble_with_one_mailbox_does_not_stop_the_others(tmp_path: Path, imapd: Imapd) -> None:
    imapd.deliver(letter(1))
    with Smtpd() as gone:
        port = gone.port
    with opened(tmp_path / "home", settings(box(imap=port), box(imap=imapd))) as desk:
        counts = sync.once(desk, secrets=secrets)
        assert counts.archived == 1 and len(counts.errors) == 1 and counts.errors[0].startswith("support: ")


def test_a_clock_that_moves_back_changes_no_account_of_letters(tmp_path: Path, imapd: Imapd) -> None:
    clock = Clock()
    with opened(tmp_path / "home", settings(box(imap=imapd)), clock) as desk:
        imapd.deliver(letter(1))
        look(desk)
        clock.ahead -= DAY
        imapd.deliver(letter(2))
        assert look(desk).new == 1
        assert all(ticket.created <= desk.now for ticket in all_tickets(desk) if ticket.archive is None)
        sound(desk)
