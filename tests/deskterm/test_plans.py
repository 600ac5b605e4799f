"""Plans over many tickets: exactly what they say, one undo, and one file form there and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import plan_writing, plans, writing
from deskterm.desk import Desk
from store.errors import Refused
from store.log import ids as row_ids
from store.log import rebuild
from store.log.entry import Change, Value, put
from store.log.stamp import SLOT_BITS
from store.reads import many, tickets
from store.rules import macros
from tests.deskterm.shell import desk_in, opened

LETTER = """+++
name = "All"
status = "solved"
tags = ["told"]
note = "told {{ ticket.number }}"
+++
Hi #{{ ticket.number }}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = opened(desk_in(tmp_path))
    yield desk
    desk.close()


def fill(desk: Desk, count: int) -> list[str]:
    """Tickets with a customer each."""
    with desk.store.write() as tx:
        changes: list[Change] = []
        for n in range(count):
            changes.append(
                put(
                    f"t{n:015}",
                    {"subject": f"bulk {n}", "status": "open", "priority": 3, "customer": f"c{n:015}"},
                )
            )
            changes.append(put(f"c{n:015}", {"email": f"b{n}@bulk.example", "name": f"Bea {n}"}))
        tx.commit(changes, actor="mail", kind="mail")
    return [f"t{n:015}" for n in range(count)]


def test_a_macro_over_thousands_is_one_act_with_one_undo(desk: Desk) -> None:
    ids = fill(desk, 1_000)
    before = rebuild.digest(desk.conn)
    macro = macros.parse('+++\nname = "Sort"\npriority = 1\nstatus = "waiting"\ntags = ["sorted"]\n+++\n')
    plan = plans.make_macro(desk, macro, ids)
    assert (plan.changed, plan.fields, plan.letters) == (1_000, 3_000, 0)
    assert rebuild.digest(desk.conn) == before
    done = plans.apply(desk, plan)
    assert done.receipt.changes == 3_000
    assert desk.conn.execute("SELECT count(*) FROM ticket WHERE status = 'waiting'").fetchone()[0] == 1_000
    assert desk.undo().words == "Undid macro of 1,000 tickets"
    assert rebuild.digest(desk.conn) == before
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_more_letters_than_one_stamp_has_ids_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for a hundred; that a stamp has room for as many as we think is looked at apart."""
    most, stamp = plan_writing._AT_ONCE, 1 << 40
    assert len({row_ids.from_stamp("m", stamp, n) for n in range(most)}) == most
    assert row_ids.from_stamp("m", stamp + (1 << SLOT_BITS)) != row_ids.from_stamp("m", stamp, most - 1)
    monkeypatch.setattr(plan_writing, "_AT_ONCE", 100)
    found = fill(desk, 420)
    plans.apply(desk, plans.make_macro(desk, macros.parse(LETTER), found))
    writing.note(desk, tickets.ticket(desk.conn, found[1]), "after")
    counted = "SELECT count(*), count(DISTINCT ticket) FROM message WHERE ticket GLOB 't00000*' AND kind = ?"
    assert desk.conn.execute(counted, ("out",)).fetchone() == (420, 420)
    assert desk.conn.execute(counted, ("note",)).fetchone() == (421, 420)
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_what_a_letter_would_say_is_what_is_queued(desk: Desk) -> None:
    ids = [tickets.named(desk.conn, str(n)) for n in (1, 2, 3)]
    plan = plans.make_macro(desk, macros.parse(LETTER), ids)
    plans.apply(desk, plan)
    for step in plan.steps:
        assert step.letter is not None
        out = [m for m in many.messages(desk.conn, [step.id])[step.id] if m.kind == "out"][-1]
        assert (out.to, out.subject, desk.text(out)) == (
            step.letter.to,
            step.letter.subject,
            step.letter.text,
        )
        now = tickets.ticket(desk.conn, step.id)
        for field in step.changes:
            if field.name in ("status", "assignee"):
                assert getattr(now, field.name) == field.after
        assert out.refs[-1:] == (f"l{now.number}@shop.example",)


def test_a_reply_from_a_macro_cites_the_letter_it_answers(desk: Desk) -> None:
    (step,) = plans.make_macro(desk, macros.parse(LETTER), [tickets.named(desk.conn, "1")]).steps
    assert step.letter is not None
    letters = [m for m in many.messages(desk.conn, [step.id])[step.id] if m.kind == "in"]
    assert step.letter.answers == letters[-1].id


def test_a_blank_without_an_answer_can_be_shown_and_not_done(desk: Desk) -> None:
    macro = macros.parse('+++\nname = "Ask"\n+++\n{{ ask: sum }} for {{ customer.phone }}\n')
    plan = plans.make_macro(desk, macro, [tickets.named(desk.conn, "1")])
    assert plan.steps[0].letter is not None
    with pytest.raises(Refused, match="#1: the macro Ask asks for sum"):
        plans.apply(desk, plan)


def test_a_letter_to_nobody_is_refused(desk: Desk) -> None:
    with desk.store.write() as tx:
        tx.commit([put("t9", {"subject": "x", "status": "open"})], actor="a", kind="new")
    with pytest.raises(Refused, match="nobody to write to"):
        plans.apply(desk, plans.make_macro(desk, macros.parse(LETTER), ["t9"]))


def test_a_plan_survives_its_file(desk: Desk) -> None:
    ids = tickets.ids(desk.conn, tickets.EVERYTHING)
    plan = plans.make_macro(desk, macros.parse(LETTER), ids)
    assert plans.from_json(plans.to_json(plan)) == plan


def test_what_is_set_already_is_no_change(desk: Desk) -> None:
    ids = [tickets.named(desk.conn, "1")]
    plan = plans.make_set(
        desk, ids, [("status", "new"), ("priority", 3), ("tag.no", None), ("assignee", None)]
    )
    assert (plan.changed, plan.fields) == (0, 0)
    assert not plans.apply(desk, plan).happened


SETS = st.lists(
    st.sampled_from(
        [
            ("status", "solved"), ("status", "waiting"), ("status", "open"), ("status", "spam"),
            ("priority", 1), ("assignee", "Bo"), ("assignee", None), ("tag.a", 1), ("tag.a", None),
            ("tag.b", 1), ("unread", 1), ("unread", None), ("_deleted", 1),
            ("snooze_until", 1_900_000_000), ("snooze_until", None),
            ("_deleted", None), ("grp", "g"), ("type", "bug"), ("subject", "other"),
        ]
    ),
    max_size=5,
)  # fmt: skip


@given(st.lists(SETS, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_applied_undo_gives_the_tables_back(
    desk: Desk, acts: list[list[tuple[str, Value]]]
) -> None:
    ids = tickets.ids(desk.conn, tickets.EVERYTHING)
    for sets in acts:
        before = rebuild.digest(desk.conn)
        plan = plans.make_set(desk, ids, sets)
        done = plans.apply(desk, plan)
        shown = {(step.id, field.name): field.after for step in plan.steps for field in step.changes}
        stored = dict(rebuild.stored(desk.conn))
        assert all(stored[eid].get(name) == value for (eid, name), value in shown.items())
        if done.happened and len(sets) % 2:
            desk.undo()
            assert rebuild.digest(desk.conn) == before
