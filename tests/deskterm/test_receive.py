"""Letters into the desk: copies of one letter by every way, and letters that cannot be read."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from channels.errors import NoLetters
from channels.mime.guard import Reader
from deskterm import live, receive, sync
from deskterm.desk import Desk
from deskterm.receive import Counts
from store import blobs, mailbox, shelf
from store.log import rebuild
from tests.bench.bench_sync import letters, size_of
from tests.rigs.imapd import Imapd
from tests.rigs.mail import (
    DAY,
    all_tickets,
    box,
    hashes,
    held,
    letter,
    look,
    messages,
    one,
    opened,
    secrets,
    settings,
    sound,
)

NOW = int(time.time())
BROKEN = b"\xff\xfe\x00\x00 no letter at all \x00" * 40
"""Reads as a letter without fields; kept as one."""


@pytest.fixture
def desk(tmp_path: Path, imapd: Imapd) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(imap=imapd))) as made:
        yield made


def test_a_desk_is_no_larger_than_the_maildir_it_came_from(tmp_path: Path) -> None:
    """Letters, log, tables and both indexes together. The empty desk counts apart: a hundred letters do not
    carry it. The fifth is room for the letters of others, which repeat themselves less.
    """
    post = maildir(tmp_path / "post", [_in_base64(raw) for raw in letters(100)])
    with opened(tmp_path / "home", settings(box(maildir=post))) as desk:
        empty = size_of(tmp_path / "home")[0]
        assert receive.archive(desk, post).archived == 100
    assert size_of(tmp_path / "home")[0] - empty < size_of(post)[0] * 0.8


def _in_base64(raw: bytes) -> bytes:
    """A plain letter as programs send it whose language is not in ASCII."""
    head, _, text = raw.partition(b"\r\n\r\n")
    if b"multipart/" in head:
        return raw
    return head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(text)


# Copies, and the same letter by many ways


def maildir(folder: Path, raws: Sequence[bytes], *, first: int = 0) -> Path:
    """A Maildir as mbsync leaves it: state files beside, U= in the names, some in new."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / ".mbsyncstate").write_text("FarUidValidity 7\n")
    (folder / ".uidvalidity").write_text("1700000000\n12\n")
    for n, raw in enumerate(raws, first):
        part, end = (("cur", ":2,S"), ("new", ""))[n % 2]
        (folder / part / f"{1_700_000_000 + n}.R{n}.rig,U={n + 1}{end}").write_bytes(raw)
    (folder / "tmp" / "half").write_bytes(b"Subject: not there yet\r\n")
    return folder


def mbox(path: Path, raws: Sequence[bytes]) -> Path:
    path.write_bytes(
        b"".join(
            b"From a@b Mon Nov  2 10:00:00 2026\n"
            + raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
            + b"\n"
            for raw in raws
        )
    )
    return path


def test_the_same_letters_by_every_way_are_here_once(tmp_path: Path, imapd: Imapd) -> None:
    """Invariant 7: IMAP, a Maildir, an mbox and files; again and again; one message each."""
    raws = [letter(n, when=NOW - n * DAY, extra=f"X-Trace: {n}") for n in range(12)]
    for raw in raws:
        imapd.deliver(raw)
    (tmp_path / "files").mkdir()
    for n, raw in enumerate(raws):
        (tmp_path / "files" / f"{n}.eml").write_bytes(raw)
    where = maildir(tmp_path / "Maildir", raws)
    setting = settings(box(imap=imapd), box(maildir=str(where), address="second@example.org"))
    with opened(tmp_path / "home", setting) as desk:
        assert sync.once(desk, secrets=secrets).errors == ()
        before = rebuild.digest(desk.conn)
        for path in (
            where,
            mbox(tmp_path / "all.mbox", raws),
            tmp_path / "files",
            tmp_path / "files" / "3.eml",
        ):
            counts = receive.archive(desk, path)
            assert counts.known and counts == Counts(known=counts.known)
        sync.once(desk, secrets=secrets)
        assert rebuild.digest(desk.conn) == before
        assert [len(messages(desk, ticket)) for ticket in all_tickets(desk)] == [1] * 12
        sound(desk)


@pytest.mark.parametrize(
    "raw",
    [
        b"Dear all,\nDate: tomorrow\nSubject: lunch\n\nSee you there.\n",
        b"name,mail\nAnna,anna@example.org\n",
        b"From here on: nothing\n\nwords\n",
        b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n",
        b"\x1f\x8b\x08\x00" + bytes(range(256)) * 9,
    ],
)
def test_a_file_that_is_no_letter_is_refused_with_one_sentence(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "notes.txt").write_bytes(raw)
    with opened(tmp_path / "home", settings()) as desk:
        with pytest.raises(NoLetters, match=r"'?notes\.txt'? holds no letters: .+ Nothing was imported"):
            receive.archive(desk, tmp_path / "notes.txt")
        assert all_tickets(desk) == []


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\r\n", b"From anna@example.org Tue Mar  3 10:00:00 2026\n"]
)
def test_a_letter_in_a_file_of_any_name_is_taken(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "saved").write_bytes(before + letter(1, when=NOW - DAY))
    with opened(tmp_path / "home", settings()) as desk:
        assert receive.archive(desk, tmp_path / "saved").looked == 1


