"""Random desks: replicas with wrong clocks that act, hear of each other in part, and end with one log.

Knows the store's public calls only, and carries its own small model of how a log becomes rows, so
that the store is judged by something it did not compute.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from store.db import Store
from store.log import apply, rebuild
from store.log.apply import Received
from store.log.entry import Change, Entry, Value, put
from store.registry import TABLES, Table

SECRET = bytes(range(32))
START_MS = 1_750_000_000_000
DAY_MS = 86_400_000

ROWS = ("t1", "t2", "t3", "m1", "m2", "c1", "o1", "d1", "x1", "z1", "q');DROP/**/TABLE/**/entry;--")
"""Two prefixes belong to a newer program, one of them reads like SQL."""

FIELDS = (
    "status", "priority", "assignee", "snooze_until", "name", "email", "ticket", "body", "_deleted", "state",
    "tag.vip", "tag.a.b", "tag.'; DROP TABLE ticket;--", "x.plan", "cc.a@b.example", "follow.ana",
    "n", "number", "mood", "status\"; DROP TABLE entry;--", "tag.", ".vip", "new.field", "!later", "id = id",
)  # fmt: skip
"""Known columns of some table, map fields, fields of a newer program, local columns, and traps."""

VALUES: tuple[Value, ...] = (
    None, 0, 1, 2, -7, 2**63 - 1, "open", "solved", "ana", "", "7", "a\0b", "Zoë ✓", "'; DROP TABLE entry;--",
)  # fmt: skip

KINDS = ("set", "macro", "rule", "import", "kind of a newer program")


@dataclass(frozen=True)
class Act:
    """One thing that happens to one replica."""

    who: int
    pause_ms: int = 1000
    """How far this replica's clock moves before it; may be negative."""
    puts: tuple[str, ...] = ()
    sets: tuple[tuple[str, str, Value], ...] = ()
    key: str | None = None
    kind: str = "set"
    hear: tuple[int, int] | None = None
    """First receive these entries of the others: seed of the choice, share in percent."""


@dataclass
class Clock:
    """A clock that only moves when told."""

    ms: int

    def __call__(self) -> int:
        return self.ms


@dataclass
class Replica:
    store: Store
    clock: Clock
    made: list[Entry] = field(default_factory=list)


def replica(slot: int, *, ms: int = START_MS) -> Replica:
    """A new desk in memory under the shared secret."""
    clock = Clock(ms)
    return Replica(seated(Store(":memory:", clock=clock), slot), clock)


def seated(store: Store, slot: int) -> Store:
    """The store as replica `slot` of the shared desk."""
    conn = store._writer
    conn.execute("UPDATE meta SET v = ? WHERE k = 'slot'", (slot,))
    conn.execute("UPDATE meta SET v = ? WHERE k = 'secret'", (SECRET,))
    store.slot, store.secret = slot, SECRET
    return store


def play(acts: Sequence[Act], *, skews_ms: Sequence[int] = (0, -3 * DAY_MS, 30 * DAY_MS)) -> list[Replica]:
    """Let the replicas act; what each made stands in `made`. They have not heard everything yet."""
    team = [replica(slot, ms=START_MS + skew) for slot, skew in enumerate(skews_ms)]
    for act in acts:
        perform(team, act)
    return team


def perform(team: Sequence[Replica], act: Act) -> None:
    me = team[act.who % len(team)]
    me.clock.ms += act.pause_ms
    if act.hear is not None:
        seed, percent = act.hear
        others = [entry for other in team if other is not me for entry in other.made]
        chance = random.Random(seed)
        heard = [entry for entry in others if chance.random() * 100 < percent]
        chance.shuffle(heard)
        deliver(me.store, heard)
    made = [put(eid, born(eid, act)) for eid in act.puts] + [Change(*one) for one in act.sets]
    before = me.store.last_lseq()
    with me.store.write() as tx:
        tx.commit(made, actor=f"agent{act.who}", kind=act.kind, key=act.key)
    me.made.extend(apply.entries(me.store.read(), after=before))


def born(eid: str, act: Act) -> dict[str, Value]:
    """The row a put makes: it differs from replica to replica, so that the first one shows."""
    return {
        "subject": f"from {act.who} at {act.pause_ms}", "status": "new", "created": 1_700_000_000,
        "ticket": "t1", "name": f"{eid}{act.who}", "mood": "good", "tag.new": act.who, "x.plan": "p",
    }  # fmt: skip


