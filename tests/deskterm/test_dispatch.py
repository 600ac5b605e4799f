"""What leaves: only replies ever do, whatever people write, turn, run or take back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from channels import smtp
from channels.letter import Address
from deskterm import acts, dispatch, plans, replies, send, writing
from deskterm.desk import Desk
from store import drafts
from store.errors import Refused, StoreError
from store.log.entry import Change, put
from store.model import Kind, Message, Status
from store.rules import macros
from tests.rigs.mail import Clock, all_tickets, box, letter, messages, opened, secrets, settings, take
from tests.rigs.smtpd import Smtpd

NOTE = "INTERNAL"
"""In every note and nowhere else."""


def message(kind: Kind, **fields: object) -> Message:
    made = {"to": ("dana@acme.example",), "sender": "help@example.org", "msgid": "m@x"} | fields
    return Message("m1", "t1", kind, "ana", 0, **made)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OUT])
def test_only_a_reply_becomes_a_letter(kind: Kind) -> None:
    with pytest.raises(Refused, match="can never leave"):
        dispatch.outgoing(message(kind), "text")


def test_a_letter_to_nobody_is_refused() -> None:
    with pytest.raises(Refused, match="names nobody"):
        dispatch.outgoing(message(Kind.OUT, to=()), "text")


def test_the_sending_side_takes_letters_alone() -> None:
    with pytest.raises(TypeError, match="only an Outgoing"):
        smtp.send(None, None, message(Kind.NOTE), about_to_dot=lambda: None)  # pyright: ignore


@pytest.mark.parametrize(
    ("text", "name", "addr"),
    [
        ("dana@x.example", "", "dana@x.example"),
        ("Dana Stone <dana@x.example>", "Dana Stone", "dana@x.example"),
        ('"Stone, Dana" <dana@x.example>', "Stone, Dana", "dana@x.example"),
        ("a <b> c <dana@x.example>", "a <b> c", "dana@x.example"),
        ("  <dana@x.example> ", "", "dana@x.example"),
    ],
)
def test_addresses_from_what_is_shown(text: str, name: str, addr: str) -> None:
    assert dispatch.address(text) == Address(name, addr)


def test_a_note_put_into_the_outbox_by_hand_does_not_leave(tmp_path: Path, smtpd: Smtpd) -> None:
    """A damaged peer, a wrong import: whatever put the row there, the letter is not made."""
    with opened(tmp_path / "home", settings(box(smtp=smtpd))) as desk:
        take(desk, letter(1))
        ticket = all_tickets(desk)[0]
        writing.note(desk, ticket, NOTE)
        note = next(m for m in messages(desk, ticket) if m.kind is Kind.NOTE)
        row = {
            "ticket": ticket.id,
            "message": note.id,
            "state": "queued",
            "not_before": 0,
            "mailbox": "support",
        }
        desk.commit(lambda tx: ("import", [put("x1", row)], ()), words="")
        assert send.round_(desk, secrets=secrets).refused == 1
        assert smtpd.letters == []


MACRO = f"""+++
name = "Both"
note = "{NOTE} by a macro"
+++
A reply to {{{{ ticket.customer.email }}}}.
"""

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("reply", "note", "turned note", "turned reply", "macro", "undo", "redo", "solve",
                         "draft note", "send", "new")),
        st.integers(0, 2),
    ),
    min_size=3, max_size=14,
)  # fmt: skip


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_word_of_a_note_is_in_any_byte_that_leaves(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Replies, notes, drafts turned from one into the other, macros, undo and redo, in any order."""
    home, clock = tmp_path_factory.mktemp("notes") / "home", Clock()
    with opened(home, settings(box()), clock) as desk:
        take(desk, *(letter(n, sender=f"p{n}@x.example") for n in range(3)))
        for n, (what, which) in enumerate(steps):
            clock.ahead += 3
            step(desk, what, which, n)
        clock.ahead += 3600
        send.round_(desk, secrets=secrets)
        left = [path.read_bytes() for path in (home / "out").rglob("*") if path.is_file()]
        assert not any(NOTE.encode() in raw or b"SU5URVJOQUw" in raw for raw in left)
        out = {row[0] for row in desk.conn.execute("SELECT message FROM outbox")}
        assert all(m.kind is Kind.OUT for t in all_tickets(desk) for m in messages(desk, t) if m.id in out)
        sent = desk.conn.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()[0]
        assert len(left) == sent


def step(desk: Desk, what: str, which: int, n: int) -> None:
    """One thing a person does."""
    ticket = all_tickets(desk)[which]
    to = writing.prepare(desk, ticket).to
    try:
        match what:
            case "reply":
                writing.reply(desk, ticket, replies.Reply(f"Words {n}.", to), then=Status.WAITING)
            case "note" | "turned note":
                writing.note(desk, ticket, f"{NOTE} {n}")
            case "draft note" | "turned reply":
                kind = "note" if what == "draft note" else "out"
                text = f"{NOTE} draft {n}" if kind == "note" else f"Draft {n}"
                desk.keep(
                    drafts.Draft(ticket.id, desk.agent, kind, text, json.dumps({"to": to}), desk.now, 0)
                )
            case "macro":
                plans.apply(
                    desk, plans.make_macro(desk, macros.parse(MACRO), [t.id for t in all_tickets(desk)])
                )
            case "undo":
                desk.undo()
            case "redo":
                desk.redo()
            case "solve":
                desk.do(acts.status([ticket], Status.SOLVED))
            case "new":
                desk.commit(lambda tx: ("set", [Change(ticket.id, "priority", n % 4 + 1)], ()), words="")
            case _:
                send.round_(desk, secrets=secrets)
    except StoreError:
        return
