"""The sums of a mailbox: what is missing is named, and fetched on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from channels import maildir
from channels.passwords import VARIABLE
from deskterm import config, sync
from deskterm.desk import Desk
from tests.deskterm.shell import call, ok
from tests.rigs.imapd import PASSWORD, Imapd
from tests.rigs.mail import all_tickets, box, held, letter, look, opened, settings, sound


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk with five letters read, whose settings the shell finds as well."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    setting = settings(box(imap=imapd))
    with opened(tmp_path / "home", setting) as made:
        config.save(made.home, setting)
        for n in range(5):
            imapd.deliver(letter(n))
        look(made)
        yield made


def forget(desk: Desk, *uids: int) -> None:
    """The ledger and the desk as if these letters had been missed."""
    with desk.store.write() as tx:
        for uid in uids:
            tx.conn.execute("DELETE FROM ledger WHERE uid = ? AND box = 1", (uid,))


def test_every_letter_is_accounted_for(desk: Desk, imapd: Imapd) -> None:
    said = ok(desk.home, "doctor", "reconcile").out
    assert "ok  support INBOX  5 letters: 5 messages, 0 on the shelf, 0 ignored" in said
    assert "ok  support Sent  0 letters" in said
    imapd.expunge(2)
    assert "4 letters: 4 messages" in ok(desk.home, "doctor", "reconcile", "support").out


def test_a_gap_is_named_and_fetched_once(desk: Desk, imapd: Imapd) -> None:
    forget(desk, 2, 3)
    imapd.deliver(letter(9))
    result = call(desk.home, "doctor", "reconcile")
    assert result.code == 1 and "missing 3: 2-3, 6" in result.out
    fetched = ok(desk.home, "doctor", "reconcile", "--fetch").out
    assert "6 letters: 6 messages" in fetched and "3 fetched now" in fetched
    assert len(all_tickets(desk)) == 6 and set(held(desk).values()) == {1}
    assert ok(desk.home, "doctor", "reconcile").code == 0
    sound(desk)


def test_a_letter_that_was_missed_comes_by_itself_at_the_next_round(desk: Desk) -> None:
    forget(desk, 3)
    look(desk)
    assert ok(desk.home, "doctor", "reconcile").code == 0


def test_what_a_server_withholds_is_a_gap_with_its_number(desk: Desk, imapd: Imapd) -> None:
    uid = imapd.deliver(letter(7))
    imapd.faults.refuse = {uid}
    look(desk)
    told = call(desk.home, "doctor", "reconcile", "--jsonl").objects
    found = [one for one in told if one["folder"] == "INBOX"]
    assert (found[0]["gaps"], found[0]["whole"], found[0]["letters"]) == ([uid], False, 6)
    assert call(desk.home, "doctor", "reconcile", "--fetch").code == 1
    imapd.faults.refuse = set()
    assert ok(desk.home, "doctor", "reconcile", "--fetch").code == 0


def test_the_shelf_and_ignores_count_with_their_reasons(desk: Desk, imapd: Imapd) -> None:
    imapd.deliver(letter(1, sender="Help <help@example.org>", to="x@y.example", msgid="p@p"), folder="Sent")
    look(desk)
    said = ok(desk.home, "doctor", "reconcile").out
    assert "1 letter: 0 messages, 0 on the shelf, 1 ignored" in said
    assert "ignored 1: sent from another program, and belongs to no ticket" in said


def test_bad_input_and_a_sync_that_runs(desk: Desk, imapd: Imapd) -> None:
    result = call(desk.home, "doctor", "reconcile", "nobody")
    assert result.code == 3 and "there is support" in result.err
    with sync.owner(desk.home):
        assert call(desk.home, "doctor", "reconcile", "--fetch").code == 4
        assert ok(desk.home, "doctor", "reconcile").code == 0, "looking is allowed"
    imapd.stop()
    result = call(desk.home, "doctor", "reconcile")
    assert result.code == 1 and result.err.startswith("support: ")


def test_a_maildir_adds_up_too(tmp_path: Path) -> None:
    for n in range(3):
        maildir.deliver(tmp_path / "Mail", letter(n))
    setting = settings(box(maildir=str(tmp_path / "Mail")))
    with opened(tmp_path / "home", setting) as desk:
        config.save(desk.home, setting)
        assert call(desk.home, "doctor", "reconcile").code == 1, "nothing was read yet"
        look(desk)
        assert "3 letters: 3 messages" in ok(desk.home, "doctor", "reconcile").out
