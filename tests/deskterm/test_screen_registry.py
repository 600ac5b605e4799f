"""Every action of the list can be done: it has a handler, its key reaches it, and the screen survives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.action import CONVERSATION, LIST, TEXT, WRITING, Action
from deskterm.actions import ACTIONS, BY_ID
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
        await stage.act("r", "=Words", *(["escape"] if WRITING in action.where else []))
    elif LIST not in action.where and CONVERSATION in action.where:
        await stage.act("enter")


def watched(stage: Stage) -> list[str]:
    """The ids of the actions that are done from now on."""
    done: list[str] = []
    perform = stage.main.perform

    async def performed(action: str, digit: int = 0) -> None:
        done.append(action)
        await perform(action, digit)

    stage.main.perform = performed  # type: ignore[method-assign]
    return done


def at_home(stage: Stage) -> bool:
    """The list has the keys, whole and alone."""
    main = stage.main
    modes = ("writing", "reading", "with-customer", "zoom-talk", "zoom-list")
    begun = main.waiting or main.showing.view.filter or any(main.has_class(mode) for mode in modes)
    return stage.app.screen is main and main.list.has_focus and not begun


async def back_to_the_list(stage: Stage) -> None:
    """Escape leads out of everything, four times at most, and the app lives."""
    for _ in range(4):
        if at_home(stage):
            break
        await stage.act("escape")
    assert stage.app.is_running and at_home(stage), stage.text


async def test_every_action_has_a_handler(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert not [action.id for action in ON_MAIN if action.id not in stage.main.handlers]
        assert not [name for name in stage.main.handlers if name not in {action.id for action in ACTIONS}]


AT_ONCE = 20
"""Actions done on one stage, one after the other."""


@pytest.mark.parametrize("first", range(0, len(ON_MAIN), AT_ONCE))
async def test_their_keys_do_them_and_the_screen_survives(first: int, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for action in ON_MAIN[first : first + AT_ONCE]:
            if action.id not in ENDS:
                await survived(stage, action)


async def survived(stage: Stage, action: Action) -> None:
    """Each of its keys does it where it applies, what it leads to is painted, and escape leads back."""
    done = watched(stage)
    for keys in keys_of(action):
        await reach(stage, action)
        done.clear()
        await stage.press(*keys.split(" "))
        if action.id not in ("text.leave", "text.undo"):  # the text box does these itself
            assert done[:1] == [action.id], (action.id, keys)
        await back_to_the_list(stage)
        assert "#" in stage.text or "Nothing" in stage.text, action.id


@pytest.mark.parametrize("action", sorted(ENDS))
async def test_what_ends_the_desk_ends_it(action: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press(keys_of(BY_ID[action])[0])
        assert stage.app._exit


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
        done = watched(stage)
        for action in IN_PALETTE[begin::4]:
            if LIST not in action.where and "anywhere" not in action.where:
                await stage.act("enter")
            await stage.burst(":", f"={action.id}")
            refused = stage.main.helping.why_off(action.id)
            await stage.press("enter")
            assert done[-1:] == [action.id] or refused, action.id
            await back_to_the_list(stage)
