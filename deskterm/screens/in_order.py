"""Keys one after the other: the next one is handed out when the last one has been acted upon.

A key can open a box that the next key belongs to, and both may arrive in one read from the terminal. Knows
pumps and keys, nothing of what a key means.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

ROUNDS = 3
"""How often everything that may act on a key is waited for: acts answer each other by messages."""
PAINT = 0.03
"""Seconds in which a key that stands alone is painted, before anything is waited for."""
PATIENCE = 0.05
"""Seconds between two looks at whether a pump that does not answer still runs."""

Input = events.Key | events.Paste


class InOrder:
    """A queue of keys and pastes. `hand_on` gives one to whatever has the focus."""

    def __init__(self, app: App[int], hand_on: Callable[[Input], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._queue: deque[Input] = deque()
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        """The paint of the last key is out, or there is a next one."""

    @property
    def idle(self) -> bool:
        """Everything that was pressed has been acted upon."""
        return self._task is None or self._task.done()

    def take(self, event: Input) -> None:
        """One more key or paste; it has its turn after those before it."""
        self._queue.append(event)
        self._over.set()
        if self.idle:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._queue:
            self._over.clear()
            await self._hand_on(self._queue.popleft())
            if not self._queue:
                await self._paint()
            for _ in range(ROUNDS):
                for pump in self._pumps():
                    await _answered(pump)

    def painted(self) -> None:
        """The application says that it has painted."""
        self._over.set()

    async def _paint(self) -> None:
        """Let the screen answer a key before what only the next one needs is done."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), PAINT)

    def _pumps(self) -> Iterator[MessagePump]:
        """Whatever may act on a key: what has the focus, all it stands in, every screen, the app."""
        focused = self._app.focused
        if focused is not None:
            yield focused
            yield from (node for node in focused.ancestors if node is not self._app)
        yield from cast("list[MessagePump]", self._app.screen_stack)
        yield self._app


async def _answered(pump: MessagePump) -> None:
    """Wait until a pump has done everything that was in its queue, or has ended."""
    done = asyncio.Event()
    if not pump.is_running or not pump.call_later(done.set):
        return
    while pump.is_running and not done.is_set():
        try:
            await asyncio.wait_for(done.wait(), PATIENCE)
        except TimeoutError:
            continue
