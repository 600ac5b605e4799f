"""What the search screen asks the desk: tickets with the line that was hit, a letter with its words marked.

Also keeps a search as a queue. No Textual and no SQL.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from deskterm.desk import Desk, Done
from deskterm.moments import local
from deskterm.safe import clean_text
from store.errors import Refused
from store.log.entry import Change, Value, put
from store.log.tx import Beside, Tx
from store.model import Message, Queue, Ticket
from store.reads import conversation, docs, many, people, queues, search

MOST = 50
"""Hits of a page."""
_READ = 20_000
"""Characters of a letter that a preview shows."""

Phrases = Sequence[tuple[list[str], bool]]
"""What `spots` marks in a text."""


class Row(Struct, frozen=True):
    """One hit."""

    ticket: Ticket
    who: str
    snippet: str
    """One line around the hit. Outside text: make it safe before showing it."""
    letter: str
    """Id of the letter that was hit; empty for a ticket without one."""


class Findings(Struct, frozen=True):
    rows: tuple[Row, ...] = ()
    more: bool = False
    """Whether there are more than these."""
    problems: tuple[str, ...] = ()
    """Sentences about what was taken as text because it means nothing else."""
    phrases: Phrases = ()
    """The words to mark."""


def find(desk: Desk, typed: str) -> Findings:
    """The tickets of what was typed, newest letter first; nothing a person types raises."""
    conn = desk.conn

    def text(message: str) -> str:
        return desk.text(conversation.message(conn, message))

    found = search.search(conn, typed, now=desk.now, me=desk.agent, limit=MOST, texts=text, zone=local())
    known = {one.id: one for one in many.tickets(conn, [hit.ticket for hit in found.hits])}
    rows = [_row(desk, known[hit.ticket], hit) for hit in found.hits if hit.ticket in known]
    return Findings(tuple(rows), found.more, found.problems, search.phrases(typed))


def _row(desk: Desk, ticket: Ticket, hit: search.Hit) -> Row:
    person = people.customer(desk.conn, ticket.customer) if ticket.customer else None
    who = (person.name or person.email) if person is not None else ""
    return Row(ticket, who, hit.snippet, hit.messages[0] if hit.messages else "")


def letter(desk: Desk, message: str) -> tuple[Message, str]:
    """The letter of this id and the beginning of its text, cleaned for a screen. Raises NotFound."""
    found = conversation.message(desk.conn, message)
    return found, unicodedata.normalize("NFC", clean_text(desk.text(found)[:_READ]))


def narrower(rows: Sequence[Row], *, me: str) -> list[tuple[str, int]]:
    """Terms that some of the hits answer and others do not, with how many, by field and the most first."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        ticket = row.ticket
        whose = {"": "none", me: "me"}.get(ticket.assignee, ticket.assignee)
        terms = {
            "status": [ticket.status.value],
            "assignee": [whose],
            "pri": [str(ticket.priority)],
            "tag": ticket.tags,
        }
        for field, values in terms.items():
            counts.setdefault(field, Counter()).update(f"{field}:{_quoted(value)}" for value in values)
    return [(term, n) for found in counts.values() for term, n in found.most_common() if n < len(rows)]


def _quoted(value: str) -> str:
    return f'"{value}"' if any(one in value for one in ' ,()"') else value


def keep_queue(desk: Desk, name: str, query: str) -> Done:
    """Save a search as a queue. Raises Refused for one that has a name already, or no words.

    The queues a desk has by itself are kept beside it: with a queue of one's own they would be gone.
    """
    name, query = " ".join(name.split()), query.strip()
    if not name or not query:
        raise Refused("A queue needs a name and words to look for; nothing was saved.")
    queues.read(queues.write(Queue(name, query)))
    taken = {queue.name.lower() for queue in queues.every(desk.conn)}
    if name.lower() in taken:
        raise Refused(f"There is a queue called {name!r} already; choose another name.")

    def make(tx: Tx) -> tuple[str, list[Change], Sequence[Beside]]:
        known = docs.of_kind(tx.conn, "queue")
        last = max((doc.pos for doc in known), default="")
        rows = [] if known else [(queue, f"{n:02}") for n, queue in enumerate(queues.DEFAULTS)]
        rows.append((Queue(name, query, "newest"), f"{last}~" if known else "99"))
        return "edit", [put(tx.new_id("d", n), _doc(*row)) for n, row in enumerate(rows)], ()

    return desk.commit(make, words=f"Saved the queue {name}")


def _doc(queue: Queue, pos: str) -> dict[str, Value]:
    return {"kind": "queue", "name": queue.name, "body": queues.write(queue), "pos": pos}
