"""A macro over 1,000 tickets by shell: looked at, kept, done, taken back; the tables are as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm import live
from deskterm.config import save
from deskterm.desk import Desk
from store.log import rebuild
from store.log.entry import Change, put
from store.model import Status
from tests.rigs.mail import all_tickets, box, opened, settings, states
from tests.rigs.shell import deskterm

COUNT = 1_000
MACRO = """+++
name = "Outage over"
status = "solved"
tags = ["outage", "closed-in-bulk"]
+++
Hello {{ ticket.customer.first_name | default: "there" }},

the outage you wrote about (#{{ ticket.number }}) is over.
"""


def _begun(n: int, when: int) -> tuple[Change, Change]:
    """A customer and a ticket of theirs."""
    ticket = {
        "subject": f"Down {n}", "status": "new", "priority": n % 4 + 1, "created": when,
        "customer": f"c{n:015}", f"who.p{n}@x.example": 1, "tag.down" if n < COUNT else "tag.other": 1,
    }  # fmt: skip
    customer = {"name": f"Person{n} Stone", "email": f"p{n}@x.example"}
    return put(f"c{n:015}", customer), put(f"t{n:015}", ticket)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a thousand tickets of an outage and some others."""
    with opened(tmp_path / "home", settings(box())) as made:
        save(made.home, made.settings)
        live.open_(made)
        rows = [change for n in range(COUNT + 5) for change in _begun(n, made.now - n)]
        made.commit(lambda tx: ("import", rows, ()), words="")
        made.save_doc("macro", "Outage over", MACRO)
        yield made


def tables(desk: Desk) -> dict[str, dict[str, object]]:
    """All rows as they show: what was made and taken back lies in the bin and counts as gone."""
    stored = {eid: {k: v for k, v in row.items() if v is not None} for eid, row in rebuild.stored(desk.conn)}
    return {
        eid: row for eid, row in stored.items()
        if not row.get("_deleted") and row.get("state") != "called back"
    }  # fmt: skip


def test_dry_run_plan_apply_undo(desk: Desk, tmp_path: Path) -> None:
    before, log = tables(desk), desk.store.last_lseq()
    dry = deskterm(desk.home, "macro", "Outage over", "tag:down", "--dry-run")
    assert dry.code == 0 and "1,000" in dry.out and "Down 17" in dry.out
    plan = tmp_path / "plan.json"
    kept = deskterm(desk.home, "macro", "Outage over", "tag:down", "--plan", str(plan))
    assert kept.code == 0 and len(json.loads(plan.read_text())["steps"]) == COUNT
    assert (tables(desk), desk.store.last_lseq()) == (before, log), "looking changes nothing"
    assert deskterm(desk.home, "macro", "Outage over", "tag:down").code == 4, "nobody said yes"
    done = deskterm(desk.home, "macro", "--apply", str(plan))
    assert done.code == 0, done
    assert states(desk) == ["queued"] * COUNT
    solved = [ticket for ticket in all_tickets(desk) if ticket.status is Status.SOLVED]
    assert len(solved) == COUNT and all({"outage", "closed-in-bulk"} <= set(ticket.tags) for ticket in solved)
    body = desk.conn.execute("SELECT snippet FROM message WHERE ticket = ?", (solved[17].id,)).fetchone()[0]
    assert body.startswith(f"Hello Person17, the outage you wrote about (#{solved[17].number})")
    again = deskterm(desk.home, "macro", "--apply", str(plan))
    assert again.code == 4 and states(desk) == ["queued"] * COUNT, "a plan is done once"
    undone = deskterm(desk.home, "undo")
    assert undone.code == 0, undone
    assert tables(desk) == before
    assert set(states(desk)) == {"called back"}
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
    redone = deskterm(desk.home, "undo", "--redo")
    assert redone.code == 0 and states(desk) == ["queued"] * COUNT
    assert deskterm(desk.home, "undo").code == 0 and tables(desk) == before
