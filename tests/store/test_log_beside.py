"""What stands beside a commit: blobs, the mailbox ledger and the shelf, all or nothing with the entry."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from store import blobs, mailbox, shelf
from store.db import Store
from store.errors import NotFound, StoreDamaged, StoreFull
from store.log.entry import put
from tests.rigs.desks import replica

BIG = os.urandom(blobs.IN_FILE + 1000)


def keep(
    store: Store, *things: blobs.Blob | mailbox.Seen | mailbox.Reached | shelf.Shelved | shelf.Unshelved
) -> None:
    with store.write() as tx:
        tx.commit([], actor="a", kind="letter", beside=things)


@given(st.binary(max_size=200), st.text(max_size=50))
@settings(max_examples=40, deadline=None)
def test_a_letter_gives_back_its_text_and_its_bytes(raw: bytes, text: str) -> None:
    store = replica(0).store
    blob = blobs.letter(b"x" + raw, text, folder=None)
    keep(store, blob, blob)
    assert blobs.read_text(store.read(), blob.hash, folder=None) == text
    assert blobs.read_raw(store.read(), blob.hash, folder=None) == b"x" + raw
    assert blobs.faults(store.read(), folder=None) == []


@pytest.mark.parametrize("raw", [b"From: a@b.example\r\n\r\nhello", BIG], ids=["small", "in a file"])
def test_a_letter_read_after_all_brings_its_text_to_its_bytes(tmp_path: Path, raw: bytes) -> None:
    """It lay on the shelf as bytes; both have one key."""
    store, folder = replica(0).store, tmp_path / "blobs"
    lying = blobs.file(raw, folder=folder)
    keep(store, lying, shelf.Shelved(5, "box/1", "no parts", lying.hash))
    assert [one.blob for one in shelf.lying(store.read())] == [lying.hash]
    read = blobs.letter(raw, "hello", folder=folder)
    assert read.hash == lying.hash
    assert blobs.read_raw(store.read(), lying.hash, folder=folder) == raw
    keep(store, read, shelf.Unshelved(shelf.lying(store.read())[0].id, read.hash))
    assert blobs.read_text(store.read(), read.hash, folder=folder) == "hello"
    assert blobs.read_raw(store.read(), read.hash, folder=folder) == raw
    keep(store, blobs.file(raw, folder=folder))
    assert blobs.read_text(store.read(), read.hash, folder=folder) == "hello"
    assert blobs.faults(store.read(), folder=folder) == []
    assert shelf.lying(store.read()) == []


def test_a_letter_that_an_older_desk_shelved_with_its_base64_is_read_after_all() -> None:
    raw = b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(600))
    store, read = replica(0).store, blobs.letter(raw, "hello", folder=None)
    assert read.armour
    keep(store, blobs.Blob(read.hash, len(raw), 0, zstandard.compress(raw)), read)
    assert blobs.read_raw(store.read(), read.hash, folder=None) == raw


def test_a_blob_altered_or_gone_is_named(tmp_path: Path) -> None:
    store, folder = replica(0).store, tmp_path / "blobs"
    big, small, gone = (blobs.file(data, folder=folder) for data in (BIG, b"small", BIG + b"!"))
    keep(store, big, small, gone)
    store._writer.execute("UPDATE blob SET data = x'28b52ffd00' WHERE hash = ?", (small.hash,))
    place = folder / big.hash[:2] / big.hash
    raw = bytearray(place.read_bytes())
    raw[len(raw) // 2] ^= 1
    place.write_bytes(raw)
    (folder / gone.hash[:2] / gone.hash).unlink()
    assert len(blobs.faults(store.read(), folder=folder)) == 3
    with pytest.raises(StoreDamaged):
        blobs.read_raw(store.read(), big.hash, folder=folder)
    with pytest.raises(NotFound):
        blobs.read_raw(store.read(), gone.hash, folder=folder)


def test_a_frame_that_claims_too_much_is_not_unpacked_further_than_its_row_says() -> None:
    store = replica(0).store
    blob = blobs.file(b"\0" * 50_000_000, folder=None)
    keep(store, blob)
    store._writer.execute("UPDATE blob SET size = 10")
    with pytest.raises(StoreDamaged, match="does not match"):
        blobs.read_raw(store.read(), blob.hash, folder=None)


def test_threads_pack_at_once(tmp_path: Path) -> None:
    """The same bytes and others, from several threads, into files and frames."""
    store = Store(tmp_path / "desk.db")
    folder = blobs.folder_of(store.path)
    texts = [os.urandom(200).hex() * 20 for _ in range(6)]

    def work() -> None:
        for text in texts:
            keep(
                store,
                blobs.words(text),
                blobs.letter(BIG, text, folder=folder),
                blobs.file(BIG + b".", folder=folder),
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read().execute("SELECT count(*) FROM blob").fetchone()[0] == len(texts) + 2
    assert blobs.faults(store.read(), folder=folder) == []
    assert folder is not None
    assert list(folder.rglob("*.new")) == []
    store.close()


def test_a_blob_folder_that_takes_nothing_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file is in the way")
    with pytest.raises(StoreFull, match="Nothing was changed"):
        blobs.file(BIG, folder=tmp_path / "blobs")


def test_the_ledger_moves_with_the_entry_or_not_at_all() -> None:
    store = replica(0).store
    with store.write() as tx:
        box = mailbox.found(tx.conn, "support", "INBOX", uidvalidity=7, highest=0)
    with pytest.raises(RuntimeError), store.write() as tx:
        things = [mailbox.Seen(box.id, 1, "message", "m1"), mailbox.Reached(box.id, last_uid=1)]
        tx.commit([put("t1", {}), put("m1", {"ticket": "t1"})], actor="a", kind="letter", beside=things)
        raise RuntimeError
    assert mailbox.find(store.read(), "support", "INBOX", 7) == box
    assert sum(mailbox.sums(store.read(), box).values()) == 0
    assert store.last_lseq() == 0


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(("message", "shelf", "ignored"))), max_size=30))
@settings(max_examples=30, deadline=None)
def test_every_uid_is_accounted_for_once(seen: list[tuple[int, str]]) -> None:
    store = replica(0).store
    with store.write() as tx:
        box = mailbox.found(tx.conn, "support", "INBOX", uidvalidity=7, highest=0)
    for uid, what in seen:
        keep(store, mailbox.Seen(box.id, uid, what, f"{what} {uid}"), mailbox.Reached(box.id, last_uid=uid))
    uids = {uid for uid, _ in seen}
    assert sum(mailbox.sums(store.read(), box).values()) == len(uids)
    assert mailbox.unseen(store.read(), box, range(40, 0, -1)) == [
        u for u in range(40, 0, -1) if u not in uids
    ]
    assert mailbox.unseen(store.read(), box, []) == []
    reached = mailbox.find(store.read(), "support", "INBOX", 7)
    assert reached is not None
    assert reached.last_uid == max(uids, default=0)


@pytest.mark.parametrize(("low", "begins"), [(0, 0), (30, 60), (None, 60)])
def test_a_folder_under_a_new_uidvalidity(low: int | None, begins: int) -> None:
    """Read whole it is matched again from its first letter; else it is an archive again."""
    store = replica(0).store
    with store.write() as tx:
        first = mailbox.found(tx.conn, "support", "INBOX", uidvalidity=7, highest=50)
    assert (first.last_uid, first.archived) == (50, 50)
    if low is not None:
        keep(store, mailbox.Reached(first.id, low_uid=low), mailbox.Reached(first.id, low_uid=40))
    reached = mailbox.find(store.read(), "support", "INBOX", 7)
    assert reached is not None
    assert (reached.last_uid, reached.low_uid) == (50, low)
    with store.write() as tx:
        again = mailbox.found(tx.conn, "support", "INBOX", uidvalidity=8, highest=60)
    assert (again.last_uid, again.archived) == (begins, begins)


def test_an_act_that_waits_is_done_once_for_each_key() -> None:
    store = replica(0).store
    with store.write() as tx:
        first = tx.commit([put("m1", {"subject": "One"})], actor="mail", kind="archive", key="k", waits=True)
        again = tx.commit([put("m2", {"subject": "Two"})], actor="mail", kind="archive", key="k", waits=True)
    assert (first.changes, again.entry) == (1, 0)
    assert store.read().execute("SELECT key FROM entry").fetchall() == [("k",)]
