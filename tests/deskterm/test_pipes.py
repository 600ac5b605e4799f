"""Tickets out of the desk as JSON lines and back: what differs is done, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import edits, plans, schemas
from deskterm.cli.read import as_objects
from deskterm.desk import Desk
from store.errors import QueryError, Refused
from store.log import rebuild
from store.reads import many, tickets
from tests.deskterm.shell import desk_in, ok, opened

EDITS = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.integers(1, 4),
        "assignee": st.sampled_from(["Bo", "Zoë", None]),
        "group": st.sampled_from(["billing", "a b", None]),
        "type": st.sampled_from(["bug", "question", None]),
        "tags": st.lists(st.sampled_from(["a", "b.c", "ü", "x-y"]), unique=True).map(sorted),
        "subject": st.sampled_from(["other", "ähm: 1", "tabs"]),
        "unread": st.booleans(),
    },
)
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = opened(desk_in(tmp_path))
    yield made
    made.close()


def rows(desk: Desk) -> list[dict[str, object]]:
    """All tickets, as another program gets them."""
    lines = (json.dumps(one) for one in as_objects(desk, many.tickets(desk.conn, ids(desk))))
    return [json.loads(line) for line in lines]


def ids(desk: Desk) -> list[str]:
    return tickets.ids(desk.conn, tickets.EVERYTHING)


def back(desk: Desk, changed: list[dict[str, object]]) -> plans.Plan:
    return edits.plan(desk, edits.read([json.dumps(row) for row in changed]))


@given(st.lists(EDITS, min_size=5, max_size=5))
@SLOW
def test_what_differs_is_done_what_does_not_stays_and_undo_gives_it_back(
    desk: Desk, wanted: list[Mapping[str, object]]
) -> None:
    was, before = rows(desk), rebuild.digest(desk.conn)
    changed = [{**row, **edit} for row, edit in zip(was, wanted, strict=True)]
    plan = back(desk, changed)
    assert plan.changed == sum(row != edit for row, edit in zip(was, changed, strict=True))
    done = plans.apply(desk, plan)
    moves = {"version", "updated", "due_at", "due_kind"}
    for now, row in zip(rows(desk), changed, strict=True):
        assert {k: v for k, v in now.items() if k not in moves} == {
            k: v for k, v in row.items() if k not in moves
        }
    assert back(desk, rows(desk)).changed == 0
    if done.happened:
        with pytest.raises(Refused, match="changed since it was read"):
            back(desk, [row for row, edit in zip(was, changed, strict=True) if row != edit])
        desk.undo()
    assert rebuild.digest(desk.conn) == before


KNOWN = schemas.SHAPES["deskterm.ticket.1"].of.keys() | {"schema"}


@given(st.text(min_size=1, max_size=60).filter(lambda name: name not in KNOWN), st.integers(0, 4))
@SLOW
def test_a_field_no_ticket_has_is_named_and_refuses_the_pipe(desk: Desk, name: str, at: int) -> None:
    before = rebuild.digest(desk.conn)
    changed = [{**row, "priority": 1} for row in rows(desk)]
    changed[at][name] = "x"
    with pytest.raises(QueryError) as refused:
        back(desk, changed)
    assert f'The field "{name[:40]}", which no ticket has' in str(refused.value)
    assert f"#{changed[at]['number']}" in str(refused.value)
    assert rebuild.digest(desk.conn) == before


def test_what_search_found_can_be_piped_back(tmp_path: Path) -> None:
    home = desk_in(tmp_path)
    found = ok(home, "search", "letter", "--jsonl").objects
    lines = "\n".join(json.dumps({**row, "priority": 1}) for row in found)
    ok(home, "apply", "-", "--yes", given=lines)
    assert {row["priority"] for row in ok(home, "search", "letter", "--jsonl").objects} == {1}
