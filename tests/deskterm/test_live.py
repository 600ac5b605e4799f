"""The lock on the outbox: nothing leaves until somebody says go, and then only to whom they said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm import live, replies, send, writing
from deskterm.desk import Desk
from store.errors import Refused
from tests.rigs.mail import Clock, box, opened, secrets, settings, states
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
