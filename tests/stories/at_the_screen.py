"""A person at the screen: the real app with its real sync threads, driven by keys and nothing else.

Waits on what is shown or stored, never on time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual import events
from textual._wait import wait_for_idle  # pyright: ignore
from textual.keys import _character_to_key  # pyright: ignore[reportPrivateUsage]
from textual.pilot import Pilot

from deskterm.app import DesktermApp
from deskterm.desk import Desk
from deskterm.screens.main import MainScreen
from store.model import Ticket
from tests.deskterm.screens import painted
from tests.rigs.mail import Clock, one, until_shown

NAMED = ("enter", "escape", "space", "tab", "up", "down")


@dataclass
class Person:
    """What somebody at the keyboard can do and see."""

    app: DesktermApp
    pilot: Pilot[int]
    desk: Desk
    clock: Clock

    @property
    def screen(self) -> MainScreen:
        found = self.app.screen_stack[0]
        assert isinstance(found, MainScreen)
        return found

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the screen is done with the one before."""
        for key in keys:
            self._hit(key)
            await self._settled()

    async def type(self, text: str) -> None:
        """Type a text, as fast as the driver hands it over."""
        for letter in text:
            self._hit(letter)
        await self._settled()

    def _hit(self, key: str) -> None:
        name = key if key in NAMED or "+" in key else _character_to_key(key)
        self.app.post_message(events.Key(name, key if len(key) == 1 else None))

    async def _settled(self) -> None:
        """Every message that was on its way has arrived, and those it made too."""
        await wait_for_idle(0)
        await self.pilot._wait_for_screen()  # pyright: ignore[reportPrivateUsage]

    def shown(self) -> str:
        """The whole screen as text."""
        return "\n".join(painted(self.app))  # pyright: ignore[reportArgumentType]

    async def until(self, holds: Callable[[], object], what: str = "what was waited for") -> None:
        """Wait until something holds; what is on the screen is told where it never does."""
        try:
            await until_shown(holds)
        except AssertionError:
            raise AssertionError(f"{what} never came; there was\n{self.shown()}") from None

    async def sees(self, *words: str) -> None:
        """Wait until all of `words` are on the screen."""
        await self.until(lambda: all(word in self.shown() for word in words), repr(words))

    async def goes_to(self, subject: str) -> Ticket:
        """Move the cursor by keys until it stands on this ticket."""
        await self.sees(subject)
        await self.press("g", "g")
        for _ in range(30):
            line = self.screen.list.line
            if line is not None and line.subject == subject:
                return one(self.desk, subject)
            await self.press("j")
        raise AssertionError(f"{subject} is not in the list; there was\n{self.shown()}")

    async def later(self, seconds: float) -> None:
        """Time goes by, and the sender looks up."""
        self.clock.ahead += seconds
        self.desk.wake.set()
        await asyncio.sleep(0)

    async def synced(self) -> None:
        """Wait until the first look at every mailbox is over."""
        await until_shown(
            lambda: (
                self.app.loop_ is not None and any(health.synced for health in self.app.loop_.health.values())
            )
        )


@asynccontextmanager
async def sitting(
    desk: Desk, clock: Clock, *, size: tuple[int, int] = (120, 40), sync: bool = True
) -> AsyncGenerator[Person]:
    """The app open on a desk."""
    app = DesktermApp(desk, sync=sync)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Person(app, pilot, desk, clock)
