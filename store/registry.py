"""The schema's one list: which kind of row has which columns and map fields.

The only place a column name comes from. A name that arrives on the wire and is not here is stored
in the log and waits there; it never reaches SQL text.
"""

from __future__ import annotations

from msgspec import Struct


class Table(Struct, frozen=True):
    prefix: str
    """First letter of the ids of its rows."""
    name: str
    columns: tuple[str, ...]
    """Convergent columns: equal on every replica that has the same entries."""
    maps: frozenset[str] = frozenset()
    """Name spaces of map fields, such as `tag` for `tag.vip`. Unset means absent."""
    ints: frozenset[str] = frozenset()
    """The columns that hold whole numbers; the others hold text."""


_ROWS = frozenset({"_deleted"})
_SWITCHED = _ROWS | {"active"}

TABLES = (
    Table(
        "t",
        "ticket",
        (
            "brand", "subject", "status", "priority", "type", "channel", "customer", "assignee", "grp",
            "created", "snooze_until", "merged_into", "unread", "archive", "csat", "_deleted",
        ),
        frozenset({"tag", "x", "who", "cc", "follow", "alert", "claim", "ask", "apart", "todo", "link"}),
        frozenset({"priority", "created", "snooze_until", "unread", "archive", "_deleted"}),
    ),
    Table(
        "m",
        "message",
        (
            "ticket", "kind", "author", "date", "msgid", "refs", "subject", "sender", "rcpt", "snippet",
            "body", "folds", "files", "signals", "why", "auto", "_deleted",
        ),
        frozenset({"x", "dead"}),
        ints=frozenset({"date", "auto", "_deleted"}),
    ),
    Table(
        "c",
        "customer",
        ("name", "email", "phone", "account", "merged_into", "_deleted"),
        frozenset({"x"}),
        frozenset({"_deleted"}),
    ),
    Table(
        "o",
        "account",
        ("name", "domain", "tier", "arr", "csm", "renewal", "plan", "_deleted"),
        frozenset({"x"}),
        frozenset({"arr", "renewal", "_deleted"}),
    ),
    Table(
        "u",
        "agent",
        ("name", "email", "role", "active", "_deleted"),
        frozenset({"group", "skill", "lang", "x"}), _SWITCHED,
    ),
    Table("a", "article", ("title", "body", "state", "lang", "section", "_deleted"), ints=_ROWS),
    Table("d", "doc", ("kind", "name", "body", "pos", "active", "_deleted"), ints=_SWITCHED),
    Table(
        "x",
        "outbox",
        (
            "ticket", "message", "msgid", "mailbox", "state", "not_before", "attempts", "error", "copied",
            "auto", "rest", "base", "html", "at", "_deleted",
        ),
        frozenset({"auto"}),
        ints=frozenset({"not_before", "attempts", "copied", "auto", "base", "html", "at", "_deleted"}),
    ),
)  # fmt: skip

BY_PREFIX = {table.prefix: table for table in TABLES}
BY_NAME = {table.name: table for table in TABLES}

PUT = ""
"""Field name of the change that makes a row; its value is the row as JSON."""

REDACT = "!redact"
"""Field name of the barrier that erases older values of the fields it lists."""


def table_of(eid: str) -> Table | None:
    """The table of a row id, or None for a prefix this program does not know."""
    return BY_PREFIX.get(eid[:1])


def known(table: Table, field: str) -> bool:
    """Whether `field` is a column or a map field of this table."""
    if field in table.columns:
        return True
    namespace, dot, key = field.partition(".")
    return bool(dot and key) and namespace in table.maps


def cell(table: Table, field: str, value: int | str | None) -> int | str | None:
    """What a column stores of a value: a number column holds numbers, a text column text.

    Map fields hold either. A value of the wrong kind (a damaged peer) is turned or left out here, the
    same way on every replica, so that rows stay comparable.
    """
    if value is None or field not in table.columns:
        return value
    if field in table.ints:
        return value if isinstance(value, int) else None
    return str(value)
