"""Replicas that have the same entries have the same rows, whatever the order, the doubles and the clocks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.db import Store
from store.errors import StoreError
from store.log import apply, rebuild, wire
from store.log.apply import Received
from store.log.entry import Change, Entry, put
from tests.rigs import desks
from tests.rigs.desks import FIELDS, KINDS, ROWS, VALUES, Act, deliver, model, play, replica, scrambled

acts = st.lists(
    st.builds(
        Act,
        who=st.integers(0, 2),
        pause_ms=st.sampled_from((-3_600_000, 0, 1, 1000)),
        puts=st.lists(st.sampled_from(ROWS), max_size=2, unique=True).map(tuple),
        sets=st.lists(
            st.tuples(st.sampled_from(ROWS), st.sampled_from(FIELDS), st.sampled_from(VALUES)), max_size=3
        ).map(tuple),
        key=st.none() | st.sampled_from(("k1", "k2", "k'--")),
        kind=st.sampled_from(KINDS),
        hear=st.none() | st.tuples(st.integers(0, 9), st.just(60)),
    ),
    max_size=12,
)
orders = st.integers(0, 2**16)


def some(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None)


def converges(day: list[Act], seed: int, *, batch: int = 3) -> None:
    """Invariants 1 and 3: one log, one set of rows, and they are what the plain model says."""
    team = play(day)
    whole = desks.everything(team)
    fresh = replica(9)
    for n, one in enumerate((*team, fresh)):
        deliver(one.store, scrambled(whole, seed + n), batch=batch + n)
    stores = [one.store for one in (*team, fresh)]
    assert all(desks.log_state(store) == desks.log_state(stores[0]) for store in stores)
    assert len({rebuild.rows_digest(store.read()) for store in stores}) == 1
    for store in stores:
        assert desks.rows_of(store) == model(whole)
        assert rebuild.verify(store.read(), store.secret).faults == ()


@given(acts, orders)
@some(60)
def test_any_order_doubles_and_batches_give_one_state(day: list[Act], seed: int) -> None:
    converges(day, seed)


@pytest.mark.parametrize("seed", range(12))
def test_long_days_give_one_state(seed: int) -> None:
    converges(desks.random_acts(seed, count=60), seed, batch=7)


@given(acts, orders)
@some(25)
def test_applying_twice_is_applying_once(day: list[Act], seed: int) -> None:
    whole = desks.everything(play(day))
    once = replica(9).store
    assert deliver(once, scrambled(whole, seed)) == len(whole)
    before = desks.log_state(once), rebuild.digest(once.read()), once.last_lseq()
    assert deliver(once, scrambled(whole, seed + 1)) == 0
    assert (desks.log_state(once), rebuild.digest(once.read()), once.last_lseq()) == before


@given(acts, orders)
@some(25)
def test_rows_made_anew_are_the_rows_that_were(day: list[Act], seed: int) -> None:
    team = play(day)
    store = team[0].store
    deliver(store, scrambled(desks.everything(team), seed))
    before, numbers = rebuild.digest(store.read()), store.read().execute("SELECT * FROM number").fetchall()
    with store.write() as tx:
        rebuild.rebuild(tx)
    assert rebuild.digest(store.read()) == before
    assert store.read().execute("SELECT id, number FROM ticket WHERE number > 0 ORDER BY id").fetchall() == [
        (eid, n) for eid, n, _ in numbers
    ]


@given(acts)
@some(25)
def test_the_rows_of_any_moment_come_back_from_the_log(day: list[Act]) -> None:
    """Solo and without keys heard from others: a moment is a stamp."""
    one = replica(0)
    recorded: list[tuple[int, str]] = []
    for act in day:
        desks.perform([one], act)
        if one.made:
            recorded.append((one.made[-1].id + 1, rebuild.rows_digest(one.store.read())))
    for bound, digest in recorded:
        assert rebuild.digest_at(one.store.read(), bound) == digest


@given(acts)
@some(25)
def test_solo_numbers_are_given_at_commit_without_gap_and_for_ever(day: list[Act]) -> None:
    numbers_hold(day)


def numbers_hold(day: list[Act]) -> None:
    """Invariant 9 for one replica."""
    one = replica(0)
    known: dict[str, int] = {}
    for act in day:
        desks.perform([one], act)
        now: dict[str, int] = dict(one.store.read().execute("SELECT id, number FROM ticket").fetchall())
        assert sorted(now.values()) == list(range(1, len(now) + 1))
        assert known.items() <= now.items()
        known = now


@given(acts, orders)
@some(25)
def test_numbers_follow_the_journal_however_it_is_read(day: list[Act], seed: int) -> None:
    journal_numbers(day, seed)


def journal_numbers(day: list[Act], seed: int) -> None:
    """Invariant 9: unconfirmed entries give no number, the journal's order gives them all."""
    whole = scrambled(desks.everything(play(day)), seed)
    journal = [Received(entry, jpos) for jpos, entry in enumerate(dict.fromkeys(whole), start=1)]
    met = dict.fromkeys(
        c.eid for at in journal for c in at.entry.changes if c.field == "" and c.eid.startswith("t")
    )
    want = [(eid, n) for n, eid in enumerate(met, start=1)]
    for n in range(2):
        reader = replica(9).store
        if n:
            deliver(reader, scrambled(whole, seed + n), batch=4)
            assert reader.read().execute("SELECT * FROM number").fetchall() == []
        deliver(reader, journal, batch=3 + n)
        deliver(reader, journal, batch=5)
        got = reader.read().execute("SELECT id, number FROM ticket ORDER BY number").fetchall()
        assert got == want


