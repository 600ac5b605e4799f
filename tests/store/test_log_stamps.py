"""Stamps: unique, rising, never a reason to refuse; and an edit beats what its author could see."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import StoreDamaged
from store.log import apply, ids, project, rebuild, stamp, wire
from store.log.entry import Change, Entry, put
from tests.rigs import desks
from tests.rigs.desks import DAY_MS, START_MS, Replica, deliver, replica

YEAR_MS = 365 * DAY_MS


def edit_wins(seed: int) -> None:
    """Invariant 5: after a local commit the row shows what was set, whatever stamps are in the store."""
    chance = random.Random(seed)
    me, other = replica(1), replica(2, ms=START_MS + chance.choice((-YEAR_MS, 0, 11 * 60_000, YEAR_MS)))
    with other.store.write() as tx:
        tx.commit([put("t1", {"status": "new"})], actor="b", kind="new")
    for n in range(8):
        who = chance.choice((me, other))
        who.clock.ms += chance.choice((-60_000, 0, 1, 60_000))
        names = chance.sample(("status", "subject", "tag.a", "x.b"), 2)
        fields = [Change("t1", name, f"{n}") for name in names]
        with who.store.write() as tx:
            tx.commit(fields, actor="a", kind="set")
        shown = desks.rows_of(who.store).get("t1", {})
        if who is other or "status" in shown:
            assert all(shown[c.field] == c.value for c in fields)
        # What is shown must also be what the log says, or the next rebuild would take the edit back.
        conn = who.store.read()
        assert rebuild.digest_at(conn, 2**63 - 1) == rebuild.rows_digest(conn)
        if chance.random() < 0.7:
            deliver(me.store, apply.entries(other.store.read()))


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_an_edit_shows_whatever_stamps_are_in_the_store(seed: int) -> None:
    edit_wins(seed)


def _own(one: Replica) -> list[int]:
    rows = one.store.read().execute("SELECT id FROM entry WHERE id & 4095 = 1 ORDER BY lseq")
    return [row[0] for row in rows]


@given(st.lists(st.sampled_from((-DAY_MS, -1, 0, 0, 1, 60_000)), max_size=20))
@settings(max_examples=30, deadline=None)
def test_own_stamps_are_unique_and_rise_whatever_the_clock_does(steps: list[int]) -> None:
    one = replica(1)
    for step in steps:
        one.clock.ms += step
        with one.store.write() as tx:
            tx.commit([Change("t1", "status", "open")], actor="me", kind="set")
    own = _own(one)
    assert own == sorted(set(own))


def test_a_stamp_of_the_future_is_taken_and_does_not_move_our_clock() -> None:
    me, other = replica(1), replica(2, ms=START_MS + YEAR_MS)
    with other.store.write() as tx:
        tx.commit([put("t1", {"status": "new"}), put("t2", {})], actor="b", kind="new")
        tx.commit([Change("t1", "status", "open")], actor="b", kind="set")
    assert deliver(me.store, apply.entries(other.store.read())) == 2
    with me.store.write() as tx:
        spoiled = tx.commit([Change("t1", "status", "solved")], actor="a", kind="set").entry
        plain = tx.commit([Change("t2", "status", "solved")], actor="a", kind="set").entry
    assert stamp.unix_ms(spoiled) >= START_MS + YEAR_MS
    assert stamp.unix_ms(plain) == START_MS
    assert desks.rows_of(me.store)["t1"]["status"] == "solved"


def test_the_clock_follows_a_peer_that_is_a_little_ahead() -> None:
    me, other = replica(1), replica(2, ms=START_MS + 5 * 60_000)
    with other.store.write() as tx:
        heard = tx.commit([put("t1", {})], actor="b", kind="new").entry
    deliver(me.store, apply.entries(other.store.read()))
    with me.store.write() as tx:
        assert tx.commit([put("t2", {})], actor="a", kind="new").entry > heard


@pytest.mark.parametrize("late_ms", range(3))
def test_a_stamp_lent_from_the_future_is_not_made_again_when_that_time_comes(late_ms: int) -> None:
    me, other = replica(1), replica(2, ms=START_MS + 20 * 60_000)
    with other.store.write() as tx:
        tx.commit([put("t1", {})], actor="b", kind="new")
        tx.commit([Change("t1", "status", "open")], actor="b", kind="set")
    deliver(me.store, apply.entries(other.store.read()))
    for n in range(5):
        with me.store.write() as tx:
            tx.commit([Change("t1", "status", f"{n}")], actor="a", kind="set")
    me.clock.ms = other.clock.ms + late_ms
    for n in range(8):
        with me.store.write() as tx:
            tx.commit([Change("t2", "status", f"{n}")], actor="a", kind="set")
    assert len(set(_own(me))) == 13


def test_a_bulk_act_above_the_future_gets_distinct_stamps() -> None:
    me, other = replica(1), replica(2, ms=START_MS + YEAR_MS)
    rows = [f"t{n}" for n in range(2500)]
    with other.store.write() as tx:
        tx.commit([put(eid, {"status": "new"}) for eid in rows], actor="b", kind="new")
        tx.commit([Change(eid, "status", "open") for eid in rows], actor="b", kind="set")
    deliver(me.store, apply.entries(other.store.read()))
    with me.store.write() as tx:
        tx.commit([Change(eid, "status", "solved") for eid in rows], actor="a", kind="set")
    assert set(me.store.read().execute("SELECT status FROM ticket").fetchall()) == {("solved",)}
    assert len(_own(me)) == 2


def test_the_last_stamp_there_is_can_still_be_edited() -> None:
    me = replica(1)
    last = Entry(stamp.LAST, "b", "set", (Change("t1", "status", "stuck"),), seq=1)
    with me.store.write() as tx:
        tx.commit([put("t1", {"status": "new"})], actor="a", kind="new")
    deliver(me.store, [wire.decode(wire.encode(last))])
    assert desks.rows_of(me.store)["t1"]["status"] == "stuck"
    for n in range(5):
        with me.store.write() as tx:
            tx.commit([Change("t1", "status", f"{n}")], actor="a", kind="set")
        assert desks.rows_of(me.store)["t1"]["status"] == f"{n}"


@pytest.mark.parametrize("made", [stamp.LAST + 1, 2**63 - 1, 0, -1])
def test_what_no_clock_can_have_made_is_no_stamp(made: int) -> None:
    """It could never be edited over, so the wire does not read it."""
    with pytest.raises(StoreDamaged):
        wire.decode(wire.encode(Entry(made, "b", "set", ())))


@given(st.integers(0, 2**41), st.integers(0, 2**62), st.integers(0, 4095))
def test_a_made_stamp_is_above_the_last_and_carries_its_slot(wall: int, last: int, slot: int) -> None:
    made = stamp.make(stamp.EPOCH_MS + wall, last=last, slot=slot)
    assert made > last
    assert stamp.slot_of(made) == slot
    assert stamp.unix_ms(made) >= stamp.EPOCH_MS + wall


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.integers(0, 4095), st.integers(0, 4095))
def test_ids_made_by_hand_sort_as_their_stamps(one: int, two: int, n: int, m: int) -> None:
    first, second = ids.from_stamp("t", one, n), ids.from_stamp("t", two, m)
    assert (first < second) == ((one, n) < (two, m))
    assert len(first) == 1 + ids.LENGTH


def test_ids_of_letters_depend_on_every_name_and_on_the_desk() -> None:
    made = {
        ids.from_letter(secret, prefix, *names)
        for secret in (b"a" * 32, b"b" * 32)
        for prefix in ("t", "m")
        for names in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("\ud800",))
    }
    assert len(made) == 20


def test_the_highest_winner_is_that_of_the_fields_set() -> None:
    one = replica(1)
    with one.store.write() as tx:
        tx.commit([put("t1", {})], actor="a", kind="new")
        low = tx.commit([Change("t1", "status", "open")], actor="a", kind="set").entry
        high = tx.commit([Change("t1", "priority", 1)], actor="a", kind="set").entry
    conn = one.store.read()
    assert project.highest_winner(conn, [Change("t1", "status", None)]) == low
    assert project.highest_winner(conn, [Change("t1", "status", 1), Change("t1", "priority", 1)]) == high
    assert project.highest_winner(conn, [put("t1", {})]) == 0
