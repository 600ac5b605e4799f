"""Every action of the list can be done: it has a handler, its key reaches it, and the screen survives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.actions import ACTIONS, CONVERSATION, LIST, TEXT, WRITING, Action
from deskterm.inner_actions import INNER
from deskterm.keymap import key_name
from tests.rigs.stage import Stage, on_stage

ON_MAIN = [action for action in ACTIONS if action not in INNER]
"""Those of the other screens are in test_screen_inner.py."""
ENDS = {"nav.close", "app.quit"}
NEEDS_A_TERMINAL = {"app.suspend", "reply.editor", "write.editor", "text.editor"}
"""What leaves the screen to another program; in a real terminal in test_screen_process.py."""


def keys_of(action: Action) -> list[str]:
    """Every way to press it, as Textual names the keys."""
    return [" ".join(key_name(part) for part in key.replace("1-9", "1").split(" ")) for key in action.keys]


async def reach(stage: Stage, action: Action) -> None:
    """Go where the action applies."""
    if TEXT in action.where or WRITING in action.where:
        await stage.press("r", "=Words", *(["escape"] if WRITING in action.where else []))
    elif LIST not in action.where and CONVERSATION in action.where:
        await stage.press("enter")


def watched(stage: Stage) -> list[str]:
    """The ids of the actions that are done from now on."""
    done: list[str] = []
    perform = stage.main.perform

    async def performed(action: str, digit: int = 0) -> None:
        done.append(action)
        await perform(action, digit)

    stage.main.perform = performed  # type: ignore[method-assign]
    return done


async def back_to_the_list(stage: Stage) -> None:
    """Escape leads out of everything, and the app lives."""
    await stage.press(*["escape"] * 4)
    assert stage.app.is_running and stage.app.screen is stage.main
    assert stage.main.list.has_focus


async def test_every_action_has_a_handler(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert not [action.id for action in ON_MAIN if action.id not in stage.main.handlers]
        assert not [name for name in stage.main.handlers if name not in {action.id for action in ACTIONS}]


@pytest.mark.parametrize("action", ON_MAIN, ids=lambda action: action.id)
async def test_its_keys_do_it_and_the_screen_survives(action: Action, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for keys in keys_of(action):
            await reach(stage, action)
            done = watched(stage)
            await stage.press(*keys.split(" "))
            if action.id not in ("text.leave", "text.undo"):  # the text box does these itself
                assert done[:1] == [action.id]
            if action.id in ENDS:
                assert stage.app._exit
                return
            await back_to_the_list(stage)
            assert "#" in stage.text or "Nothing" in stage.text


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_every_key_in_a_row_at_a_small_size(size: tuple[int, int], tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        for action in ON_MAIN:
            if action.id in ENDS | NEEDS_A_TERMINAL or not {LIST, CONVERSATION, "anywhere"} & set(
                action.where
            ):
                continue
            await stage.press(*keys_of(action)[0].split(" "))
            await back_to_the_list(stage)


def offered(action: Action) -> bool:
    """Whether the palette of the main screen has it."""
    here = {LIST, CONVERSATION, "anywhere"} & set(action.where)
    return bool(here) and not any("1-9" in key for key in action.keys)


IN_PALETTE = [a for a in ON_MAIN if offered(a) and a.id not in ENDS | NEEDS_A_TERMINAL | {"command.open"}]


@pytest.mark.parametrize("begin", range(4))
async def test_the_command_line_does_every_action_by_its_id(begin: int, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for action in IN_PALETTE[begin::4]:
            done = watched(stage)
            if LIST not in action.where and "anywhere" not in action.where:
                await stage.press("enter")
            await stage.press(":", f"={action.id}")
            refused = stage.main.helping.why_off(action.id)
            await stage.press("enter")
            assert done[-1:] == [action.id] or refused, action.id
            await back_to_the_list(stage)
