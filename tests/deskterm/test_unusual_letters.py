"""Letters that are odd, wrapped or hostile, all the way in: what is kept, and what people see of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import panes, receive, sync
from deskterm.cli import tell
from deskterm.desk import Desk
from deskterm.screens import drawing
from deskterm.symbols import UNICODE
from deskterm.widgets.blocks import Look, block_lines
from store.model import Message
from tests.rigs.mail import DAY, all_tickets, box, letter, messages, opened, secrets, settings, sound
from tests.rigs.wrapped import event, sealed_block, signed_block, winmail
from tests.rigs.wrapped import letter as wrapped

NOW = 1_900_000_000
PLAN = event("SUMMARY:Plan\nDTSTART:20260302T100000Z").encode()
BLOCK = signed_block(b"\n\nSigned words.\n")
INSIDE = b"7bit\n\nFrom: x@y.example\nSubject: inner\n\nInside.\n"


def maildir(where: Path, raws: list[bytes]) -> Path:
    for name in ("cur", "new", "tmp"):
        (where / name).mkdir(parents=True)
    for n, raw in enumerate(raws):
        (where / "cur" / f"{1_700_000_000 + n}.{n}.host:2,S").write_bytes(raw)
    return where


def taken(desk: Desk, tmp_path: Path, raw: bytes) -> Message:
    """The message a letter became."""
    (tmp_path / "one.eml").write_bytes(raw)
    counts = receive.archive(desk, tmp_path / "one.eml")
    assert counts.looked == 1
    (message,) = messages(desk, all_tickets(desk)[-1])
    return message


def shown(desk: Desk, message: Message) -> str:
    """The message as `deskterm show` and as the screen write it."""
    from datetime import UTC

    text = desk.text(message)
    said = "\n".join(tell.message(message, text, zone=UTC))
    (block,) = drawing.blocks(panes.ticket(desk, message.ticket), me="ana", now=NOW)
    lines = block_lines(block, Look(100, UNICODE), number=1)
    return said + "\n=====\n" + "\n".join("".join(run for run, _ in line.runs) for line in lines)


@pytest.mark.parametrize(
    ("raw", "both", "screen"),
    [
        (
            wrapped("text/calendar; method=REQUEST", PLAN),
            ["[invitation: Plan; 2026-03-02 10:00 UTC]", "Hello."],
            [],
        ),
        (
            wrapped("application/ms-tnef", winmail({"report.pdf": b"PDF"})),
            ["report.pdf"],
            ["[2] report.pdf 3 B"],
        ),
        (wrapped("application/pgp-signature", b"x"), ["signed, not checked"], []),
        (wrapped("application/pkcs7-mime", BLOCK), ["Signed words.", "signed, not"], []),
        (
            wrapped("application/pkcs7-mime", sealed_block()),
            ["encrypted, cannot be read here", "[it is encrypted with S/MIME and cannot be read here]"],
            [],
        ),
        (
            wrapped("image/png; name=logo.png\nContent-ID: <i1>\nContent-Disposition: inline", b"x"),
            ["in the text"],
            ["[1] logo.png 1 B, in the text"],
        ),
        (
            wrapped("message/rfc822", b"").replace(b"base64\n\n", INSIDE),
            ["From: x@y.example", "Inside.", "inner.eml"],
            ["[1] inner.eml"],
        ),
    ],
    ids=["invitation", "winmail", "signed", "signed block", "sealed", "picture", "letter inside"],
)  # fmt: skip
def test_P19_what_is_no_text_is_seen_on_the_screen_and_in_the_shell(
    tmp_path: Path, raw: bytes, both: list[str], screen: list[str]
) -> None:
    with opened(tmp_path / "home", settings()) as desk:
        shell, drawn = shown(desk, taken(desk, tmp_path, raw)).split("\n=====\n")
    for words in both:
        assert words in shell
        assert words in drawn
    for words in screen:
        assert words in drawn
    assert "verified" not in (shell + drawn).replace("unverified", "")


def test_P12_the_same_bytes_twice_are_one_message_with_both_places_noted(tmp_path: Path) -> None:
    raw = letter(1, when=NOW - DAY)
    where = maildir(tmp_path / "Mail", [raw, raw])
    maildir(where / "Other", [raw])
    with opened(tmp_path / "home", settings(box(maildir=str(where)))) as desk:
        assert sync.once(desk, secrets=secrets).errors == ()
        (ticket,) = all_tickets(desk)
        (message,) = messages(desk, ticket)
        places = desk.conn.execute("SELECT uid FROM ledger WHERE ref = ?", (message.id,)).fetchall()
        assert len(places) == 3
        sound(desk)


def test_P13_the_same_message_id_with_other_words_is_kept_and_flagged(tmp_path: Path) -> None:
    raws = [letter(1, when=NOW - DAY, text=words, msgid="same@x.example") for words in ("one\n", "two\n")]
    with opened(tmp_path / "home", settings(box(maildir=str(maildir(tmp_path / "Mail", raws))))) as desk:
        sync.once(desk, secrets=secrets)
        found = [message for ticket in all_tickets(desk) for message in messages(desk, ticket)]
        assert sorted(desk.text(message).strip() for message in found) == ["one", "two"]
        assert sum("same-id" in message.signals for message in found) == 1


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 99999999999 00:00:00 +0000", "Mon, 1 Jan 2024 00:00:00 +99999999", "soon"]
)
def test_P15_with_an_absurd_date_the_moment_of_arrival_counts(tmp_path: Path, date: str) -> None:
    raw = f"From: a@b.example\nMessage-ID: <1@b.example>\nDate: {date}\n\nHello.\n".encode()
    with opened(tmp_path / "home", settings(), clock=lambda: NOW) as desk:
        assert taken(desk, tmp_path, raw).date == NOW


@pytest.mark.parametrize(
    "head",
    [
        "From: a@b.example\nFrom: c@d.example",
        "Subject: s",
        "From: Team: a@b.example, c@d.example;",
        "Sender: a@b.example",
    ],
)
def test_P16_anything_but_one_sender_is_shown_as_unverified(tmp_path: Path, head: str) -> None:
    with opened(tmp_path / "home", settings()) as desk:
        message = taken(desk, tmp_path, f"{head}\nMessage-ID: <1@b.example>\n\nHello.\n".encode())
        assert "unverified" in message.signals
        assert "unverified" in shown(desk, message)


def test_P09_a_text_that_was_cut_says_so_and_the_letter_is_kept_whole(tmp_path: Path) -> None:
    raw = b"From: a@b.example\nSubject: s\n\n" + b"x" * 1_200_000 + b"\n"
    with opened(tmp_path / "home", settings()) as desk:
        message = taken(desk, tmp_path, raw)
        assert desk.text(message).startswith(
            "[its text is longer than a million characters and was cut; the letter"
        )
        assert desk.raw(message) == raw


def test_P03_what_is_too_much_to_read_says_so(tmp_path: Path) -> None:
    raw = (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\n\n\n" * 3_000
        + b"--b--\n"
    )
    with opened(tmp_path / "home", settings()) as desk:
        assert "more than 1000 parts, the rest is ignored" in shown(desk, taken(desk, tmp_path, raw))
