"""What other programs did: VANISHED lists, Gmail's marks, and answers that make no sense."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import ProtocolConfused
from channels.imap import gmail
from channels.imap.changes import flags, vanished
from channels.imap.receive import Mailbox, is_news
from tests.rigs.imapd import Imapd


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        (b"* VANISHED 7\r\n", [(7, 7)]),
        (b"* VANISHED (EARLIER) 300:310,405,1:4294967295\r\n", [(300, 310), (405, 405), (1, 4294967295)]),
        (b"* VANISHED (earlier) 9:3\r\n", [(3, 9)]),
        (b"* VANISHED (EARLIER) x\r\n", []),
        (b"* 4 EXPUNGE\r\n", []),
    ],
)
def test_vanished_letters_are_runs_and_never_counted_out(line: bytes, runs: list[tuple[int, int]]) -> None:
    assert vanished(line) == runs


@pytest.mark.parametrize(
    "line", [b"* VANISHED 1:2:3\r\n", b"* VANISHED ,\r\n", b"* VANISHED 99999999999\r\n"]
)
def test_S13_a_list_of_vanished_letters_that_makes_no_sense_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolConfused):
        vanished(line)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_list_or_refused(noise: bytes) -> None:
    with contextlib.suppress(ProtocolConfused):
        assert all(first <= last for first, last in vanished(b"* VANISHED " + noise + b"\r\n"))


def test_a_letter_that_vanished_is_news() -> None:
    assert is_news(b"* VANISHED 4\r\n") and not is_news(b"* OK still here\r\n")


def test_flags_come_for_those_that_are_there(imapd: Imapd) -> None:
    for n in range(3):
        imapd.deliver(b"Subject: %d\r\n\r\n" % n)
    imapd.boxes["INBOX"].letters[1].flags = "\\Seen \\Recent $Done"
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        found = [row for some in flags(box, [1, 2, 9]) for row in some.flags]
    assert found == [(1, ()), (2, ("\\Seen", "$Done"))]


def test_only_gmail_has_gmails_marks(imapd: Imapd) -> None:
    imapd.deliver(b"Subject: x\r\n\r\n")
    imapd.boxes["INBOX"].letters[0].gm = 2**63 + 5
    imapd.boxes["INBOX"].letters[0].labels = '"\\\\Inbox" "UID 7 )(" work "\\\\Sent"'
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert gmail.marks(box, [1]) == {}
    imapd.extra = (gmail.CAPABILITY,)
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        mark = gmail.marks(box, [1])[1]
    assert (mark.uid, mark.gm, mark.sent, mark.draft) == (1, 5, True, False)
