"""How the work is shared out among tiers 1 to 3: what each solved, and how fast, beside what is usual.

A ticket belongs to the tier its group names, such as `tier2`, else to the lowest tier of who has it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from statistics import median

from msgspec import Struct

from store.log import stamp
from store.reads import team
from store.rules.hours import Hours


class Aim(Struct, frozen=True):
    """What a tier is meant to do."""

    low: int
    high: int
    """Per cent of all tickets, from and to."""
    hours: int
    """Open hours until a ticket is solved."""


AIMS = {1: Aim(70, 80, 2), 2: Aim(15, 20, 8), 3: Aim(5, 10, 48)}
"""By tier; a usual model of support in three tiers."""


class Share(Struct, frozen=True):
    """What one tier solved, or those who are in none."""

    tier: int | None
    tickets: int
    share: float
    """Per cent of all that was solved."""
    median: int | None
    """Open seconds from the beginning of a ticket until it was last solved."""
    within: int
    """Tickets solved in the time the tier is meant to take."""


_SOLVED = """SELECT ifnull(t.grp, ''), ifnull(t.assignee, ''), t.created,
    (SELECT max(id) FROM change WHERE eid = t.id AND field = 'status' AND value = 'solved') AS solved
  FROM ticket t WHERE t._deleted IS NULL AND t.merged_into IS NULL AND t.archive IS NULL
    AND t.status IN ('solved', 'closed') AND solved >= ?"""


def shares(conn: sqlite3.Connection, *, since: int, hours: Hours) -> list[Share]:
    """The tickets solved since a Unix second, by tier; those of none last. Empty where none was solved."""
    spans: dict[int | None, list[int]] = {}
    for tier, created, solved in _solved(conn, since):
        spans.setdefault(tier, []).append(hours.between(created, solved))
    total = sum(map(len, spans.values()))
    kinds: list[int | None] = [*AIMS, *([None] if None in spans else [])]
    return [_share(tier, spans.get(tier, []), total) for tier in kinds] if total else []


def _share(tier: int | None, spans: list[int], total: int) -> Share:
    meant = AIMS[tier].hours * 3_600 if tier else 0
    usual = int(median(spans)) if spans else None
    return Share(tier, len(spans), 100 * len(spans) / total, usual, sum(span <= meant for span in spans))


def _solved(conn: sqlite3.Connection, since: int) -> Iterator[tuple[int | None, int, int]]:
    own = {one.name: _lowest(one.groups) for one in team.members(conn)}
    for group, assignee, created, solved in conn.execute(_SOLVED, (stamp.first_at(since),)):
        yield _lowest({group.lower()}) or own.get(assignee), created or 0, stamp.unix(solved)


def _lowest(groups: set[str] | frozenset[str]) -> int | None:
    return min((tier for tier in AIMS if f"tier{tier}" in groups), default=None)
