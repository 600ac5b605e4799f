"""Replies that were overtaken: what came to their ticket since they were begun, and asking before they leave.

Reads the desk and commits the question. A reply is overtaken by a customer's letter or a colleague's reply,
never by what machines write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from deskterm import moments
from deskterm.desk import Desk
from store import outbox
from store.model import Kind
from store.reads import timeline

SENDER = "sender"


def ask(desk: Desk, rows: Sequence[outbox.Waiting]) -> int:
    """Hold those of these replies whose ticket moved since they were begun; how many that are."""
    asked = 0
    for row in rows:
        words = news(desk.conn, row, agent=author(desk.conn, row))
        if not words:
            continue
        with desk.store.write() as tx:
            now = outbox.row(tx.conn, row.id)
            if now is not None and now.state in (outbox.QUEUED, outbox.LATER):
                tx.commit(outbox.moved(row, outbox.ASKS, error=words), actor=SENDER, kind="sending")
                asked += 1
    return asked


def author(conn: sqlite3.Connection, row: outbox.Waiting) -> str:
    """The agent who wrote the reply; what they wrote besides is no news to them."""
    found = conn.execute("SELECT ifnull(author, '') FROM message WHERE id = ?", (row.message,)).fetchone()
    return str(found[0]) if found else ""


def news(conn: sqlite3.Connection, row: outbox.Waiting, *, agent: str) -> str:
    """What came since a reply was begun, in words; empty when nothing did or nobody is to be asked.

    Where some recipients have it already, the others get the same.
    """
    if row.base is None or row.rest:
        return ""
    since = timeline.news_since(conn, row.ticket, row.base, agent=agent, besides=row.message)
    return in_words(since) if since else ""


def since(desk: Desk, ticket: str, base: int) -> str:
    """The same for a reply that is being written by this agent, and what colleagues made of the ticket."""
    found = timeline.news_since(desk.conn, ticket, base, agent=desk.agent)
    if found:
        return in_words(found)
    acts = timeline.acts_since(desk.conn, ticket, base, agent=desk.agent)
    return _act_in_words(acts[-1], me=desk.agent) if acts else ""


def _act_in_words(act: timeline.ActSince, *, me: str) -> str:
    """`Ann made it solved on Nov 22 10:41 after this reply was begun`."""
    whom = {"": "nobody", me: "you"}.get(act.value, act.value)
    gave = "took it" if act.value == act.actor else f"gave it to {whom}"
    does = {"status": f"made it {act.value}", "assignee": gave}.get(act.field, "merged it")
    when = datetime.fromtimestamp(act.at, moments.local()).strftime("%b %d %H:%M")
    return f"{act.actor} {does} on {when} after this reply was begun"


def in_words(since: Sequence[timeline.Since]) -> str:
    """`Dana Reyes wrote at 09:41 and 1 more, after this reply was begun`."""
    last = since[-1]
    who = last.author if last.kind is Kind.OUT else last.sender.partition(" <")[0] or "somebody"
    does = "replied" if last.kind is Kind.OUT else "wrote"
    when = datetime.fromtimestamp(last.date, moments.local()).strftime("%b %d %H:%M")
    more = f", the last of {len(since)}," if len(since) > 1 else ""
    return f"{who} {does} on {when}{more} after this reply was begun"