@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abcd")), min_size=1, max_size=12))
def test_ingesting_again_changes_nothing_that_people_set(
    tmp_path_factory: pytest.TempPathFactory, order: list[tuple[int, str]]
) -> None:
    from store.log.entry import Change

    raws = [letter(n, when=NOW - n * DAY) for n in range(5)]
    root = tmp_path_factory.mktemp("again")
    with opened(root / "home", settings(box())) as desk:
        for n, way in order:
            path = root / f"{way}{n}"
            mbox(path, [raws[n]]) if way in "ab" else path.with_suffix(".eml").write_bytes(raws[n])
            receive.archive(desk, path if way in "ab" else path.with_suffix(".eml"))
            ticket = one(desk, f"Question {n}")
            assert len(messages(desk, ticket)) == 1
            mine = Change(ticket.id, "assignee", f"set {n}")
            desk.commit(lambda tx, mine=mine: ("assign", [mine], ()), words="")
        assert {(t.subject, t.assignee) for t in all_tickets(desk)} == {
            (f"Question {n}", f"set {n}") for n, _ in order
        }


def test_a_maildir_as_mbsync_leaves_it(tmp_path: Path) -> None:
    where = maildir(tmp_path / "Mail", [letter(n, when=NOW - DAY) for n in range(6)])
    maildir(where / "Support" / "EU", [letter(n, when=NOW - DAY) for n in range(6, 9)])
    setting = settings(box(maildir=str(where)))
    with opened(tmp_path / "home", setting) as desk:
        first = look(desk)
        assert (first.archived, live.state(desk)) == (9, live.OFF)
        maildir(where, [letter(20, subject="New one")], first=20)
        (file,) = [path for path in (where / "new").iterdir() if ".R1." in path.name]
        file.rename(where / "cur" / f"{file.name}:2,RS")
        again = look(desk)
        assert (again.new, again.known, again.archived) == (1, 0, 0), "a moved file is the same letter"
        assert one(desk, "New one").due_at is not None
        sound(desk)


# Hostile letters


def test_a_letter_that_cannot_be_read_is_shelved_and_the_rest_arrive(
    desk: Desk, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels.errors import UnreadableLetter

    real = Reader.read

    def read(self: Reader, raw: bytes) -> object:
        if b"Question 2" in raw:
            raise UnreadableLetter("The letter took longer than 5 seconds to read; it is kept whole.")
        return real(self, raw)

    monkeypatch.setattr(Reader, "read", read)
    raws = [letter(n, when=NOW - DAY) for n in range(5)]
    for raw in raws:
        imapd.deliver(raw)
    counts = look(desk)
    assert (counts.archived, counts.shelved) == (4, 1)
    (lying,) = shelf.lying(desk.conn)
    assert "longer than 5 seconds" in lying.reason and lying.source.startswith("support/INBOX/7/")
    assert blobs.read_raw(desk.conn, lying.blob, folder=desk.blob_folder) == raws[2]
    assert held(desk) == dict.fromkeys(hashes(raws), 1)
    imapd.recreate("INBOX", raws)
    assert look(desk) == Counts(known=5), "found again under other UIDs, it is not shelved again"
    assert len(shelf.lying(desk.conn)) == 1


@pytest.mark.parametrize("error", [TypeError, ValueError, RecursionError, OverflowError, AttributeError])
def test_a_letter_our_own_rules_stumble_over_is_shelved_too(
    desk: Desk, imapd: Imapd, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from deskterm import intake

    real = intake.take

    def take(letter_: object, *rest: object, **more: object) -> object:
        if "Question 1" in str(getattr(letter_, "subject", "")):
            raise error("a mistake")
        return real(letter_, *rest, **more)  # pyright: ignore

    monkeypatch.setattr(intake, "take", take)
    raws = [letter(n, when=NOW - DAY) for n in range(3)]
    for raw in raws:
        imapd.deliver(raw)
    counts = look(desk)
    assert (counts.archived, counts.shelved) == (2, 1)
    assert held(desk) == dict.fromkeys(hashes(raws), 1)


def test_strange_letters_all_find_a_place(desk: Desk, imapd: Imapd) -> None:
    strange = [
        BROKEN, b"", b"\r\n\r\n", b"Subject: no sender\r\n\r\nhi", b'From: "\r\nMessage-ID: <\r\n\r\nx',
        b"From: a@[1.2\r\nTo: (" + b"(" * 3000 + b"\r\n\r\nx", b"Date: Mon, 99 Foo 99999999999\r\n\r\nx",
        b"Subject: =?utf-8?b?" + b"w" * 9000 + b"?=\r\n\r\nx", b"Subject: \xff\xfe\r\n\r\n\xff\xfe",
        "Subject: a\u2028b\u202e\x00\r\n\r\nx".encode(),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 2000,
    ]  # fmt: skip
    for raw in [*strange, letter(1)]:
        imapd.deliver(raw)
    counts = look(desk)
    total = counts.archived + counts.shelved + counts.gone
    known = mailbox.find(desk.conn, "support", "INBOX", 7)
    assert known is not None
    sums = mailbox.sums(desk.conn, known)
    assert sum(sums.values()) == len(strange) + 1, sums
    assert total + sums[mailbox.WITHHELD] == len(strange) + 1
    assert one(desk, "Question 1")
