"""The screen's application: theme, second net, keys in order, clean endings. What people see is in screens/.

Starts nothing but the main screen; the sync threads are begun after the first paint.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from textual import events

import themes
from deskterm import hangup, looks, presets, tidying
from deskterm.config import FILE, ConfigError
from deskterm.desk import Desk
from deskterm.keymap import KeyClash, Keymap
from deskterm.screens.dressed import Dressed
from deskterm.screens.in_order import InOrder, Input
from deskterm.screens.main import MainScreen
from deskterm.symbols import symbols
from store.errors import GivenUp, Refused, StoreError
from store.reads import limits

if TYPE_CHECKING:
    from deskterm.sync import Loop

T = TypeVar("T")

TURN = 0.0002
"""Seconds a thread computes while another one waits. A key asks the file some thirty times, and after each it
would wait Python's 5 ms for the thread that reads mail."""

CRASH = "crash.log"
TWICE = 5.0
"""Seconds within which a second mistake ends the screen: what fails again and again is not survived."""


class DesktermApp(Dressed[int]):
    ALLOW_SELECT = True
    TITLE = "deskterm"
    CSS_PATH = "screens/main.tcss"

    def __init__(self, desk: Desk, *, sync: bool = True, tour: bool = False) -> None:
        own = looks.worn(desk.home, desk.settings.theme)
        name, colourless = themes.pick(os.environ, desk.settings.theme, own=own is not None)
        super().__init__(name, colourless=colourless, more=[own.theme] if own is not None else ())
        self.desk = desk
        self.tour = tour
        """Whether the practice tour begins by itself."""
        self.keymap = keys_of(desk)
        self.symbols = symbols(ascii_only=desk.settings.symbols == "ascii")
        self.loop_: Loop | None = None
        self.forgives = not self.is_headless
        """Whether one mistake is survived. A test wants to see it instead."""
        self._stumbled = -TWICE
        self.in_order = InOrder(self, self._hand_on)
        self.main = MainScreen(desk, keymap=self.keymap, symbols=self.symbols)
        self._sync = sync
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        # Three, so that neither a search nor a list waits for a report over years.
        self._reader = ThreadPoolExecutor(max_workers=3, thread_name_prefix="reader")
        self._ended = False

    def get_default_screen(self) -> MainScreen:
        """The only screen there is: one beneath it would be painted along."""
        return self.main

    def on_mount(self) -> None:
        for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"):
            self._end_on(name)
        if not self.is_headless and sys.__stdin__ is not None:
            loop = asyncio.get_running_loop()
            hangup.watch(
                sys.__stdin__.fileno(),
                leave=lambda: loop.call_soon_threadsafe(self._leave, hangup.GONE),
                keep=lambda: self.main.composing.keep_at_once(),
            )

    def settings_changed(self) -> None:
        """Theme and keys as the settings say now; the rest is read when it is needed."""
        self.wear(self.desk.settings.theme)
        self.keymap.become(presets.keymap(self.desk.settings))
        self.main.showing.read_tabs()
        self.main.telling.hints()

    def wear(self, name: str) -> None:
        """A theme by its name as the settings have it. Raises ConfigError for one that cannot be worn."""
        own = looks.worn(self.desk.home, name)
        if own is not None:
            self.register_theme(own.theme)
        if not self._no_colour:
            self.theme, _ = themes.pick(os.environ, name, own=own is not None)

    # Work beside the screen

    async def commit(self, work: Callable[[], T]) -> T:
        """Run a write in the one writer thread; the screen goes on drawing while a lock is waited for."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def read(self, work: Callable[[], T], *, wanted: Callable[[], bool] = lambda: True) -> T:
        """Run a long read beside the screen, on a connection of its own.

        Raises GivenUp, in the middle of it, once `wanted` says no: it is asked in the thread that reads.
        """

        def still() -> bool:
            return wanted() and not self._ended

        def reading() -> T:
            with limits.while_wanted(self.desk.conn, still):
                return work()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, reading)
        except GivenUp:
            if self._ended:
                raise asyncio.CancelledError from None
            raise

    def painted(self) -> None:
        """The main screen was painted for the first time: what nobody waited for begins."""
        tidying.for_a_screen()
        if self._sync and self.desk.settings.mailbox:
            self._beginning = asyncio.create_task(self._begin())

    async def _begin(self) -> None:
        """Load what reads mail beside the screen, which answers keys meanwhile, and let it run."""
        try:
            await self.read(lambda: import_module("deskterm.sync"))
            from deskterm.sync import Loop

            if self.is_running:
                self.loop_ = Loop(self.desk)
                self.loop_.start()
        except Exception as error:
            if self.is_running:
                self.survive(error)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, Input) and not event.is_forwarded:
            self.in_order.take(event)
        else:
            await super().on_event(event)

    def post_display_hook(self) -> None:
        self.in_order.painted()

    async def _hand_on(self, event: Input) -> None:
        try:
            # What means something here is not handed from the focus up to the screen, a message at each step.
            if not (isinstance(event, events.Key) and self.app_focus and await self.main.takes(event.key)):
                await super().on_event(event)
        except Exception as error:
            self.survive(error)

    async def action_quit(self) -> None:
        """ctrl+q, wherever the keys are: the draft is kept, a reply that waits is asked about."""
        self.to_main()
        await self.main.perform("app.quit")

    def to_main(self) -> None:
        """Leave every screen over the main one."""
        while self.screen is not self.main:
            self.screen.dismiss(None)

    def action_help_quit(self) -> None:
        """ctrl+c, which people press to leave."""
        self.main.telling.tell("ctrl+q quits, or q outside a text.")

    # Endings

    def _end_on(self, name: str) -> None:
        """Signals end the app the ordinary way, so that the terminal is put back."""
        number = getattr(signal, name, None)
        if number is None:
            return
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(number, self._leave, 128 + int(number))

    def _leave(self, code: int) -> None:
        self._ending = asyncio.create_task(self._end(code))

    async def _end(self, code: int) -> None:
        """Keep what is half written, then leave."""
        try:
            with contextlib.suppress(StoreError):
                await self.main.arm()
                await self.main.composing.keep_now()
        finally:
            self.exit(code, return_code=code)

    async def on_unmount(self) -> None:
        self._ended = True
        if self.loop_ is not None:
            self.loop_.stop()
        self._writer.shutdown(wait=True)
        self._reader.shutdown(wait=True)

    def survive(self, error: Exception) -> None:
        """Go on after a mistake outside any message, or end because of it."""
        if not self.stumbled(error):
            self._handle_exception(error)

    def stumbled(self, error: Exception) -> bool:
        """Say in one sentence that a mistake was made, and go on; False where it has to end.

        What was half written is kept before anything else.
        """
        now = time.monotonic()
        again = now - self._stumbled < TWICE
        self._stumbled = now
        if again or not self.forgives or self.failure:
            return False
        with contextlib.suppress(Exception):
            self.main.composing.keep_at_once()
        words = f"A mistake of deskterm's own ({type(error).__name__}) stopped that; the desk goes on."
        try:
            self._say(f"{words} {_kept(self.desk.home, error)}")
        except Exception:
            return False
        return True

    def _say(self, mistake: str) -> None:
        """Where one looks, and on the main screen, which one comes back to."""
        from deskterm.screens.keyed import KeyedScreen

        self.main.telling.tell(mistake, bad=True)
        if isinstance(self.screen, KeyedScreen):
            self.screen.tell(mistake, bad=True)

    def _handle_exception(self, error: Exception) -> None:
        if self.failure:
            return
        with contextlib.suppress(Exception):
            self.main.composing.keep_at_once()
        self.end_with(error, ending(self.desk.home, error))


def ending(home: Path, error: Exception) -> str:
    """What a terminal shows when a mistake ends the desk: what happened, what it means, what to do."""
    return (
        f"deskterm stopped on a mistake of its own ({type(error).__name__}).\n"
        "Nothing that was saved is lost, and what was being written is a draft.\n"
        f"{_kept(home, error)}\n"
        "The same command opens the desk again."
    )


def _kept(home: Path, error: Exception) -> str:
    """Write where it happened, without any value of it, and say where that stands."""
    path = home / CRASH
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as out:
            out.write("\n".join([*lines, type(error).__name__, ""]))
    except OSError:
        return "The report could not be written."
    return f"The report, without any contents, is in {path}."


def keys_of(desk: Desk) -> Keymap:
    """The keys of this desk. Raises ConfigError where two actions want the same one."""
    try:
        return presets.keymap(desk.settings)
    except KeyClash as clash:
        raise ConfigError(f"{desk.home / FILE}, [keys]: {clash} The desk was not opened.") from None


def run(
    home: Path | None = None,
    *,
    desk: Desk | None = None,
    opening: Callable[[Path], Desk] = Desk.open,
    tour: bool = False,
) -> int:
    """Open the screen on a desk; returns the exit code. Raises StoreError or ConfigError before drawing.

    A terminal that cannot draw is Refused with the way out.
    """
    if reason := unfit(os.environ, sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(reason)
    if desk is None:
        assert home is not None
        desk = opening(home)
    gc.disable()
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        app = DesktermApp(desk, tour=tour)
        app.run()
    finally:
        sys.setswitchinterval(turn)
        gc.enable()
        desk.close()
    if app.failure:
        print(app.failure, file=sys.stderr)
    return app.return_code or 0


class SetUp(Struct, frozen=True):
    """How setup ended."""

    ending: str
    """`desk`, `practice`, or nothing where it was left."""
    code: int = 0


def set_up(home: Path) -> SetUp:
    """The setup screen. A terminal that cannot draw is refused with the way out."""
    if reason := unfit(os.environ, sys.stdin.isatty() and sys.stdout.isatty()):
        print(reason, file=sys.stderr)
        return SetUp("", 1)
    from deskterm.screens.setup_app import SetupApp

    app = SetupApp(home)
    ending = app.run()
    if app.failure:
        print(app.failure, file=sys.stderr)
    return SetUp(ending or "", app.return_code or 0)


def unfit(environ: Mapping[str, str], terminal: bool) -> str:
    """Why the screen cannot be drawn here, or nothing."""
    way = "The same desk works line by line: `deskterm --plain`, or `deskterm ls`, `deskterm show N`."
    if not terminal:
        return f"The screen needs a terminal, and this is none. {way}"
    if environ.get("TERM", "") in ("dumb", "unknown"):
        return f"TERM={environ.get('TERM')} cannot place text on the screen. {way}"
    return ""
