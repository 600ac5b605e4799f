"""Tickets as screens and shell ask for them: one by name, or a page of a queue at any depth.

Pages are keyset pages over the indexes of the schema, so the millionth row costs what the first does.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from msgspec import Struct

from store.errors import NotFound
from store.model import Bucket, Line, Status, Ticket
from store.reads.sql import Where

Position = tuple[int | str, ...]
"""Where a line stands in its sort; hand it back to get the lines after or before it."""

EVERYTHING = Where("1", ())


class Sort(Struct, frozen=True):
    """An order of tickets: its key columns, all going the same way, and whether that is down."""

    keys: tuple[str, ...]
    down: bool = False
    indexed: bool = True
    """Whether an index holds the tickets of each bucket in this order."""


SORTS = {
    "sla": Sort(("t.rank", "t.n")),
    "newest": Sort(("t.updated", "t.n"), down=True),
    "priority": Sort(("t.priority", "t.rank", "t.n")),
    "who": Sort(("lower(ifnull(c.name, c.email))", "t.n"), indexed=False),
}

_COLUMNS = (
    "t.id, t.number, ifnull(t.subject, ''), ifnull(nullif(c.name, ''), ifnull(c.email, '')), t.status,"
    " ifnull(t.priority, 4), t.due_at, t.warn_at, ifnull(t.due_kind, ''), t.unread IS NOT NULL,"
    " ifnull(t.assignee, ''), t.updated, t.version"
)
_SHOWN = 13
"""How many columns stand before the keys."""
_FROM = "ticket t LEFT JOIN customer c ON c.id = t.customer"


def page(
    conn: sqlite3.Connection,
    where: Where,
    *,
    sort: str = "sla",
    after: Position | None = None,
    limit: int = 50,
    backward: bool = False,
) -> list[Line]:
    """Lines after `after` in the sort (before it, nearest last, when `backward`).

    An index holds one bucket in order, never several, so each bucket gives its head and these are merged.
    """
    order = SORTS[sort]
    down = " DESC" if order.down != backward else ""
    keys = ", ".join(order.keys)
    start = f" AND ({keys}) {'<' if down else '>'} ({', '.join('?' * len(order.keys))})" if after else ""
    found = f"SELECT {_COLUMNS}, {keys} FROM {_FROM} WHERE ({where.sql}){start}"
    sorted_ = f" ORDER BY {', '.join(key + down for key in order.keys)} LIMIT ?"
    params = (*where.params, *(after or ()))
    if order.indexed and limit >= 0 and len(where.buckets) > 1 and not where.narrow:
        names = sorted(map(str, where.buckets))
        head = f"SELECT * FROM ({found} AND t.bucket = ?{sorted_})"
        places = (f"{_SHOWN + n}{down}" for n in range(1, len(order.keys) + 1))
        merged = f"{' UNION ALL '.join([head] * len(names))} ORDER BY {', '.join(places)} LIMIT ?"
        rows = conn.execute(
            merged, (*(p for name in names for p in (*params, name, limit)), limit)
        ).fetchall()
    else:
        rows = conn.execute(found + sorted_, (*params, limit)).fetchall()
    lines = [_line(row) for row in rows]
    return lines[::-1] if backward else lines


def ids(conn: sqlite3.Connection, where: Where, *, limit: int = -1) -> list[str]:
    """The ids of all tickets of a query, by number."""
    rows = conn.execute(
        f"SELECT t.id FROM ticket t WHERE ({where.sql}) ORDER BY t.n LIMIT ?", (*where.params, limit)
    )
    return [row[0] for row in rows]


def numbers(conn: sqlite3.Connection, where: Where, *, sort: str) -> Iterator[int]:
    """The row numbers of all tickets of a query, in the order of a sort; each is asked for as it is taken."""
    order = SORTS[sort]
    down = " DESC" if order.down else ""
    keys = ", ".join(key + down for key in order.keys)
    rows = conn.execute(f"SELECT t.n FROM {_FROM} WHERE ({where.sql}) ORDER BY {keys}", where.params)
    return (row[0] for row in rows)


def numbered(conn: sqlite3.Connection, rows: Sequence[int], where: Where) -> dict[int, Line]:
    """Those of the tickets with these row numbers that answer a query, as lines without a position."""
    given = f"json_each(?) AS given CROSS JOIN {_FROM}"
    found = conn.execute(
        f"SELECT {_COLUMNS}, t.n FROM {given} WHERE t.n = given.value AND ({where.sql})",
        (json.dumps(list(rows)), *where.params),
    )
    return {row[_SHOWN]: _line(row[:_SHOWN]) for row in found}


def count(conn: sqlite3.Connection, where: Where) -> int:
    return int(conn.execute(f"SELECT count(*) FROM ticket t WHERE ({where.sql})", where.params).fetchone()[0])


def line(conn: sqlite3.Connection, ticket: str, *, sort: str = "sla") -> Line | None:
    """One line of a queue by ticket id."""
    keys = ", ".join(SORTS[sort].keys)
    row = conn.execute(f"SELECT {_COLUMNS}, {keys} FROM {_FROM} WHERE t.id = ?", (ticket,)).fetchone()
    return _line(row) if row else None


def named(conn: sqlite3.Connection, name: str) -> str:
    """The id behind `#12`, `12`, `~7k3f` or an id itself. Raises NotFound with a sentence."""
    text = name.strip()
    if text.startswith("~"):
        rows = conn.execute("SELECT id FROM ticket WHERE id LIKE ? LIMIT 2", (f"%{text[1:]}",)).fetchall()
    elif text.removeprefix("#").isdecimal() and text.isascii() and len(text) < 19:
        rows = conn.execute(
            "SELECT id FROM ticket WHERE number = ?", (int(text.removeprefix("#")),)
        ).fetchall()
    else:
        rows = conn.execute("SELECT id FROM ticket WHERE id = ?", (text,)).fetchall()
    if len(rows) != 1:
        raise NotFound(f"There is no ticket {text or '(empty)'}; `deskterm ls` shows the numbers.")
    return str(rows[0][0])


def ticket(conn: sqlite3.Connection, eid: str) -> Ticket:
    """The whole ticket. Raises NotFound."""
    row = conn.execute(f"SELECT {WHOLE} FROM ticket WHERE id = ?", (eid,)).fetchone()
    if row is None:
        raise NotFound(f"There is no ticket with the id {eid}.")
    return of_row(row, _tags(conn, eid))


COUNTED = 1_000
"""Tickets of one tag that are counted to put tags in order; a common one counts as that many."""

_TAGS = """WITH RECURSIVE tag(k) AS (
    SELECT min(k) FROM attr WHERE ns = 'tag'
    UNION ALL SELECT (SELECT min(k) FROM attr WHERE ns = 'tag' AND k > tag.k) FROM tag WHERE k IS NOT NULL)
  SELECT k, (SELECT count(*) FROM (SELECT 1 FROM attr a WHERE a.ns = 'tag' AND a.k = tag.k LIMIT ?)) AS n
  FROM tag WHERE k IS NOT NULL ORDER BY n DESC, k"""
"""From each tag to the next by the index, so that a tag costs the same however many tickets have it."""


def tags(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every tag with how many tickets have it, most used first; counted up to COUNTED."""
    return conn.execute(_TAGS, (COUNTED,)).fetchall()


