"""Accounts and what is known of them, as a person writes it or another system's table says.

An account is found by its name. Customers of its domain who belong to none become its own.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path

from msgspec import Struct

from deskterm.counting import many
from deskterm.desk import Desk, Done
from store.errors import Refused
from store.log.entry import Change, Value, put
from store.log.tx import Beside, Tx
from store.model import Account
from store.reads import people

FACTS = ("domain", "tier", "arr", "csm", "renewal", "plan")
"""What can be said of an account besides its name."""

MOST = 100_000
"""Rows of one table."""

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LONGEST = 200

Row = Mapping[str, Value]
"""An account's `name` and some of its facts; None forgets one."""


class Step(Struct, frozen=True):
    """What becomes of one account."""

    account: Account | None
    """None for a new one."""
    name: str
    sets: tuple[tuple[str, Value, Value], ...]
    """Field, before, after."""
    customers: tuple[str, ...]
    """Those who become its own, by id."""

    def __bool__(self) -> bool:
        return bool(self.account is None or self.sets or self.customers)


def read(name: str, facts: Mapping[str, str], *, zone: tzinfo) -> dict[str, Value]:
    """A row from words as they are typed. Raises Refused."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST:
        raise Refused(f"An account needs a name of up to {_LONGEST} letters.")
    row: dict[str, Value] = {"name": name}
    for field, text in facts.items():
        if field not in FACTS:
            raise Refused(
                f'Nothing about an account is called "{field[:40]}"; there are: {", ".join(FACTS)}.'
            )
        row[field] = _value(field, " ".join(text.split()), zone)
    return row


def _value(field: str, text: str, zone: tzinfo) -> Value:
    if not text:
        return None
    if field == "arr":
        digits = re.sub(r"(?<=\d)[ ,_'](?=\d{3})", "", text)
        if not re.fullmatch(r"\d{1,15}", digits):
            raise Refused(f'arr has to be a whole number such as 120000 or 120,000, not "{text[:40]}".')
        return int(digits)
    if field == "renewal":
        return _day(text, zone)
    if field == "domain" and not _DOMAIN.fullmatch(text.lower()):
        raise Refused(f'domain has to be one such as acme.example, not "{text[:60]}".')
    if len(text) > _LONGEST:
        raise Refused(f"{field} may have up to {_LONGEST} letters.")
    return text.lower() if field == "domain" else text


def _day(text: str, zone: tzinfo) -> int:
    try:
        day = date.fromisoformat(text)
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    except (ValueError, OverflowError):
        raise Refused(f'renewal has to be a day such as 2027-01-31, not "{text[:40]}".') from None


def table(path: Path, *, zone: tzinfo) -> list[dict[str, Value]]:
    """The rows of a CSV file whose first line names the fields. Raises Refused naming the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(csv.reader(file, strict=True), zone))
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text ({error.reason}). Nothing was changed.") from None
    except csv.Error as error:
        raise Refused(f"{path} is no table ({error}). Nothing was changed.") from None


def _rows(lines: Iterator[list[str]], zone: tzinfo) -> Iterator[dict[str, Value]]:
    first: list[str] = next(lines, list[str]())
    head = [name.strip().lower() for name in first]
    if "name" not in head or len(set(head)) < len(head):
        raise Refused(
            f"The first line has to name the columns: name, and some of {', '.join(FACTS)}, each once."
        )
    for n, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if n > MOST:
            raise Refused(f"The table has more than {MOST:,} lines; cut it. Nothing was changed.")
        if len(cells) != len(head):
            raise Refused(f"Line {n} has {len(cells)} cells, the first has {len(head)}. Nothing was changed.")
        row = dict(zip(head, cells, strict=True))
        try:
            yield read(row.pop("name"), row, zone=zone)
        except Refused as refused:
            raise Refused(f"Line {n}: {refused} Nothing was changed.") from None


def every(conn: sqlite3.Connection) -> list[Account]:
    """All accounts by name."""
    rows = conn.execute(f"{people.ACCOUNT} WHERE _deleted IS NULL ORDER BY name COLLATE NOCASE, n")
    return [Account(*row) for row in rows.fetchall()]


def steps(conn: sqlite3.Connection, rows: Iterable[Row]) -> list[Step]:
    """What the rows change; of two rows about one account the later counts. Raises Refused."""
    there = every(conn)
    named = {one.name.casefold(): one for one in there}
    owned = {one.domain: one for one in there if one.domain}
    wanted: dict[str, dict[str, Value]] = {}
    for row in rows:
        wanted.setdefault(str(row["name"]).casefold(), {}).update(row)
    taken: dict[str, str] = {}
    domains: dict[str, str] = {}
    for key, row in wanted.items():
        domain = str(row.get("domain") or "")
        account = named.get(key)
        _alone(account, domain, owned.get(domain), taken, name=str(row["name"]))
        domains[key] = domain if "domain" in row or account is None else account.domain
    free = _free(conn, domains.values())
    return [_step(named.get(key), row, free.get(domains[key], ())) for key, row in wanted.items()]


def _alone(
    account: Account | None, domain: str, owner: Account | None, taken: dict[str, str], *, name: str
) -> None:
    """Raises Refused where a domain would belong to two accounts."""
    other = owner.name if owner is not None and owner != account else taken.get(domain)
    if domain and other:
        raise Refused(f"The domain {domain} of {name} belongs to {other}. Nothing was changed.")
    taken[domain] = name


def _step(account: Account | None, row: Row, joins: Sequence[str]) -> Step:
    pairs = ((field, _before(account, field), after) for field, after in row.items())
    sets = tuple(pair for pair in pairs if pair[1] != pair[2] and not (account and pair[0] == "name"))
    return Step(account, str(row["name"]), sets, tuple(joins))


def _before(account: Account | None, field: str) -> Value:
    value: Value = getattr(account, field, None)
    return None if value == "" else value


def _free(conn: sqlite3.Connection, domains: Iterable[str]) -> dict[str, list[str]]:
    """Customers of these mail domains who belong to no account."""
    rows = conn.execute(
        "SELECT lower(substr(email, instr(email, '@') + 1)) AS domain, id FROM customer"
        " WHERE account IS NULL AND _deleted IS NULL AND merged_into IS NULL"
        " AND domain IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps([domain for domain in domains if domain]),),
    )
    found: dict[str, list[str]] = {}
    for domain, eid in rows.fetchall():
        found.setdefault(domain, []).append(eid)
    return found


def save(desk: Desk, rows: Sequence[Row]) -> Done:
    """Keep the rows: one act, one undo. Raises Refused."""

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        changes: list[Change] = []
        for n, step in enumerate(one for one in steps(tx.conn, rows) if one):
            eid = step.account.id if step.account else tx.new_id("o", n)
            if step.account is None:
                changes.append(put(eid, {field: after for field, _, after in step.sets}))
            else:
                changes += [Change(eid, field, after) for field, _, after in step.sets]
            changes += [Change(customer, "account", eid) for customer in step.customers]
        return "account", changes, ()

    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    words = f"Wrote {names[0] if len(names) == 1 else many(len(names), 'account')}"
    return desk.commit(make, words=words)
