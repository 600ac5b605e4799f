"""Waiting for news, and the copy in the Sent folder."""

from __future__ import annotations

import socket
import threading

import pytest

from channels.backoff import delays
from channels.errors import FolderGone, Unreachable
from channels.imap import append, idle, places
from channels.imap.receive import Mailbox
from tests.rigs.imapd import Imapd


def when_idling(imapd: Imapd, act: str) -> threading.Thread:
    """Do something as soon as the client has begun to wait."""

    def run() -> None:
        while not any(line.strip().endswith((b"IDLE", b"NOOP")) for line in imapd.commands):
            threading.Event().wait(0.005)
        imapd.deliver(b"new") if act == "deliver" else imapd.hang_up()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_new_letter_ends_the_waiting(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        thread = when_idling(imapd, "deliver")
        assert idle.wait(box, None, 30)
        thread.join()
        assert box.uids() == [1], "and the connection goes on"


def test_news_from_before_the_waiting_is_not_slept_through(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        imapd.deliver(b"came between two commands")
        assert idle.wait(box, None, 30)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("lacks", [set[str](), {"IDLE"}])
def test_news_told_while_letters_were_fetched_is_not_slept_through(imapd: Imapd, lacks: set[str]) -> None:
    imapd.faults.lacks = lacks
    imapd.deliver(b"first")
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        uids = box.uids()
        imapd.deliver(b"second")
        assert [one.uid for batch in box.fetch(uids) for one in batch] == [1]
        assert idle.wait(box, None, 60, poll=60)
        assert box.uids(1) == [2]
        assert not idle.wait(box, None, 0.05), "told once"


@pytest.mark.timeout(20)
def test_news_in_one_piece_with_the_go_ahead_is_not_slept_through(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        imapd.faults.eager = True
        imapd.deliver(b"hello")
        assert idle.wait(box, None, 60)


def test_a_wake_ends_the_waiting_and_is_no_news(imapd: Imapd) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        theirs.send(b"!")
        assert not idle.wait(box, ours, 30)
        assert ours.recv(1) == b"!", "it is left for its owner to read"
        assert box.uids() == []


def test_idle_is_renewed_and_ends_by_itself(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert not idle.wait(box, None, 0.1, renew=0.02)
        assert sum(line.strip().endswith(b"IDLE") for line in imapd.commands) >= 2
        assert box.alive and box.uids() == []


def test_S18_a_server_without_idle_is_polled(imapd: Imapd) -> None:
    imapd.faults.lacks = {"IDLE", "UIDPLUS"}
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        assert not idle.wait(box, None, 0.05, poll=0.02)
        thread = when_idling(imapd, "deliver")
        assert idle.wait(box, None, 30, poll=0.01)
        thread.join()
        assert box.uids() == [1]
    assert not any(line.strip().endswith(b"IDLE") for line in imapd.commands)


def test_S18_a_server_that_offers_idle_and_refuses_it_is_dropped_not_looped_on(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        imapd.faults.lacks = {"IDLE"}
        with pytest.raises(Exception, match="refuses it"):
            idle.wait(box, None, 30)
        assert not box.alive


def test_a_line_lost_while_waiting_is_told(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        box.open("INBOX")
        thread = when_idling(imapd, "cut")
        with pytest.raises(Unreachable):
            idle.wait(box, None, 30)
        thread.join()


def test_idle_over_tls(tls_imapd: Imapd) -> None:
    with Mailbox(tls_imapd.account(security="starttls"), tls_imapd.secret) as box:
        box.open("INBOX")
        thread = when_idling(tls_imapd, "deliver")
        assert idle.wait(box, None, 30)
        thread.join()
        assert not idle.wait(box, None, 0.05)


def test_back_off_grows_to_its_bound_and_never_agrees_with_others() -> None:
    low, high = delays(first=5, most=60, chance=lambda: 0.0), delays(first=5, most=60, chance=lambda: 1.0)
    assert [next(low) for _ in range(6)] == [2.5, 5, 10, 20, 30, 30]
    assert [next(high) for _ in range(6)] == [5, 10, 20, 40, 60, 60]


def test_the_copy_in_sent_is_made_once(imapd: Imapd) -> None:
    raw = b"Message-ID: <q1@desk>\r\nSubject: hi\r\n\r\nhello\r\n"
    for expected in (True, False):
        with Mailbox(imapd.account(), imapd.secret) as box:
            assert places.sent_folder(box) == "Sent"
            assert append.copy_to_sent(box, raw, folder="Sent", message_id="q1@desk", when=5) is expected
    assert imapd.raws("Sent") == [raw]


def test_a_copy_whose_answer_was_lost_is_found_and_not_made_again(imapd: Imapd) -> None:
    raw = b"Message-ID: <q2@desk>\r\n\r\nhello\r\n"
    imapd.faults.cut_after_append = True
    with Mailbox(imapd.account(), imapd.secret) as box, pytest.raises(Unreachable):
        append.copy_to_sent(box, raw, folder="Sent", message_id="q2@desk", when=5)
    imapd.faults.cut_after_append = False
    with Mailbox(imapd.account(), imapd.secret) as box:
        assert not append.copy_to_sent(box, raw, folder="Sent", message_id="q2@desk", when=5)
    assert len(imapd.raws("Sent")) == 1


def test_a_sent_folder_that_does_not_exist_is_a_sentence(imapd: Imapd) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box, pytest.raises(FolderGone, match="Gesendet"):
        append.copy_to_sent(box, b"x", folder="Gesendet", message_id="a@b", when=5)
