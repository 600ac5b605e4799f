"""What happened, and tickets as they were: a slider over the entries, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.screens.reading import HistoryScreen
from deskterm.screens.then import ThenScreen
from store.log.entry import Change, put
from store.log.tx import Beside, Tx
from tests.rigs.stage import Stage, on_stage


async def then(stage: Stage, *keys: str) -> ThenScreen:
    """Press keys and wait until the ticket as it was stands there."""
    await stage.press(*keys)
    screen = stage.app.screen
    assert isinstance(screen, ThenScreen)
    await stage.until(lambda: screen.shown == screen.item.entry)
    await stage.settle()
    return screen


async def test_the_slider_steps_through_fields_and_conversation_as_they_were(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number
        await stage.press("p", "4", "n", "=Ask Ann first.", "escape", "y", "t", "=xyzzy", "enter")
        await stage.press("H")
        screen = await then(stage, "enter")
        count = len(screen.items)
        assert f"{count} of {count}" in stage.text and f"#{number}" in stage.text
        assert "P4" in stage.text and "xyzzy" in stage.text and "Ask Ann first." in stage.text
        await then(stage, "left")
        assert f"{count - 1} of {count}" in stage.text and "P4" in stage.text
        assert "xyzzy" not in stage.text and "Ask Ann first." in stage.text
        await then(stage, "left")
        assert "Ask Ann first." not in stage.text and "P4" in stage.text
        await then(stage, "left")
        assert "P1" in stage.text
        await then(stage, "right", "right")
        assert "Ask Ann first." in stage.text
        await then(stage, "home")
        assert f"1 of {count}" in stage.text
        await then(stage, "end")
        assert "xyzzy" in stage.text


async def test_z_names_the_act_and_takes_it_back_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("p", "4", "t", "=later", "enter", "H")
        assert f"it: tag of #{number}" in stage.text
        await then(stage, "enter", "left")
        assert f"it: priority of #{number}" in stage.text
        await stage.press("z")
        assert stage.app.screen is stage.main
        assert stage.ticket(number).priority == 1 and "later" in stage.ticket(number).tags
        assert stage.status == f"Undid priority of #{number} · Z to redo"


async def test_the_history_of_the_desk_leads_to_tickets_then_and_now(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.line.id
        await stage.press("p", "4", "j", "g", "h")
        await then(stage, "enter")
        await stage.press("escape")
        assert isinstance(stage.app.screen, HistoryScreen)
        await then(stage, "enter")
        await stage.press("enter")
        assert stage.app.screen is stage.main and stage.line.id == ticket


async def test_an_act_on_many_tickets_says_that_there_is_not_one_to_show(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("x", "x", "p", "4", "g", "h", "enter")
        assert isinstance(stage.app.screen, HistoryScreen)
        assert "This is about 2 tickets; there is no one ticket to show." in stage.text


async def test_a_ticket_that_began_later_says_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.line.id
        letter = stage.desk.conn.execute("SELECT id FROM message WHERE ticket = ?", (ticket,)).fetchone()[0]
        row = {"subject": "Younger", "status": "open", "priority": 3, "created": stage.desk.now}
        made: list[str] = []

        def make(tx: Tx) -> tuple[str, list[Change], list[Beside]]:
            made.append(tx.new_id("t"))
            return "new", [put(made[0], row)], []

        stage.desk.commit(make, words="")
        stage.desk.commit(lambda tx: ("move", [Change(letter, "ticket", made[0])], ()), words="")
        stage.app.push_screen(ThenScreen(stage.desk, made[0], 0, symbols=stage.main.look))
        await stage.settle()
        await then(stage, "home")
        assert "did not exist yet then" in stage.text
        await then(stage, "end")
        assert "Younger" in stage.text


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_it_fits_small_terminals(size: tuple[int, int], tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        await stage.press("p", "4", "H")
        await then(stage, "enter", "left")
        assert " of " in stage.lines[1]
        await stage.resize(120, 40)
        assert " of " in stage.lines[1]
        await stage.press("escape", "escape")
        assert stage.app.screen is stage.main