def deliver(store: Store, entries: Iterable[Entry | Received], *, batch: int = 10_000) -> int:
    """Receive entries in batches of one transaction each; returns how many were new."""
    records = [entry if isinstance(entry, Received) else Received(entry) for entry in entries]
    new = 0
    for at in range(0, len(records), batch):
        with store.write() as tx:
            new += apply.receive(tx, records[at : at + batch])
    return new


def scrambled(entries: Sequence[Entry], seed: int) -> list[Entry]:
    """In random order, some of them twice."""
    chance = random.Random(seed)
    order = [*entries, *chance.choices(entries, k=len(entries) // 3)] if entries else []
    chance.shuffle(order)
    return order


def everything(team: Sequence[Replica]) -> list[Entry]:
    return [entry for one in team for entry in one.made]


def log_state(store: Store) -> list[tuple[object, ...]]:
    """The log as a value: entries with their void mark, and every change that stands."""
    conn = store.read()
    heads = conn.execute("SELECT id, actor, kind, key, cause, void, hash FROM entry ORDER BY id")
    changes = conn.execute("SELECT eid, field, id, value FROM change ORDER BY eid, field, id")
    return [*heads.fetchall(), *changes.fetchall()]


def rows_of(store: Store) -> dict[str, dict[str, Value]]:
    """Every projected row without its empty cells."""
    stored = rebuild.stored(store.read())
    return {eid: {k: v for k, v in row.items() if v is not None} for eid, row in stored}


def model(entries: Iterable[Entry]) -> dict[str, dict[str, Value]]:
    """What the rows must be, worked out the slow and plain way."""
    by_id = {entry.id: entry for entry in entries}
    live: dict[str, int] = {}
    for entry in by_id.values():
        if entry.key is not None:
            live[entry.key] = min(entry.id, live.get(entry.key, entry.id))
    firsts: dict[str, tuple[int, str]] = {}
    lasts: dict[tuple[str, str], tuple[int, Value]] = {}
    for entry in by_id.values():
        void = entry.key is not None and live[entry.key] != entry.id
        for eid, name, value in entry.changes:
            if name == "":
                firsts[eid] = min((entry.id, str(value)), firsts.get(eid, (entry.id, str(value))))
            elif not void:
                last = lasts.get((eid, name), (0, None))
                lasts[eid, name] = (entry.id, value) if entry.id > last[0] else last
    rows: dict[str, dict[str, Value]] = {eid: json.loads(row) for eid, (_, row) in firsts.items()}
    for (eid, name), (_, value) in lasts.items():
        if eid in rows:
            rows[eid][name] = value
    shown = {eid: _shown(_tables()[eid[0]], row) for eid, row in rows.items() if eid[0] in _tables()}
    return dict(sorted(shown.items()))


@cache
def _tables() -> dict[str, Table]:
    return {table.prefix: table for table in TABLES}


def _shown(table: Table, row: dict[str, Value]) -> dict[str, Value]:
    """The known fields as their columns hold them."""
    shown: dict[str, Value] = {}
    for name, value in row.items():
        space, _, key = name.partition(".")
        if name in table.ints:
            shown[name] = value if isinstance(value, int) else None
        elif name in table.columns:
            shown[name] = None if value is None else str(value)
        elif space in table.maps and key:
            shown[name] = value
    return {name: value for name, value in shown.items() if value is not None}


def random_acts(seed: int, *, count: int = 30) -> list[Act]:
    """A day of three replicas: mostly sets on few rows, so that they meet."""
    chance = random.Random(seed)
    return [_random_act(chance) for _ in range(count)]


def _random_act(chance: random.Random) -> Act:
    known = [eid for eid in ROWS if eid[0] != "q"]
    sets = [
        (chance.choice(ROWS[:4]), chance.choice(FIELDS[:13]), chance.choice(VALUES))
        for _ in range(chance.randrange(4))
    ]
    return Act(
        who=chance.randrange(3),
        pause_ms=chance.choice((-5000, 0, 0, 1, 1000, 60_000)),
        puts=tuple(chance.sample(known, chance.choice((0, 0, 1, 3)))),
        sets=tuple(sets),
        key=f"k{chance.randrange(4)}" if chance.random() < 0.3 else None,
        kind=chance.choice(KINDS),
        hear=(chance.randrange(99), 60) if chance.random() < 0.3 else None,
    )
