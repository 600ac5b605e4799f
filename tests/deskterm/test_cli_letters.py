"""Letters from the shell: who gets them, what goes along, when they leave, what a person decides later."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from deskterm.config import load, save
from store.model import Kind, Message
from tests.deskterm.shell import call, ok
from tests.rigs.mail import all_tickets, box, letter, messages, opened, settings, states, take
from tests.rigs.smtpd import Smtpd

EVIL = "Reply-To: Dana <dana@evil.example>"


@pytest.fixture
def home(tmp_path: Path, smtpd: Smtpd) -> Path:
    """A desk with a letter of Dana's to help and to Lee, copy to Mo; its outbox open."""
    home, setting = tmp_path / "desk", settings(box(smtp=smtpd))
    home.mkdir()
    save(home, setting)
    with opened(home, setting) as desk:
        raw = letter(
            1, sender="Dana <dana@acme.example>", to="help@example.org, Lee <lee@acme.example>",
            extra="Cc: mo@other.example", subject="Export",
        )  # fmt: skip
        take(desk, raw, letter(2, sender="Eve <eve@acme.example>", subject="Pay here", extra=EVIL))
    return home


def last(home: Path) -> Message:
    with opened(home, load(home)) as desk:
        return [m for t in all_tickets(desk) for m in messages(desk, t) if m.kind is Kind.OUT][-1]


def waiting(home: Path) -> list[dict[str, object]]:
    return ok(home, "outbox", "--jsonl").objects


def test_strangers_a_letter_names_are_mailed_only_when_a_person_says_so(home: Path) -> None:
    assert "Cc" not in ok(home, "reply", "1", "-m", "Hello.", "--dry-run").out
    shown = ok(home, "reply", "1", "-m", "Hello.", "--all", "--dry-run").out
    assert "To: Dana <dana@acme.example>, Lee <lee@acme.example>\nCc: mo@other.example" in shown
    ok(home, "reply", "1", "-m", "Hello.", "--all")
    # Once written to, they take part.
    assert "Cc: mo@other.example" in ok(home, "reply", "1", "-m", "More.", "--dry-run").out


def test_A10_answers_to_another_domain_are_asked_about(home: Path) -> None:
    result = call(home, "reply", "2", "-m", "Here.")
    assert result.code == 4 and "another domain than that of Eve <eve@acme.example>" in result.err
    assert waiting(home) == []
    ok(home, "reply", "2", "-m", "Here.", "--to", "eve@acme.example")
    assert last(home).to == ("eve@acme.example",)


def test_everything_that_can_go_with_a_letter(home: Path, tmp_path: Path, smtpd: Smtpd) -> None:
    (tmp_path / "june.csv").write_bytes(b"a,b\n")
    ok(
        home, "reply", "1", "-m", "See <b>https://x.example/?a=1&b=2</b>.", "--to", "ann@x.example",
        "--cc", "bo@x.example", "--bcc", "cy@x.example", "--attach", str(tmp_path / "june.csv"),
        "--html", "--now",
    )  # fmt: skip
    ok(home, "sync")
    (kept,) = smtpd.letters
    assert kept.to == ("ann@x.example", "bo@x.example", "cy@x.example") and b"cy@" not in kept.raw
    read = email.message_from_bytes(kept.raw, policy=email.policy.default)
    html = read.get_body(("html",))
    assert html is not None and [part.get_filename() for part in read.iter_attachments()] == ["june.csv"]
    assert (
        '<a href="https://x.example/?a=1&amp;b=2"' in html.get_content() and "<b>" not in html.get_content()
    )


def test_later_is_a_moment_in_words(home: Path) -> None:
    assert "leaves 20" in ok(home, "reply", "1", "-m", "Monday then.", "--later", "2d").err
    (row,) = waiting(home)
    assert row["state"] == "queued" and row["at"] == row["not_before"]
    assert "leaves 20" in ok(home, "outbox").out
    assert call(home, "reply", "1", "-m", "x", "--later", "yesterday").code == 2
    ok(home, "undo")
    assert waiting(home) == []


