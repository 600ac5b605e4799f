"""The same reading against a real Dovecot."""

from __future__ import annotations

import socket
import threading
import uuid

import pytest

from channels.errors import FolderGone, InsecureRefused, LoginRefused, Unreachable
from channels.imap import append, idle, places
from channels.imap.receive import Mailbox
from channels.passwords import Secret
from channels.tls import Security
from tests.rigs.dovecot import Dovecot

pytestmark = pytest.mark.dovecot


def letter(number: int) -> bytes:
    return b"Message-ID: <%d@x>\r\nSubject: %d\r\n\r\ntext %d \xff (UID 99)\r\n" % (
        number,
        number,
        number,
    )


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    name = "u" + uuid.uuid4().hex[:12]
    dovecot.user(name)
    return name


@pytest.mark.parametrize("security", ["plain", "starttls", "tls"])
def test_every_letter_arrives_byte_for_byte(dovecot: Dovecot, user: str, security: Security) -> None:
    letters = [letter(number) for number in range(250)]
    dovecot.fill(user, letters)
    with Mailbox(dovecot.account(user, security=security), dovecot.secret) as box:
        assert box.open("INBOX").exists == 250
        uids = box.uids()
        got = [one for batch in box.fetch(uids[::-1], batch=100) for one in batch]
        assert [one.raw for one in got] == letters[::-1]
        assert got[0].received == 1_700_000_249 and "\\Seen" in got[0].flags
        assert box.uids(uids[-1]) == []


def test_folders_with_letters_beyond_ascii(dovecot: Dovecot, user: str) -> None:
    name = 'Müll & "Ordner"/日本'
    with Mailbox(dovecot.account(user), dovecot.secret) as box:
        box.line.client.create_folder(name)  # pyright: ignore
        box.line.client.append(name, letter(1))
        assert name in [folder.name for folder in box.folders()]
        box.open(name)
        assert [one.folder for batch in box.fetch(box.uids()) for one in batch] == [name]


def test_flags_on_the_server_stay_as_they_are(dovecot: Dovecot, user: str) -> None:
    home = dovecot.dir / "mail" / user / "Maildir"
    dovecot.fill(user, [letter(1)])
    path = next((home / "cur").iterdir())
    path.rename(home / "new" / path.name.split(":")[0])
    with Mailbox(dovecot.account(user), dovecot.secret) as box:
        box.open("INBOX")
        assert len([one for batch in box.fetch(box.uids()) for one in batch]) == 1
    assert len(list((home / "new").iterdir())) == 1, "not even moved from new to cur"


def test_S06_a_folder_deleted_and_made_anew_under_an_open_session(dovecot: Dovecot, user: str) -> None:
    with Mailbox(dovecot.account(user), dovecot.secret) as box, other(dovecot, user) as second:
        second.line.client.create_folder("Work")  # pyright: ignore
        second.line.client.append("Work", letter(1))
        box.open("Work")
        uids = box.uids()
        assert uids == [1]
        second.line.client.delete_folder("Work")  # pyright: ignore
        second.line.client.create_folder("Work")  # pyright: ignore
        second.line.client.append("Work", letter(2))
        # On a Maildir it hangs up, on other stores it would hand over the new letter under the old UID.
        with pytest.raises((FolderGone, Unreachable)):
            list(box.fetch(uids))


def test_S08_expunged_by_another_client_in_between(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [letter(number) for number in range(5)])
    with Mailbox(dovecot.account(user), dovecot.secret) as box, other(dovecot, user) as second:
        box.open("INBOX")
        uids = box.uids()
        second.open("INBOX", readonly=False)
        second.line.client.delete_messages([uids[1], uids[3]])  # pyright: ignore
        second.line.client.expunge()  # pyright: ignore
        (batch,) = box.fetch(uids)
        assert [one.raw for one in batch] == [letter(0), letter(2), letter(4)]
        assert batch.gone == (uids[1], uids[3])


def test_S14_a_wrong_password(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(LoginRefused):
        Mailbox(dovecot.account(user), Secret("wrong"))


def test_O11_a_certificate_nobody_vouched_for(dovecot: Dovecot, user: str) -> None:
    account = dovecot.account(user, security="tls")
    stranger = type(account)(account.host, account.port, user)
    with pytest.raises(InsecureRefused, match="fingerprint"):
        Mailbox(stranger, dovecot.secret)


def test_news_by_idle_and_waking(dovecot: Dovecot, user: str) -> None:
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        Mailbox(dovecot.account(user, security="tls"), dovecot.secret) as box,
        other(dovecot, user) as second,
    ):
        box.open("INBOX")
        sending = threading.Timer(0.1, lambda: second.line.client.append("INBOX", letter(1)))
        sending.start()
        assert idle.wait(box, ours, 30)
        sending.join()
        assert len(box.uids()) == 1
        theirs.send(b"!")
        assert not idle.wait(box, ours, 30)


def test_a_copy_in_sent_once(dovecot: Dovecot, user: str) -> None:
    with Mailbox(dovecot.account(user), dovecot.secret) as box:
        assert places.sent_folder(box) == "Sent"
        made = [
            append.copy_to_sent(box, letter(1), folder="Sent", message_id="1@x", when=9) for _ in range(2)
        ]
        assert made == [True, False]
        box.open("Sent")
        assert [one.raw for batch in box.fetch(box.uids()) for one in batch] == [letter(1)]


def test_S05_a_mailbox_made_anew_has_another_uidvalidity(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [letter(1)])
    with Mailbox(dovecot.account(user), dovecot.secret) as box:
        before = box.open("INBOX")
    home = dovecot.dir / "mail" / user / "Maildir"
    for path in home.glob("dovecot.*"):
        path.unlink()
    listed = (home / "dovecot-uidlist").read_text().replace(f"V{before.uidvalidity}", "V77")
    (home / "dovecot-uidlist").write_text(listed)
    with Mailbox(dovecot.account(user), dovecot.secret) as box:
        assert box.open("INBOX").uidvalidity == 77


def other(dovecot: Dovecot, user: str) -> Mailbox:
    """A second client of the same mailbox, such as a phone."""
    return Mailbox(dovecot.account(user), dovecot.secret)
