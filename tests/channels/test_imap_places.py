"""Which folder is for what, and finding one letter by its Message-ID."""

from __future__ import annotations

import pytest

from channels import folders
from channels.errors import BadArgument, FolderGone
from channels.imap import places
from channels.imap.receive import Mailbox
from tests.rigs.imapd import Box, Imapd


def test_marks_win_over_names() -> None:
    marks = {"INBOX": (), "Sent": (), "Elsewhere": ("\\sent",), "Trash": ("\\x",), "Bin": ("\\trash",)}
    found = folders.uses(marks.items())
    assert found == {"inbox": "INBOX", "sent": "Elsewhere", "trash": "Bin"}
    assert folders.use_of("Elsewhere", found) == "sent" and folders.use_of("Sent", found) == ""


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("INBOX.Sent", "sent"),
        ("INBOX/Gesendete Objekte", "sent"),
        ("Éléments envoyés", "sent"),
        ("[Gmail]/All Mail", "all"),
        ("Entwürfe", "drafts"),
        ("Junk E-mail", "junk"),
        ("Papierkorb", "trash"),
        ("Archiv", "archive"),
    ],
)
def test_a_usual_name_does_where_nothing_is_marked(name: str, use: str) -> None:
    assert folders.uses([("INBOX", ()), (name, ())]).get(use) == name


def test_a_folder_marked_for_one_use_is_not_taken_for_another_by_its_name() -> None:
    assert folders.uses([("Archive", ("\\trash",))]) == {"inbox": "INBOX", "trash": "Archive"}


def test_a_letter_is_found_by_its_whole_id_only(imapd: Imapd) -> None:
    wanted = imapd.deliver(b"Message-ID: <1@x>\r\n\r\none", folder="Sent")
    imapd.deliver(b"Message-ID: <11@x>\r\n\r\neleven", folder="Sent")
    with Mailbox(imapd.account(), imapd.secret) as box:
        assert places.find(box, "1@x", folder="Sent") == [wanted]
        assert places.find(box, "<1@x>", folder="Sent") == [wanted]
        assert places.left(box, "11@x") and not places.left(box, "2@x")
    assert b"SELECT" not in b"".join(imapd.commands), "only looked at"


def test_a_server_without_a_sent_folder_is_no_proof_and_says_so(imapd: Imapd) -> None:
    imapd.boxes = {"INBOX": Box(7)}
    imapd.deliver(b"Message-ID: <1@x>\r\n\r\none")
    with Mailbox(imapd.account(), imapd.secret) as box:
        with pytest.raises(FolderGone, match="Name it in the settings"):
            places.left(box, "1@x")
        assert places.left(box, "1@x", folder="INBOX")


@pytest.mark.parametrize("bad", ["a\r\nA1 DELETE INBOX", "a\0b", "ö@x"])
def test_S10_an_id_that_would_be_a_second_command_never_leaves(imapd: Imapd, bad: str) -> None:
    with Mailbox(imapd.account(), imapd.secret) as box:
        before = list(imapd.commands)
        with pytest.raises(BadArgument):
            places.left(box, bad, folder="INBOX")
        assert imapd.commands == before