def waking(conn: sqlite3.Connection, now: int) -> list[str]:
    """Snoozed tickets whose time has come."""
    rows = conn.execute(
        "SELECT id FROM ticket WHERE snooze_until IS NOT NULL AND snooze_until <= ? ORDER BY snooze_until",
        (now,),
    )
    return [row[0] for row in rows]


WHOLE = (
    "id, number, subject, status, priority, created, updated, bucket, type, channel, brand, customer,"
    " assignee, grp, snooze_until, merged_into, unread, due_at, due_kind, warn_at, last_in, last_out,"
    " archive, csat, (SELECT v FROM attr WHERE eid = ticket.id AND ns = 'x' AND k = 'sleep')"
)
"""What `of_row` takes, from `ticket`."""


def of_row(row: tuple[object, ...], tags: tuple[str, ...]) -> Ticket:
    """A ticket from its columns and its tags."""
    (eid, number, subject, status, priority, created, updated, bucket, kind, channel, brand,
     customer, assignee, group, snooze, merged, unread, due_at, due_kind, warn_at, last_in, last_out,
     archive, csat, sleep) = row  # fmt: skip
    return Ticket(
        id=str(eid), number=_whole(number), subject=str(subject or ""), status=status_of(status),
        priority=_whole(priority) or 4, created=_whole(created) or 0, updated=_whole(updated) or 0,
        bucket=Bucket(str(bucket)), type=str(kind or ""), channel=str(channel or ""), brand=str(brand or ""),
        customer=str(customer or ""), assignee=str(assignee or ""), group=str(group or ""),
        snooze_until=_whole(snooze), merged_into=str(merged or ""), unread=unread is not None,
        due_at=_whole(due_at), due_kind=str(due_kind or ""), warn_at=_whole(warn_at),
        last_in=_whole(last_in), last_out=_whole(last_out), archive=_whole(archive), tags=tags,
        sleep=str(sleep or ""),
        csat=score(csat),
    )  # fmt: skip


def status_of(value: object) -> Status:
    """A status as stored; one this program does not know (a newer replica's) shows as open."""
    try:
        return Status(str(value))
    except ValueError:
        return Status.OPEN


def score(value: object) -> int | None:
    """A CSAT score as stored, which is text; None for what is none."""
    text = str(value or "")
    return int(text) if len(text) == 1 and text in "12345" else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _tags(conn: sqlite3.Connection, eid: str) -> tuple[str, ...]:
    rows = conn.execute("SELECT k FROM attr WHERE eid = ? AND ns = 'tag' ORDER BY k", (eid,))
    return tuple(row[0] for row in rows)


def _line(row: tuple[object, ...]) -> Line:
    eid, number, subject, who, status, priority, due, warn, kind, unread, assignee, updated, version = row[
        :_SHOWN
    ]
    return Line(
        id=str(eid), number=_whole(number), subject=str(subject), who=str(who), status=status_of(status),
        priority=_whole(priority) or 4, due_at=_whole(due), warn_at=_whole(warn), due_kind=str(kind),
        unread=bool(unread), assignee=str(assignee), updated=_whole(updated) or 0,
        version=_whole(version) or 0,
        position=tuple(key if isinstance(key, (int, str)) else 0 for key in row[_SHOWN:]),
    )  # fmt: skip
