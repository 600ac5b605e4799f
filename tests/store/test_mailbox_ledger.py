"""The mailbox ledger: what became of each UID, where a message stands, and what other programs did to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import mailbox, migrations
from store.db import Store
from store.log.tx import Beside
from store.mailbox import EXPUNGED, Homeless, Noted, Place, Seen


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "desk.db")
    yield made
    made.close()


def keep(store: Store, *things: Beside) -> None:
    with store.write() as tx:
        for thing in things:
            thing.write(tx.conn)


def begun(store: Store, folder: str = "INBOX", *, name: str = "support") -> mailbox.Box:
    with store.write() as tx:
        return mailbox.found(tx.conn, name, folder, uidvalidity=7, highest=0)


def test_what_a_phone_did_is_noted_and_nothing_else_changes(store: Store) -> None:
    box = begun(store)
    keep(store, *(Seen(box.id, uid, "message", f"m{uid}", flags="") for uid in range(1, 6)))
    keep(store, Noted(box.id, flags=[(2, "\\Seen \\Answered")], gone=[(4, 900)], at=50, modseq=12))
    conn = store.read()
    assert mailbox.places(conn, "m2") == [Place("support", "INBOX", 2, ("\\Seen", "\\Answered"), None)]
    assert mailbox.places(conn, "m5") == [Place("support", "INBOX", 5, (), 50)]
    assert mailbox.here(conn, box, (1, 9)) == [1, 2, 3] and mailbox.count_here(conn, box) == 3
    assert mailbox.sums(conn, box)["message"] == 5, "the account of UIDs is kept"
    found = mailbox.find(conn, "support", "INBOX", 7)
    assert found is not None and found.modseq == 12


def test_when_a_letter_was_found_gone_is_not_moved_by_a_later_look(store: Store) -> None:
    box = begun(store)
    keep(store, Seen(box.id, 1, "message", "m1"))
    for at in (5, 6):
        keep(store, Noted(box.id, gone=[(1, 1)], at=at))
    assert mailbox.places(store.read(), "m1")[0].gone == 5


def test_one_letter_of_gmail_is_known_in_all_folders_of_its_account_only(store: Store) -> None:
    inbox, other = begun(store), begun(store, name="sales")
    keep(
        store,
        Seen(inbox.id, 1, "message", "m1", gm=77),
        Seen(inbox.id, 2, "withheld", "not now", gm=78),
        Seen(other.id, 1, "message", "m9", gm=79),
    )
    found = mailbox.by_gm(store.read(), "support", [77, 78, 79])
    assert {gm: seen.ref for gm, seen in found.items()} == {77: "m1"}


def test_an_ignore_becomes_a_message_and_never_the_other_way(store: Store) -> None:
    box = begun(store)
    keep(store, Seen(box.id, 1, "ignored", "of no ticket"), Seen(box.id, 1, "message", "m1"))
    keep(store, Seen(box.id, 1, "ignored", "of no ticket"), Seen(box.id, 1, "shelf", "b"))
    assert store.read().execute("SELECT what, ref FROM ledger").fetchall() == [("message", "m1")]


def test_a_sent_letter_without_a_ticket_waits_for_one_of_its_ids(store: Store) -> None:
    box = begun(store)
    keep(store, Homeless(box.id, 3, ["a@x", "b@x"]), Homeless(box.id, 4, ["c@x"]))
    assert mailbox.placeable(store.read(), box) == []
    with store.write() as tx:
        tx.conn.execute("INSERT INTO msgref VALUES('b@x', 'm1')")
    assert mailbox.placeable(store.read(), box) == [3]
    keep(store, Homeless(box.id, 3, []))
    assert mailbox.placeable(store.read(), box) == []


def test_a_desk_of_the_first_version_gets_the_new_columns_and_keeps_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", {"first": migrations.first})
        patch.setattr(migrations, "LATEST", 1)
        Store(tmp_path / "desk.db").close()
    with sqlite3.connect(tmp_path / "desk.db") as conn:
        conn.execute(
            "INSERT INTO box(mailbox, folder, uidvalidity, last_uid) VALUES('support', 'INBOX', 7, 2)"
        )
        conn.execute("INSERT INTO ledger VALUES(1, 1, 'message', 'm1'), (1, 2, 'ignored', ?)", (EXPUNGED,))
    store = Store(tmp_path / "desk.db")
    box = mailbox.find(store.read(), "support", "INBOX", 7)
    assert box is not None and (box.last_uid, box.modseq) == (2, None)
    assert mailbox.places(store.read(), "m1") == [Place("support", "INBOX", 1, (), None)]
    assert mailbox.count_here(store.read(), box) == 1, "what was expunged is no letter of the folder"
    store.close()
