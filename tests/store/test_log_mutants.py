"""The test of the tests: each way the log could be wrong is tried, and the property that forbids it fails."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable

import pytest

from store.errors import StoreError
from store.log import apply, project, tx
from store.log.apply import Received
from store.log.entry import Value
from tests.rigs.desks import random_acts
from tests.store.test_log_merge import converges, journal_numbers, keys_hold, numbers_hold
from tests.store.test_log_stamps import edit_wins

SEEDS = 60
"""A wrong log must be caught within so many random days."""

Property = Callable[[int], None]


def caught(holds: Property) -> int:
    """The first seed under which a property fails; SEEDS when none does."""
    for seed in range(SEEDS):
        try:
            holds(seed)
        except (AssertionError, StoreError):
            return seed
    return SEEDS


def rows_converge(seed: int) -> None:
    converges(random_acts(seed, count=25), seed)


def one_entry_a_key(seed: int) -> None:
    keys_hold(random_acts(seed, count=25), seed)


def numbers_of_the_journal(seed: int) -> None:
    journal_numbers(random_acts(seed, count=25), seed)


def numbers_at_commit(seed: int) -> None:
    numbers_hold(random_acts(seed, count=25))


def _arrival_winner(conn: sqlite3.Connection, eid: str, field: str, *, before: int | None = None) -> Value:
    row = conn.execute(
        "SELECT value FROM change c JOIN entry e ON e.id = c.id WHERE eid = ? AND field = ?"
        " ORDER BY e.lseq DESC LIMIT 1",
        (eid, field),
    ).fetchone()
    return row[0] if row else None


def _arrival_fold(conn: sqlite3.Connection, eid: str, *, before: int | None = None) -> project.Row | None:
    return project.fold_changes(
        conn.execute(
            "SELECT field, c.id, value FROM change c JOIN entry e ON e.id = c.id WHERE eid = ?"
            " ORDER BY field, e.lseq",
            (eid,),
        )
    )


def arrival_order_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(project, "winner", _arrival_winner)
    patch.setattr(project, "fold", _arrival_fold)


def keys_are_not_settled(patch: pytest.MonkeyPatch) -> None:
    def nothing(_: sqlite3.Connection, __: str) -> set[tuple[str, str]]:
        return set()

    patch.setattr(apply, "_settle_key", nothing)


def void_entries_lose_their_puts(patch: pytest.MonkeyPatch) -> None:
    honest = apply._void

    def all_of_it(conn: sqlite3.Connection, eid: int) -> set[tuple[str, str]]:
        lost = honest(conn, eid)
        conn.execute("DELETE FROM change WHERE id = ?", (eid,))
        return lost

    patch.setattr(apply, "_void", all_of_it)


def numbers_before_confirmation(patch: pytest.MonkeyPatch) -> None:
    honest = apply._store

    def eager(tx_: tx.Tx, record: Received) -> None:
        honest(tx_, record)
        apply._number(tx_.conn, record.entry)

    patch.setattr(apply, "_store", eager)


def numbers_counted_anew(patch: pytest.MonkeyPatch) -> None:
    def anew(conn: sqlite3.Connection, eid: str) -> int:
        n = conn.execute("SELECT count(*) FROM ticket").fetchone()[0]
        conn.execute("INSERT OR REPLACE INTO number(eid, n, jpos) VALUES(?, ?, 0)", (eid, n))
        conn.execute("UPDATE ticket SET number = ? WHERE id = ?", (n, eid))
        return n

    patch.setattr(tx, "give_number", anew)


def no_bump_above_the_future(patch: pytest.MonkeyPatch) -> None:
    def none(_: sqlite3.Connection, __: object) -> int:
        return 0

    patch.setattr(project, "highest_winner", none)


def the_last_put_counts(patch: pytest.MonkeyPatch) -> None:
    """Converges too, so only a model that knows which put is meant can tell."""

    def last(changes: Iterable[tuple[str, int, Value]]) -> project.Row | None:
        rows = [(field, value) for field, _, value in changes]
        puts = [json.loads(str(value)) for field, value in rows if field == ""]
        return {**puts[-1], **{f: v for f, v in rows if f not in ("", "!redact")}} if puts else None

    patch.setattr(project, "fold_changes", last)


def a_put_comes_over_sets(patch: pytest.MonkeyPatch) -> None:
    def over(changes: Iterable[tuple[str, int, Value]]) -> project.Row | None:
        rows = [(field, value) for field, _, value in changes]
        puts = [json.loads(str(value)) for field, value in rows if field == ""]
        return {**{f: v for f, v in rows if f not in ("", "!redact")}, **puts[0]} if puts else None

    patch.setattr(project, "fold_changes", over)


def waiting_sets_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    def forget(_: sqlite3.Connection, __: str, *, before: int) -> None:
        pass

    patch.setattr(project, "_overlay_waiting", forget)


def doubles_are_not_noticed(patch: pytest.MonkeyPatch) -> None:
    def never(_: sqlite3.Connection, __: Received) -> bool:
        return False

    patch.setattr(apply, "_known", never)


MUTANTS = [
    (arrival_order_wins, rows_converge),
    (keys_are_not_settled, one_entry_a_key),
    (keys_are_not_settled, rows_converge),
    (void_entries_lose_their_puts, one_entry_a_key),
    (void_entries_lose_their_puts, rows_converge),
    (numbers_before_confirmation, numbers_of_the_journal),
    (numbers_counted_anew, numbers_at_commit),
    (no_bump_above_the_future, edit_wins),
    (the_last_put_counts, rows_converge),
    (a_put_comes_over_sets, rows_converge),
    (waiting_sets_are_forgotten, rows_converge),
    (doubles_are_not_noticed, rows_converge),
]


@pytest.mark.parametrize(("mutate", "holds"), MUTANTS, ids=lambda part: part.__name__)
def test_a_wrong_log_is_caught(
    monkeypatch: pytest.MonkeyPatch, mutate: Callable[[pytest.MonkeyPatch], None], holds: Property
) -> None:
    mutate(monkeypatch)
    assert caught(holds) < SEEDS


@pytest.mark.parametrize(
    "holds", [rows_converge, one_entry_a_key, numbers_of_the_journal, numbers_at_commit, edit_wins]
)
def test_the_log_as_it_is_is_not(holds: Property) -> None:
    """The same days under which the mutants were caught."""
    for seed in range(4):
        holds(seed)
