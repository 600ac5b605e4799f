"""Mistakes of our own on the screen: one is said and survived, wherever it is made; the next one ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from deskterm import acts
from deskterm.screens.lists import ListScreen
from deskterm.screens.pending import PendingScreen
from tests.rigs.stage import Stage, on_stage


def broken(*_: object, **__: object) -> object:
    secret = "hunter2"
    raise RuntimeError(f"a mistake about {secret}")


def in_a_key(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setitem(stage.main.handlers, "view.customer", broken)
    return ["P"]


def in_an_act(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(acts, "status", broken)
    return ["w"]


def in_what_was_picked(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(acts, "priority", broken)
    return ["p", "1"]


def in_the_palette(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setitem(stage.main.handlers, "view.customer", broken)
    return [":", "=customer", "enter"]


def in_a_widget(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(type(stage.main.talk), "on_mouse_scroll_down", broken)
    stage.main.talk.post_message(events.MouseScrollDown(stage.main.talk, 0, 0, 0, 1, 0, False, False, False))
    return ["J"]


def in_a_timer(stage: Stage, patch: pytest.MonkeyPatch) -> list[str]:
    look, calls = stage.main.showing.look, iter([True])

    def once() -> None:
        if next(calls, False):
            broken()
        look()

    patch.setattr(stage.main.showing, "look", once)
    return ["J"]


PLACES = [in_a_key, in_an_act, in_what_was_picked, in_the_palette, in_a_widget, in_a_timer]


@pytest.mark.parametrize("place", PLACES)
async def test_M08_one_mistake_is_a_sentence_and_the_desk_goes_on(
    place: Callable[[Stage, pytest.MonkeyPatch], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        number = stage.line.number
        await stage.press(*place(stage, monkeypatch))
        await stage.until(lambda: "the desk goes on" in stage.status)
        assert "RuntimeError" in stage.status and "hunter2" not in stage.text
        report = (stage.desk.home / "crash.log").read_text()
        assert "hunter2" not in report and "RuntimeError" in report
        monkeypatch.undo()
        await stage.press("r", "=Alive", "escape", "q", "x")
        assert "1 selected" in stage.status and number is not None
        assert not stage.app.failure


@pytest.mark.parametrize("where", ["timer", "wheel"])
async def test_M08_a_mistake_on_another_screen_is_survived_too(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        await stage.press("n", "=Later", "escape", "q", "g", "d")
        screen = stage.app.screen
        assert isinstance(screen, PendingScreen)
        if where == "timer":
            read, once = screen.read, iter([True])
            monkeypatch.setattr(screen, "read", lambda: broken() if next(once, False) else read())
        else:
            monkeypatch.setattr(ListScreen, "on_mouse_scroll_down", broken)
            screen.post_message(events.MouseScrollDown(screen, 0, 0, 0, 1, 0, False, False, False))
        await stage.until(lambda: "the desk goes on" in stage.status, seconds=10)
        await stage.until(lambda: "the desk goes on" in " ".join(stage.text.split()), seconds=10)
        assert stage.app.screen is screen and not stage.app.failure
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_M08_a_second_mistake_within_seconds_is_not_survived(tmp_path: Path) -> None:
    """How the screen then ends is seen in a real terminal, test_M10 of test_screen_process.py."""
    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        assert stage.app.stumbled(RuntimeError()) and not stage.app.stumbled(RuntimeError())


async def test_M08_mistakes_far_apart_are_each_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        for _ in range(3):
            await stage.press(*in_a_key(stage, monkeypatch))
            stage.app._stumbled -= 6.0
        assert not stage.app.failure and stage.app.is_running
