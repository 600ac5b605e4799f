"""Going live on the screen: what the status line says, and one key for shadow, some, all."""

from __future__ import annotations

from pathlib import Path

from deskterm import live
from tests.rigs.stage import on_stage


async def test_shadow_mode_stands_in_the_status_line_and_going_live_is_one_key(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        live.close(stage.desk)
        stage.main.telling.clear()
        await stage.settle()
        held = len(live.held(stage.desk))
        assert "shadow: nothing leaves" in stage.status
        await stage.press("g", "l")
        assert "reads, sends nothing, changes nothing on the server" in stage.text
        await stage.press("f", "=@orbis.example lee@x.example", "enter")
        assert live.state(stage.desk) == "@orbis.example lee@x.example"
        assert "live for @orbis.example, lee@x.example" in stage.status.lower()
        await stage.press("z")
        assert live.in_shadow(stage.desk) and len(live.held(stage.desk)) == held
        await stage.press("g", "l", "a")
        assert live.state(stage.desk) == live.ON and "shadow" not in stage.status
        await stage.press("g", "l", "s")
        assert live.in_shadow(stage.desk)


async def test_what_is_no_address_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        before = live.state(stage.desk)
        await stage.press("g", "l", "f", "=everybody", "enter")
        assert "Write addresses or @domains" in stage.status
        assert live.state(stage.desk) == before
