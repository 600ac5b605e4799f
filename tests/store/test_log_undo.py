"""Undo gives back exactly what was, leaves alone what somebody set since, and is itself undone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.log import rebuild, undo
from store.log.entry import MAX_CHANGES, Change, Value, put
from tests.rigs import desks
from tests.rigs.desks import FIELDS, ROWS, VALUES, Act, Replica, perform, random_acts, replica

sets = st.lists(
    st.tuples(st.sampled_from(ROWS[:5]), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    min_size=1,
    max_size=5,
)


def commit(one: Replica, changes: list[Change], *, kind: str = "set", actor: str = "ana") -> int:
    one.clock.ms += 1000
    with one.store.write() as tx:
        return tx.commit(changes, actor=actor, kind=kind).entry


def reverse(one: Replica, kind: str, *, actor: str = "ana") -> undo.Plan | None:
    """What the keys `z` and `Z` do."""
    one.clock.ms += 1000
    with one.store.write() as tx:
        target = (undo.last_act if kind == "undo" else undo.last_undo)(tx.conn, actor)
        if target is None:
            return None
        plan = undo.plan(tx.conn, target)
        tx.commit(plan.changes, actor=actor, kind=kind, cause=target)
        return plan


def shown(one: Replica) -> dict[str, dict[str, Value]]:
    return desks.rows_of(one.store)


def a_desk(seed: int) -> Replica:
    one = replica(0)
    for act in random_acts(seed, count=12):
        perform([one], Act(0, 1000, act.puts, act.sets))
    return one


@given(st.integers(0, 999), sets)
@settings(max_examples=40, deadline=None)
def test_D14_undo_restores_and_undo_of_undo_brings_back(
    seed: int, wanted: list[tuple[str, str, Value]]
) -> None:
    one = a_desk(seed)
    before = shown(one)
    commit(one, [Change(*each) for each in wanted])
    after = shown(one)
    for kind, want in (("undo", before), ("redo", after), ("undo", before), ("redo", after)):
        plan = reverse(one, kind)
        assert plan is not None
        assert plan.kept == ()
        assert shown(one) == want
    assert rebuild.verify(one.store.read(), one.store.secret).faults == ()


@given(st.integers(0, 999), sets, sets)
@settings(max_examples=40, deadline=None)
def test_D14_undo_never_changes_what_somebody_set_later(
    seed: int, mine: list[tuple[str, str, Value]], bens: list[tuple[str, str, Value]]
) -> None:
    one = a_desk(seed)
    before = shown(one)
    entry = commit(one, [Change(*each) for each in mine])
    commit(one, [Change(*each) for each in bens], actor="ben")
    after = shown(one)
    plan = undo.plan(one.store.read(), entry)
    commit(one, list(plan.changes), kind="undo")
    later = {(eid, name) for eid, name, _ in bens}
    both = {(eid, name) for eid, name, _ in mine} & later
    assert {(k.eid, k.field, k.by) for k in plan.kept} == {(*at, "ben") for at in both}
    for eid, row in shown(one).items():
        for name in {*row, *before[eid], *after[eid]}:
            source = after if (eid, name) in later else before
            assert row.get(name) == source[eid].get(name)


@pytest.mark.parametrize("seed", range(20))
def test_D14_any_walk_back_and_forth_passes_the_same_states(seed: int) -> None:
    """The states lie in a line; undo steps back, redo steps forward, an act cuts off what lay ahead."""
    one, chance = replica(0), random.Random(seed)
    commit(one, [put("t1", {"status": "new", "tag.a": 1})], actor="import")
    line, at = [shown(one)], 0
    for n in range(25):
        what = chance.choice(("act", "undo", "undo", "redo"))
        if what == "act":
            commit(one, [Change("t1", chance.choice(("status", "tag.a", "tag.b")), f"{n}")])
            at += 1
            line[at:] = [shown(one)]
        elif reverse(one, what) is not None:
            at += 1 if what == "redo" else -1
        else:
            assert at == (0 if what == "undo" else len(line) - 1)
        assert shown(one) == line[at]


def test_a_row_made_and_set_in_one_act_goes_back_to_what_it_was_made_with() -> None:
    one = replica(0)
    entry = commit(one, [put("t1", {"status": "new"}), Change("t1", "status", "open")])
    plan = undo.plan(one.store.read(), entry)
    assert plan.changes == (Change("t1", "status", "new"),)
    assert plan.made == ("t1",)


def test_a_bulk_act_of_many_entries_is_one_stroke_back_and_forth() -> None:
    one = replica(0)
    rows = [f"t{n}" for n in range(MAX_CHANGES // 2 + 700)]
    commit(one, [put(eid, {"status": "new", "priority": 3}) for eid in rows], actor="import")
    before = shown(one)
    commit(one, [c for eid in rows for c in (Change(eid, "status", "solved"), Change(eid, "priority", 1))])
    after = shown(one)
    for kind, want in (("undo", before), ("redo", after), ("undo", before)):
        plan = reverse(one, kind)
        assert plan is not None
        assert len(plan.changes) == 2 * len(rows)
        assert shown(one) == want
    assert reverse(one, "undo") is None


def test_quiet_steps_and_other_peoples_acts_are_stepped_over() -> None:
    one = replica(0)
    commit(one, [put("t1", {"status": "new"})], actor="import")
    commit(one, [Change("t1", "status", "open")])
    commit(one, [Change("t1", "unread", None)], kind="read")
    commit(one, [Change("t1", "assignee", "ben")], actor="ben")
    assert reverse(one, "undo") is not None
    commit(one, [Change("t1", "unread", 1)], kind="read")
    assert shown(one)["t1"] == {"status": "new", "assignee": "ben", "unread": 1}
    assert reverse(one, "redo") is not None
    assert shown(one)["t1"]["status"] == "open"


def test_row_ids_with_quotes_are_undone_too() -> None:
    one = replica(0)
    entry = commit(one, [Change('t"\\1', "status", "open"), put('t"\\1', {"status": "new"})])
    assert undo.plan(one.store.read(), entry).made == ('t"\\1',)


def test_a_rule_that_follows_a_rule_is_no_part_of_its_act() -> None:
    one = replica(0)
    commit(one, [put("t1", {"status": "new", "priority": 3})], actor="mail")
    before = shown(one)
    acts: list[int] = []
    for n, status in enumerate(("open", "hold", "solved")):
        one.clock.ms += 1000
        with one.store.write() as tx:
            made = tx.commit(
                [Change("t1", "status", status)],
                actor=f"rule:{n}", kind="rule", key=f"rule:d{n}:v:1:t1", cause=acts[-1] if acts else None,
            )  # fmt: skip
        acts.append(made.entry)
    assert [undo.stroke(one.store.read(), act) for act in acts] == [[act] for act in acts]
    for act in reversed(acts):
        plan = undo.plan(one.store.read(), act)
        assert plan.kept == ()
        one.clock.ms += 1000
        with one.store.write() as tx:
            tx.commit(plan.changes, actor="ana", kind="undo", cause=act)
    assert shown(one) == before


def test_a_large_act_with_a_key_is_one_stroke() -> None:
    one = replica(0)
    one.clock.ms += 1000
    with one.store.write() as tx:
        rows = [put(f"t{n}", {"status": "new"}) for n in range(MAX_CHANGES + 5)]
        made = tx.commit(rows, actor="ana", kind="import", key="import[1]*")
    assert len(undo.stroke(one.store.read(), made.entry)) == 2


def test_a_key_of_a_caller_is_never_taken_for_a_part_of_a_large_act() -> None:
    one = replica(0)
    with one.store.write() as tx:
        rows = [put(f"t{n}", {"status": "new"}) for n in range(MAX_CHANGES + 5)]
        tx.commit(rows, actor="ana", kind="import", key="import")
        taken = [str(row[0]) for row in tx.conn.execute("SELECT key FROM entry").fetchall()]
        assert len(taken) == 2
        for n, key in enumerate((*(key for key in taken if key != "import"), "import#1")):
            assert tx.commit([put(f"u{n}", {"name": "x"})], actor="ana", kind="new", key=key).entry, key
