"""Merging, taking letters out and answering what a ticket asks, by keys."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from deskterm import asks
from store.log.entry import Change
from tests.rigs.mail import messages
from tests.rigs.stage import on_stage


async def test_a_ticket_is_merged_by_its_number_and_parted_by_z(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second = stage.line, stage.main.list._line(1)
        assert second is not None and first.number and second.number
        both = len(messages(stage.desk, first.id)) + len(messages(stage.desk, second.id))
        await stage.press("M", f"={second.number}", "enter")
        assert stage.status.startswith(f"Merged #{first.number}")
        assert len(messages(stage.desk, second.id)) == both
        await stage.press("z")
        assert stage.ticket(first.number).merged_into == "" and messages(stage.desk, first.id)


async def test_what_a_ticket_asks_stands_above_it_and_is_answered_by_a_key(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second = stage.line, stage.main.list._line(1)
        assert second is not None
        claim = Change(first.id, f"claim.{second.id}", 1)
        stage.desk.commit(lambda tx: ("test", [claim], ()), words="")
        assert asks.of(stage.desk.conn, stage.ticket(first.number or 0))
        await stage.press("N")
        assert asks.of(stage.desk.conn, stage.ticket(first.number or 0)) == []
        await stage.press("A")
        assert "asks nothing" in stage.status
        await stage.press("z", "A")
        assert stage.ticket(first.number or 0).merged_into == second.id


async def test_an_answer_is_for_the_ticket_whose_key_it_was_however_long_it_waits(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second = stage.line, stage.main.list._line(1)
        assert second is not None
        claim = Change(first.id, f"claim.{second.id}", 1)
        stage.desk.commit(lambda tx: ("test", [claim], ()), words="")
        go_on = threading.Event()
        before = asyncio.create_task(stage.app.commit(lambda: go_on.wait(60)))
        await asyncio.sleep(0)
        stage._send("N")
        await stage.until(lambda: stage.app._writer._work_queue.qsize())
        stage.main.list.go_to(second.id)
        go_on.set()
        await before
        await stage.settle()
        assert asks.of(stage.desk.conn, stage.ticket(first.number or 0)) == []


async def test_letters_are_taken_out_into_a_ticket_of_their_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        rows = [stage.main.list._line(n) for n in range(8)]
        found = ((n, one) for n, one in enumerate(rows) if one and len(messages(stage.desk, one.id)) > 1)
        place, line = next(found)
        many = len(messages(stage.desk, line.id))
        await stage.press(*["j"] * place, "T", "space", "enter", "enter")
        assert stage.status.startswith("Split 1 letter off #")
        assert len(messages(stage.desk, line.id)) == many - 1
