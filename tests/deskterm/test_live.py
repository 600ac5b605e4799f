"""The lock on the outbox: nothing leaves until somebody says go, and then only to whom they said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm import live, replies, send, sync, writing
from deskterm.desk import Desk
from store import outbox
from store.errors import Refused
from tests.rigs.imapd import Imapd
from tests.rigs.mail import Clock, box, letter, opened, secrets, settings, states
from tests.rigs.smtpd import Smtpd


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, smtpd: Smtpd, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings(box(smtp=smtpd)), clock) as made:
        yield made


def reply(desk: Desk, *people: str) -> None:
    ticket = writing.begin(desk, f"For {people[0]}", address=people[0])
    writing.reply(desk, ticket, replies.Reply("Words.", people), now=True)


def reached(smtpd: Smtpd) -> list[str]:
    return [address for kept in smtpd.letters for address in kept.to]


def test_a_desk_without_a_mailbox_read_is_open(desk: Desk) -> None:
    assert live.state(desk) == live.ON


def test_locked_until_live_on(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    live.lock(desk)
    reply(desk, "dana@x.example")
    clock.ahead += 86_400
    assert send.round_(desk, secrets=secrets).sent == 0
    assert states(desk) == ["held"] and len(live.held(desk)) == 1
    assert live.open_(desk).words == "Outbox open; 1 reply may leave"
    assert send.round_(desk, secrets=secrets).sent == 1


def test_locking_again_decides_nothing_a_person_decided(desk: Desk) -> None:
    live.open_(desk)
    live.lock(desk)
    assert live.state(desk) == live.ON
    live.close(desk)
    live.lock(desk)
    assert live.state(desk) == live.OFF


def test_open_for_some_addresses_alone(desk: Desk, smtpd: Smtpd) -> None:
    live.lock(desk)
    reply(desk, "Dana <Dana@X.example>")
    reply(desk, "lee@x.example")
    reply(desk, "dana@x.example", "lee@x.example")
    live.open_(desk, "dana@x.example")
    reply(desk, "DANA@x.example")
    reply(desk, "eve@x.example")
    send.round_(desk, secrets=secrets)
    assert [address.lower() for address in reached(smtpd)] == ["dana@x.example"] * 2
    assert states(desk) == ["sent", "held", "held", "sent", "held"]


def test_open_for_a_domain_and_nobody_else_at_it_by_name(desk: Desk, smtpd: Smtpd) -> None:
    live.open_(desk, live.named("@X.example, lee@y.example"))
    assert live.state(desk) == "@x.example lee@y.example"
    for address in (
        "dana@x.example",
        "lee@y.example",
        "eve@y.example",
        "mallory@evil-x.example",
        "m@a.x.example",
    ):
        reply(desk, address)
    send.round_(desk, secrets=secrets)
    assert reached(smtpd) == ["dana@x.example", "lee@y.example"]
    assert {row.error for row in live.held(desk)} == {"shadow"}
    assert live.words(desk) == "live for @x.example, lee@y.example only, 3 replies held"


def test_why_a_reply_is_held_is_kept_with_it(desk: Desk) -> None:
    live.lock(desk)
    reply(desk, "dana@x.example")
    assert [row.error for row in live.held(desk)] == ["shadow"]
    assert live.words(desk) == "shadow: nothing leaves, 1 reply held"
    live.open_(desk)
    reply(desk, "lee@x.example")
    live.open_(desk, "dana@x.example")
    assert states(desk) == ["queued", "held"]
    with desk.store.write() as tx:
        row = next(iter(live.held(desk)))
        tx.commit(outbox.moved(row, outbox.QUEUED, not_before=0), actor="x", kind="sending")
    send.round_(desk, secrets=secrets)
    assert [row.error for row in live.held(desk)] == ["shadow: not live for lee@x.example yet"]


def test_shadow_mode_changes_nothing_on_the_server(tmp_path: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    """Not even the copies of what left before; they are put there once the desk is live again."""
    imapd.deliver(letter(1))
    with opened(tmp_path / "shadow", settings(box(imap=imapd, smtp=smtpd))) as desk:
        sync.once(desk, secrets=secrets)
        live.open_(desk)
        reply(desk, "dana@x.example")
        imapd.faults.login_words = b"[AUTHENTICATIONFAILED] not you"
        assert send.round_(desk, secrets=secrets).sent == 1
        imapd.faults.login_words = b""
        live.close(desk)
        reply(desk, "dana@x.example")
        before = len(imapd.commands)
        sync.once(desk, secrets=secrets)
        said = b" ".join(imapd.commands[before:]).upper()
        assert b"EXAMINE" in said and b"PEEK" in said + b" ".join(imapd.commands).upper()
        for word in (b"APPEND", b"STORE", b"SELECT", b"EXPUNGE", b"MOVE", b"COPY", b"CREATE", b"RENAME"):
            assert b" " + word + b" " not in said, word
        assert imapd.raws("Sent") == [] and len(smtpd.letters) == 1
        live.open_(desk, "nobody@x.example")
        sync.once(desk, secrets=secrets)
        assert len(imapd.raws("Sent")) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lee@X.example", "lee@x.example"), ("b@x.example @a.example", "@a.example b@x.example"),
        ("<a@b.example>,", "a@b.example"), ("lee", ""), ("a@b@c", ""), ("@", ""), ("", ""), ("a@b\x1b", ""),
    ],
)  # fmt: skip
def test_whom_the_desk_is_live_for_as_typed(typed: str, kept: str) -> None:
    assert live.named(typed) == kept


def test_closing_holds_what_was_queued_and_what_was_put_off(desk: Desk, smtpd: Smtpd, clock: Clock) -> None:
    reply(desk, "dana@x.example")
    smtpd.script["rcpt"] = ["451 4.3.0 later"]
    send.round_(desk, secrets=secrets)
    reply(desk, "lee@x.example")
    assert states(desk) == ["later", "queued"]
    live.close(desk)
    clock.ahead += 86_400
    send.round_(desk, secrets=secrets)
    assert (states(desk), reached(smtpd)) == (["held", "held"], [])


def test_opening_is_one_act_and_can_be_taken_back_while_nothing_left(desk: Desk) -> None:
    live.lock(desk)
    reply(desk, "dana@x.example")
    live.open_(desk)
    desk.undo()
    assert (live.state(desk), states(desk)) == (live.OFF, ["held"])


def test_once_a_letter_left_opening_is_not_undone_but_locked(desk: Desk) -> None:
    live.lock(desk)
    reply(desk, "dana@x.example")
    live.open_(desk)
    send.round_(desk, secrets=secrets)
    with pytest.raises(Refused, match="cannot be called back"):
        desk.undo()
    live.close(desk)
    assert live.state(desk) == live.OFF
