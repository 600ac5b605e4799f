"""The small application around the setup screen: theme, second net, an ending that shows no value.

How it ended is its result: `desk`, `practice`, or nothing where it was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import themes
from deskterm.config import ConfigError, Settings, load
from deskterm.screens.dressed import Dressed
from deskterm.screens.setup import SetupScreen
from deskterm.symbols import symbols


class SetupApp(Dressed[str]):
    TITLE = "deskterm setup"
    CSS_PATH = "setup.tcss"

    def __init__(self, home: Path) -> None:
        settings = _settings(home)
        name, colourless = themes.pick(os.environ, settings.theme)
        super().__init__(name, colourless=colourless)
        self.setup = SetupScreen(home, symbols=symbols(ascii_only=settings.symbols == "ascii"))

    def get_default_screen(self) -> SetupScreen:
        return self.setup

    def on_mount(self) -> None:
        """Signals end it the ordinary way, so that the terminal is put back."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self._signalled, int(number))

    def _signalled(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def action_help_quit(self) -> None:
        """ctrl+c, which people press to leave."""
        self.setup.say("ctrl+q leaves; nothing is kept before the last question is answered.")

    def _handle_exception(self, error: Exception) -> None:
        if self.failure:
            return
        what = f"Setup stopped on a mistake of its own ({type(error).__name__})."
        self.end_with(error, f"{what} What was kept before stands; `deskterm setup` goes on.")


def _settings(home: Path) -> Settings:
    """How it is to look; a file with a mistake in it is spoken of on the screen."""
    try:
        return load(home)
    except ConfigError:
        return Settings()
