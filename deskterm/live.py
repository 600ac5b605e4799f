"""Shadow mode and going live: after the silent first sync the desk reads, changes nothing on the server and
sends nothing, until a person says go; for some senders first, then for all.

Kept as a doc, so that it is in the log, shared by a team and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.counting import many
from deskterm.desk import Desk, Done
from deskterm.replies import address_of
from store import outbox
from store.log.entry import Change, put
from store.log.tx import Tx
from store.reads import docs

KIND, NAME = "desk", "live"
ON, OFF = "on", "off"
SHADOW = outbox.SHADOW
"""What being off is called, and why a reply is held."""


def state(desk: Desk) -> str:
    """`on`, `off` (shadow mode), or the addresses and `@domains` letters may leave for, space separated."""
    doc = docs.named(desk.conn, KIND, NAME)
    return doc.body if doc and doc.body else ON


def may_leave(desk: Desk, people: Iterable[str]) -> bool:
    """Whether a letter to all these people may leave now."""
    return _allowed(state(desk), people)


def _allowed(word: str, people: Iterable[str]) -> bool:
    if word in (ON, OFF):
        return word == ON
    named = set(word.lower().split())
    return all(_is_named(address_of(person), named) for person in people)


def _is_named(address: str, named: set[str]) -> bool:
    return address in named or f"@{address.rpartition('@')[2]}" in named


def in_shadow(desk: Desk) -> bool:
    """Whether nothing may leave and nothing may be changed on a server, such as a copy put into Sent."""
    return state(desk) == OFF


def words(desk: Desk) -> str:
    """How the desk is live, for the status line; nothing where all replies leave."""
    now, waiting = state(desk), len(held(desk))
    if now == ON:
        return ""
    wait = f", {many(waiting, 'reply', 'replies')} held" if waiting else ""
    return f"shadow: nothing leaves{wait}" if now == OFF else f"live for {now.replace(' ', ', ')} only{wait}"


def why_held(desk: Desk, people: Iterable[str]) -> str:
    """Why a letter to these people is held."""
    now = state(desk)
    if now == OFF:
        return SHADOW
    named = set(now.lower().split())
    others = [person for person in map(address_of, people) if not _is_named(person, named)]
    return f"{SHADOW}: not live for {', '.join(others)} yet"


def named(typed: str) -> str:
    """Addresses and `@domains` as typed, in the form they are kept; nothing when one of them is neither."""
    words = [word.strip("<>").lower() for word in typed.replace(",", " ").split()]
    fit = all(word.isprintable() and word.count("@") == 1 and word.rpartition("@")[2] for word in words)
    return " ".join(sorted(set(words))) if fit else ""


def lock(desk: Desk) -> None:
    """Lock the outbox before a first sync, unless somebody decided already.

    Nobody's act: the undo of an agent must never open the outbox.
    """
    with desk.store.write() as tx:
        if docs.named(tx.conn, KIND, NAME) is None:
            tx.commit(_said(tx, OFF), actor="mail", kind="live")


def held(desk: Desk) -> list[outbox.Waiting]:
    """Replies that wait for the word."""
    return [row for row in outbox.unsent(desk.conn) if row.state == outbox.HELD]


def open_(desk: Desk, to: str = ON) -> Done:
    """Go live for everybody, or for the addresses and `@domains` in `to`; what they are owed is queued.

    What waits to leave to anybody else is held again.
    """
    free = [row for row in held(desk) if _allowed(to, people(desk, row))]
    shut = [row for row in _waiting(desk) if not _allowed(to, people(desk, row))]
    changes = [
        c for row in free for c in outbox.moved(row, outbox.QUEUED, not_before=max(desk.now, row.at or 0))
    ]
    changes += [c for row in shut for c in outbox.moved(row, outbox.HELD, error=SHADOW)]
    return desk.commit(
        lambda tx: ("live", [*_said(tx, to), *changes], ()),
        words=("Outbox open" if to == ON else f"Live for {to.replace(' ', ', ')}")
        + (f"; {many(len(free), 'reply', 'replies')} may leave" if free else ""),
    )


def close(desk: Desk) -> Done:
    """Into shadow mode: replies are held from now on."""
    waiting = _waiting(desk)
    changes = [c for row in waiting for c in outbox.moved(row, outbox.HELD, error=SHADOW)]
    return desk.commit(
        lambda tx: ("live", [*_said(tx, OFF), *changes], ()),
        words=f"Shadow mode, outbox locked; {many(len(waiting), 'reply', 'replies')} held",
    )


def _waiting(desk: Desk) -> list[outbox.Waiting]:
    return [row for row in outbox.unsent(desk.conn) if row.state in (outbox.QUEUED, outbox.LATER)]


def _said(tx: Tx, word: str) -> list[Change]:
    """The word as a doc, inside the transaction that acts on it."""
    known = docs.named(tx.conn, KIND, NAME)
    if known is None:
        return [put(tx.new_id("d"), {"kind": KIND, "name": NAME, "body": word, "pos": NAME})]
    return [Change(known.id, "body", word)] if known.body != word else []


def people(desk: Desk, row: outbox.Waiting) -> tuple[str, ...]:
    """Everybody a reply is for."""
    from store.reads import conversation

    return conversation.message(desk.conn, row.message).people
