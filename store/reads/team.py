"""The team: who there is, what each can do, who is here, and how much each has to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import Struct

from store.log import stamp
from store.model import Bucket
from store.rules.routing import WEIGHTS, Agent

RECENT = 5_000
"""So many assignments are looked back on to see whose turn it is."""

IsOpen = Callable[[str, int], bool]
"""Whether the calendar of this name is open at a Unix second."""


class Member(Struct, frozen=True):
    """An agent as registered on the desk."""

    id: str
    name: str
    email: str = ""
    groups: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    senior: bool = False
    away: bool = False
    hours: str = ""
    """Name of a calendar of their own; empty for the desk's."""


def members(conn: sqlite3.Connection) -> list[Member]:
    """Everybody registered and not taken off, by name."""
    named: dict[str, dict[str, dict[str, object]]] = {}
    for eid, space, key, value in conn.execute(
        "SELECT eid, ns, k, v FROM attr WHERE eid >= 'u' AND eid < 'v'"
    ):
        named.setdefault(eid, {}).setdefault(space, {})[key] = value
    rows = conn.execute(
        "SELECT id, ifnull(name, ''), ifnull(email, ''), ifnull(role, '') FROM agent"
        " WHERE _deleted IS NULL AND ifnull(active, 1) = 1 AND name IS NOT NULL ORDER BY name COLLATE NOCASE"
    )
    return [_member(row, named.get(row[0], {})) for row in rows.fetchall()]


def _member(row: tuple[str, str, str, str], named: dict[str, dict[str, object]]) -> Member:
    eid, name, email, role = row
    groups, skills, languages = (frozenset(named.get(space, {})) for space in ("group", "skill", "lang"))
    own = named.get("x", {})
    return Member(
        eid, name, email, groups, skills, languages, senior=role == "senior", away=bool(own.get("away")),
        hours=str(own.get("hours") or ""),
    )  # fmt: skip


def agents(conn: sqlite3.Connection, *, now: int, is_open: IsOpen) -> list[Agent]:
    """The team as routing sees it."""
    loads, turns = _loads(conn), _turns(conn)
    return [
        Agent(
            one.name, one.groups, one.skills, one.languages, one.senior,
            here=not one.away and (not one.hours or is_open(one.hours, now)),
            load=loads.get(one.name, 0), given=turns.get(one.name, 0),
        )
        for one in members(conn)
    ]  # fmt: skip


def _loads(conn: sqlite3.Connection) -> dict[str, int]:
    """Weighted open tickets by agent, from the kept counters."""
    loads: dict[str, int] = {}
    rows = conn.execute(
        "SELECT assignee, priority, n FROM tally WHERE bucket = ? AND n > 0", (Bucket.ACTIVE,)
    )
    for name, priority, n in rows:
        loads[name] = loads.get(name, 0) + WEIGHTS.get(priority, 1) * n
    return loads


def _turns(conn: sqlite3.Connection) -> dict[str, int]:
    """When each agent was last given a ticket, Unix seconds."""
    rows = conn.execute(
        "SELECT value, max(id) FROM (SELECT value, id FROM change WHERE field = 'assignee' ORDER BY id DESC"
        " LIMIT ?) WHERE value IS NOT NULL GROUP BY value",
        (RECENT,),
    )
    return {str(name): stamp.unix(entry) for name, entry in rows}
