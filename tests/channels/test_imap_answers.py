"""Answers of IMAP servers as values."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import ProtocolConfused
from channels.imap.answers import fetch_row, internal_date, search_ids
from channels.imap.wire import Reader


def test_a_usual_answer() -> None:
    row = fetch_row(
        b'* 12 FETCH (UID 5 FLAGS (\\Seen $Junk) INTERNALDATE "17-Jul-1996 02:44:25 -0700" '
        b"RFC822.SIZE 3 BODY[] {3}\r\n)\r\n",
        [b"abc"],
    )
    assert row is not None
    assert (row.uid, row.flags, row.received, row.size, row.body) == (
        5, ("\\Seen", "$Junk"), 837596665, 3, b"abc",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "literals", "body"),
    [
        (b"* 1 FETCH (BODY[] {2}\r\n UID 9 FLAGS ())\r\n", [b"hi"], b"hi"),
        (b'* 1 FETCH (UID 9 BODY[] "a \\"b\\" UID 77")\r\n', [], b'a "b" UID 77'),
        (b"* 1 fetch (uid 9 body[]<0> {2}\r\n)\r\n", [b"hi"], b"hi"),
        (b"* 1 FETCH (UID 9 BODY[] NIL)\r\n", [], None),
        (b"* 1 FETCH (FLAGS (UID 7) UID 9 BODY[] {2}\r\n)\r\n", [b"hi"], b"hi"),
    ],
)
def test_orders_and_forms_servers_use(words: bytes, literals: list[bytes], body: bytes | None) -> None:
    row = fetch_row(words, literals)
    assert row is not None and row.uid == 9 and row.body == body and row.has_body


def test_a_flag_change_by_somebody_else_has_no_body() -> None:
    row = fetch_row(b"* 3 FETCH (UID 4 FLAGS (\\Seen))\r\n", [])
    assert row is not None and not row.has_body and row.size is None


def test_an_answer_without_uid_or_to_another_question_is_nothing() -> None:
    assert fetch_row(b"* 3 FETCH (FLAGS (\\Seen))\r\n", []) is None
    assert fetch_row(b"* 3 EXISTS\r\n", []) is None


@pytest.mark.parametrize(
    "words",
    [
        b"* 1 FETCH UID 3\r\n",
        b"* 1 FETCH (UID 3 " + b"(" * 5000 + b")" * 5000 + b")\r\n",
        b"* 1 FETCH (UID 3 BODY[] {2}\r\nrest of the letter)\r\n",
        b"* 1 FETCH (UID 3 BODY[] {2}\r\n",
    ],
)
def test_S13_nonsense_is_not_guessed_at(words: bytes) -> None:
    with pytest.raises(ProtocolConfused):
        fetch_row(words, [b"hi"])


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"01-Jan-1970 00:00:00 +0000", 0),
        (b" 1-Jan-1970 01:30:00 +0130", 0),
        (b"01-Foo-2020 00:00:00 +0000", None),
        (b"99-Jan-2020 00:00:00 +0000", None),
        (b"yesterday", None),
        (b"", None),
    ],
)
def test_S21_server_dates(said: bytes, seconds: int | None) -> None:
    assert internal_date(said) == seconds


def test_search_answers() -> None:
    assert search_ids(b"* SEARCH 3 1 2\r\n") == [3, 1, 2]
    assert search_ids(b"* search\r\n") == []
    assert search_ids(b"* SEARCH 3 (MODSEQ 9)\r\n") == [3]
    assert search_ids(b"* 3 EXISTS\r\n") is None
    with pytest.raises(ProtocolConfused):
        search_ids(b"* SEARCH three\r\n")


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20), st.data())
def test_the_reader_gives_every_byte_once_however_it_arrives(
    pieces: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(pieces)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        reader = Reader(lambda: ours, patience=5)
        for piece in pieces:
            theirs.sendall(piece)
        theirs.shutdown(socket.SHUT_WR)
        read: list[bytes] = []
        while sum(map(len, read)) < len(whole):
            size = data.draw(st.integers(0, 30))
            read.append(reader.read(size) if size else reader.readline())
            assert len(read[-1]) <= max(size, len(whole))
        assert b"".join(read) == whole
        assert reader.readline() == b"" and reader.read(1) == b"" and not reader.pending()


def test_a_silent_read_keeps_half_a_line() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = Reader(lambda: ours, patience=5)
        ours.setblocking(False)
        theirs.sendall(b"half ")
        with pytest.raises(BlockingIOError):
            reader.readline()
        assert reader.pending()
        theirs.sendall(b"a line\nnext")
        assert reader.readline() == b"half a line\n"