@given(acts, orders)
@some(40)
def test_of_each_key_the_lowest_lives_and_the_others_keep_their_puts(day: list[Act], seed: int) -> None:
    keys_hold(day, seed)


def keys_hold(day: list[Act], seed: int) -> None:
    """Invariant 10."""
    whole = desks.everything(play(day))
    store = replica(9).store
    deliver(store, scrambled(whole, seed), batch=2)
    conn = store.read()
    for entry in whole:
        same = [other.id for other in whole if other.key is not None and other.key == entry.key]
        void = bool(same) and entry.id != min(same)
        assert conn.execute("SELECT void FROM entry WHERE id = ?", (entry.id,)).fetchone() == (int(void),)
        stands = conn.execute("SELECT field FROM change WHERE id = ? ORDER BY eid, field", (entry.id,))
        kept = [c.field for c in sorted(entry.changes) if not void or c.field == ""]
        assert [row[0] for row in stands] == kept
        assert apply.read_entry(conn, entry.id) == entry


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=8), orders)
@some(30)
def test_a_letter_taken_in_many_times_is_one_message(takes: list[tuple[int, bool]], seed: int) -> None:
    """Invariant 7: n replicas, k times each, and a re-import changes nothing somebody set."""
    team = [replica(slot, ms=desks.START_MS + slot * 977_000) for slot in range(3)]
    for who, by_hand in takes:
        row = {"ticket": "t1", "kind": "in", "subject": f"read by {who}"}
        made = [put("t1", {"subject": "Hello", "status": "new"}), put("m1", row)]
        if by_hand:
            made = [Change("t1", "status", "solved")]
        before = team[who].store.last_lseq()
        with team[who].store.write() as tx:
            tx.commit(made, actor="me", kind="letter", key=None if by_hand else "letter m1")
        team[who].made.extend(apply.entries(team[who].store.read(), after=before))
    whole = desks.everything(team)
    for one in team:
        deliver(one.store, scrambled(whole, seed))
        made_once = any(not by_hand for _, by_hand in takes)
        assert one.store.read().execute("SELECT count(*) FROM message").fetchone()[0] == int(made_once)
        assert one.store.read().execute("SELECT count(*) FROM ticket").fetchone()[0] == int(made_once)
        if made_once and any(by_hand for _, by_hand in takes):
            assert desks.rows_of(one.store)["t1"]["status"] == "solved"


def test_an_import_repeated_writes_nothing() -> None:
    store = replica(0).store
    rows = [put(f"t{n}", {"subject": f"no {n}", "status": "open"}) for n in range(5)]
    with store.write() as tx:
        tx.commit(rows, actor="me", kind="import")
    with store.write() as tx:
        tx.commit([Change("t1", "status", "solved")], actor="me", kind="solve")
    before = rebuild.digest(store.read()), store.last_lseq()
    with store.write() as tx:
        assert tx.commit(rows, actor="me", kind="import").entry == 0
    assert (rebuild.digest(store.read()), store.last_lseq()) == before


@given(acts)
@some(25)
def test_a_newer_programs_fields_survive_a_round_trip(day: list[Act]) -> None:
    """Invariant 15: over the wire, through a replica that does not know them, and back."""
    whole = desks.everything(play(day))
    older = replica(8).store
    deliver(older, [wire.decode(wire.encode(entry)) for entry in whole])
    back = list(apply.entries(older.read()))
    assert sorted(back, key=lambda e: e.id) == sorted(whole, key=lambda e: e.id)
    assert [row[0] for row in older.read().execute("SELECT name FROM sqlite_schema ORDER BY name")] == [
        row[0] for row in replica(7).store.read().execute("SELECT name FROM sqlite_schema ORDER BY name")
    ]


def test_a_field_that_was_unknown_appears_after_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older program keeps `csat`; the newer one shows it after making its rows anew."""
    from store import registry

    store = replica(0).store
    older = registry.BY_PREFIX["t"]
    cut = registry.Table(
        older.prefix, older.name, tuple(c for c in older.columns if c != "csat"), older.maps, older.ints
    )
    monkeypatch.setitem(registry.BY_PREFIX, "t", cut)
    with store.write() as tx:
        tx.commit([put("t1", {"csat": "first", "status": "new"})], actor="me", kind="new")
        tx.commit([Change("t1", "csat", "good"), Change("t1", "status", "open")], actor="me", kind="rate")
    assert store.read().execute("SELECT status, csat FROM ticket").fetchall() == [("open", None)]
    monkeypatch.undo()
    with store.write() as tx:
        rebuild.rebuild(tx)
    assert store.read().execute("SELECT status, csat FROM ticket").fetchall() == [("open", "good")]


def test_a_failure_anywhere_leaves_nothing_of_a_transaction() -> None:
    """Invariant 2 without a crash: the batch is stopped between any two instructions of SQLite."""
    whole = desks.everything(play(desks.random_acts(5, count=8)))
    want, store = replica(9).store, replica(9).store
    deliver(want, whole)
    before, after, stops = desks.log_state(store), desks.log_state(want), 0
    while not _deliver_until(store, whole, instruction=10 + 41 * stops):
        assert desks.log_state(store) == before
        stops += 1
    assert stops > 40
    assert desks.log_state(store) == after
    assert rebuild.digest(store.read()) == rebuild.digest(want.read())


def _deliver_until(store: Store, entries: list[Entry], *, instruction: int) -> bool:
    """Deliver, but be interrupted at the n-th instruction; True when there were not so many."""
    left = instruction

    def step() -> int:
        nonlocal left
        left -= 1
        return int(left == 0)

    store._writer.set_progress_handler(step, 1)
    try:
        deliver(store, entries)
    except StoreError:
        return False
    finally:
        store._writer.set_progress_handler(None, 1)
    return True
