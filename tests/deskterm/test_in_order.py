"""Keys wait for the acts of those before them, whether these go on by messages or wait for the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from deskterm.screens import in_order
from deskterm.screens.in_order import InOrder


class Step(Message):
    """A key's act goes on."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class Held(Message):
    """Whoever holds the box has something to wait for."""


class Back(Step):
    """The same, on its way back to the box."""


class Holder(Vertical):
    async def on_held(self) -> None:
        await self.app.word.wait()


class Box(Widget, can_focus=True):
    """A digit hands the keys on after so many steps; `w` waits for a word, and `h` lets another wait."""

    def __init__(self) -> None:
        super().__init__()
        self.got = ""

    async def on_key(self, event: events.Key) -> None:
        self.got += event.key
        if event.key.isdigit():
            self.app.post_message(Step(int(event.key)))
        elif event.key == "w":
            await self.app.word.wait()
        elif event.key == "h":
            self.post_message(Held())

    def on_back(self, event: Back) -> None:
        if event.left:
            self.app.post_message(Step(event.left))
        else:
            self.app.query(Box).last().focus()


class Two(App[int]):
    def __init__(self) -> None:
        super().__init__()
        self.word = asyncio.Event()
        self.in_order = InOrder(self, super().on_event)

    def compose(self) -> ComposeResult:
        with Holder():
            yield from (Box(), Box())

    def on_step(self, event: Step) -> None:
        self.query(Box).first().post_message(Back(event.left - 1))

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.in_order.take(event)
        else:
            await super().on_event(event)

    @property
    def got(self) -> list[str]:
        return [box.got for box in self.query(Box)]

    async def type(self, keys: str) -> None:
        """All at once, as a terminal hands over what was typed meanwhile."""
        for key in keys:
            event = events.Key(key, key)
            event.set_sender(self)
            self.post_message(event)
        await asyncio.sleep(0)

    async def until(self, holds: Callable[[], object]) -> None:
        while not holds():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def running():
    app = Two()
    async with app.run_test():
        app.query(Box).first().focus()
        await app.until(lambda: app.focused is not None)
        yield app


@pytest.mark.parametrize("steps", [1, 2, 3, 9])
async def test_the_next_key_comes_when_the_messages_of_the_last_one_are_done(steps: int) -> None:
    async with running() as app:
        await app.type(f"{steps}ab")
        await app.until(lambda: len("".join(app.got)) == 3 and app.in_order.idle)
        assert app.got == [str(steps), "ab"]


@pytest.mark.parametrize("waits", ["w", "h"], ids=["itself", "what it stands in"])
async def test_a_key_whose_act_takes_its_time_holds_the_next_ones(
    waits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_order, "PAINT", 0.001)
    monkeypatch.setattr(in_order, "PATIENCE", 0.001)
    async with running() as app:
        await app.type(f"{waits}1a")
        for _ in range(20):
            await asyncio.sleep(0.002)
            assert "".join(app.got) in ("", waits)
        app.word.set()
        await app.until(lambda: app.in_order.idle)
        assert app.got == [f"{waits}1", "a"]


async def test_a_lone_key_is_painted_before_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_order, "PAINT", 60.0)
    async with running() as app:
        await app.type("a")
        await app.until(lambda: app.got == ["a", ""])
        for _ in range(10):
            await asyncio.sleep(0.001)
        assert not app.in_order.idle
        app.in_order.painted()
        await app.until(lambda: app.in_order.idle)
        await app.type("a")
        await app.until(lambda: app.got == ["aa", ""])
        await app.type("b")
        await app.until(lambda: app.got == ["aab", ""])  # which asks for no paint in between
        app.in_order.painted()
        await app.until(lambda: app.in_order.idle)
