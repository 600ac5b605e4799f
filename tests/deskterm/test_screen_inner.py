"""The screens one goes to: every action of theirs by key, by the palette, by its hint and in the help."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from deskterm import known, past, unsent
from deskterm.action import ANYWHERE, ROWS, Action
from deskterm.actions import ACTIONS
from deskterm.inner_actions import INNER
from deskterm.keymap import key_name
from deskterm.screens import happened
from deskterm.screens.keyed import KeyedScreen
from deskterm.screens.queue_then import QueueThenScreen
from deskterm.screens.reading import HistoryScreen
from deskterm.widgets.picker import Picker
from store.model import Queue
from tests.deskterm.test_screen_registry import back_to_the_list
from tests.rigs.stage import Stage, on_stage

NEEDS_A_TERMINAL = {"rule.edit", "setting.edit", "app.suspend"}
"""What leaves the screen to another program; in a real terminal in test_screen_process.py and _rules.py."""
ENDS = {"app.quit"}
WAYS: dict[str, tuple[str, ...]] = {
    "history": ("g", "h"),
    "ticket then": ("g", "h", "enter"),
    "desk then": ("g", "h", "t"),
    "search": ("g", "/", "=export", "enter"),
    "settings": ("g", ","),
    "rules": ("g", "R"),
    "customer": ("g", "c"),
    "drafts": ("g", "d"),
    "outbox": ("g", "o"),
    "errors": ("g", "e"),
}
"""The keys to each place from the main screen; a rule on trial needs a rule: test_screen_rules.py."""
BEGUN = ("p", "4", "n", "=Ask Ann first.", "escape", "q", "j", "j")
"""An act and a draft, so that there is something in every place."""


async def reached(stage: Stage, place: str) -> KeyedScreen[object]:
    """Go to a place from wherever the keys are."""
    stage.app.to_main()
    await back_to_the_list(stage)
    if place == "outbox" and not unsent.waiting(stage.desk):
        await stage.act("r", "=Thanks.", "escape", "Y")
    await stage.press(*WAYS[place])
    screen = stage.app.screen
    assert isinstance(screen, KeyedScreen), (place, stage.text)
    if isinstance(screen, QueueThenScreen):
        await stage.until(lambda: not screen.reading)
    return screen


async def begun(stage: Stage) -> None:
    """Something has happened on this desk, and something went wrong."""
    await stage.act(*BEGUN)
    stage.main.telling.failing = lambda: ["support: no answer"]  # type: ignore[method-assign]


def own(place: str) -> list[Action]:
    return [action for action in INNER if place in action.where]


def test_every_inner_action_has_a_place_one_can_go_to() -> None:
    assert {place for action in INNER for place in action.where} == {*WAYS, "rule on trial"}


@pytest.mark.parametrize("place", WAYS)
async def test_every_action_of_a_place_is_reached_by_its_keys_and_done_from_the_palette(
    place: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        await begun(stage)
        screen = await reached(stage, place)
        acts = screen.acts()
        assert not [action.id for action in own(place) if action.id not in acts]
        done: list[str] = []

        async def noted(action: str) -> None:
            done.append(action)

        screen.do = noted  # type: ignore[method-assign]
        pressed = [(action.id, key) for action in own(place) for key in action.keys]
        for _, key in pressed:
            await stage.act(*[key_name(part) for part in key.split(" ")])
        assert done == [action for action, _ in pressed]
        for action in own(place):
            if action.id not in NEEDS_A_TERMINAL:
                await chosen(stage, place, action.id)


async def chosen(stage: Stage, place: str, action: str) -> None:
    """The palette does it, or greys it and says why."""
    screen = await reached(stage, place)
    done, off = watched(screen), screen.why_off(action)
    await stage.burst(":", f"={action}")
    assert isinstance(stage.app.screen, Picker)
    assert not off or off[:30] in stage.text
    await stage.press("enter")
    assert done[-1:] == [action] or off, action
    assert stage.app.is_running


async def test_moving_is_the_same_on_every_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for place in ("history", "settings", "desk then"):
            screen = await reached(stage, place)
            for action in ACTIONS:
                if ROWS in action.where and action.id in screen.acts() and action.id != "list.filter":
                    done = watched(screen)
                    for key in action.keys:
                        await stage.press(*[key_name(part) for part in key.split(" ")])
                    assert done == [action.id] * len(action.keys)


def watched(screen: KeyedScreen[object]) -> list[str]:
    """The ids of the actions that are done from now on."""
    done: list[str] = []
    do = screen.do

    async def doing(action: str) -> None:
        done.append(action)
        await do(action)

    screen.do = doing  # type: ignore[method-assign]
    return done


@pytest.mark.parametrize("place", ["history", "settings", "outbox"])
async def test_help_shows_the_keys_of_the_place_first_and_greys_with_a_reason(
    place: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path, size=(120, 50)) as stage:
        await begun(stage)
        screen = await reached(stage, place)
        assert "? keys" in stage.text
        await stage.press("?")
        box = stage.app.screen.box  # type: ignore[attr-defined]
        ids = [choice.id for choice in box.question.choices]
        mine = [action.id for action in own(place) if screen.fits(action.id)]
        assert ids[: len(mine)] == mine
        assert {"list.down", "help.keys", "go.history"} <= set(ids)
        assert all(choice.off == screen.why_off(choice.id) for choice in box.question.choices)


async def test_g_leads_from_any_screen_to_any_other_and_its_choices_are_shown(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await begun(stage)
        for place in WAYS:
            await reached(stage, place)
            await stage.press("g")
            assert "o outbox" in stage.text and "h history" in stage.text, place
            await stage.press("h")
            assert isinstance(stage.app.screen, HistoryScreen), place


async def test_a_click_on_a_hint_and_on_a_line_of_the_help_does_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await reached(stage, "settings")
        done = watched(screen)
        y = stage.app.size.height - 1
        await stage.pilot.click(offset=(stage.lines[y].index("change"), y))
        await stage.settle()
        assert done == ["setting.change"]
        await stage.press("escape", "escape", "g", ",")
        screen = stage.app.screen
        assert isinstance(screen, KeyedScreen)
        done = watched(screen)
        await stage.pilot.click(offset=(stage.lines[y].index("? keys"), y))
        await stage.settle()
        row = next(n for n, line in enumerate(stage.lines) if "setting.change" in line)
        await stage.pilot.click(offset=(stage.lines[row].index("change"), row))
        await stage.settle()
        assert done == ["help.keys", "setting.change"]


async def test_what_is_fetched_three_times_from_the_palette_is_taught_there_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await reached(stage, "settings")
        for _ in range(3):
            assert "does that too" not in stage.text
            await stage.press(":", "=list.down", "enter")
        assert "j does that too: next" in stage.text


async def test_own_keys_hold_on_the_inner_screens(tmp_path: Path) -> None:
    async with on_stage(tmp_path, keys={"history.export": ("f6",)}) as stage:
        await stage.press("e")
        screen = await reached(stage, "history")
        assert "f6 export" in stage.text
        done = watched(screen)
        await stage.press("f6", "E")
        assert done == ["history.export"]


# History: filter, copy, export, older entries


async def test_the_history_is_filtered_copied_and_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with on_stage(tmp_path) as stage:
        await stage.press("t", "=qqtag", "enter", "p", "4", "g", "h", "/", "=qqtag")
        screen = stage.app.screen
        assert isinstance(screen, HistoryScreen)
        assert len(screen.items) == 1 and "tag + qqtag" in stage.text and "priority" not in stage.text
        await stage.press("enter", "y")
        assert "Copied 1 entry" in stage.text and "qqtag" in stage.app.clipboard
        await stage.press("E")
        rows = list(csv.DictReader(next((stage.desk.home / "files").glob("history-desk*.csv")).open()))
        assert len(rows) == 1 and rows[0]["changes"] == "tag + qqtag"
        await stage.press("escape")
        assert len(screen.items) > 1 and stage.app.screen is screen
        await stage.press("/", "=nothinglikethis", "enter")
        assert "Nothing here has these words" in stage.text
        await stage.press("enter", "y")
        assert "Nothing is listed." in stage.text
        await stage.press("escape", "escape")
        assert stage.app.screen is stage.main


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_F08_no_cell_of_an_export_is_a_formula(begins: str) -> None:
    bad = f"{begins}cmd|'/c calc'!A1"
    hostile = happened.Item(1, 0, bad, bad, "", bad, ((bad, "", ""),), "", "")
    row = next(csv.DictReader(io.StringIO(happened.as_csv([hostile]), newline="")))
    assert all(row[cell] == f"'{bad}" for cell in ("who", "what", "about", "changes"))


async def test_a_reply_called_back_is_a_message_taken_away_and_no_ticket_in_the_bin(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Never mind.", "escape", "Y", "z", "escape", "escape", "g", "h")
        assert "message taken away" in stage.text and "moved to the bin" not in stage.text
        await stage.press("escape", "#", "g", "h")
        assert "moved to the bin" in stage.text


async def test_older_entries_come_when_the_cursor_reaches_the_end(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        total = stage.desk.conn.execute("SELECT count(*) FROM entry").fetchone()[0]
        assert total > 200
        await stage.press("g", "h")
        screen = stage.app.screen
        assert isinstance(screen, HistoryScreen) and len(screen.items) == 200
        await stage.press(*["G"] * (total // 200 + 2))
        assert len(screen.items) == total == len({item.entry for item in screen.items})
        days = [item.day for item in screen.items if item.day]
        assert len(days) == len(set(days))


async def test_a_history_that_fits_on_a_page_is_not_called_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = known.happened
    monkeypatch.setattr(known, "happened", lambda *args, **more: happened(*args, **more)[:3])
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "h", "y")
        assert "Copied 3 entries (" in stage.text and "older ones" not in stage.text


# The queue as it was


async def test_the_slider_of_the_desk_shows_the_queue_as_it_was(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number, before = f"#{stage.line.number}", stage.main.list.total
        subject = stage.line.subject[:20]
        stage.clock.now += 60
        await stage.press("e")
        assert stage.main.list.total == before - 1
        stage.clock.now += 60
        await stage.press("j", "p", "4")
        screen = await reached(stage, "desk then")
        assert isinstance(screen, QueueThenScreen) and len(screen.items) == before - 1
        for _ in range(2):
            await stage.press("left")
            await stage.until(lambda: not screen.reading)
        assert len(screen.items) == before and subject in stage.text, number
        await stage.press("home", "enter")
        assert "As it was on" in stage.text
        await stage.press("escape", "right")
        await stage.until(lambda: not screen.reading)
        assert len(screen.items) == before - 1
        await stage.press("{")
        await stage.until(lambda: not screen.reading)
        assert "as it was on" in stage.text


@pytest.mark.parametrize("words", ["8841", "2025-06"])
async def test_a_list_of_what_numbers_found_is_shown_as_it_was(words: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("e")
        stage.main.showing.go(Queue("Found", words, "newest"))
        await stage.settle()
        total = stage.main.list.total
        assert bool(total) is (words == "8841")
        await stage.press("g", "h", "t")
        screen = stage.app.screen
        assert isinstance(screen, QueueThenScreen)
        await stage.until(lambda: not screen.reading)
        assert len(screen.items) == total


async def test_who_leaves_the_queue_as_it_was_stops_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, stopped_ = threading.Event(), list[bool]()

    def tickets(*_: object, stopped: Callable[[], bool], **__: object) -> list[object]:
        left.wait(60)
        stopped_.append(stopped())
        return []

    async with on_stage(tmp_path) as stage:
        await stage.press("e", "g", "h")
        monkeypatch.setattr(past, "tickets", tickets)
        await stage.act("t")
        assert isinstance(stage.app.screen, QueueThenScreen)
        await stage.act("escape")
        left.set()
        await stage.until(lambda: stopped_)
        assert stopped_ == [True]


def test_places_that_share_a_key_do_so_on_purpose() -> None:
    for place in WAYS:
        keys = [key for action in own(place) for key in action.keys]
        assert len(keys) == len(set(keys)), place
    assert not [action.id for action in INNER if ANYWHERE in action.where]
