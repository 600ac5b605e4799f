"""Where days begin and who `me` is, when a query asks: a person's own zone, or that of the desk for rules.

A rule answers the same on every machine, so its days are those of the desk's hours; what a person types
means the days of the clock they look at.
"""

from __future__ import annotations

import sqlite3
from zoneinfo import ZoneInfo

from deskterm.desk import Desk
from deskterm.moments import local
from store.keep.due import promised
from store.reads.queues import Asked


def mine(desk: Desk) -> Asked:
    """A person at this machine asks."""
    return Asked(desk.now, desk.agent, local())


def zone(desk: Desk, conn: sqlite3.Connection) -> ZoneInfo:
    """The zone of the desk itself."""
    return ZoneInfo(promised(conn, desk.store).hours.calendar.zone)


def of_rules(desk: Desk, conn: sqlite3.Connection) -> Asked:
    """A rule asks; it has no `me`."""
    return Asked(desk.now, "", zone(desk, conn))
