"""Surveys on the desk: which letters asked, what was answered, and the figures by month or by agent.

The letters themselves say it: `x.asked` of one names the ticket it was asked about, wherever a merge took it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from msgspec import Struct

from store import outbox
from store.log.entry import Value
from store.model import Status
from store.rules.surveys import Figures
from store.rules.votes import Survey, Vote

SURVEY, VOTE, ASKED, AGENT = "survey", "vote", "asked", "asked-of"
"""Keys of a message's own fields: what it asks, the score it gives, about which ticket, and who had it."""

NPS = "x.nps"
"""Field of a ticket: the last verified vote of its customer; that of `csat` is a column."""

_LEFT = (outbox.SENT, outbox.UNSURE, outbox.RETURNED)
_ANY = " AND m._deleted IS NULL AND EXISTS (SELECT 1 FROM outbox x WHERE x.message = m.id AND x.state "


def asking(survey: Survey, ticket: str, agent: str) -> dict[str, Value]:
    """The fields of a letter that asks about a ticket."""
    return {f"x.{SURVEY}": survey.value, f"x.{ASKED}": ticket, f"x.{AGENT}": agent or None}


def voting(vote: Vote) -> dict[str, Value]:
    """The fields of a letter that votes."""
    return {f"x.{VOTE}": f"{vote.survey} {vote.score}", f"x.{ASKED}": vote.ticket}


def asks(conn: sqlite3.Connection, message: str) -> bool:
    """Whether a letter of ours is a survey."""
    query = "SELECT 1 FROM attr WHERE eid = ? AND ns = 'x' AND k = ?"
    return conn.execute(query, (message, SURVEY)).fetchone() is not None


def rests(conn: sqlite3.Connection, ticket: str) -> bool:
    """Whether a ticket is solved, so that its customer may be asked."""
    row = conn.execute("SELECT status, _deleted IS NULL FROM ticket WHERE id = ?", (ticket,)).fetchone()
    return row is not None and row[0] in (Status.SOLVED, Status.CLOSED) and bool(row[1])


def was_asked(conn: sqlite3.Connection, ticket: str, survey: Survey) -> bool:
    """Whether a survey of this kind stands in the ticket and was not called back."""
    row = conn.execute(
        "SELECT 1 FROM message m JOIN attr a ON a.eid = m.id AND a.ns = 'x' AND a.k = ? AND a.v = ?"
        f" WHERE m.ticket = ?{_ANY} <> ?) LIMIT 1",
        (SURVEY, survey.value, ticket, outbox.CALLED_BACK),
    ).fetchone()
    return row is not None


_IN = " WHERE m.ticket IN (?, ?) AND m._deleted IS NULL"
_ABOUT = " JOIN attr a ON a.eid = m.id AND a.ns = 'x' AND a.k = ? AND a.v = ?"


def asked_whom(conn: sqlite3.Connection, vote: Vote, *, home: str) -> list[str]:
    """The `rcpt` columns of the letters that asked what a vote answers; `home` is where its ticket rests."""
    rows = conn.execute(
        f"SELECT m.rcpt FROM message m{_ABOUT}"
        f" JOIN attr s ON s.eid = m.id AND s.ns = 'x' AND s.k = ? AND s.v = ?{_IN}",
        (ASKED, vote.ticket, SURVEY, vote.survey.value, home, vote.ticket),
    )
    return [str(row[0]) for row in rows if row[0]]


def newest(conn: sqlite3.Connection, vote: Vote, *, home: str) -> int:
    """The date of the newest verified vote of this kind on the same ticket; 0 without one."""
    row = conn.execute(
        "SELECT max(m.date) FROM message m JOIN attr v ON v.eid = m.id AND v.ns = 'x' AND v.k = ?"
        f" AND v.v LIKE ?{_IN} AND ' ' || ifnull(m.signals, '') || ' ' NOT LIKE '% unverified %'",
        (VOTE, f"{vote.survey} %", home, vote.ticket),
    ).fetchone()
    return int(row[0] or 0)


class Given(Struct, frozen=True):
    """One letter that voted."""

    asked: str
    who: str
    score: int
    verified: bool


def _votes(conn: sqlite3.Connection, survey: Survey) -> list[Given]:
    """Every vote of a survey, oldest first."""
    rows = conn.execute(
        "SELECT a.v, lower(ifnull(m.sender, '')), v.v, ifnull(m.signals, '') FROM attr v"
        " JOIN attr a ON a.eid = v.eid AND a.ns = 'x' AND a.k = ? JOIN message m ON m.id = v.eid"
        " WHERE v.ns = 'x' AND v.k = ? AND v.v LIKE ? AND m._deleted IS NULL ORDER BY m.date, m.n",
        (ASKED, VOTE, f"{survey} %"),
    )
    return [
        Given(str(asked), str(who), int(str(score).partition(" ")[2]), "unverified" not in signals.split())
        for asked, who, score, signals in rows
    ]


class Question(Struct, frozen=True):
    """A ticket whose customer was asked."""

    ticket: str
    at: int
    agent: str


def _questions(conn: sqlite3.Connection, survey: Survey, since: int) -> list[Question]:
    """Each ticket once, by the first letter about it that left."""
    marks = ", ".join("?" * len(_LEFT))
    rows = conn.execute(
        "SELECT a.v, min(m.date), ifnull(g.v, '') FROM attr s JOIN message m ON m.id = s.eid"
        " JOIN attr a ON a.eid = s.eid AND a.ns = 'x' AND a.k = ?"
        " LEFT JOIN attr g ON g.eid = s.eid AND g.ns = 'x' AND g.k = ?"
        f" WHERE s.ns = 'x' AND s.k = ? AND s.v = ?{_ANY} IN ({marks})) GROUP BY a.v HAVING min(m.date) >= ?"
        " ORDER BY 2, 1",
        (ASKED, AGENT, SURVEY, survey.value, *_LEFT, since),
    )
    return [Question(str(ticket), int(at or 0), str(agent)) for ticket, at, agent in rows]


def figures(
    conn: sqlite3.Connection, survey: Survey, *, since: int, by: Callable[[Question], str]
) -> list[tuple[str | None, Figures]]:
    """The figures of what was asked since a Unix second: all together under None, then by group.

    A vote counts where its question counts, whenever it came.
    """
    questions = _questions(conn, survey, since)
    known: dict[str, int] = {}
    doubtful: dict[str, dict[str, int]] = {}
    for one in _votes(conn, survey):
        if one.verified:
            known[one.asked] = one.score
        else:
            doubtful.setdefault(one.asked, {})[one.who] = one.score
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(by(question), []).append(question)

    def of(some: Sequence[Question]) -> Figures:
        return Figures(
            survey, len(some), tuple(known[q.ticket] for q in some if q.ticket in known),
            tuple(score for q in some for score in doubtful.get(q.ticket, {}).values()),
        )  # fmt: skip

    return [(None, of(questions)), *((name, of(some)) for name, some in groups.items())]