def test_a_letter_is_forwarded_with_its_files_and_outsiders_take_no_part(home: Path, smtpd: Smtpd) -> None:
    part = b'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="log.csv"\r\n\r\n1,2\r\n'
    raw = letter(3, sender="Dana <dana@acme.example>", subject="Broken",
                 extra='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"')  # fmt: skip
    head = raw.split(b"\r\n\r\n")[0]
    with opened(home, load(home)) as desk:
        take(desk, head + b"\r\n\r\n--b\r\n\r\nIt broke.\r\n--b\r\n" + part + b"--b--\r\n")
    assert call(home, "forward", "3", "-m", "Look?").code == 2
    ok(home, "forward", "3", "-m", "Can you look?", "--to", "vendor@parts.example", "--now")
    ok(home, "sync")
    read = email.message_from_bytes(smtpd.letters[0].raw, policy=email.policy.default)
    body = read.get_body(("plain",))
    assert read["Subject"] == "Fwd: Broken" and body is not None
    assert body.get_content().startswith("Can you look?\r\n") and "It broke." in body.get_content()
    assert [part.get_content().split() for part in read.iter_attachments()] == [["1,2"]]
    with opened(home, load(home)) as desk:
        mine = last(home).msgid
        take(desk, letter(4, sender="vendor@parts.example", subject="Re: Fwd: Broken", answers=mine))
        ticket = desk.ticket("3")
        assert len(messages(desk, ticket)) == 3 and ticket.status != "solved"
    # The customer is answered, not the vendor, and the vendor does not get it.
    assert "To: Dana <dana@acme.example>\nSubject" in ok(home, "reply", "3", "-m", "Soon.", "--dry-run").out


def test_a_new_letter_begins_a_ticket_or_nothing_at_all(home: Path, smtpd: Smtpd) -> None:
    before = len(ok(home, "ls", "--jsonl").objects)
    assert call(home, "new", "Hello", "--to", "not an address", "-m", "x").code == 2
    assert call(home, "new", "Hello", "--to", "ann@x.example", "-m", " ").code == 4
    assert len(ok(home, "ls", "--jsonl").objects) == before
    ok(home, "new", "Your contract", "--to", "ann@x.example", "--cc", "bo@x.example", "-m", "Please sign.")
    assert (last(home).to, last(home).cc, last(home).subject) == (
        ("ann@x.example",),
        ("bo@x.example",),
        "Your contract",
    )


def test_a_person_decides_about_an_overtaken_reply(home: Path, smtpd: Smtpd) -> None:
    for way, state, left in (("send", "queued", 1), ("draft", "called back", 0), ("drop", "called back", 0)):
        ok(home, "reply", "1", "-m", f"Words to {way}.", "--later", "1d")
        with opened(home, load(home)) as desk:
            known = messages(desk, desk.ticket("1"))[0].msgid
            take(desk, letter(len(states(desk)) + 50, sender="Dana <dana@acme.example>", answers=known))
        ok(home, "sync")
        assert [row["state"] for row in waiting(home)] == ["asks"]
        ok(home, "outbox", way, "1")
        with opened(home, load(home)) as desk:
            assert states(desk)[-1] == state
            drafts = [row[0] for row in desk.conn.execute("SELECT text FROM draft")]
            assert drafts == (["Words to draft.\n"] if way == "draft" else [])
        assert len(waiting(home)) == left
        for row in waiting(home):
            assert row["state"] == "queued"
            ok(home, "undo")
            ok(home, "outbox", "drop", "1")
        if way == "draft":
            with opened(home, load(home)) as desk, desk.store.write() as tx:
                tx.conn.execute("DELETE FROM draft")
    assert call(home, "outbox", "send", "1").code == 4
    assert call(home, "outbox", "send").code == 2
    assert smtpd.letters == []
